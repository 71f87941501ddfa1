package query

import (
	"reflect"
	"sync"
	"time"

	"socle/referentials"
	"socle/referentials/snapshot"
)

// walkedAtMost is how many replaced revisions of a collection are kept for walks.
const walkedAtMost = 4

// archive keeps the revisions that walks are on, for as long as a walk may pause. What is
// current costs nothing to keep; a revision that was replaced is let go when nobody has
// turned a page of it for the lifetime.
type archive struct {
	lifetime time.Duration
	now      func() time.Time

	mu     sync.Mutex
	walked map[string][]*walked // by collection, the last walked one last
	sweep  *time.Timer          // runs while walked holds anything
	closed bool
}

type walked struct {
	collection *snapshot.PublicCollection
	last       time.Time // when a page was turned
}

func newArchive(lifetime time.Duration) *archive {
	return &archive{lifetime: lifetime, now: time.Now, walked: map[string][]*walked{}}
}

// keep notes that a walk goes on over c.
func (a *archive) keep(c *snapshot.PublicCollection) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return
	}
	id, tag := c.ID(), c.Tag()
	list := a.walked[id]
	var entry *walked
	for i, w := range list {
		if w.collection.Tag() == tag {
			entry, list = w, append(list[:i], list[i+1:]...)
			break
		}
	}
	if entry == nil {
		entry = &walked{collection: c}
	}
	entry.last = a.now()
	list = append(list, entry)
	if len(list) > walkedAtMost+1 {
		list = append(list[:0:0], list[len(list)-walkedAtMost-1:]...)
	}
	a.walked[id] = list
	if a.sweep == nil {
		a.sweep = time.AfterFunc(a.lifetime, a.expire)
	}
}

// expire lets go of what nobody walks any more.
func (a *archive) expire() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sweep = nil
	limit := a.now().Add(-a.lifetime)
	for id, list := range a.walked {
		kept := list[:0:0]
		for _, w := range list {
			if w.last.After(limit) {
				kept = append(kept, w)
			}
		}
		if len(kept) == 0 {
			delete(a.walked, id)
		} else {
			a.walked[id] = kept
		}
	}
	if len(a.walked) > 0 && !a.closed {
		a.sweep = time.AfterFunc(a.lifetime/2, a.expire)
	}
}

// find gives the revision of a tag, if it is kept.
func (a *archive) find(id, tag string) (*snapshot.PublicCollection, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	limit := a.now().Add(-a.lifetime)
	for _, w := range a.walked[id] {
		if w.collection.Tag() == tag && w.last.After(limit) {
			return w.collection, true
		}
	}
	return nil, false
}

func (a *archive) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
	if a.sweep != nil {
		a.sweep.Stop()
	}
	clear(a.walked)
}

// Keep makes sure that the cursors given for a revision stay good for their lifetime.
func (e *Engine) Keep(c *snapshot.PublicCollection) { e.archive.keep(c) }

// Resume gives the revision that a cursor walks: the current one, or one that is still
// kept. What has been withdrawn from the public since is gone for walks too.
func (e *Engine) Resume(current *snapshot.PublicCollection, at Cursor) (*snapshot.PublicCollection, error) {
	if at.Tag == current.Tag() {
		return current, nil
	}
	c, ok := e.archive.find(current.ID(), at.Tag)
	if !ok || !reflect.DeepEqual(c.Descriptor(), current.Descriptor()) {
		return nil, ErrWalkEnded()
	}
	return c, nil
}

// ErrWalkEnded says that a walk cannot go on from a cursor.
func ErrWalkEnded() *referentials.Error {
	return referentials.Errorf(referentials.Gone, "the data changed, and the version that this cursor walks is kept no longer").
		At("parameter cursor").Do("start again from the first page")
}
