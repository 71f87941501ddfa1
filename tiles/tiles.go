// Package tiles draws the public collections of a snapshot as vector tiles.
//
// The vertices of a collection are taken once to Web Mercator world units, unsigned 32-bit
// integers; a tile is then shifts, cuts and differences of integers. Nothing restricted
// can reach a tile: all it is made of is a [snapshot.Public].
package tiles

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"socle/referentials"
	"socle/referentials/snapshot"
)

// Options tunes a Tiler. The zero value of each is its default.
type Options struct {
	Buffer  int32 // tile units drawn around a tile of mvt.Extent, where the policy does not say: 128
	Bytes   int   // most bytes of a tile above a layer's deepest zoom: 500,000
	Deepest int   // most bytes of a tile from there on: 2,000,000
	Grid    *Grid // that is drawn in: Web Mercator

	Logger *slog.Logger // nowhere
}

// MaxLayers bounds the collections of one tile.
const MaxLayers = 32

// Stats tells what became of the features that meet a tile.
type Stats struct {
	Features  int // drawn
	Labels    int // label points drawn
	Unseen    int // too small to be seen at this zoom, or rounded away
	Merged    int // small polygons that others stand for, so that the area drawn is right
	Thinned   int // points that others stand for, which count them
	Dropped   int // left out to keep the tile within its bytes: the smallest first
	Coarser   int // cells of a mesh drawn with less detail than their zoom, to keep the tile within its bytes
	Bare      int // cells of a mesh drawn without attributes, to keep the tile within its bytes
	LongTexts int // attributes left out because they are too long
	Repaired  int // polygons whose rings rounding or cutting spoiled, made anew
}

// Add adds up what became of the features of several tiles, or layers.
func (s *Stats) Add(t Stats) {
	s.Features += t.Features
	s.Labels += t.Labels
	s.Merged += t.Merged
	s.Thinned += t.Thinned
	s.Repaired += t.Repaired
	s.Coarser += t.Coarser
	s.Bare += t.Bare
	s.Unseen += t.Unseen
	s.Dropped += t.Dropped
	s.LongTexts += t.LongTexts
}

// Tiler draws tiles. It keeps the revision that each collection was last asked for at in
// world units, 8 bytes a vertex, and its lines and polygons as tiles of each zoom write them,
// up to four times that. It is safe for concurrent use.
type Tiler struct {
	options Options
	making  func(*snapshot.PublicCollection) (*layer, error) // build
	pens    sync.Pool

	mu     sync.Mutex
	layers map[string]*entry
}

// entry is a layer that is built once, by the first that needs it.
type entry struct {
	tag   string
	ready chan struct{} // closed when layer or err is set
	layer *layer
	err   error
}

