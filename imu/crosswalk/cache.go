package crosswalk

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/maypok86/otter/v2"

	"socle/referentials"
	"socle/referentials/snapshot"
)

// question is all that a matrix depends on.
type question struct {
	source, mesh   string
	method         Method
	base           Base
	through, field string
	weights        string
	weight         WeightSpec
}

func (r *Request) question() question {
	q := question{source: tagOf(r.Source), mesh: tagOf(r.Mesh), method: r.Method}
	switch r.Method {
	case Key:
		tags := make([]string, 0, len(r.Through))
		for _, c := range r.Through {
			if c != nil {
				tags = append(tags, tagOf(c))
			}
		}
		q.through, q.field = strings.Join(tags, "\x00"), r.Field
	case Area:
		q.base = r.Base
	case Passage:
		q.base, q.field, q.weights, q.weight = r.Base, r.Field, tagOf(r.Weights), r.Weight
	case Dasymetric:
		q.base, q.weights, q.weight = r.Base, tagOf(r.Weights), r.Weight
	}
	return q
}

// tagOf names a revision of a collection for good.
func tagOf(c *snapshot.Collection) string { return c.Descriptor().ID + "\x00" + c.Tag() }

// Cache keeps matrices by the revisions and the method they were made of. It is safe for
// concurrent use.
type Cache struct {
	kept   *otter.Cache[question, *Matrix]
	logger *slog.Logger
	making func(context.Context, Request) (*Matrix, error) // Build

	mu     sync.Mutex
	builds map[question]*build
}

// build is one matrix in the making. It goes on as long as somebody waits for it.
type build struct {
	waiting int // guarded by Cache.mu
	cancel  context.CancelFunc
	done    chan struct{}
	matrix  *Matrix
	err     error
}

// NewCache makes a cache of at most so many bytes. The logger is told of bugs, nil for nobody.
func NewCache(bytes uint64, logger *slog.Logger) (*Cache, error) {
	kept, err := otter.New(&otter.Options[question, *Matrix]{
		MaximumWeight: bytes,
		Weigher:       func(_ question, m *Matrix) uint32 { return uint32(min(m.Bytes()+512, 1<<32-1)) },
	})
	if err != nil {
		return nil, referentials.Errorf(referentials.Internal, "the cache of crosswalks cannot be made: %w", err)
	}
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &Cache{kept: kept, logger: logger, making: Build, builds: map[question]*build{}}, nil
}

// Get gives the matrix of a request: the one that is kept, the one that is being made for
// somebody else, or a new one. A build ends early when all who wait for it have gone.
func (c *Cache) Get(ctx context.Context, r Request) (*Matrix, error) {
	if r.Base == "" {
		r.Base = Sum
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	// The caller may change its list while the build goes on.
	r.Through = slices.Clone(r.Through)
	q := r.question()
	if m, ok := c.kept.GetIfPresent(q); ok {
		return m, nil
	}
	b := c.join(ctx, q, r)
	select {
	case <-b.done:
		c.leave(q, b)
		return b.matrix, b.err
	case <-ctx.Done():
		c.leave(q, b)
		return nil, context.Cause(ctx)
	}
}

// join waits for the build of q, which begins now if there is none.
func (c *Cache) join(ctx context.Context, q question, r Request) *build {
	c.mu.Lock()
	defer c.mu.Unlock()
	if b := c.builds[q]; b != nil {
		b.waiting++
		return b
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	b := &build{waiting: 1, cancel: cancel, done: make(chan struct{})}
	c.builds[q] = b
	go func() {
		b.matrix, b.err = c.attempt(ctx, r)
		if b.err == nil {
			c.kept.Set(q, b.matrix)
		}
		c.forget(q, b)
		close(b.done)
	}()
	return b
}

// attempt makes a matrix. A panic in it is a bug that must not take the server with it.
func (c *Cache) attempt(ctx context.Context, r Request) (m *Matrix, err error) {
	defer func() {
		if p := recover(); p != nil {
			from, to := r.Source.Descriptor().ID, r.Mesh.Descriptor().ID
			c.logger.Error("panic", "crosswalk", from+" to "+to, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			m, err = nil, referentials.Errorf(referentials.Internal, "a panic while the crosswalk of %s to %s was made", from, to)
		}
	}()
	return c.making(ctx, r)
}

// leave stops a build nobody waits for any more.
func (c *Cache) leave(q question, b *build) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if b.waiting--; b.waiting > 0 {
		return
	}
	b.cancel()
	if c.builds[q] == b { // who comes next begins anew
		delete(c.builds, q)
	}
}

func (c *Cache) forget(q question, b *build) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.builds[q] == b {
		delete(c.builds, q)
	}
}
