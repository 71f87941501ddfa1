// Package geoparquet writes Parquet files, and GeoParquet 1.1 where there is geometry:
// shapes as WKB in the last column, the reference system as PROJJSON, the box and the
// types of the shapes that are there.
//
// Columns are compressed with zstd, texts by a dictionary while it is small. A row group
// holds at most [RowGroupRows] rows and about [rowGroupBytes] bytes of texts and shapes,
// which is what a writer keeps in memory.
package geoparquet

import (
	"io"

	"github.com/parquet-go/parquet-go"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/encode"
)

// Format describes the format to the program.
func Format() encode.Format {
	return encode.Format{
		Name:       "parquet",
		MediaType:  "application/vnd.apache.parquet",
		Extensions: []string{".parquet"},
		New:        New,
	}
}

const (
	// RowGroupRows is the most rows of a row group.
	RowGroupRows = 64 << 10

	rowGroupBytes = 32 << 20
	batchRows     = 128
	dictionary    = 256 << 10 // bytes a column's dictionary may take
	keptBytes     = 1 << 20   // a batch's bytes that one huge shape made larger are given back
)

type writer struct {
	w      *parquet.Writer //nolint:staticcheck // its successor is generic over a type known at compile time
	sink   *sink
	fields []referentials.Field
	shapes *summary // nil for a table

	rows    []parquet.Row
	values  []parquet.Value // of the rows
	bytes   []byte          // texts and shapes of the rows
	grouped int             // bytes in the current row group

	closed bool
	err    error
}

// sink remembers the first error of the underlying writer, which the library wraps or
// even forgets.
type sink struct {
	w   io.Writer
	err error
}

func (s *sink) Write(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.w.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	s.err = err
	return n, err
}

// New prepares the schema.
func New(w io.Writer, h encode.Header) (encode.Writer, error) {
	d := &h.Descriptor
	out := &writer{sink: &sink{w: w}, fields: d.Fields}
	columns := make([]column, 0, len(d.Fields)+1)
	for _, f := range d.Fields {
		columns = append(columns, column{f.Name, node(f.Type)})
	}
	options := []parquet.WriterOption{
		parquet.Compression(&parquet.Zstd),
		parquet.MaxRowsPerRowGroup(RowGroupRows),
		parquet.DictionaryMaxBytes(dictionary),
		parquet.CreatedBy("socle", "", ""),
	}
	if d.HasGeometry() {
		name := geometryName(d)
		columns = append(columns, column{name, parquet.Optional(parquet.Leaf(parquet.ByteArrayType))})
		// The least and the greatest shape mean nothing.
		options = append(options, parquet.SkipPageBounds(name))
		out.shapes = &summary{column: name, bound: geo.EmptyBound()}
		if !h.CRS.IsZero() {
			definition, err := crs.PROJJSON(h.CRS)
			if err != nil {
				return nil, referentials.Errorf(referentials.Unsupported, "the output cannot name its reference system: %w", err)
			}
			out.shapes.crs = definition
		}
	}
	options = append(options, parquet.NewSchema(d.ID, newSchema(columns)))
	out.w = parquet.NewWriter(out.sink, options...)
	return out, nil
}

// geometryName gives "geometry", or a longer name when a field has that one.
func geometryName(d *referentials.Descriptor) string {
	name := "geometry"
	for d.FieldIndex(name) >= 0 {
		name += "_wkb"
	}
	return name
}

// Write adds one row to the batch.
func (w *writer) Write(row *referentials.Row) error {
	if w.err != nil {
		return w.err
	}
	if w.closed {
		return encode.ErrClosed
	}
	start := len(w.values)
	for i := range w.fields {
		v := referentials.Null
		if i < len(row.Values) {
			v = row.Values[i]
		}
		w.values = append(w.values, w.value(w.fields[i].Type, v, i))
	}
	if w.shapes != nil {
		at := len(w.bytes)
		w.bytes = geo.AppendWKB(w.bytes, &row.Geom)
		w.shapes.add(&row.Geom)
		w.values = append(w.values, bytesValue(w.bytes[at:], row.Geom.Type != geo.None, len(w.fields)))
	}
	w.rows = append(w.rows, w.values[start:len(w.values):len(w.values)])
	if len(w.rows) == batchRows || len(w.bytes) > keptBytes {
		w.flush()
	}
	return w.err
}

// value makes a parquet value; texts are copied, since the library reads them only when
// the batch is written.
func (w *writer) value(t referentials.FieldType, v referentials.Value, column int) parquet.Value {
	if v.IsNull() {
		return parquet.NullValue().Level(0, 0, column)
	}
	switch t {
	case referentials.Integer, referentials.DateTime:
		return parquet.Int64Value(v.Int()).Level(0, 1, column)
	case referentials.Number:
		return parquet.DoubleValue(v.Float()).Level(0, 1, column)
	case referentials.Boolean:
		return parquet.BooleanValue(v.Bool()).Level(0, 1, column)
	case referentials.Date:
		return parquet.Int32Value(int32(v.Int())).Level(0, 1, column)
	}
	at := len(w.bytes)
	w.bytes = v.Append(w.bytes)
	return bytesValue(w.bytes[at:], true, column)
}

func bytesValue(b []byte, there bool, column int) parquet.Value {
	if !there {
		return parquet.NullValue().Level(0, 0, column)
	}
	return parquet.ByteArrayValue(b).Level(0, 1, column)
}

// flush hands the batch to the library, which copies it.
func (w *writer) flush() {
	if len(w.rows) > 0 {
		_, err := w.w.WriteRows(w.rows)
		w.fail(err)
	}
	w.grouped += len(w.bytes)
	if w.err == nil && w.grouped > rowGroupBytes {
		w.fail(w.w.Flush())
		w.grouped = 0
	}
	w.rows, w.values, w.bytes = w.rows[:0], w.values[:0], w.bytes[:0]
	if cap(w.bytes) > 2*keptBytes {
		w.bytes = nil
	}
}

func (w *writer) fail(err error) {
	if w.sink.err != nil {
		err = w.sink.err
	}
	if w.err == nil {
		w.err = err
	}
}

// Close writes the last row group and the footer.
func (w *writer) Close() error {
	if w.closed {
		return w.err
	}
	w.closed = true
	if w.err == nil {
		w.flush()
	}
	if w.err == nil && w.shapes != nil {
		w.w.SetKeyValueMetadata("geo", w.shapes.metadata())
	}
	if w.err == nil {
		w.fail(w.w.Close())
	}
	w.rows, w.values, w.bytes = nil, nil, nil
	return w.err
}
