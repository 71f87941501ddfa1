package morphology

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// chunkSize is how many things a worker takes at a time.
const chunkSize = 256

func chunksOf(n int) int { return (n + chunkSize - 1) / chunkSize }

// spread hands n things out to workers, one for each processor, each with what start made
// for it alone. What work leaves must depend on the chunk and not on the worker, so that
// the result is the same on any number of them.
func spread[W any](ctx context.Context, n int, tell func(done, of int), start func() W, work func(w W, chunk, from, to int) error) error {
	var next, done atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range max(1, min(runtime.GOMAXPROCS(0), chunksOf(n))) {
		group.Go(func() error {
			w := start()
			for {
				k := int(next.Add(1)) - 1
				if k >= chunksOf(n) {
					return nil
				}
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				if err := work(w, k, k*chunkSize, min(n, (k+1)*chunkSize)); err != nil {
					return err
				}
				tell(int(done.Add(1)), chunksOf(n))
			}
		})
	}
	return group.Wait()
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
