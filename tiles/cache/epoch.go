package cache

import (
	"maps"
	"slices"
	"sync/atomic"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"socle/geo"
	"socle/geo/index"
	"socle/referentials/snapshot"
	"socle/tiles"
)

// epoch is what tiles are of while the public collections are those of one snapshot. It is
// immutable: a new snapshot, or a list that was not asked for before, makes another.
type epoch struct {
	public *snapshot.Public
	lists  map[string]*list // by their ids, comma between
}

// list is some collections, one layer each. When one of them gets another revision, the
// list gets another generation.
type list struct {
	ids        []string
	number     uint32 // in keys
	deepest    uint32 // zoom from which all is drawn as it is
	lastAsked  *atomic.Uint64
	generation uint64
	changes    [][]*change // that led to the generation, one to the other
}

// change is where a collection differs from what it was. It is nil, which is everywhere,
// until someone has found out.
type change struct{ known atomic.Pointer[places] }

// places are the boxes of a difference.
type places struct {
	everywhere bool
	boxes      *index.Tree
}

// Bounds of what is remembered. Beyond them tiles are drawn again.
const (
	maxLists   = 256
	maxChanges = 64
)

// stalest gives the list that was last asked for before all others. There is no end of lists
// of several collections, and one client may ask for all: while they are at least half of
// them, one of a single collection, which is drawn ahead, does not make room for another.
func (e *epoch) stalest() string {
	var stalest [2]string // of single collections, and of several
	several := 0
	for name, l := range e.lists {
		k := 0
		if len(l.ids) > 1 {
			k = 1
			several++
		}
		if stalest[k] == "" || l.lastAsked.Load() < e.lists[stalest[k]].lastAsked.Load() {
			stalest[k] = name
		}
	}
	if several >= maxLists/2 {
		return stalest[1]
	}
	return stalest[0]
}

// holds tells whether a tile of the list still shows what is there, and if so notes it.
func (l *list) holds(t *Tile, z, x, y uint32) bool {
	g := t.generation.Load()
	if g >= l.generation {
		return true
	}
	behind := l.generation - g
	if behind > uint64(len(l.changes)) {
		return false
	}
	near := surroundings(z, x, y, z < l.deepest)
	for _, changes := range l.changes[uint64(len(l.changes))-behind:] {
		for _, change := range changes {
			p := change.known.Load()
			if p == nil || p.everywhere {
				return false
			}
			met := false
			p.boxes.Search(near, func(uint32) bool {
				met = true
				return false
			})
			if met {
				return false
			}
		}
	}
	t.generation.CompareAndSwap(g, l.generation)
	return true
}

// surroundings gives the box in CRS84 beyond which nothing shows on a tile: a buffer wider
// than any that a policy can ask for. From afar, where small features stand for those
// beside them, it is the tiles around.
func surroundings(z, x, y uint32, afar bool) orb.Bound {
	margin := 1.0 / 7
	if afar {
		margin = 1
	}
	b := maptile.New(x, y, maptile.Zoom(z)).Bound(margin)
	// What lies beyond the square world is drawn on its border.
	last := uint32(1)<<z - 1
	if x == 0 {
		b.Min[0] = -360
	}
	if x == last {
		b.Max[0] = 360
	}
	if y == 0 {
		b.Max[1] = 90
	}
	if y == last {
		b.Min[1] = -90
	}
	return b
}

