//go:build unix

package wire

import (
	"errors"
	"io"
	"os"
	"syscall"
	"time"
)

// A client on the same machine, a proxy above all, that asks one thing after the other has
// its next question there some microseconds after an answer; for the kernel to put the server
// to sleep and to wake it, often on another core, takes several times that. So where such a
// client is the only one, the server looks for the question a little while before it sleeps.
const (
	eagerFor  = 50 * time.Microsecond
	quickly   = 2 * eagerFor // how soon a question comes after an answer, when it does
	eagerFrom = 32           // after so many of them
)

// next waits for the bytes of a request.
func (c *conn) next(b []byte) (int, error) {
	var n int
	var err error
	if c.quick >= eagerFrom && c.raw != nil && c.from.spare && c.from.answers.Idle() {
		c.into = b
		if err = c.raw.Read(c.eager); err == nil {
			n, err = c.read, c.failed
		}
		c.into = nil
	} else {
		n, err = c.Conn.Read(b)
	}
	switch {
	case c.from.last.Load() != c:
		c.from.last.Store(c)
		c.quick = 0
	case time.Since(c.answered) > quickly:
		c.quick = 0
	default:
		c.quick++
	}
	return n, err
}

// readEagerly reads into c.into and tells whether it has, or there is nothing to wait for.
func (c *conn) readEagerly(fd uintptr) bool {
	for {
		n, err := syscall.Read(int(fd), c.into)
		switch {
		case errors.Is(err, syscall.EAGAIN):
			if time.Since(c.answered) > eagerFor {
				return false
			}
			continue
		case errors.Is(err, syscall.EINTR):
			continue
		case err != nil:
			n, err = 0, os.NewSyscallError("read", err)
		case n == 0:
			err = io.EOF
		}
		c.read, c.failed = n, err
		return true
	}
}
