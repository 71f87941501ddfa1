package geojson

import (
	"io"
	"strconv"

	"socle/referentials"
	"socle/referentials/encode"
)

// Chunks of about chunkSize bytes go to the underlying writer; a buffer that one huge
// feature made larger than keptSize is given back.
const (
	chunkSize = 64 << 10
	keptSize  = 1 << 20
)

type collection struct {
	w        io.Writer
	h        encode.Header
	feature  func([]byte, *referentials.Row) ([]byte, error)
	buf      []byte
	returned int64
	closed   bool
	err      error
}

// NewCollection starts a FeatureCollection of the features that feature appends, with
// members of its own (each followed by a comma) before them. Nothing is written to w
// before the first chunk is full or Close.
func NewCollection(w io.Writer, h encode.Header, members []byte, feature func(dst []byte, row *referentials.Row) ([]byte, error)) encode.Writer {
	out := &collection{w: w, h: h, feature: feature, buf: make([]byte, 0, chunkSize+chunkSize/4)}
	out.buf = append(out.buf, `{"type":"FeatureCollection",`...)
	out.buf = append(out.buf, members...)
	out.buf = append(out.buf, `"features":[`...)
	return out
}

// Write appends one feature.
func (w *collection) Write(row *referentials.Row) error {
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
	w.buf, w.err = w.feature(w.buf, row)
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
func (w *collection) Close() error {
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
	w.buf = AppendLinks(w.buf, w.h.Links)
	w.buf = append(w.buf, "}\n"...)
	w.flush()
	return w.err
}

func (w *collection) flush() {
	_, w.err = w.w.Write(w.buf)
	if cap(w.buf) > keptSize {
		w.buf = make([]byte, 0, chunkSize+chunkSize/4)
	}
	w.buf = w.buf[:0]
}

// AppendLinks appends the links member after a comma; nothing when there is none.
func AppendLinks(dst []byte, links []encode.Link) []byte {
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
