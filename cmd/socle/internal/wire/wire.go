// Package wire is what lies between a listener and net/http: connections that write an
// answer in one piece, and that answer by themselves what they were asked before.
//
//	client ─▶ [conn].Read ─▶ a head that is known: [Answers] ─▶ written at once, net/http sleeps on
//	                      ─▶ anything else ─▶ net/http ─▶ handler ─▶ [Write]
//
// To take a request through net/http costs about ten times what it does to look up a small
// answer: a goroutine that watches for the client to go, three timers, a parser, and a
// writer. So a handler whose answer is at hand learns the very bytes of the request's head
// from [Head]. When the same bytes come again, on any connection, they ask for the same.
//
// A connection only answers while net/http waits on it for a next request, with nothing left
// over from those before, so that both never take the same bytes for different requests.
package wire

import (
	"context"
	"net"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Answers are the answers that are at hand.
type Answers interface {
	// Answer appends to dst the answer to a request, and tells whether it is at hand. What is
	// large of it may be in rest, which comes after and does not change. It must not keep head.
	Answer(dst, head []byte) (answer, rest []byte, ok bool)
	// Idle tells whether nothing else is being answered.
	Idle() bool
}

// Install has a server, which is not serving yet, know its connections: they must come from
// a listener made by [Listen].
func Install(s *http.Server) {
	s.ConnContext = func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) }
	s.ConnState = func(c net.Conn, state http.ConnState) {
		if c, ok := c.(*conn); ok && state == http.StateIdle {
			c.between = true
		}
	}
}

// Listen has l accept connections for a server. They close when nothing was asked for that
// long after an answer of theirs, or one is not taken within that time.
func Listen(l net.Listener, answers Answers, idle, write time.Duration) net.Listener {
	processors := runtime.GOMAXPROCS(0)
	return &listener{
		Listener: l, answers: answers, idle: idle, write: write, spare: processors > 1, turns: make(chan struct{}, max(1, processors/2)),
		buffers: sync.Pool{New: func() any { return new([]byte) }},
	}
}

type listener struct {
	net.Listener
	answers     Answers
	idle, write time.Duration
	spare       bool          // there is another processor to look for questions on
	turns       chan struct{} // one for each turn that is taken
	buffers     sync.Pool
	last        atomic.Pointer[conn] // that was asked something
}

func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return newConn(c, l), nil
}

// connKey finds the connection in the context of a request.
type connKey struct{}

// connOf gives the connection of a request, if it is one of ours.
func connOf(r *http.Request) (*conn, bool) {
	c, ok := r.Context().Value(connKey{}).(*conn)
	return c, ok
}
