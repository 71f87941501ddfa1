package api

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
)

// net/http writes through a buffer of 4 KiB, so a larger answer takes two trips through the
// kernel or more, each of which costs several times what finding the answer does, and wakes
// the client too early. An answer that is at hand leaves in one.

const (
	heldFrom = 2 << 10  // bodies from here on may not fit net/http's buffer with their headers
	heldTo   = 64 << 10 // to copy more costs what a trip does
)

// conn is a connection whose writes can be held back for a moment.
type conn struct {
	net.Conn
	buffers *sync.Pool
	held    *[]byte // what is to be written; nil when nothing is held back
}

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

func (c *conn) hold() {
	held, _ := c.buffers.Get().(*[]byte)
	*held = (*held)[:0]
	c.held = held
}

func (c *conn) release() error {
	held := c.held
	c.held = nil
	_, err := c.Conn.Write(*held)
	c.buffers.Put(held)
	return err
}

// connKey finds the connection in the context of a request.
type connKey struct{}

func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// connListener accepts connections that can hold back.
type connListener struct {
	net.Listener
	buffers *sync.Pool
}

func listenHeld(l net.Listener) net.Listener {
	return connListener{l, &sync.Pool{New: func() any { return new([]byte) }}}
}

func (l connListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, buffers: l.buffers}, nil
}

// writeWhole writes the body of an answer that has its Content-Length, at once if it can.
func writeWhole(w http.ResponseWriter, r *http.Request, body []byte) (int, error) {
	c, ok := r.Context().Value(connKey{}).(*conn)
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
