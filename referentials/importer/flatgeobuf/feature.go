package flatgeobuf

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/gogama/flatgeobuf/flatgeobuf/flat"
	flatbuffers "github.com/google/flatbuffers/go"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/importer/source"
)

// walk is one reading of the features.
type walk struct {
	layer  *Layer
	r      *bufio.Reader
	buf    []byte
	texts  source.Texts
	record source.Record
}

func (w *walk) raw() []byte { return source.AppendRaw(nil, w.layer.fields, w.record.Values) }

func (w *walk) skipToData() error {
	if _, err := w.layer.readHeader(w.r); err != nil {
		return err
	}
	if skipped, err := io.CopyN(io.Discard, w.r, w.layer.index); err != nil {
		return fmt.Errorf("the index of %d bytes ends after %d: %w", w.layer.index, skipped, err)
	}
	return nil
}

// next reads the next feature into the record; io.EOF after the last.
func (w *walk) next() error {
	r := &w.record
	if w.layer.count > 0 && uint64(r.Number) == w.layer.count {
		return io.EOF
	}
	var prefix [4]byte
	if n, err := io.ReadFull(w.r, prefix[:]); err != nil {
		if n == 0 && err == io.EOF && w.layer.count == 0 {
			return io.EOF
		}
		return io.ErrUnexpectedEOF
	}
	r.Number++
	size := binary.LittleEndian.Uint32(prefix[:])
	if size > maxRecord {
		return fmt.Errorf("feature %d says it has %d bytes, more than %d", r.Number, size, maxRecord)
	}
	var err error
	if w.buf, err = readGrowing(w.r, append(w.buf[:0], prefix[:]...), 4+int(size)); err != nil {
		return err
	}
	r.Values, r.HasZ = r.Values[:0], false
	r.Geom.Reset()
	r.Err = guard(func() error { return w.decode(flat.GetSizePrefixedRootAsFeature(w.buf, 0)) })
	return nil
}

func (w *walk) decode(f *flat.Feature) error {
	if f.ColumnsLength() > 0 {
		return errors.New("a feature with columns of its own is not supported")
	}
	for range w.layer.fields {
		w.record.Values = append(w.record.Values, referentials.Null)
	}
	if err := w.properties(f.PropertiesBytes()); err != nil {
		return err
	}
	g := f.Geometry(nil)
	if g == nil {
		return nil
	}
	d := shapeDecoder{g: &w.record.Geom, room: len(w.buf)}
	err := d.decode(g, w.layer.geometry)
	w.record.HasZ = d.dropped
	if err != nil {
		w.record.Geom.Reset()
	}
	return err
}

const (
	vertexSize = 16
	partSize   = 4 // of the offset of a part
)

// shapeDecoder reads Geometry tables. All that a feature has takes its bytes in its
// buffer: a table that is pointed to again and again gives more than there is room for.
type shapeDecoder struct {
	g       *geo.Geometry
	room    int // bytes of the buffer not yet accounted for
	dropped bool
}

// take accounts for n bytes.
func (d *shapeDecoder) take(n int) error {
	if d.room -= n; d.room < 0 {
		return errors.New("its tables are used more than once")
	}
	return nil
}

func (d *shapeDecoder) decode(g *flat.Geometry, ofLayer flat.GeometryType) error {
	t := g.Type()
	if t == flat.GeometryTypeUnknown {
		t = ofLayer
	}
	switch t {
	case flat.GeometryTypePoint, flat.GeometryTypeLineString, flat.GeometryTypePolygon, flat.GeometryTypeMultiPoint,
		flat.GeometryTypeMultiLineString:
		if err := d.part(g, geo.Type(t)); err != nil {
			return err
		}
	case flat.GeometryTypeMultiPolygon:
		n := g.PartsLength()
		if n == 0 {
			// Some writers put a single polygon here as it is.
			if err := d.part(g, geo.Polygon); err != nil {
				return err
			}
		}
		for i := range n {
			var p flat.Geometry
			g.Parts(&p, i)
			if err := d.take(partSize); err != nil {
				return err
			}
			if err := d.part(&p, geo.Polygon); err != nil {
				return err
			}
		}
	case flat.GeometryTypeUnknown:
		return errors.New("the feature's geometry has no type")
	default:
		return fmt.Errorf("a %s cannot be stored", t)
	}
	if len(d.g.XY) == 0 {
		d.g.Reset() // empty is null
		return nil
	}
	d.g.Type = geo.Type(t)
	return nil
}

