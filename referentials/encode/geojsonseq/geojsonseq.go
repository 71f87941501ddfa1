// Package geojsonseq writes sequences of GeoJSON features, one to a line, so that a
// consumer can work before the end has come.
//
// There are two forms, told apart as GDAL does: [Format] is the GeoJSON text sequence of
// RFC 8142, each feature between a record separator and a line feed (.geojsons); [Lines]
// has no separator, which line tools prefer (.geojsonl). Neither has a place for the
// members of a collection or for a coordinate reference system; features are those of
// package geojson.
package geojsonseq

import (
	"io"

	"socle/referentials"
	"socle/referentials/encode"
	"socle/referentials/encode/geojson"
)

// Format describes the sequence of RFC 8142.
func Format() encode.Format {
	return encode.Format{
		Name:       "geojsonseq",
		MediaType:  "application/geo+json-seq",
		Extensions: []string{".geojsons"},
		AxisOrder:  true,
		New: func(w io.Writer, h encode.Header) (encode.Writer, error) {
			return newWriter(w, h, true), nil
		},
	}
}

// Lines describes features separated by line feeds alone.
func Lines() encode.Format {
	return encode.Format{
		Name:       "geojsonl",
		MediaType:  "application/x-ndjson",
		Extensions: []string{".geojsonl", ".ndjson"},
		AxisOrder:  true,
		New: func(w io.Writer, h encode.Header) (encode.Writer, error) {
			return newWriter(w, h, false), nil
		},
	}
}

const recordSeparator = 0x1e

type writer struct {
	out       encode.Chunks
	features  *geojson.Features
	separator bool
	closed    bool
	err       error
}

func newWriter(w io.Writer, h encode.Header, separator bool) *writer {
	return &writer{out: encode.NewChunks(w), features: geojson.NewFeatures(h), separator: separator}
}

// Write appends one feature.
func (w *writer) Write(row *referentials.Row) error {
	if w.err != nil {
		return w.err
	}
	if w.closed {
		return encode.ErrClosed
	}
	if w.separator {
		w.out.Buf = append(w.out.Buf, recordSeparator)
	}
	if w.out.Buf, w.err = w.features.Append(w.out.Buf, row); w.err != nil {
		return w.err
	}
	w.out.Buf = append(w.out.Buf, '\n')
	w.err = w.out.Next()
	return w.err
}

// Close writes what is left.
func (w *writer) Close() error {
	w.closed = true
	w.err = w.out.Close(w.err)
	return w.err
}
