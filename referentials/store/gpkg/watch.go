package gpkg

import (
	"context"
	"maps"
	"slices"
	"time"

	"socle/referentials"
	"socle/referentials/sqlite"
)

// How often Watch looks whether another process has committed, and how long it waits
// after a look that failed.
const (
	pollEvery  = 300 * time.Millisecond
	retryAfter = time.Second
)

// Watch tells of every change to the file. SQLite notifies nobody: the file's data
// version is polled, and this process's own commits make the next poll come at once.
func (s *Store) Watch(ctx context.Context, notify func(referentials.Event)) error {
	poked := make(chan struct{}, 1)
	s.mu.Lock()
	s.watchers[poked] = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.watchers, poked)
		s.mu.Unlock()
	}()

	var w watcher
	defer w.close()
	for {
		wait := pollEvery
		if w.conn == nil {
			if err := w.open(s); err != nil {
				wait = retryAfter
			} else {
				notify(referentials.Event{})
			}
		} else if ids, err := w.poll(s); err != nil {
			w.close()
			notify(referentials.Event{}) // who asks the store now learns what is wrong
			continue
		} else {
			for _, id := range ids {
				notify(referentials.Event{Collection: id})
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-poked:
		case <-time.After(wait):
		}
	}
}

// poke has the watchers of this process look now.
func (s *Store) poke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for w := range s.watchers {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}

// watcher compares what the file holds from one look to the next, over a connection of
// its own: the data version does not count a connection's own commits.
type watcher struct {
	conn    *sqlite.Conn
	version int64
	seen    map[string]edition
}

// edition says which rows of a collection are current.
type edition struct{ number, revision int64 }

func (w *watcher) open(s *Store) error {
	c, err := s.openReader()
	if err != nil {
		return err
	}
	w.conn = c
	if _, err := w.poll(s); err != nil {
		w.close()
		return err
	}
	return nil
}

func (w *watcher) close() {
	if w.conn != nil {
		w.conn.Close()
	}
	*w = watcher{}
}

// poll gives the ids of the collections that changed since the last one, sorted.
func (w *watcher) poll(s *Store) ([]string, error) {
	if err := s.inPlace(); err != nil {
		return nil, err
	}
	// The version is read first: a commit between the two reads is found twice rather
	// than never.
	version, err := w.conn.Int("PRAGMA data_version")
	if err != nil || version == w.version {
		return nil, err
	}
	seen := make(map[string]edition, len(w.seen))
	err = w.conn.Query(`SELECT v.collection, v.number, v.revision FROM socle_versions v
		JOIN socle_collections c ON c.id = v.collection AND c.current = v.number`, func(q *sqlite.Stmt) error {
		seen[q.Text(0)] = edition{q.Int(1), q.Int(2)}
		return nil
	})
	if err != nil {
		return nil, err
	}
	changed := make(map[string]bool)
	for id, e := range seen {
		if w.seen[id] != e {
			changed[id] = true
		}
	}
	for id := range w.seen {
		if _, there := seen[id]; !there {
			changed[id] = true
		}
	}
	w.version, w.seen = version, seen
	return slices.Sorted(maps.Keys(changed)), nil
}
