package encode

import (
	"io"
	"sync"
)

// Outputs are gathered into chunks. A buffer that one huge row made larger than keptSize is
// not kept.
const (
	chunkSize = 64 << 10
	keptSize  = 1 << 20
)

// buffers are those of outputs that are complete, for the next ones: most answers are small,
// and clearing a new buffer would cost more than filling it.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, chunkSize+chunkSize/4); return &b }}

// Sized is a writer that can make use of knowing the length of the whole output before its
// only Write.
type Sized interface{ Size(n int) }

// Chunks gathers the bytes of a text format, so that the underlying writer gets few and
// large pieces. Formats append to Buf. The writer must not hold on to what it is given.
type Chunks struct {
	Buf     []byte
	w       io.Writer
	held    *[]byte // where Buf came from; nil once it is given back
	written bool
}

// NewChunks starts with nothing. Close it.
func NewChunks(w io.Writer) Chunks {
	held, _ := buffers.Get().(*[]byte)
	return Chunks{Buf: (*held)[:0], w: w, held: held}
}

// Next is called between two rows: it writes what has become a chunk.
func (c *Chunks) Next() error {
	if len(c.Buf) < chunkSize {
		return nil
	}
	err := c.write()
	if cap(c.Buf) > keptSize {
		c.Buf = make([]byte, 0, chunkSize+chunkSize/4)
	}
	return err
}

// Close writes what is left, if the output went well so far, and gives the buffer back.
func (c *Chunks) Close(soFar error) error {
	if c.held == nil {
		return soFar
	}
	if soFar == nil {
		if sized, ok := c.w.(Sized); ok && !c.written {
			sized.Size(len(c.Buf))
		}
		soFar = c.write()
	}
	if cap(c.Buf) <= keptSize {
		*c.held = c.Buf
		buffers.Put(c.held)
	}
	c.Buf, c.held = nil, nil
	return soFar
}

func (c *Chunks) write() error {
	if len(c.Buf) == 0 {
		return nil
	}
	_, err := c.w.Write(c.Buf)
	c.written = true
	c.Buf = c.Buf[:0]
	return err
}
