//go:build unix

package wire

import (
	"errors"
	"io"
	"os"
	"syscall"
	"time"
)

// To answer takes microseconds, so what a connection mostly does is to wait, and how it does
// so is what a client notices.
//
// One whose last question it answered itself takes turns with others to read and to answer:
// half the processors do so at once. More would be threads that the kernel stops, in the
// middle of an answer and for milliseconds, when clients, or the kernel itself, need
// processors too. Who waits for a turn is a goroutine, which costs nobody anything.
//
// A client on the same machine, a proxy above all, that asks one thing after the other has its
// next question there some microseconds after an answer; for the kernel to put the server to
// sleep and to wake it, often on another core, takes several times that. So where such a
// client is the only one, the connection looks for the question a little while before it
// sleeps.
const (
	eagerFor  = 50 * time.Microsecond
	quickly   = 2 * eagerFor // how soon a question comes after an answer, when it does
	eagerFrom = 32           // after so many of them
)

// direct is the connection without the runtime between.
type direct struct {
	raw   syscall.RawConn // nil: there is no such thing
	read  func(fd uintptr) bool
	write func(fd uintptr) bool

	bytes []byte // to read into, or to write
	n     int    // how many were
	err   error
	turn  bool // it is this connection's turn
	eager bool
	quick int // how many questions came quickly, with none for other connections between
}

func (c *conn) open() {
	s, ok := c.Conn.(syscall.Conn)
	if !ok {
		return
	}
	if raw, err := s.SyscallConn(); err == nil {
		c.raw, c.read, c.write = raw, c.tryRead, c.tryWrite
	}
}

// next waits for the bytes of a question. When there are any, it may be this connection's turn.
func (c *conn) next(b []byte) (n int, err error) {
	if c.raw == nil || !c.knew {
		return c.Conn.Read(b)
	}
	c.bytes, c.eager = b, c.from.spare && c.quick >= eagerFrom && c.from.answers.Idle()
	if err = c.raw.Read(c.read); err == nil {
		n, err = c.n, c.err
	}
	c.bytes = nil
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

// tryRead reads, and tells whether there is nothing to wait for.
func (c *conn) tryRead(fd uintptr) bool {
	for {
		c.take()
		n, err := syscall.Read(int(fd), c.bytes)
		if err != nil || n == 0 {
			c.pass()
		}
		switch {
		case errors.Is(err, syscall.EAGAIN):
			if !c.eager || time.Since(c.answered) > eagerFor {
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
		c.n, c.err = n, err
		return true
	}
}

// send writes an answer and its rest, whole. It is nobody's turn while a client has no room for
// it, or when there is a rest: who sends much need not be even to the millisecond.
func (c *conn) send(answer, rest []byte) error {
	if len(rest) > 0 {
		c.pass()
		return c.sendBoth(answer, rest)
	}
	if !c.turn {
		_, err := c.Conn.Write(answer)
		return err
	}
	c.bytes = answer
	err := c.raw.Write(c.write)
	c.bytes = nil
	if err == nil {
		err = c.err
	}
	if err == nil && c.n < len(answer) {
		c.pass()
		_, err = c.Conn.Write(answer[c.n:])
	}
	return err
}

// tryWrite writes what there is room for.
func (c *conn) tryWrite(fd uintptr) bool {
	for {
		n, err := syscall.Write(int(fd), c.bytes)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.EAGAIN):
			n, err = 0, nil
		case err != nil:
			n, err = 0, os.NewSyscallError("write", err)
		}
		c.n, c.err = n, err
		return true
	}
}

func (c *conn) take() {
	c.from.turns <- struct{}{}
	c.turn = true
}

// pass lets others have the turn, if it is this connection's.
func (c *conn) pass() {
	if c.turn {
		c.turn = false
		<-c.from.turns
	}
}
