//go:build !unix

package wire

// direct is nothing where there are no file descriptors.
type direct struct{}

func (c *conn) open() {}

func (c *conn) next(b []byte) (int, error) { return c.Conn.Read(b) }

func (c *conn) send(answer, rest []byte) error { return c.sendBoth(answer, rest) }

func (c *conn) pass() {}