// New makes a Tiler.
func New(o Options) *Tiler {
	if o.Buffer == 0 {
		o.Buffer = 128
	}
	o.Buffer = min(o.Buffer, referentials.MaxBuffer)
	if o.Bytes == 0 {
		o.Bytes = 500_000
	}
	if o.Deepest == 0 {
		o.Deepest = 2_000_000
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	t := &Tiler{options: o, layers: map[string]*entry{}}
	t.making = t.build
	return t
}

// Selection is what a tile shows of a collection.
type Selection struct {
	ID     string             // of the collection
	Fields []string           // attributes carried: those of its policy when nil
	Rows   func(row int) bool // which rows are shown: all when nil
}

// Tile appends the vector tile z/x/y of collections to dst, one layer each, in the order
// asked for, and after it one of label points where its policy wants them. A collection shows nothing above its least zoom; a layer without features is
// left out, so a tile may be empty. The same snapshot gives the same bytes.
//
// Errors are NotFound for a tile outside the pyramid and for a collection that does not
// exist, is not public or has no geometry; Invalid for no collection or one named twice.
func (t *Tiler) Tile(ctx context.Context, dst []byte, p *snapshot.Public, ids []string, z, x, y uint32) ([]byte, Stats, error) {
	return t.Select(ctx, dst, p, whole(ids), z, x, y)
}

// whole selects collections as they are.
func whole(ids []string) []Selection {
	selections := make([]Selection, len(ids))
	for i, id := range ids {
		selections[i].ID = id
	}
	return selections
}

// Select is Tile for some of the rows and fields of collections. A field that a collection
// does not show is Invalid. The same selection of the same snapshot gives the same bytes.
func (t *Tiler) Select(ctx context.Context, dst []byte, p *snapshot.Public, selections []Selection, z, x, y uint32) ([]byte, Stats, error) {
	f, err := newFrame(z, x, y)
	if err != nil {
		return dst, Stats{}, err
	}
	collections, err := findAll(p, selections)
	if err != nil {
		return dst, Stats{}, err
	}
	layers, entries := make([]drawing, 0, len(collections)), make([]*entry, 0, len(collections))
	most := t.options.Bytes
	for i, c := range collections {
		low, high := zoomsIn(c.Descriptor(), t.options.Grid)
		if z < low {
			continue
		}
		if z >= high {
			most = t.options.Deepest
		}
		entries = append(entries, t.entry(p, c))
		layers = append(layers, drawing{selection: selections[i], labelled: labelled(c.Descriptor(), selections)})
	}
	for i, e := range entries {
		if layers[i].layer, err = e.wait(ctx); err != nil {
			return dst, Stats{}, err
		}
	}

	scratch, _ := t.pens.Get().(*pen)
	if scratch == nil {
		scratch = new(pen)
	}
	defer t.pens.Put(scratch)
	scratch.frame, scratch.deepest = f, t.options.Deepest
	return scratch.tile(ctx, dst, layers, most)
}

// labelled tells whether a tile of selections shows labels of a collection: not where
// another collection has the name of their layer.
func labelled(d *referentials.Descriptor, selections []Selection) bool {
	return d.Tiles.Labels && !slices.ContainsFunc(selections, func(s Selection) bool { return s.ID == d.ID+referentials.LabelSuffix })
}

// known refuses fields that a collection does not show.
func known(c *snapshot.PublicCollection, fields []string) error {
	for i, name := range fields {
		if c.Descriptor().FieldIndex(name) < 0 {
			return referentials.Errorf(referentials.Invalid, "collection %q has no field %q", c.ID(), name)
		}
		if slices.Contains(fields[:i], name) {
			return referentials.Errorf(referentials.Invalid, "field %q is named twice", name)
		}
	}
	return nil
}

// findAll looks up the collections of selections, and their fields.
func findAll(p *snapshot.Public, selections []Selection) ([]*snapshot.PublicCollection, error) {
	ids := make([]string, len(selections))
	for i := range selections {
		ids[i] = selections[i].ID
	}
	collections, err := find(p, ids)
	if err != nil {
		return nil, err
	}
	for i, c := range collections {
		if err := known(c, selections[i].Fields); err != nil {
			return nil, err
		}
	}
	return collections, nil
}

// find looks the collections of a request up.
func find(p *snapshot.Public, ids []string) ([]*snapshot.PublicCollection, error) {
	switch {
	case len(ids) == 0:
		return nil, referentials.Errorf(referentials.Invalid, "no collection is named")
	case len(ids) > MaxLayers:
		return nil, referentials.Errorf(referentials.TooLarge, "%d collections are named, a tile holds at most %d", len(ids), MaxLayers)
	}
	out := make([]*snapshot.PublicCollection, 0, len(ids))
	for i, id := range ids {
		c, ok := p.Collection(id)
		if !ok {
			return nil, referentials.Errorf(referentials.NotFound, "there is no collection %q", id)
		}
		if !c.Descriptor().HasGeometry() {
			return nil, referentials.Errorf(referentials.NotFound, "collection %q is a table: it has no tiles", id)
		}
		for _, before := range ids[:i] {
			if before == id {
				return nil, referentials.Errorf(referentials.Invalid, "collection %q is named twice", id)
			}
		}
		out = append(out, c)
	}
	return out, nil
}

// entry gives the layer of a collection, which is begun when it is not the one at hand.
func (t *Tiler) entry(p *snapshot.Public, c *snapshot.PublicCollection) *entry {
	t.mu.Lock()
	e := t.layers[c.ID()]
	mine := e == nil || e.tag != c.Tag()
	if mine {
		e = &entry{tag: c.Tag(), ready: make(chan struct{})}
		t.layers[c.ID()] = e
		for id := range t.layers {
			if _, ok := p.Collection(id); !ok {
				delete(t.layers, id)
			}
		}
	}
	t.mu.Unlock()
	if mine {
		// Others may be waiting for it: it is not given up with the request that began it.
		go func() {
			e.layer, e.err = t.attempt(c)
			close(e.ready)
		}()
	}
	return e
}

// attempt builds a layer. A panic in it is a bug that must not take the server with it.
func (t *Tiler) attempt(c *snapshot.PublicCollection) (l *layer, err error) {
	defer func() {
		if p := recover(); p != nil {
			t.options.Logger.Error("panic", "layer", c.ID(), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			l, err = nil, referentials.Errorf(referentials.Internal, "a panic while the layer %q was built", c.ID())
		}
	}()
	return t.making(c)
}

// Prepare builds the layer of every collection, the largest first, so that the first tile of
// one does not wait for it.
func (t *Tiler) Prepare(ctx context.Context, p *snapshot.Public) error {
	all := slices.Clone(p.Collections())
	slices.SortStableFunc(all, func(a, b *snapshot.PublicCollection) int { return cmp.Compare(b.Len(), a.Len()) })
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, c := range all {
		if !c.Descriptor().HasGeometry() {
			continue
		}
		group.Go(func() error {
			_, err := t.entry(p, c).wait(ctx)
			return err
		})
	}
	return group.Wait()
}

// wait gives the layer once it is built.
func (e *entry) wait(ctx context.Context) (*layer, error) {
	select {
	case <-e.ready:
		return e.layer, e.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
