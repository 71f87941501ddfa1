package snapshot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"socle/geo/crs"
	"socle/referentials"
)

// Options tunes a Keeper. The zero value of each is its default.
type Options struct {
	Loads    int           // collections read at once: 2
	Coalesce time.Duration // how long a burst of events is gathered: 50 ms
	Recheck  time.Duration // how often the store is asked even if it says nothing: 1 min
	Retry    time.Duration // first wait after a failure, doubled up to MaxRetry: 250 ms
	MaxRetry time.Duration // 30 s
	Logger   *slog.Logger  // nowhere
}

func (o *Options) setDefaults() {
	o.Loads = cmp.Or(o.Loads, 2)
	o.Coalesce = cmp.Or(o.Coalesce, 50*time.Millisecond)
	o.Recheck = cmp.Or(o.Recheck, time.Minute)
	o.Retry = cmp.Or(o.Retry, 250*time.Millisecond)
	o.MaxRetry = cmp.Or(o.MaxRetry, 30*time.Second)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
}

// Status says how well the current snapshot follows the store.
type Status struct {
	Ready       bool      // there is a snapshot of all that the store held
	CheckedAt   time.Time // when the store was last seen to hold just what is served
	RefreshedAt time.Time // when the snapshot last changed
	Error       string    // what keeps it from following the store now, "" when nothing does
}

// Keeper keeps the snapshot of a store current. Load fills it, Run follows the store;
// Current may be called at any time by anyone.
type Keeper struct {
	store   referentials.Store
	options Options
	current atomic.Pointer[Snapshot]
	ways    crs.Cache

	mu       sync.Mutex // guards what follows, and the order of swaps of current
	status   Status
	failures map[string]error // by collection; "" is the store itself
}

// New gives a Keeper with an empty snapshot. Call Load, then Run.
func New(store referentials.Store, options Options) *Keeper {
	options.setDefaults()
	k := &Keeper{store: store, options: options, failures: map[string]error{}}
	k.current.Store(newSnapshot(nil))
	return k
}

// Current gives the snapshot of now, never nil. Take it once per request.
func (k *Keeper) Current() *Snapshot { return k.current.Load() }

// Status tells how the Keeper does.
func (k *Keeper) Status() Status {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.status
	names := make([]string, 0, len(k.failures))
	for id := range k.failures {
		names = append(names, id)
	}
	slices.Sort(names)
	var errs []error
	for _, id := range names {
		errs = append(errs, k.failures[id])
	}
	if err := errors.Join(errs...); err != nil {
		s.Error = err.Error()
	}
	return s
}

// Load reads every collection and makes the first snapshot. Collections that cannot be
// read are left out and told in the error; the others are served all the same, and Run
// tries again.
func (k *Keeper) Load(ctx context.Context) error {
	states, err := k.store.Collections(ctx)
	if err != nil {
		k.fail("", err)
		return err
	}
	started := time.Now()
	loaded := make([]*Collection, len(states))
	failed := make([]error, len(states))
	var group errgroup.Group
	group.SetLimit(k.options.Loads)
	for _, i := range largestFirst(states) {
		group.Go(func() error {
			id := states[i].Descriptor.ID
			loaded[i], failed[i] = k.load(ctx, id)
			return nil
		})
	}
	_ = group.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var present []*Collection
	for i, c := range loaded {
		if failed[i] != nil && referentials.CodeOf(failed[i]) == referentials.NotFound {
			failed[i] = nil // dropped meanwhile
		}
		k.settle(states[i].Descriptor.ID, failed[i])
		if c != nil {
			present = append(present, c)
		}
	}
	k.settle("", nil)
	k.swap(func(*Snapshot) *Snapshot { return newSnapshot(present) })
	k.mu.Lock()
	k.status.Ready, k.status.CheckedAt = true, time.Now()
	k.mu.Unlock()
	k.options.Logger.InfoContext(ctx, "snapshot loaded", "collections", len(present), "duration", time.Since(started))
	return errors.Join(failed...)
}

// largestFirst orders collections so that the longest load does not start last.
func largestFirst(states []referentials.State) []int {
	order := make([]int, len(states))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return int(min(1, max(-1, states[b].Version.Rows-states[a].Version.Rows)))
	})
	return order
}

func (k *Keeper) load(ctx context.Context, id string) (*Collection, error) {
	started := time.Now()
	c, err := load(ctx, k.store, id, &k.ways)
	if err != nil {
		return nil, fmt.Errorf("loading collection %s: %w", id, err)
	}
	log := k.options.Logger
	log.InfoContext(ctx, "collection loaded", "collection", id, "version", c.state.Version.ID,
		"revision", c.state.Version.Revision, "rows", c.n, "bytes", c.Bytes(), "duration", time.Since(started))
	if c.shapes != nil && c.shapes.lost > 0 {
		log.WarnContext(ctx, "features have no longitude and latitude", "collection", id, "features", c.shapes.lost)
	}
	return c, nil
}

// settle notes that work on a collection ("": on the store) went well, or what failed.
func (k *Keeper) settle(id string, err error) {
	if err != nil {
		k.fail(id, err)
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.failures, id)
}

func (k *Keeper) fail(id string, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.failures[id] = err
	k.options.Logger.Warn("the snapshot cannot follow the store", "collection", id, "error", err)
}

// swap makes the next snapshot of the current one.
func (k *Keeper) swap(next func(*Snapshot) *Snapshot) {
	k.mu.Lock()
	defer k.mu.Unlock()
	last := k.current.Load()
	k.current.Store(next(last))
	close(last.public.replaced)
	k.status.RefreshedAt = time.Now()
}