// now gives the epoch of the public collections of now.
func (c *Cache) now() *epoch {
	if e := c.epoch.Load(); e.public == c.public() {
		return e
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.advance()
}

// advance brings the epoch up to date. It needs mu, so that epochs follow each other as
// snapshots do.
func (c *Cache) advance() *epoch {
	old, public := c.epoch.Load(), c.public()
	if old.public == public {
		return old
	}
	next := &epoch{public: public, lists: make(map[string]*list, len(old.lists))}
	changes := map[string]*change{} // by collection
	var gone []uint32
	for name, l := range old.lists {
		if follows, ok := c.follow(l, old.public, public, changes); ok {
			next.lists[name] = follows
		} else {
			gone = append(gone, l.number)
		}
	}
	c.epoch.Store(next)
	c.forget(gone)
	return next
}

// forget lets go of the tiles of lists. None can be asked for any more, but what may no
// longer be seen must not stay in memory either.
func (c *Cache) forget(lists []uint32) {
	if len(lists) == 0 {
		return
	}
	for k := range c.kept.Keys() {
		if slices.Contains(lists, k.list) {
			c.kept.Invalidate(k)
		}
	}
}

// follow gives what becomes of a list when one snapshot follows another: nothing when a
// collection of it is no longer public, or described otherwise.
func (c *Cache) follow(l *list, old, public *snapshot.Public, changes map[string]*change) (*list, bool) {
	var met []*change
	for _, id := range l.ids {
		was, _ := old.Collection(id)
		is, ok := public.Collection(id)
		switch {
		case was == nil || !ok || !snapshot.SameForm(was, is):
			return nil, false
		case was.Tag() == is.Tag():
			continue
		}
		if changes[id] == nil {
			changes[id] = c.compare(was, is)
		}
		met = append(met, changes[id])
	}
	if met == nil {
		return l, true
	}
	next := *l
	next.generation++
	next.changes = append(slices.Clone(l.changes[max(0, len(l.changes)-maxChanges+1):]), met)
	return &next, true
}

// fewBoxes is how many are looked at while a request waits.
const fewBoxes = 64

// compare finds out where a collection differs: at once for a few edits, else beside.
func (c *Cache) compare(was, is *snapshot.PublicCollection) *change {
	found := new(change)
	edits, known := is.EditsSince(was.Tag())
	if known && len(edits.Boxes) <= fewBoxes {
		found.known.Store(placesOf(edits, was, is))
		return found
	}
	c.workers.Go(func() {
		if !known {
			var err error
			if edits, err = snapshot.Compare(c.ctx, was, is); err != nil {
				return // the cache is closing
			}
		}
		found.known.Store(placesOf(edits, was, is))
	})
	return found
}

// placesOf gives where a difference shows. A line or a polygon is drawn together with
// those that it touches: how their common border is thinned depends on both.
func placesOf(d snapshot.Difference, was, is *snapshot.PublicCollection) *places {
	p := &places{everywhere: d.Everything || tiles.OfPoints(was) != tiles.OfPoints(is), boxes: new(index.Tree)}
	n := uint32(0)
	add := func(b orb.Bound) {
		p.boxes.Insert(b, n)
		n++
	}
	for _, box := range d.Boxes {
		add(box)
		if is.Descriptor().Geometry == geo.Point {
			continue
		}
		for _, c := range []*snapshot.PublicCollection{was, is} {
			c.Search(box, func(i int) bool {
				add(c.Box(i))
				return true
			})
		}
	}
	return p
}

// learn adds a list to the epoch, as one that is asked for or not yet. The errors are those
// of [tiles.Describe].
func (c *Cache) learn(name string, ids []string, asked bool) (*epoch, *list, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.advance()
	if l, ok := e.lists[name]; ok {
		return e, l, nil
	}
	about, err := tiles.Describe(e.public, ids, "")
	if err != nil {
		return nil, nil, err
	}
	c.lists++
	l := &list{ids: slices.Clone(ids), number: c.lists, deepest: uint32(about.MaxZoom), lastAsked: new(atomic.Uint64)}
	if asked {
		l.lastAsked.Store(c.counts.hits.Load() + 1)
	}
	next := &epoch{public: e.public, lists: make(map[string]*list, len(e.lists)+1)}
	maps.Copy(next.lists, e.lists)
	if len(next.lists) >= maxLists {
		delete(next.lists, e.stalest()) // its tiles will be forgotten one by one
	}
	next.lists[name] = l
	c.epoch.Store(next)
	if asked {
		select {
		case c.asked <- struct{}{}:
		default:
		}
	}
	return next, l, nil
}
