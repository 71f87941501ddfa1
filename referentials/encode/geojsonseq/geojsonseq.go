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

const (
	recordSeparator = 0x1e
	chunkSize       = 64 << 10
	keptSize        = 1 << 20 // a buffer that one huge feature made larger is given back
)

type writer struct {
	w         io.Writer
	features  *geojson.Features
	separator bool
	buf       []byte
	closed    bool
	err       error
}

func newWriter(w io.Writer, h encode.Header, separator bool) *writer {
	return &writer{w: w, features: geojson.NewFeatures(h), separator: separator, buf: newBuffer()}
}

func newBuffer() []byte { return make([]byte, 0, chunkSize+chunkSize/4) }

// Write appends one feature.
func (w *writer) Write(row *referentials.Row) error {
	if w.err != nil {
		return w.err
	}
	if w.closed {
		return encode.ErrClosed
	}
	if w.separator {
		w.buf = append(w.buf, recordSeparator)
	}
	if w.buf, w.err = w.features.Append(w.buf, row); w.err != nil {
		return w.err
	}
	w.buf = append(w.buf, '\n')
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
