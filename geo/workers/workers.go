// Package workers lets goroutines share the work of one that waits for them. A panic of a
// worker is one of whoever waits, which may know what to do about it; by itself it would end
// the program.
package workers

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// Group is an errgroup.Group whose Wait passes on panics. The zero value is ready: it has no
// limit and is ended by no error.
type Group struct {
	group errgroup.Group
	whole *errgroup.Group // the group in use where a context ends with it
	crash atomic.Pointer[Panic]
}

// Panic is what a worker panicked with, and where.
type Panic struct {
	Value any
	Stack []byte // of the worker
}

func (p *Panic) Error() string { return fmt.Sprintf("%v, in a worker:\n%s", p.Value, p.Stack) }

// WithContext gives a group whose first error, or panic, ends the context.
func WithContext(ctx context.Context) (*Group, context.Context) {
	whole, ctx := errgroup.WithContext(ctx)
	return &Group{whole: whole}, ctx
}

func (g *Group) using() *errgroup.Group {
	if g.whole != nil {
		return g.whole
	}
	return &g.group
}

// SetLimit bounds how many workers there are at once.
func (g *Group) SetLimit(n int) { g.using().SetLimit(n) }

// Go has a worker do f, once the limit allows it.
func (g *Group) Go(f func() error) {
	g.using().Go(func() (err error) {
		defer func() {
			if v := recover(); v != nil {
				p, inner := v.(*Panic) // of a worker's own workers
				if !inner {
					p = &Panic{v, debug.Stack()}
				}
				g.crash.CompareAndSwap(nil, p)
				err = p
			}
		}()
		return f()
	})
}

// Wait waits for all workers and gives the first error. Where one panicked, so does Wait, with
// a *Panic.
func (g *Group) Wait() error {
	err := g.using().Wait()
	if p := g.crash.Load(); p != nil {
		panic(p) //nolint:forbidigo // it is a worker's, for whoever has the work done
	}
	return err
}
