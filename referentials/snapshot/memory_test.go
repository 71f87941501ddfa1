package snapshot

import (
	"context"
	"slices"
	"sync"
	"time"

	"socle/referentials"
)

// memoryStore is the least store that follows the contract of referentials.Store in what
// a Keeper asks of it. Its unavailable switch plays a database that is down.
type memoryStore struct {
	referentials.Store // what a Keeper never calls

	mu          sync.Mutex
	kept        map[string]*memoryCollection
	watchers    map[int]func(referentials.Event)
	nextWatcher int
	published   int64
	unavailable bool
	loads       int // calls of Load that began
	forgetful   bool
}

type memoryCollection struct {
	state   referentials.State
	rows    []referentials.Row
	journal map[string]edited // by key
}

// edited is the last edit of a key.
type edited struct {
	key      referentials.Value
	revision int64
}

func newMemoryStore() *memoryStore {
	return &memoryStore{kept: map[string]*memoryCollection{}, watchers: map[int]func(referentials.Event){}}
}

var errDown = referentials.Errorf(referentials.Unavailable, "the database is down")

func cloneRow(r *referentials.Row) referentials.Row {
	return referentials.Row{Values: slices.Clone(r.Values), Geom: r.Geom.Clone()}
}

// publish makes rows the next version of a collection.
func (m *memoryStore) publish(d referentials.Descriptor, rows []referentials.Row) {
	m.mu.Lock()
	m.published++
	next := &memoryCollection{journal: map[string]edited{}}
	for i := range rows {
		next.rows = append(next.rows, cloneRow(&rows[i]))
	}
	next.state = referentials.State{Descriptor: d, Version: referentials.Version{
		Collection: d.ID, ID: 1, Rows: int64(len(rows)), Current: true,
		PublishedAt: time.Unix(1_700_000_000+m.published, 0).UTC(),
	}}
	if before := m.kept[d.ID]; before != nil {
		next.state.Version.ID = before.state.Version.ID + 1
	}
	m.kept[d.ID] = next
	m.mu.Unlock()
	m.tell()
}

func (m *memoryStore) Drop(_ context.Context, id string) error {
	m.mu.Lock()
	delete(m.kept, id)
	m.mu.Unlock()
	m.tell()
	return nil
}

func (m *memoryStore) setDown(down bool) {
	m.mu.Lock()
	m.unavailable = down
	m.mu.Unlock()
	if !down {
		m.tell()
	}
}

// tell notifies of a change, which a database that is down does not.
func (m *memoryStore) tell() {
	m.mu.Lock()
	down := m.unavailable
	m.mu.Unlock()
	if !down {
		m.wake()
	}
}

// wake notifies all watchers that anything may have changed.
func (m *memoryStore) wake() {
	m.mu.Lock()
	var all []func(referentials.Event)
	for _, notify := range m.watchers {
		all = append(all, notify)
	}
	m.mu.Unlock()
	for _, notify := range all {
		notify(referentials.Event{})
	}
}

func (m *memoryStore) Collections(context.Context) ([]referentials.State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.unavailable {
		return nil, errDown
	}
	var all []referentials.State
	for _, c := range m.kept {
		all = append(all, c.state)
	}
	slices.SortFunc(all, func(a, b referentials.State) int {
		if a.Descriptor.ID < b.Descriptor.ID {
			return -1
		}
		return 1
	})
	return all, nil
}

func (m *memoryStore) Load(_ context.Context, id string, _ int64, read func(referentials.State, referentials.Rows) error) error {
	m.mu.Lock()
	m.loads++
	c, down := m.kept[id], m.unavailable
	var state referentials.State
	var rows []referentials.Row
	if c != nil {
		state, rows = c.state, slices.Clone(c.rows)
	}
	m.mu.Unlock()
	switch {
	case down:
		return errDown
	case c == nil:
		return referentials.Errorf(referentials.NotFound, "no collection %q", id)
	}
	return read(state, func(yield func(*referentials.Row, error) bool) {
		for i := range rows {
			if !yield(&rows[i], nil) {
				return
			}
		}
	})
}

func (m *memoryStore) Apply(_ context.Context, id string, changes []referentials.Change) (referentials.Version, error) {
	m.mu.Lock()
	c := m.kept[id]
	if len(changes) > 0 {
		c.state.Version.Revision++
	}
	k := c.state.Descriptor.KeyIndex()
	for i := range changes {
		change := &changes[i]
		at := slices.IndexFunc(c.rows, func(r referentials.Row) bool { return r.Values[k] == change.Key })
		switch {
		case change.Op == referentials.Upsert && at >= 0:
			c.rows[at] = cloneRow(&change.Row)
		case change.Op == referentials.Upsert:
			c.rows = append(c.rows, cloneRow(&change.Row))
		case at >= 0:
			c.rows = slices.Concat(c.rows[:at:at], c.rows[at+1:])
		}
		c.journal[change.Key.String()] = edited{change.Key, c.state.Version.Revision}
	}
	c.state.Version.Rows = int64(len(c.rows))
	v := c.state.Version
	m.mu.Unlock()
	m.tell()
	return v, nil
}

func (m *memoryStore) Changes(_ context.Context, id string, version, since int64) ([]referentials.Change, int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.kept[id]
	switch {
	case m.unavailable:
		return nil, 0, errDown
	case m.forgetful || c == nil || c.state.Version.ID != version:
		return nil, 0, referentials.Errorf(referentials.Gone, "the journal does not reach that far back")
	}
	k := c.state.Descriptor.KeyIndex()
	present := map[string]bool{}
	var deletes, upserts []referentials.Change
	for i := range c.rows {
		key := c.rows[i].Values[k]
		present[key.String()] = true
		if c.journal[key.String()].revision > since {
			upserts = append(upserts, referentials.Change{Op: referentials.Upsert, Key: key, Row: cloneRow(&c.rows[i])})
		}
	}
	for key, e := range c.journal {
		if e.revision > since && !present[key] {
			deletes = append(deletes, referentials.Change{Op: referentials.Delete, Key: e.key})
		}
	}
	return append(deletes, upserts...), c.state.Version.Revision, nil
}

func (m *memoryStore) Watch(ctx context.Context, notify func(referentials.Event)) error {
	m.mu.Lock()
	m.nextWatcher++
	n := m.nextWatcher
	m.watchers[n] = notify
	m.mu.Unlock()
	notify(referentials.Event{})
	<-ctx.Done()
	m.mu.Lock()
	delete(m.watchers, n)
	m.mu.Unlock()
	return ctx.Err()
}
