package crs

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"

	"github.com/twpayne/go-proj/v11"
	"golang.org/x/sync/errgroup"
)

// Transformer converts coordinates from one system to another. It is safe for concurrent
// use: each of its at most GOMAXPROCS workers has a PROJ context of its own, which a
// PROJ context must never share.
type Transformer struct {
	from, to CRS
	identity bool
	slots    chan *worker // nil where the worker is not made yet
	close    sync.Once
}

// ErrClosed is given by a Transformer after Close.
var ErrClosed = errors.New("the transformer is closed")

// PointError says that a point has no image in the target system.
type PointError struct {
	Index    int // of the point in the batch, from 0
	From, To CRS
}

// Error names the point and the systems.
func (e *PointError) Error() string {
	return fmt.Sprintf("point %d cannot be converted from %s to %s", e.Index, e.From, e.To)
}

// batch is how many vertices a worker takes at a time: enough to drown the cost of a cgo
// call, and what a batch must exceed for a second worker to be worth waking.
const batch = 8192

// NewTransformer makes the conversion between two systems, identity when they are the
// same or differ only in axis order (CRS84, EPSG:4326).
func NewTransformer(from, to CRS) (*Transformer, error) {
	t := &Transformer{from: from, to: to, identity: sameXY(from) == sameXY(to)}
	for _, c := range []CRS{from, to} {
		if _, err := Describe(c); err != nil {
			return nil, err
		}
	}
	if t.identity {
		return t, nil
	}
	first, err := newWorker(from, to)
	if err != nil {
		return nil, err
	}
	t.slots = make(chan *worker, runtime.GOMAXPROCS(0))
	t.slots <- first
	for range cap(t.slots) - 1 {
		t.slots <- nil
	}
	return t, nil
}

// sameXY folds systems that differ only in the axis order that x, y order hides.
func sameXY(c CRS) CRS {
	if c == EPSG(4326) {
		return CRS84
	}
	return c
}

// Forward transforms flat x, y pairs in place. Points that have no image become +Inf and
// the first of them is told by a [*PointError]; the others are transformed all the same.
// Large batches are shared among the workers.
func (t *Transformer) Forward(xy []float64) error {
	failed, err := t.TryForward(xy, nil)
	if err == nil && len(failed) > 0 {
		err = &PointError{Index: failed[0], From: t.from, To: t.to}
	}
	return err
}

// TryForward transforms as [Transformer.Forward] does, but appends the indexes of the
// points that have no image to failed, in order, instead of making them an error.
func (t *Transformer) TryForward(xy []float64, failed []int) ([]int, error) {
	if len(xy)%2 != 0 {
		return failed, fmt.Errorf("odd number of ordinates (%d)", len(xy))
	}
	if !t.identity {
		if err := t.forward(xy); err != nil {
			return failed, err
		}
	}
	for i := 0; i < len(xy); i += 2 {
		// The difference of two finite numbers is never NaN; of anything else it is.
		if d := (xy[i] - xy[i]) + (xy[i+1] - xy[i+1]); d != 0 {
			xy[i], xy[i+1] = math.Inf(1), math.Inf(1)
			failed = append(failed, i/2)
		}
	}
	return failed, nil
}

func (t *Transformer) forward(xy []float64) error {
	n := len(xy) / 2
	workers := min(cap(t.slots), (n+batch-1)/batch)
	if workers <= 1 {
		return t.run(xy)
	}
	var group errgroup.Group
	share := (n + workers - 1) / workers
	for from := 0; from < n; from += share {
		part := xy[2*from : 2*min(n, from+share)]
		group.Go(func() error { return t.run(part) })
	}
	return group.Wait()
}

// run transforms a part on one worker, waiting for one to be free.
func (t *Transformer) run(xy []float64) error {
	w, open := <-t.slots
	if !open {
		return ErrClosed
	}
	if w == nil {
		var err error
		if w, err = newWorker(t.from, t.to); err != nil {
			t.slots <- nil
			return err
		}
	}
	defer func() { t.slots <- w }()
	for len(xy) > 0 {
		part := xy[:min(len(xy), 2*batch)]
		if err := w.pj.ForwardFlatCoords(part, 2, -1, -1); err != nil {
			return fmt.Errorf("converting from %s to %s: %w", t.from, t.to, err)
		}
		xy = xy[len(part):]
	}
	return nil
}

// Close lets go of the workers, waiting for those at work.
func (t *Transformer) Close() {
	t.close.Do(func() {
		if t.slots == nil {
			return
		}
		for range cap(t.slots) {
			<-t.slots
		}
		close(t.slots)
	})
}

// worker is one PROJ context with the operation that lives in it.
type worker struct {
	pj    *proj.PJ
	plain *proj.PJ // pj is made of it; held so that it is not freed while pj is at work
}

func newWorker(from, to CRS) (*worker, error) {
	ctx := proj.NewContext()
	plain, err := ctx.NewCRSToCRS(from.String(), to.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("no conversion from %s to %s: %w", from, to, err)
	}
	outlive(ctx, plain)
	pj, err := plain.NormalizeForVisualization()
	if err != nil {
		return nil, fmt.Errorf("no conversion from %s to %s in x, y order: %w", from, to, err)
	}
	outlive(ctx, pj)
	return &worker{pj, plain}, nil
}

// outlive holds ctx until pj has been collected. go-proj frees both from cleanups that
// the collector may otherwise run in either order, and PROJ reads the context while it
// destroys what was made in it.
func outlive(ctx *proj.Context, pj *proj.PJ) {
	runtime.AddCleanup(pj, func(*proj.Context) {}, ctx)
}
