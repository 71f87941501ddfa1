package blocks

import (
	"context"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// chunk is how many things a worker takes at a time. What it leaves depends on the chunk
// and not on the worker.
const chunk = 512

// eachShare hands n things out to workers, each with what start made for it alone.
func eachShare[W any](ctx context.Context, n int, start func() W, work func(w W, share, from, to int) error) error {
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range max(1, min(runtime.GOMAXPROCS(0), (n+chunk-1)/chunk)) {
		group.Go(func() error {
			w := start()
			for {
				k := int(next.Add(1)) - 1
				if k*chunk >= n {
					return nil
				}
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				if err := work(w, k, k*chunk, min(n, (k+1)*chunk)); err != nil {
					return err
				}
			}
		})
	}
	return group.Wait()
}