// Slots of the vectors in a Geometry table.
const (
	slotEnds = 4
	slotXY   = 6
)

// part appends the vertices and rings of one table.
func (d *shapeDecoder) part(g *flat.Geometry, t geo.Type) error {
	d.dropped = d.dropped || g.ZLength() > 0 || g.MLength() > 0 || g.TLength() > 0 || g.TmLength() > 0
	first := uint32(len(d.g.XY) / 2)
	table := g.Table()
	xy := vector(&table, slotXY, 8)
	if len(xy)%vertexSize != 0 {
		return errors.New("an odd number of ordinates")
	}
	ends := vector(&table, slotEnds, 4)
	if err := d.take(len(xy) + len(ends)); err != nil {
		return err
	}
	for ; len(xy) > 0; xy = xy[8:] {
		d.g.XY = append(d.g.XY, math.Float64frombits(binary.LittleEndian.Uint64(xy)))
	}
	if t.Dimension() == 0 {
		return nil
	}
	rings := len(d.g.Ends)
	last := uint32(len(d.g.XY) / 2)
	prev := first
	if len(ends) == 0 && last > first {
		d.g.Ends = append(d.g.Ends, last)
		prev = last
	}
	for ; len(ends) > 0; ends = ends[4:] {
		end := first + binary.LittleEndian.Uint32(ends)
		if end < prev || end > last {
			return errors.New("its rings end out of order")
		}
		if end > prev { // a ring without vertices is nothing
			d.g.Ends = append(d.g.Ends, end)
		}
		prev = end
	}
	if prev != last { // the next part would take them for its own
		return errors.New("vertices follow its last ring")
	}
	if t == geo.Polygon && len(d.g.Ends) > rings {
		d.g.EndPart()
	}
	return nil
}

// vector gives the bytes of a vector of numbers.
func vector(t *flatbuffers.Table, slot flatbuffers.VOffsetT, size int) []byte {
	at := flatbuffers.UOffsetT(t.Offset(slot))
	if at == 0 {
		return nil
	}
	start, n := int(t.Vector(at)), t.VectorLen(at)
	return t.Bytes[start : start+n*size]
}

// fieldType gives the type of a column's values.
func fieldType(c *flat.Column) (referentials.FieldType, error) {
	switch c.Type() {
	case flat.ColumnTypeByte, flat.ColumnTypeUByte, flat.ColumnTypeShort, flat.ColumnTypeUShort, flat.ColumnTypeInt,
		flat.ColumnTypeUInt, flat.ColumnTypeLong, flat.ColumnTypeULong:
		return referentials.Integer, nil
	case flat.ColumnTypeFloat, flat.ColumnTypeDouble:
		return referentials.Number, nil
	case flat.ColumnTypeBool:
		return referentials.Boolean, nil
	case flat.ColumnTypeString, flat.ColumnTypeBinary:
		return referentials.String, nil
	case flat.ColumnTypeJson:
		return referentials.JSON, nil
	case flat.ColumnTypeDateTime:
		var metadata struct {
			Type string `json:"type"`
		}
		// Metadata is anything a program likes; what is not this is none of ours.
		if json.Unmarshal(c.Metadata(), &metadata) == nil && metadata.Type == "date" {
			return referentials.Date, nil
		}
		return referentials.DateTime, nil
	}
	return "", fmt.Errorf("column %q has the unknown type %d", c.Name(), c.Type())
}

var errProperties = errors.New("its properties end too early")

// properties reads pairs of a column's number and a value.
func (w *walk) properties(b []byte) error {
	for len(b) > 0 {
		if len(b) < 2 {
			return errProperties
		}
		i := int(binary.LittleEndian.Uint16(b))
		if i >= len(w.layer.columns) {
			return fmt.Errorf("a property is for column %d of %d", i, len(w.layer.columns))
		}
		v, n := w.value(w.layer.columns[i], w.layer.fields[i].Type, b[2:])
		if n < 0 {
			return errProperties
		}
		w.record.Values[i] = v
		b = b[2+n:]
	}
	return nil
}

