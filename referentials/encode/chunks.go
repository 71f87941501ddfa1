package encode

import (
	"io"
	"slices"
)

// The buffer of an output starts small, since most answers are, becomes a chunk when there
// is more to come, and is given back when one huge row made it larger than keptSize.
const (
	firstSize = 8 << 10
	chunkSize = 64 << 10
	keptSize  = 1 << 20
)

// Chunks gathers the bytes of a text format, so that the underlying writer gets few and
// large pieces. Formats append to Buf.
type Chunks struct {
	Buf []byte
	w   io.Writer
}

// NewChunks starts with nothing.
func NewChunks(w io.Writer) Chunks { return Chunks{Buf: make([]byte, 0, firstSize), w: w} }

// Next is called between two rows: it writes what has become a chunk.
func (c *Chunks) Next() error {
	switch n := len(c.Buf); {
	case n >= chunkSize:
		return c.Flush()
	case n > firstSize/2 && cap(c.Buf) < chunkSize:
		c.Buf = slices.Grow(c.Buf, chunkSize+chunkSize/4-n)
	}
	return nil
}

// Flush writes what there is.
func (c *Chunks) Flush() error {
	if len(c.Buf) == 0 {
		return nil
	}
	_, err := c.w.Write(c.Buf)
	if cap(c.Buf) > keptSize {
		c.Buf = make([]byte, 0, chunkSize+chunkSize/4)
	}
	c.Buf = c.Buf[:0]
	return err
}
