package gpkg

import (
	"context"
	"errors"
	"sync"

	"socle/referentials/sqlite"
)

// pool lends connections that read, at most so many at a time, and keeps them for the
// next one.
type pool struct {
	open  func() (*sqlite.Conn, error)
	slots chan struct{}

	mu     sync.Mutex
	idle   []*sqlite.Conn
	closed bool
}

var errPoolClosed = errors.New("the store is closed")

func newPool(size int, open func() (*sqlite.Conn, error)) *pool {
	return &pool{open: open, slots: make(chan struct{}, size)}
}

func (p *pool) get(ctx context.Context) (*sqlite.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case p.slots <- struct{}{}:
	}
	p.mu.Lock()
	var c *sqlite.Conn
	if n := len(p.idle); n > 0 {
		c, p.idle = p.idle[n-1], p.idle[:n-1]
	}
	closed := p.closed
	p.mu.Unlock()
	var err error
	switch {
	case closed:
		err = errPoolClosed
	case c == nil:
		c, err = p.open()
	}
	if err != nil {
		<-p.slots
		return nil, err
	}
	return c, nil
}

func (p *pool) put(c *sqlite.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	<-p.slots
	if p.closed {
		c.Close()
		return
	}
	p.idle = append(p.idle, c)
}

func (p *pool) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	var err error
	for _, c := range p.idle {
		err = errors.Join(err, c.Close())
	}
	p.idle = nil
	return err
}
