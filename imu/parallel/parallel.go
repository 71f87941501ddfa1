// Package parallel hands work out to every processor in chunks, so that the result is the
// same on any number of them.
package parallel

import (
	"context"
	"runtime"
	"sync/atomic"

	"socle/geo/workers"
)

// Chunk is how many things a worker takes at a time.
type Chunk int

// Of counts the chunks of n things.
func (c Chunk) Of(n int) int { return (n + int(c) - 1) / int(c) }

// Each hands n things out to workers, one for each processor, each with what start made for
// it alone. What work leaves must depend on the chunk and not on the worker. The first
// error ends it, as the end of ctx does, whose cause is given; a panic of work is one of Each.
func Each[W any](ctx context.Context, n int, size Chunk, start func() W, work func(w W, chunk, from, to int) error) error {
	var next atomic.Int64
	group, ctx := workers.WithContext(ctx)
	for range max(1, min(runtime.GOMAXPROCS(0), size.Of(n))) {
		group.Go(func() error {
			w := start()
			for {
				k := int(next.Add(1)) - 1
				if k >= size.Of(n) {
					return nil
				}
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				if err := work(w, k, k*int(size), min(n, (k+1)*int(size))); err != nil {
					return err
				}
			}
		})
	}
	return group.Wait()
}
