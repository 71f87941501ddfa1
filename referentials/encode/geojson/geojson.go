// Package geojson writes GeoJSON (RFC 7946): a FeatureCollection in a stream, or one
// Feature as a document.
//
// The collection's own members (numberMatched, numberReturned, timeStamp, links) come
// after the features, because how many were returned is known only then. A feature's id
// is the value of the key field, a number when the key is an integer; the key is among
// the properties too, and no property is left out because it is null. Polygons are wound
// as the RFC asks. Longitude and latitude have at most 9 decimals; projected coordinates
// in the storage CRS are written exactly. An answer that is not in longitude and latitude
// names its system in a "crs" member, as GDAL and QGIS read and write it, unless its
// axes were swapped for HTTP, where the Content-Crs header is what counts.
package geojson

import (
	"io"
	"strconv"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/encode"
)

// Format describes the format to the program.
func Format() encode.Format {
	return encode.Format{
		Name:       "geojson",
		MediaType:  "application/geo+json",
		Extensions: []string{".geojson", ".json"},
		New:        New,
	}
}

// Chunks of about chunkSize bytes go to the underlying writer; a buffer that one huge
// feature made larger than keptSize is given back.
const (
	chunkSize = 64 << 10
	keptSize  = 1 << 20
)

type writer struct {
	w        io.Writer
	h        encode.Header
	features *Features
	buf      []byte
	returned int64
	closed   bool
	err      error
}

// New starts a FeatureCollection. Nothing is written to w before the first chunk is full
// or Close.
func New(w io.Writer, h encode.Header) (encode.Writer, error) {
	out := &writer{w: w, h: h, features: NewFeatures(h), buf: make([]byte, 0, chunkSize+chunkSize/4)}
	out.buf = append(out.buf, `{"type":"FeatureCollection",`...)
	if h.Descriptor.HasGeometry() && !h.YFirst {
		out.buf = appendCRS(out.buf, h.CRS)
	}
	out.buf = append(out.buf, `"features":[`...)
	return out, nil
}

// Write appends one feature.
func (w *writer) Write(row *referentials.Row) error {
	if w.err != nil {
		return w.err
	}
	if w.closed {
		return encode.ErrClosed
	}
	if w.returned > 0 {
		w.buf = append(w.buf, ',')
	}
	w.buf = append(w.buf, '\n')
	w.buf, w.err = w.features.Append(w.buf, row)
	if w.err != nil {
		return w.err
	}
	w.returned++
	if len(w.buf) >= chunkSize {
		w.flush()
	}
	return w.err
}

// Close writes what comes after the features.
func (w *writer) Close() error {
	if w.closed || w.err != nil {
		w.closed = true
		return w.err
	}
	w.closed = true
	w.buf = append(w.buf, "\n]"...)
	if w.h.Matched >= 0 {
		w.buf = append(w.buf, `,"numberMatched":`...)
		w.buf = strconv.AppendInt(w.buf, w.h.Matched, 10)
	}
	w.buf = append(w.buf, `,"numberReturned":`...)
	w.buf = strconv.AppendInt(w.buf, w.returned, 10)
	if w.h.TimeStamp != "" {
		w.buf = append(w.buf, `,"timeStamp":`...)
		w.buf = AppendString(w.buf, w.h.TimeStamp)
	}
	w.buf = appendLinks(w.buf, w.h.Links)
	w.buf = append(w.buf, "}\n"...)
	w.flush()
	return w.err
}

func (w *writer) flush() {
	_, w.err = w.w.Write(w.buf)
	if cap(w.buf) > keptSize {
		w.buf = make([]byte, 0, chunkSize+chunkSize/4)
	}
	w.buf = w.buf[:0]
}

// AppendFeature appends one feature as a document of its own, with the header's links.
// For many features make a [Features] once.
func AppendFeature(dst []byte, h encode.Header, row *referentials.Row) ([]byte, error) {
	dst, err := NewFeatures(h).Append(dst, row)
	if err != nil {
		return dst, err
	}
	dst = dst[:len(dst)-1]
	dst = appendLinks(dst, h.Links)
	return append(dst, "}\n"...), nil
}

// appendCRS appends the "crs" member and its comma; longitude and latitude need none.
func appendCRS(dst []byte, c crs.CRS) []byte {
	if c.IsZero() || c == crs.CRS84 {
		return dst
	}
	dst = append(dst, `"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:`...)
	dst = append(dst, c.Authority...)
	dst = append(dst, "::"...)
	dst = append(dst, c.Code...)
	return append(dst, `"}},`...)
}

func appendLinks(dst []byte, links []encode.Link) []byte {
	if len(links) == 0 {
		return dst
	}
	dst = append(dst, `,"links":[`...)
	for i, l := range links {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"href":`...)
		dst = AppendString(dst, l.Href)
		dst = append(dst, `,"rel":`...)
		dst = AppendString(dst, l.Rel)
		if l.Type != "" {
			dst = append(dst, `,"type":`...)
			dst = AppendString(dst, l.Type)
		}
		if l.Title != "" {
			dst = append(dst, `,"title":`...)
			dst = AppendString(dst, l.Title)
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}
