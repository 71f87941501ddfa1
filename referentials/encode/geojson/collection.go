package geojson

import (
	"io"
	"strconv"

	"socle/referentials"
	"socle/referentials/encode"
)

type collection struct {
	out      encode.Chunks
	h        encode.Header
	feature  func([]byte, *referentials.Row) ([]byte, error)
	returned int64
	closed   bool
	err      error
}

// NewCollection starts a FeatureCollection of the features that feature appends, with
// members of its own (each followed by a comma) before them. Nothing is written to w
// before the first chunk is full or Close.
func NewCollection(w io.Writer, h encode.Header, members []byte, feature func(dst []byte, row *referentials.Row) ([]byte, error)) encode.Writer {
	c := &collection{out: encode.NewChunks(w), h: h, feature: feature}
	c.out.Buf = append(c.out.Buf, `{"type":"FeatureCollection",`...)
	c.out.Buf = append(c.out.Buf, members...)
	c.out.Buf = append(c.out.Buf, `"features":[`...)
	return c
}

// Write appends one feature.
func (c *collection) Write(row *referentials.Row) error {
	if c.err != nil {
		return c.err
	}
	if c.closed {
		return encode.ErrClosed
	}
	if c.returned > 0 {
		c.out.Buf = append(c.out.Buf, ',')
	}
	c.out.Buf = append(c.out.Buf, '\n')
	c.out.Buf, c.err = c.feature(c.out.Buf, row)
	if c.err != nil {
		return c.err
	}
	c.returned++
	c.err = c.out.Next()
	return c.err
}

// Close writes what comes after the features.
func (c *collection) Close() error {
	if c.closed || c.err != nil {
		c.closed = true
		c.err = c.out.Close(c.err)
		return c.err
	}
	c.closed = true
	c.out.Buf = append(c.out.Buf, "\n]"...)
	if c.h.Matched >= 0 {
		c.out.Buf = append(c.out.Buf, `,"numberMatched":`...)
		c.out.Buf = strconv.AppendInt(c.out.Buf, c.h.Matched, 10)
	}
	c.out.Buf = append(c.out.Buf, `,"numberReturned":`...)
	c.out.Buf = strconv.AppendInt(c.out.Buf, c.returned, 10)
	if c.h.TimeStamp != "" {
		c.out.Buf = append(c.out.Buf, `,"timeStamp":`...)
		c.out.Buf = AppendString(c.out.Buf, c.h.TimeStamp)
	}
	c.out.Buf = AppendLinks(c.out.Buf, c.h.Links)
	c.out.Buf = append(c.out.Buf, "}\n"...)
	c.err = c.out.Close(nil)
	return c.err
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
