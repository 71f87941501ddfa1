package pmtiles

import (
	"container/list"
	"sync"
)

// maxCached bounds the entries of directories that are kept, 24 bytes each.
const maxCached = 1 << 20

// directories keeps the leaf directories that were used last. It is safe for concurrent
// use.
type directories struct {
	mu      sync.Mutex
	most    int
	entries int        // in all of them
	used    *list.List // of kept, the last used first
	at      map[section]*list.Element
}

type kept struct {
	at      section
	entries []entry
}

func newDirectories() directories {
	return directories{most: maxCached, used: list.New(), at: map[section]*list.Element{}}
}

func (d *directories) get(at section) ([]entry, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e, ok := d.at[at]
	if !ok {
		return nil, false
	}
	d.used.MoveToFront(e)
	return e.Value.(kept).entries, true
}

// put keeps a directory, in place of those not used for longest. One that is larger than
// all that may be kept is not.
func (d *directories) put(at section, entries []entry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.at[at]; ok || len(entries) > d.most {
		return
	}
	for d.entries+len(entries) > d.most {
		oldest := d.used.Back()
		k := d.used.Remove(oldest).(kept)
		delete(d.at, k.at)
		d.entries -= len(k.entries)
	}
	d.at[at] = d.used.PushFront(kept{at, entries})
	d.entries += len(entries)
}
