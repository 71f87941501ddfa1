package snapshot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"socle/referentials"
)

// Run follows the store until ctx ends: the store's events, and a look now and then in
// case one was missed, lead to a comparison of its collections with those served, and to
// a refresh of each that differs. Collections refresh independently, so a small edit does
// not wait for a large load. While the store does not answer, what is there is served.
func (k *Keeper) Run(ctx context.Context) error {
	wake := make(chan struct{}, 1)
	nudge := func() {
		select {
		case wake <- struct{}{}:
		default: // a comparison that will see this change is due already
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return k.watch(ctx, nudge) })
	group.Go(func() error { return k.follow(ctx, wake, nudge) })
	err := group.Wait()
	if errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

// watch keeps a watch on the store; one that breaks is begun again.
func (k *Keeper) watch(ctx context.Context, nudge func()) error {
	wait := k.options.Retry
	for {
		started := time.Now()
		err := k.store.Watch(ctx, func(referentials.Event) { nudge() })
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			err = referentials.Errorf(referentials.Internal, "the store stopped watching")
		}
		k.options.Logger.WarnContext(ctx, "the watch on the store broke", "error", err)
		if time.Since(started) > k.options.MaxRetry {
			wait = k.options.Retry
		}
		if !sleep(ctx, wait) {
			return ctx.Err()
		}
		wait = min(2*wait, k.options.MaxRetry)
		nudge()
	}
}

// sleep waits, and tells whether ctx let it.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// follow compares and refreshes, each time it is woken.
func (k *Keeper) follow(ctx context.Context, wake <-chan struct{}, nudge func()) error {
	f := &follower{
		keeper: k, nudge: nudge, loads: make(chan struct{}, k.options.Loads),
		busy: map[string]bool{}, waits: map[string]time.Duration{},
	}
	defer f.workers.Wait()
	wait := k.options.Retry
	recheck := time.NewTicker(k.options.Recheck)
	defer recheck.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-recheck.C:
		case <-wake:
			if !sleep(ctx, k.options.Coalesce) { // more of a burst may be on its way
				return ctx.Err()
			}
		}
		err := f.compare(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			wait = k.options.Retry
			continue
		}
		k.fail("", fmt.Errorf("the store does not answer: %w", err))
		if !sleep(ctx, wait) {
			return ctx.Err()
		}
		wait = min(2*wait, k.options.MaxRetry)
		nudge()
	}
}

// follower holds the refreshes under way. Its map belongs to a mutex because each
// refresh ends in its own goroutine.
type follower struct {
	keeper  *Keeper
	nudge   func()
	workers sync.WaitGroup
	loads   chan struct{} // bounds full loads; edits never wait for them

	mu    sync.Mutex
	busy  map[string]bool
	waits map[string]time.Duration // before the next attempt at a collection that failed
}

// compare starts a refresh of every collection that differs from the store's, unless one
// is under way: when that ends it has the collections compared again.
func (f *follower) compare(ctx context.Context) error {
	k := f.keeper
	states, err := k.store.Collections(ctx)
	if err != nil {
		return err
	}
	k.settle("", nil)
	current := k.Current()
	known := make(map[string]bool, len(states))
	behind := 0
	for i := range states {
		state := &states[i]
		id := state.Descriptor.ID
		known[id] = true
		have, ok := current.Collection(id)
		if ok && sameVersion(have, state) && have.state.Version.Revision == state.Version.Revision {
			continue
		}
		if ok && narrows(have.Descriptor(), &state.Descriptor) {
			// What may no longer be seen must not be served while its successor loads.
			k.swap(func(s *Snapshot) *Snapshot { return s.without(id) })
			k.options.Logger.InfoContext(ctx, "collection withdrawn until it is loaded", "collection", id)
			have = nil
		}
		if !ok || have != nil && !sameVersion(have, state) {
			have = nil
		}
		behind++
		f.start(ctx, id, have)
	}
	for _, c := range current.Collections() {
		if id := c.state.Descriptor.ID; !known[id] {
			k.swap(func(s *Snapshot) *Snapshot { return s.without(id) })
			k.settle(id, nil)
			k.options.Logger.InfoContext(ctx, "collection dropped", "collection", id)
		}
	}
	k.forget(known)
	if behind == 0 {
		k.mu.Lock()
		k.status.Ready, k.status.CheckedAt = true, time.Now()
		k.mu.Unlock()
	}
	return nil
}

