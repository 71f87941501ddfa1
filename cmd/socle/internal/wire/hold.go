package wire

import (
	"io"
	"net/http"
)

// net/http writes through a buffer of 4 KiB, so a larger answer takes two trips through the
// kernel or more, each of which costs several times what finding the answer does, and wakes
// the client too early. An answer that is at hand leaves in one.

const (
	heldFrom = 2 << 10  // bodies from here on may not fit net/http's buffer with their headers
	heldTo   = 64 << 10 // to copy more costs what a trip does
)

func (c *conn) Write(b []byte) (int, error) {
	if c.held == nil {
		return c.Conn.Write(b)
	}
	*c.held = append(*c.held, b...)
	return len(b), nil
}

// ReadFrom lets the kernel copy files, as it does for a plain connection.
func (c *conn) ReadFrom(r io.Reader) (int64, error) {
	if to, ok := c.Conn.(io.ReaderFrom); ok && c.held == nil {
		return to.ReadFrom(r)
	}
	return io.Copy(struct{ io.Writer }{c}, r)
}

func (c *conn) hold() { c.held = c.from.buffer() }

func (c *conn) release() error {
	held := c.held
	c.held = nil
	_, err := c.Conn.Write(*held)
	c.from.buffers.Put(held)
	return err
}

// sendBoth writes two pieces at once, without copying them where the system can.
func (c *conn) sendBoth(answer, rest []byte) error {
	c.pieces = append(c.both[:0], answer, rest)
	_, err := c.pieces.WriteTo(c.Conn)
	c.both = [2][]byte{}
	return err
}

// buffer gives an empty one. It goes back to l.buffers.
func (l *listener) buffer() *[]byte {
	b, _ := l.buffers.Get().(*[]byte)
	*b = (*b)[:0]
	return b
}

// Write writes the body of an answer that has its Content-Length, at once if it can.
func Write(w http.ResponseWriter, r *http.Request, body []byte) (int, error) {
	c, ok := connOf(r)
	out, flushes := w.(http.Flusher)
	if !ok || !flushes || len(body) < heldFrom || len(body) > heldTo {
		return w.Write(body)
	}
	c.hold()
	n, err := w.Write(body)
	if err == nil {
		out.Flush()
	}
	if e := c.release(); err == nil {
		err = e
	}
	return n, err
}
