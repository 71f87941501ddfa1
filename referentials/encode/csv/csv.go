// Package csv writes comma-separated values (RFC 4180): UTF-8 without a byte order mark,
// a header line, CRLF line ends.
//
// A layer has one more column at the end, "WKT", with the shape as Well-Known Text; points
// too, so that one rule reads every layer back exactly. GDAL and QGIS take a column of that
// name for the geometry. The format has no place for the coordinate reference system. A
// null is an empty field, an empty text is "".
package csv

import (
	"io"
	"slices"
	"strings"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/encode"
)

// Format describes the format to the program.
func Format() encode.Format {
	return encode.Format{
		Name:       "csv",
		MediaType:  "text/csv",
		Extensions: []string{".csv"},
		New:        New,
	}
}

const (
	chunkSize = 64 << 10
	keptSize  = 1 << 20 // a buffer that one huge row made larger is given back
)

type writer struct {
	w         io.Writer
	fields    int
	geometry  bool
	precision encode.Precision
	buf       []byte
	closed    bool
	err       error
}

// New starts with the header line.
func New(w io.Writer, h encode.Header) (encode.Writer, error) {
	d := &h.Descriptor
	out := &writer{w: w, fields: len(d.Fields), geometry: d.HasGeometry(), precision: encode.PrecisionOf(h), buf: newBuffer()}
	for i, f := range d.Fields {
		if i > 0 {
			out.buf = append(out.buf, ',')
		}
		out.buf = appendText(out.buf, f.Name)
	}
	if out.geometry {
		if out.fields > 0 {
			out.buf = append(out.buf, ',')
		}
		out.buf = append(out.buf, geometryName(d)...)
	}
	out.buf = append(out.buf, "\r\n"...)
	return out, nil
}

func newBuffer() []byte { return make([]byte, 0, chunkSize+chunkSize/4) }

// geometryName gives "WKT", or a longer name when a field has that one in any case.
func geometryName(d *referentials.Descriptor) string {
	name := "WKT"
	for slices.ContainsFunc(d.Fields, func(f referentials.Field) bool { return strings.EqualFold(f.Name, name) }) {
		name = "_" + name
	}
	return name
}

// Write appends one line.
func (w *writer) Write(row *referentials.Row) error {
	if w.err != nil {
		return w.err
	}
	if w.closed {
		return encode.ErrClosed
	}
	start := len(w.buf)
	for i := range w.fields {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		if i < len(row.Values) {
			w.buf = appendValue(w.buf, row.Values[i])
		}
	}
	if w.geometry {
		if w.fields > 0 {
			w.buf = append(w.buf, ',')
		}
		w.buf = w.appendGeometry(w.buf, &row.Geom)
	}
	if len(w.buf) == start {
		// The only column is null: a line with nothing on it would be skipped.
		w.buf = append(w.buf, `""`...)
	}
	w.buf = append(w.buf, "\r\n"...)
	if len(w.buf) >= chunkSize {
		w.flush()
	}
	return w.err
}

// Close writes what is left.
func (w *writer) Close() error {
	if !w.closed && w.err == nil {
		w.flush()
	}
	w.closed = true
	return w.err
}

func (w *writer) flush() {
	if len(w.buf) == 0 {
		return
	}
	_, w.err = w.w.Write(w.buf)
	if cap(w.buf) > keptSize {
		w.buf = newBuffer()
	}
	w.buf = w.buf[:0]
}

func appendValue(dst []byte, v referentials.Value) []byte {
	switch v.Type() {
	case referentials.String, referentials.JSON:
		return appendText(dst, v.Str())
	}
	return v.Append(dst)
}

// appendText quotes what needs it: the format's own characters, the empty text, and
// spaces at the ends, which some readers trim.
func appendText(dst []byte, s string) []byte {
	if s != "" && s[0] != ' ' && s[len(s)-1] != ' ' && !strings.ContainsAny(s, "\",\r\n") {
		return append(dst, s...)
	}
	dst = append(dst, '"')
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			break
		}
		dst = append(dst, s[:i+1]...)
		dst = append(dst, '"')
		s = s[i+1:]
	}
	dst = append(dst, s...)
	return append(dst, '"')
}

// appendGeometry appends Well-Known Text, in quotes where it has a comma.
func (w *writer) appendGeometry(dst []byte, g *geo.Geometry) []byte {
	if g.Type == geo.None {
		return dst
	}
	if g.Type == geo.Point {
		return appendWKT(dst, g, w.precision)
	}
	dst = append(dst, '"')
	dst = appendWKT(dst, g, w.precision)
	return append(dst, '"')
}
