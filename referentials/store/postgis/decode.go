package postgis

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"socle/geo"
	"socle/referentials"
)

// maxTuple bounds one row of a COPY stream: PostgreSQL holds no value over 1 GiB.
const maxTuple = 1 << 30

var errStopped = errors.New("the reader stopped")

// decoder turns a binary COPY stream into rows. It is an io.Writer, as the stream comes in
// messages: PostgreSQL sends one row in each, yet any cut is read.
type decoder struct {
	fields []referentials.Field
	shaped bool // a geometry column comes last
	yield  func(*referentials.Row) bool

	row     referentials.Row
	cells   [][]byte // of the row being read, nil for null
	text    []byte   // the row's texts, one after the other
	pending []byte   // the start of a row whose end has not come
	started bool     // the header has been read
	ended   bool     // the trailer has been read
	rows    int64
}

func newDecoder(d *referentials.Descriptor, yield func(*referentials.Row) bool) *decoder {
	dec := &decoder{fields: d.Fields, shaped: d.HasGeometry(), yield: yield}
	dec.row.Values = make([]referentials.Value, len(d.Fields))
	n := len(d.Fields)
	if dec.shaped {
		n++
	}
	dec.cells = make([][]byte, n)
	return dec
}

// Write takes the next piece of the stream. errStopped when yield asked for no more.
func (d *decoder) Write(p []byte) (int, error) {
	rest := p
	if len(d.pending) > 0 {
		d.pending = append(d.pending, p...)
		rest = d.pending
	}
	for len(rest) > 0 {
		n, err := d.next(rest)
		if err != nil {
			return 0, err
		}
		if n == 0 {
			break
		}
		rest = rest[n:]
	}
	if len(rest) > maxTuple {
		return 0, fmt.Errorf("row %d of the stream is over %d bytes", d.rows+1, maxTuple)
	}
	d.pending = append(d.pending[:0], rest...)
	return len(p), nil
}

// finish tells whether the stream came to its end.
func (d *decoder) finish() error {
	if !d.ended || len(d.pending) > 0 {
		return errors.New("the stream ends too early")
	}
	return nil
}

// next reads the header, a row or the trailer from b and tells how many bytes it took,
// 0 when b ends before.
func (d *decoder) next(b []byte) (int, error) {
	if d.ended {
		return 0, errors.New("the stream goes on after its end")
	}
	if !d.started {
		return d.header(b)
	}
	if len(b) < 2 {
		return 0, nil
	}
	switch n := int16(binary.BigEndian.Uint16(b)); {
	case n == -1:
		d.ended = true
		return 2, nil
	case int(n) != len(d.cells):
		return 0, fmt.Errorf("row %d of the stream has %d columns, not %d", d.rows+1, n, len(d.cells))
	}
	at := 2
	for i := range d.cells {
		if len(b)-at < 4 {
			return 0, nil
		}
		size := binary.BigEndian.Uint32(b[at:])
		at += 4
		if size == null {
			d.cells[i] = nil
			continue
		}
		if size > maxTuple {
			return 0, fmt.Errorf("row %d of the stream has a cell of %d bytes", d.rows+1, size)
		}
		if uint32(len(b)-at) < size {
			return 0, nil
		}
		d.cells[i] = b[at : at+int(size) : at+int(size)]
		at += int(size)
	}
	d.rows++
	if err := d.decode(); err != nil {
		return 0, fmt.Errorf("row %d of the stream: %w", d.rows, err)
	}
	if !d.yield(&d.row) {
		return 0, errStopped
	}
	return at, nil
}

func (d *decoder) header(b []byte) (int, error) {
	if len(b) < len(copyHeader) {
		return 0, nil
	}
	if string(b[:len(copySignature)]) != copySignature {
		return 0, errors.New("not a binary COPY stream")
	}
	flags, extension := binary.BigEndian.Uint32(b[len(copySignature):]), binary.BigEndian.Uint32(b[len(copySignature)+4:])
	if flags&0xffff0000 != 0 || extension > math.MaxInt16 {
		return 0, fmt.Errorf("the COPY stream has unknown flags %#x", flags)
	}
	n := len(copyHeader) + int(extension)
	if len(b) < n {
		return 0, nil
	}
	d.started = true
	return n, nil
}

// cut decodes a row that comes cut into cells.
func (d *decoder) cut(cells [][]byte) error {
	if len(cells) != len(d.cells) {
		return fmt.Errorf("%d columns, not %d", len(cells), len(d.cells))
	}
	copy(d.cells, cells)
	return d.decode()
}

// decode turns the cells into the row. All texts of a row share one string, so that a row
// costs one allocation.
func (d *decoder) decode() error {
	d.text = d.text[:0]
	for i := range d.fields {
		if t := d.fields[i].Type; t == referentials.String || t == referentials.JSON {
			d.text = append(d.text, d.cells[i]...)
		}
	}
	text := string(d.text)
	for i := range d.fields {
		cell := d.cells[i]
		if cell == nil {
			d.row.Values[i] = referentials.Null
			continue
		}
		switch d.fields[i].Type {
		case referentials.String:
			d.row.Values[i] = referentials.StringValue(text[:len(cell)])
			text = text[len(cell):]
		case referentials.JSON:
			d.row.Values[i] = referentials.JSONValue(text[:len(cell)])
			text = text[len(cell):]
		default:
			v, err := scalar(d.fields[i].Type, cell)
			if err != nil {
				return fmt.Errorf("field %q: %w", d.fields[i].Name, err)
			}
			d.row.Values[i] = v
		}
	}
	if !d.shaped {
		return nil
	}
	return decodeGeometry(d.cells[len(d.fields)], &d.row.Geom)
}

// decodeGeometry reads EWKB; a null and an empty geometry are no geometry, and neither is
// what edits in SQL can store and no shape is: infinite coordinates, lines of one point.
func decodeGeometry(cell []byte, g *geo.Geometry) error {
	if cell == nil {
		g.Reset()
		return nil
	}
	if _, err := geo.DecodeWKB(cell, g); err != nil && !errors.Is(err, geo.ErrEmpty) {
		return err
	}
	if g.Check() != nil {
		g.Reset()
	}
	return nil
}

// scalar reads a value of fixed size. What edits in SQL can store and no format carries,
// infinite numbers, days and instants, is null.
func scalar(t referentials.FieldType, b []byte) (referentials.Value, error) {
	switch {
	case t == referentials.Integer && len(b) == 8:
		return referentials.IntegerValue(int64(binary.BigEndian.Uint64(b))), nil
	case t == referentials.Number && len(b) == 8:
		return referentials.NumberValue(math.Float64frombits(binary.BigEndian.Uint64(b))), nil
	case t == referentials.Boolean && len(b) == 1:
		return referentials.BooleanValue(b[0] != 0), nil
	case t == referentials.Date && len(b) == 4:
		if days := int32(binary.BigEndian.Uint32(b)); days != math.MaxInt32 && days != math.MinInt32 {
			return referentials.DateValue(int64(days) + epochDays), nil
		}
		return referentials.Null, nil
	case t == referentials.DateTime && len(b) == 8:
		if micros := int64(binary.BigEndian.Uint64(b)); micros < math.MaxInt64-epochMicros && micros != math.MinInt64 {
			return referentials.DateTimeValue(micros + epochMicros), nil
		}
		return referentials.Null, nil
	}
	return referentials.Null, fmt.Errorf("%d bytes are not a %s", len(b), t)
}
