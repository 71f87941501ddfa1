//go:build !unix

package wire

// next waits for the bytes of a request.
func (c *conn) next(b []byte) (int, error) { return c.Conn.Read(b) }

func (c *conn) readEagerly(uintptr) bool { return false }