// value reads a value and tells its size, -1 when there is less.
func (w *walk) value(c flat.ColumnType, t referentials.FieldType, b []byte) (referentials.Value, int) {
	size := sizeOf(c)
	if len(b) < size {
		return referentials.Null, -1
	}
	switch c {
	case flat.ColumnTypeByte:
		return referentials.IntegerValue(int64(int8(b[0]))), size
	case flat.ColumnTypeUByte:
		return referentials.IntegerValue(int64(b[0])), size
	case flat.ColumnTypeBool:
		return referentials.BooleanValue(b[0] != 0), size
	case flat.ColumnTypeShort:
		return referentials.IntegerValue(int64(int16(binary.LittleEndian.Uint16(b)))), size
	case flat.ColumnTypeUShort:
		return referentials.IntegerValue(int64(binary.LittleEndian.Uint16(b))), size
	case flat.ColumnTypeInt:
		return referentials.IntegerValue(int64(int32(binary.LittleEndian.Uint32(b)))), size
	case flat.ColumnTypeUInt:
		return referentials.IntegerValue(int64(binary.LittleEndian.Uint32(b))), size
	case flat.ColumnTypeLong:
		return referentials.IntegerValue(int64(binary.LittleEndian.Uint64(b))), size
	case flat.ColumnTypeULong:
		n := binary.LittleEndian.Uint64(b)
		if n > math.MaxInt64 {
			return referentials.StringValue(fmt.Sprint(n)), size
		}
		return referentials.IntegerValue(int64(n)), size
	case flat.ColumnTypeFloat:
		return referentials.NumberValue(widen(math.Float32frombits(binary.LittleEndian.Uint32(b)))), size
	case flat.ColumnTypeDouble:
		return referentials.NumberValue(math.Float64frombits(binary.LittleEndian.Uint64(b))), size
	}
	n := binary.LittleEndian.Uint32(b)
	b = b[size:]
	if uint64(n) > uint64(len(b)) {
		return referentials.Null, -1
	}
	return w.text(c, t, b[:n]), size + int(n)
}

// sizeOf gives the bytes of a number, or of the length before a text.
func sizeOf(c flat.ColumnType) int {
	switch c {
	case flat.ColumnTypeByte, flat.ColumnTypeUByte, flat.ColumnTypeBool:
		return 1
	case flat.ColumnTypeShort, flat.ColumnTypeUShort:
		return 2
	case flat.ColumnTypeLong, flat.ColumnTypeULong, flat.ColumnTypeDouble:
		return 8
	}
	return 4
}

// widen keeps the decimal a float32 was written as: 0.1 stays 0.1.
func widen(f float32) float64 {
	x, err := strconv.ParseFloat(strconv.FormatFloat(float64(f), 'g', -1, 32), 64)
	if err != nil {
		return float64(f)
	}
	return x
}

// text reads a value of a type that is written as text. What does not fit the type is
// given as text, so that the importer can say so.
func (w *walk) text(c flat.ColumnType, t referentials.FieldType, b []byte) referentials.Value {
	switch c {
	case flat.ColumnTypeBinary:
		return referentials.StringValue(base64.StdEncoding.EncodeToString(b))
	case flat.ColumnTypeJson:
		if json.Valid(b) {
			return referentials.JSONValue(string(bytes.TrimSpace(b)))
		}
	case flat.ColumnTypeDateTime:
		if v, ok := instant(string(b), t == referentials.Date); ok {
			return v
		}
		// GDAL writes times of day, for which the format has no type, on a day that is none.
		b = bytes.TrimPrefix(b, []byte("0000-00-00T"))
	}
	return referentials.StringValue(w.texts.Of(b))
}

// instant reads ISO 8601 as GDAL and others write it; without a zone it is UTC.
func instant(s string, dayOnly bool) (referentials.Value, bool) {
	s = strings.Replace(strings.TrimSpace(s), " ", "T", 1)
	const secondsPerDay = 86400
	if dayOnly && len(s) > len(time.DateOnly) {
		s = s[:len(time.DateOnly)]
	}
	if at, err := time.Parse(time.DateOnly, s); err == nil {
		if dayOnly {
			return referentials.DateValue(at.Unix() / secondsPerDay), true
		}
		return referentials.DateTimeValue(at.UnixMicro()), true
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07", "2006-01-02T15:04"} {
		if at, err := time.Parse(layout, s); err == nil {
			return referentials.DateTimeValue(at.UnixMicro()), true
		}
	}
	return referentials.Null, false
}
