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

type writer struct {
	out       encode.Chunks
	fields    int
	geometry  bool
	precision encode.Precision
	closed    bool
	err       error
}

// New starts with the header line.
func New(to io.Writer, h encode.Header) (encode.Writer, error) {
	d := &h.Descriptor
	w := &writer{out: encode.NewChunks(to), fields: len(d.Fields), geometry: d.HasGeometry(), precision: encode.PrecisionOf(h)}
	for i, f := range d.Fields {
		if i > 0 {
			w.out.Buf = append(w.out.Buf, ',')
		}
		w.out.Buf = appendText(w.out.Buf, f.Name)
	}
	if w.geometry {
		if w.fields > 0 {
			w.out.Buf = append(w.out.Buf, ',')
		}
		w.out.Buf = append(w.out.Buf, geometryName(d)...)
	}
	w.out.Buf = append(w.out.Buf, "\r\n"...)
	return w, nil
}

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
	start := len(w.out.Buf)
	for i := range w.fields {
		if i > 0 {
			w.out.Buf = append(w.out.Buf, ',')
		}
		if i < len(row.Values) {
			w.out.Buf = appendValue(w.out.Buf, row.Values[i])
		}
	}
	if w.geometry {
		if w.fields > 0 {
			w.out.Buf = append(w.out.Buf, ',')
		}
		w.out.Buf = w.appendGeometry(w.out.Buf, &row.Geom)
	}
	if len(w.out.Buf) == start {
		// The only column is null: a line with nothing on it would be skipped.
		w.out.Buf = append(w.out.Buf, `""`...)
	}
	w.out.Buf = append(w.out.Buf, "\r\n"...)
	w.err = w.out.Next()
	return w.err
}

// Close writes what is left.
func (w *writer) Close() error {
	w.closed = true
	w.err = w.out.Close(w.err)
	return w.err
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
