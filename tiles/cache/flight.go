package cache

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/maypok86/otter/v2"

	"socle/referentials"
)

// flight is a tile that is being drawn, once for all who wait for it.
type flight struct {
	done    chan struct{} // closed when tile and err are set
	tile    *Tile
	err     error
	waiting int // guarded by the mutex of the cache, as begun is
	begun   bool
	giveUp  context.CancelFunc // lets it go before it has begun
}

// flightKey tells generations apart: who asks after an edit must not get the tile that was
// begun before it.
type flightKey struct {
	key
	generation uint64
}

// draw gives a tile, drawing it unless someone does already. Work that has begun goes on
// when all who wait for it have gone; work that has not is dropped.
func (c *Cache) draw(ctx context.Context, e *epoch, l *list, z, x, y uint32) (*Tile, error) {
	k := flightKey{key{l.number, place(z, x, y)}, l.generation}
	c.mu.Lock()
	f := c.flights[k]
	if f == nil {
		f = &flight{done: make(chan struct{})}
		c.flights[k] = f
		var begin context.Context
		begin, f.giveUp = context.WithCancel(c.ctx)
		c.workers.Go(func() {
			defer f.giveUp()
			err := c.draws.Acquire(begin, 1)
			if err == nil {
				defer c.draws.Release(1)
				c.mu.Lock()
				f.begun = true
				c.mu.Unlock()
				f.tile, err = c.drawOne(e, l, z, x, y)
			}
			f.err = err
			c.mu.Lock()
			if c.flights[k] == f {
				delete(c.flights, k)
			}
			c.mu.Unlock()
			close(f.done)
		})
	} else {
		c.counts.shared.Add(1)
	}
	f.waiting++
	c.mu.Unlock()
	select {
	case <-f.done:
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	f.waiting--
	select {
	case <-f.done:
		return f.tile, f.err
	default:
	}
	if f.waiting == 0 && !f.begun {
		f.giveUp()
		delete(c.flights, k) // nobody may join what is given up
	}
	return nil, context.Cause(ctx)
}

// drawOne draws a tile and keeps it. A panic while drawing is a bug that must not take the
// server with it.
func (c *Cache) drawOne(e *epoch, l *list, z, x, y uint32) (t *Tile, err error) {
	defer func() {
		if p := recover(); p != nil {
			c.options.Logger.Error("panic", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			t, err = nil, referentials.Errorf(referentials.Internal, "panic: %v", p)
		}
	}()
	ctx, cancel := context.WithTimeout(c.ctx, c.options.Timeout)
	defer cancel()
	scratch, _ := c.scratchs.Get().(*[]byte)
	if scratch == nil {
		scratch = new([]byte)
	}
	defer c.scratchs.Put(scratch)
	body, stats, err := c.drawer.Tile(ctx, (*scratch)[:0], e.public, l.ids, z, x, y)
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			err = referentials.Errorf(referentials.Unavailable, "the tile took too long").Do("ask for fewer collections at once, or try again")
		}
		return nil, err
	}
	*scratch = body[:0]
	kept := make([]byte, len(body)) // and copied at once, memory is not cleared first
	copy(kept, body)
	t = newTile(key{l.number, place(z, x, y)}, kept)
	t.generation.Store(l.generation)
	c.counts.add(stats)
	c.keep(t, l)
	return t, nil
}

// keep puts a tile into the cache, unless a newer one is there or its list is no more.
func (c *Cache) keep(t *Tile, l *list) {
	c.kept.Compute(t.key, func(old *Tile, found bool) (*Tile, otter.ComputeOp) {
		if found && old.generation.Load() > t.generation.Load() {
			return old, otter.CancelOp
		}
		return t, otter.WriteOp
	})
	// The list may have been withdrawn just now; then nobody else takes the tile away.
	for _, known := range c.epoch.Load().lists {
		if known.number == l.number {
			return
		}
	}
	c.kept.Invalidate(t.key)
}
