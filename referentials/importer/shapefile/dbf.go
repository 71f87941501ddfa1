package shapefile

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"

	"socle/referentials"
	"socle/referentials/importer/source"
)

const (
	dbfHeaderSize = 32
	dbfFieldSize  = 32
	dbfFieldsEnd  = 0x0d
	dbfEnd        = 0x1a
)

// table is what the header of a .dbf says.
type table struct {
	count      uint32 // rows it promises
	headerSize int
	rowSize    int
	language   byte // language driver id
	columns    []column
	fields     []source.Field
	text       decoder
	unread     int // bytes of a row that no column takes
}

type column struct {
	name          []byte
	kind          byte
	from, to      int // bytes of a row, after the deletion flag
	decimals      byte
	fieldType     referentials.FieldType
	previousBytes []byte // of the row before, to share its string
	previous      referentials.Value
}

// readTable reads the header.
func readTable(r io.Reader) (*table, error) {
	var head [dbfHeaderSize]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	t := &table{
		count:      binary.LittleEndian.Uint32(head[4:]),
		headerSize: int(binary.LittleEndian.Uint16(head[8:])),
		rowSize:    int(binary.LittleEndian.Uint16(head[10:])),
		language:   head[29],
	}
	if t.headerSize < dbfHeaderSize+1 || t.rowSize < 1 {
		return nil, errors.New("its header is not one of a dBase table")
	}
	described := make([]byte, t.headerSize-dbfHeaderSize)
	if _, err := io.ReadFull(r, described); err != nil {
		return nil, err
	}
	offset := 1
	for len(described) >= dbfFieldSize && described[0] != dbfFieldsEnd {
		d := described[:dbfFieldSize]
		described = described[dbfFieldSize:]
		name, _, _ := bytes.Cut(d[:11], []byte{0})
		c := column{name: bytes.Clone(bytes.TrimSpace(name)), kind: d[11], from: offset, decimals: d[17]}
		width := int(d[16])
		if c.kind == 'C' {
			// Clipper and FoxPro write long texts with the decimals as the high byte.
			width |= int(d[17]) << 8
		}
		offset += width
		c.to = offset
		c.fieldType = typeOf(c.kind, width, c.decimals)
		if c.kind == '0' { // FoxPro's flags of nulls, not a column
			continue
		}
		t.columns = append(t.columns, c)
	}
	if offset > t.rowSize {
		return nil, fmt.Errorf("its columns take %d bytes, more than the %d of a row", offset, t.rowSize)
	}
	t.unread = t.rowSize - offset
	return t, nil
}

// maxIntegerWidth is the widest N column whose values all fit an int64. In a wider one
// what fits is an integer and the rest is text, so that every digit is kept.
const maxIntegerWidth = 18

func typeOf(kind byte, width int, decimals byte) referentials.FieldType {
	switch kind {
	case 'N':
		switch {
		case decimals > 0:
			return referentials.Number
		case width > maxIntegerWidth:
			return ""
		}
		return referentials.Integer
	case 'F', 'B', 'O', 'Y':
		return referentials.Number
	case 'I', '+':
		return referentials.Integer
	case 'D':
		return referentials.Date
	case 'T', '@':
		return referentials.DateTime
	case 'L':
		return referentials.Boolean
	}
	return referentials.String
}

// decodeWith sets the encoding of texts and names.
func (t *table) decodeWith(d decoder) {
	t.text = d
	names := make([]string, len(t.columns))
	for i := range t.columns {
		if names[i] = d.decode(t.columns[i].name, false); names[i] == "" {
			names[i] = "field_" + strconv.Itoa(i+1)
		}
	}
	for i, name := range source.UniqueNames(names) {
		t.fields = append(t.fields, source.Field{Name: name, Type: t.columns[i].fieldType})
	}
}

// rows reads the rows of a .dbf.
type rows struct {
	r          *bufio.Reader
	closer     io.Closer
	buf        []byte
	columns    []column
	text       decoder
	read       int64
	count      int64
	overflowed int64
	memos      int64
}

func (t *table) open(r io.ReadCloser) (*rows, error) {
	out := &rows{
		r: bufio.NewReaderSize(r, readAhead), closer: r, buf: make([]byte, t.rowSize),
		columns: append([]column(nil), t.columns...), text: t.text, count: int64(t.count),
	}
	_, err := out.r.Discard(t.headerSize)
	return out, err
}

func (r *rows) Close() error { return r.closer.Close() }

