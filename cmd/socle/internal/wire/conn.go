package wire

import (
	"bytes"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// maxHead bounds the heads that are told to handlers.
const maxHead = 2 << 10

// conn is a connection. But for early and phase, it belongs to the goroutine in which
// net/http serves it.
type conn struct {
	net.Conn
	from *listener
	held *[]byte // what is to be written; nil when nothing is held back

	between  bool         // net/http waits for a request
	whole    bool         // all that it was given were whole heads of requests without a body
	head     []byte       // of the request at work; empty when it is none that could be answered here
	early    atomic.Int32 // the first byte of the next request, and 1, when net/http was given it already
	knew     bool         // it answered the last request itself
	renewed  time.Time    // the time limits
	phase    atomic.Int32
	answered time.Time
	pieces   net.Buffers // of both
	both     [2][]byte
	direct
}

func newConn(inner net.Conn, l *listener) *conn {
	c := &conn{Conn: inner, from: l, whole: true}
	c.open()
	return c
}

// Read gives net/http what the client sends, less the requests that are answered here.
func (c *conn) Read(b []byte) (int, error) {
	if len(b) == 1 { // in another goroutine, to see whether the client goes while it is answered
		n, err := c.Conn.Read(b)
		if n > 0 {
			c.early.Store(int32(b[0]) + 1)
		}
		return n, err
	}
	for c.between && c.whole && c.early.Load() == 0 {
		n, err := c.next(b)
		if n > 0 && err == nil {
			var done bool
			done, err = c.answer(b[:n])
			if c.knew = done; done {
				continue
			}
		}
		c.give(b[:n])
		return n, err
	}
	n, err := c.Conn.Read(b)
	c.give(b[:n])
	return n, err
}

// give notes what net/http is given.
func (c *conn) give(b []byte) {
	if len(b) == 0 {
		return
	}
	early := c.early.Swap(0)
	c.between, c.head = false, c.head[:0]
	if !c.whole {
		return
	}
	if early > 0 {
		c.head = append(c.head, byte(early-1))
	}
	c.head = append(c.head, b...)
	if c.whole = isHead(c.head); !c.whole || len(c.head) > maxHead {
		c.head = c.head[:0]
	}
}

// isHead tells whether b is the head of one GET request that has no body, as a whole. Lines
// end strictly: net/http also takes a bare line feed, and so an empty line where none is seen.
func isHead(b []byte) bool {
	if !bytes.HasPrefix(b, []byte("GET ")) {
		return false
	}
	for {
		line, rest, ok := bytes.Cut(b, []byte("\r\n"))
		switch name, _, _ := bytes.Cut(line, []byte(":")); {
		case !ok || bytes.IndexByte(line, '\n') >= 0:
			return false
		case len(line) == 0:
			return len(rest) == 0
		case bytes.EqualFold(name, []byte("Content-Length")) || bytes.EqualFold(name, []byte("Transfer-Encoding")):
			return false
		}
		b = rest
	}
}

// Head gives the very bytes of the head of a request, when the same bytes may be answered by
// a connection; else nil. They are good until the handler returns.
func Head(r *http.Request) []byte {
	c, ok := connOf(r)
	if !ok || len(c.head) == 0 || !r.ProtoAtLeast(1, 1) || r.Close || r.Header["Expect"] != nil || r.Header["Upgrade"] != nil {
		return nil
	}
	for _, v := range r.Header["Connection"] {
		if !strings.EqualFold(v, "keep-alive") { // which goes without saying
			return nil
		}
	}
	return c.head
}

// Phases of a connection. One that is to be closed while it answers is closed after that.
const (
	waits = iota
	answers
	closes
)

// answer writes the answer to a request, if it is at hand, and tells whether it has.
func (c *conn) answer(head []byte) (bool, error) {
	defer c.pass()
	if !c.phase.CompareAndSwap(waits, answers) {
		return false, net.ErrClosed
	}
	buffer := c.from.buffer()
	defer c.from.buffers.Put(buffer)
	answer, rest, ok := c.from.answers.Answer(*buffer, head)
	*buffer = answer
	var err error
	if ok {
		if err = c.renew(); err == nil {
			err = c.send(answer, rest)
		}
		c.answered = time.Now()
	}
	if !c.phase.CompareAndSwap(answers, waits) {
		_ = c.Conn.Close() // whoever closed it was told that it is
		return false, net.ErrClosed
	}
	return ok && err == nil, err
}

// Close closes the connection, if it answers as soon as it has.
func (c *conn) Close() error {
	if c.phase.Swap(closes) == answers {
		return nil
	}
	return c.Conn.Close()
}

// renewal is how exact the time limits are.
const renewal = time.Second

// renew sets the time limits as net/http would for each request.
func (c *conn) renew() error {
	now := time.Now()
	if now.Sub(c.renewed) < renewal {
		return nil
	}
	c.renewed = now
	if err := c.SetReadDeadline(now.Add(c.from.idle)); err != nil {
		return err
	}
	return c.SetWriteDeadline(now.Add(c.from.write))
}