// forget drops the failures of collections that are no more.
func (k *Keeper) forget(known map[string]bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for id := range k.failures {
		if id != "" && !known[id] {
			delete(k.failures, id)
		}
	}
}

// sameVersion tells whether c is an earlier revision of state, or just it.
func sameVersion(c *Collection, state *referentials.State) bool {
	v := &c.state.Version
	return v.ID == state.Version.ID && v.PublishedAt.Equal(state.Version.PublishedAt) && v.Revision <= state.Version.Revision
}

// start refreshes a collection in a goroutine: from have by edits, or by a load when that
// is nil.
func (f *follower) start(ctx context.Context, id string, have *Collection) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.busy[id] {
		return
	}
	f.busy[id] = true
	f.workers.Go(func() {
		err := f.refresh(ctx, id, have)
		if ctx.Err() != nil {
			return
		}
		f.keeper.settle(id, err)
		if err != nil { // a broken collection must not be read again without pause
			sleep(ctx, f.pause(id))
		}
		f.mu.Lock()
		delete(f.busy, id)
		if err == nil {
			delete(f.waits, id)
		}
		f.mu.Unlock()
		f.nudge()
	})
}

// pause gives how long to let a collection be that failed, longer each time.
func (f *follower) pause(id string) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	wait := max(f.waits[id], f.keeper.options.Retry)
	f.waits[id] = min(2*wait, f.keeper.options.MaxRetry)
	return wait
}

// refresh brings a collection up to date and swaps it in.
func (f *follower) refresh(ctx context.Context, id string, have *Collection) error {
	k := f.keeper
	if now, _ := k.Current().Collection(id); have != nil && now != have {
		// Another refresh ended between the comparison and this one. Edits write past the end
		// of what they begin with, which only one may do: the next comparison begins anew.
		return nil
	}
	if have != nil && !have.wasteful() {
		next, err := k.edit(ctx, have)
		if err == nil {
			k.swap(func(s *Snapshot) *Snapshot { return s.with(next) })
			return nil
		}
		if code := referentials.CodeOf(err); code == referentials.Unavailable || ctx.Err() != nil {
			return err
		} else if code != referentials.Gone {
			k.options.Logger.WarnContext(ctx, "edits cannot be followed, loading anew", "collection", id, "error", err)
		}
	}
	select {
	case f.loads <- struct{}{}:
		defer func() { <-f.loads }()
	case <-ctx.Done():
		return ctx.Err()
	}
	next, err := k.load(ctx, id)
	switch {
	case referentials.CodeOf(err) == referentials.NotFound:
		return nil // dropped meanwhile: the next comparison will see
	case err != nil:
		return err
	}
	k.swap(func(s *Snapshot) *Snapshot { return s.with(next) })
	return nil
}

// narrows tells whether something public under the old descriptor is not under the next.
func narrows(old, next *referentials.Descriptor) bool {
	was, _, ok := old.Public()
	if !ok {
		return false
	}
	is, _, ok := next.Public()
	if !ok {
		return true
	}
	for i := range was.Fields {
		name := was.Fields[i].Name
		if next.FieldIndex(name) >= 0 && is.FieldIndex(name) < 0 {
			return true
		}
	}
	return false
}

// edit follows the edits of have's version.
func (k *Keeper) edit(ctx context.Context, have *Collection) (*Collection, error) {
	started := time.Now()
	id, v := have.state.Descriptor.ID, &have.state.Version
	changes, revision, err := k.store.Changes(ctx, id, v.ID, v.Revision)
	if err != nil {
		return nil, fmt.Errorf("asking for the edits of collection %s: %w", id, err)
	}
	next, err := have.edited(revision, changes, &k.ways)
	if err != nil {
		return nil, fmt.Errorf("following the edits of collection %s: %w", id, err)
	}
	k.options.Logger.InfoContext(ctx, "collection edited", "collection", id, "version", v.ID,
		"revision", revision, "changes", len(changes), "duration", time.Since(started))
	return next, nil
}