// next appends the values of the next row; io.EOF after the last. The values of a
// deleted row are not read.
func (r *rows) next(values []referentials.Value) (_ []referentials.Value, deleted bool, err error) {
	if r.read >= r.count {
		return values, false, io.EOF
	}
	if flag, err := r.r.Peek(1); err != nil || flag[0] == dbfEnd {
		if err == io.EOF || err == nil {
			return values, false, io.EOF
		}
		return values, false, err
	}
	if _, err := io.ReadFull(r.r, r.buf); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return values, false, err
	}
	r.read++
	if r.buf[0] == '*' {
		return values, true, nil
	}
	for i := range r.columns {
		c := &r.columns[i]
		values = append(values, r.value(c, r.buf[c.from:c.to]))
	}
	return values, false, nil
}

// value reads one cell. What does not fit its column's type is given as text, so that
// the importer can say so and nothing is lost.
func (r *rows) value(c *column, b []byte) referentials.Value {
	switch c.kind {
	case 'N', 'F':
		return r.number(c, b)
	case 'D':
		return day(b)
	case 'L':
		return truth(b)
	case 'I', '+':
		if len(b) == 4 {
			return referentials.IntegerValue(int64(int32(binary.LittleEndian.Uint32(b))))
		}
	case 'B', 'O':
		if len(b) == 8 {
			return referentials.NumberValue(math.Float64frombits(binary.LittleEndian.Uint64(b)))
		}
	case 'Y':
		if len(b) == 8 {
			const currencyUnit = 1e4
			return referentials.NumberValue(float64(int64(binary.LittleEndian.Uint64(b))) / currencyUnit)
		}
	case 'T', '@':
		if len(b) == 8 {
			return instant(b)
		}
	case 'M', 'G', 'P', 'W':
		if len(bytes.Trim(b, " \x000")) > 0 {
			r.memos++
		}
		return referentials.Null
	}
	if c.previousBytes != nil && bytes.Equal(b, c.previousBytes) {
		return c.previous
	}
	c.previousBytes = append(c.previousBytes[:0], b...)
	c.previous = referentials.Null
	if s := r.text.decode(bytes.TrimRight(b, " \x00"), true); s != "" {
		c.previous = referentials.StringValue(s)
	}
	return c.previous
}

func (r *rows) number(c *column, b []byte) referentials.Value {
	b = bytes.Trim(b, " \x00")
	if len(b) == 0 {
		return referentials.Null
	}
	if b[0] == '*' && len(bytes.Trim(b, "*")) == 0 {
		r.overflowed++
		return referentials.Null
	}
	if c.fieldType != referentials.Number {
		n, err := strconv.ParseInt(string(b), 10, 64)
		switch {
		case err == nil:
			return referentials.IntegerValue(n)
		case errors.Is(err, strconv.ErrRange):
			return referentials.StringValue(string(b))
		}
	}
	if x, err := strconv.ParseFloat(string(b), 64); err == nil {
		return referentials.NumberValue(x)
	}
	// Some French programs write the comma of the country.
	if x, err := strconv.ParseFloat(string(bytes.Replace(b, []byte{','}, []byte{'.'}, 1)), 64); err == nil {
		return referentials.NumberValue(x)
	}
	return referentials.StringValue(r.text.decode(b, true))
}

func day(b []byte) referentials.Value {
	text := string(bytes.Trim(b, " \x00"))
	if text == "" || text == "00000000" {
		return referentials.Null
	}
	at, err := time.Parse("20060102", text)
	if err != nil {
		return referentials.StringValue(text)
	}
	const secondsPerDay = 86400
	return referentials.DateValue(at.Unix() / secondsPerDay)
}

func truth(b []byte) referentials.Value {
	if len(b) > 0 {
		switch b[0] {
		case 'T', 't', 'Y', 'y', '1':
			return referentials.BooleanValue(true)
		case 'F', 'f', 'N', 'n', '0':
			return referentials.BooleanValue(false)
		}
	}
	return referentials.Null
}

// instant reads a Julian day and milliseconds.
func instant(b []byte) referentials.Value {
	julian, millis := int64(binary.LittleEndian.Uint32(b)), int64(binary.LittleEndian.Uint32(b[4:]))
	if julian == 0 {
		return referentials.Null
	}
	const julianDayOf1970, microsPerDay = 2440588, 86_400_000_000
	return referentials.DateTimeValue((julian-julianDayOf1970)*microsPerDay + millis*1000)
}
