package morphology

import (
	"context"
	"sync"
	"sync/atomic"

	"socle/imu/parallel"
)

// chunkSize is how many things a worker takes at a time.
const chunkSize parallel.Chunk = 256

// spread is parallel.Each that tells how far it is.
func spread[W any](ctx context.Context, n int, tell func(done, of int), start func() W, work func(w W, chunk, from, to int) error) error {
	var done atomic.Int64
	return parallel.Each(ctx, n, chunkSize, start, func(w W, chunk, from, to int) error {
		if err := work(w, chunk, from, to); err != nil {
			return err
		}
		tell(int(done.Add(1)), chunkSize.Of(n))
		return nil
	})
}

// teller passes progress on, one call at a time.
type teller struct {
	mu sync.Mutex
	to func(stage string, share float64)
}

func newTeller(to func(string, float64)) *teller { return &teller{to: to} }

func (t *teller) stage(name string) func(done, of int) {
	if t.to == nil {
		return func(int, int) {}
	}
	return func(done, of int) {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.to(name, float64(done)/float64(of))
	}
}
