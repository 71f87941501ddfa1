package snapshot

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"socle/geo"
	"socle/referentials"
)

// Public is the part of a snapshot that anyone may see: open collections under no
// disclosure profile, without their confidential fields. Nothing reached from it leads to
// the rest.
type Public struct {
	collections []*PublicCollection
	tag         string
	replaced    chan struct{}
}

func newPublic(all []*Collection) *Public {
	p := &Public{replaced: make(chan struct{})}
	for _, c := range all {
		if pc, ok := publish(c); ok {
			p.collections = append(p.collections, pc)
		}
	}
	p.tag = tagOf((*PublicCollection).ID, p.collections)
	return p
}

// Collections gives the public collections, sorted by id. Do not change the slice.
func (p *Public) Collections() []*PublicCollection { return p.collections }

// Collection gives the public collection of an id.
func (p *Public) Collection(id string) (*PublicCollection, bool) {
	k, ok := slices.BinarySearchFunc(p.collections, id, func(c *PublicCollection, id string) int {
		return cmp.Compare(c.ID(), id)
	})
	if !ok {
		return nil, false
	}
	return p.collections[k], true
}

// Tag names the revisions of all public collections together.
func (p *Public) Tag() string { return p.tag }

// Replaced gives a channel that is closed when the Keeper has another snapshot.
func (p *Public) Replaced() <-chan struct{} { return p.replaced }

// PublicCollection is what anyone may see of a collection. Fields are numbered as in its
// own descriptor, rows as in the collection.
type PublicCollection struct {
	tag        string
	whole      *Collection
	descriptor referentials.Descriptor
	columns    []column // one for each field of descriptor
	alone      *Collection
}

// publish gives the public face of c, if it has one. A collection whose key is
// confidential has none: every answer would show it.
func publish(c *Collection) (*PublicCollection, bool) {
	d, kept, ok := c.state.Descriptor.Public()
	if !ok {
		return nil, false
	}
	p := &PublicCollection{whole: c, descriptor: d, tag: c.Tag()}
	for _, f := range kept {
		p.columns = append(p.columns, c.columns[f])
	}
	if p.alone = c; len(kept) < len(c.columns) {
		part := *c
		part.state.Descriptor, part.columns, part.past, part.part = d, p.columns, nil, true
		p.alone = &part
	}
	return p, true
}

// ID names the collection.
func (p *PublicCollection) ID() string { return p.descriptor.ID }

// Descriptor describes the collection with its public fields only. Do not change it.
func (p *PublicCollection) Descriptor() *referentials.Descriptor { return &p.descriptor }

// Alone gives what anyone may see as a collection of its own, of the same rows: computations
// that read a [Collection] then find nothing else in it. It is the same one each time.
func (p *PublicCollection) Alone() *Collection { return p.alone }

// Version tells which version and revision this is.
func (p *PublicCollection) Version() referentials.Version { return p.whole.state.Version }

// Tag names this revision for good; see [Collection.Tag].
func (p *PublicCollection) Tag() string { return p.tag }

// Len counts the rows.
func (p *PublicCollection) Len() int { return p.whole.n }

// Value gives public field number field of row i.
func (p *PublicCollection) Value(i, field int) referentials.Value { return p.columns[field].value(i) }

// Row fills row with the public values of row i and its geometry in the storage CRS, as
// [Collection.Row] does.
func (p *PublicCollection) Row(i int, row *referentials.Row) {
	row.Values = slices.Grow(row.Values[:0], len(p.columns))
	for _, col := range p.columns {
		row.Values = append(row.Values, col.value(i))
	}
	row.Geom = p.whole.Geometry(i)
}

// Geometry gives the shape of row i in the storage CRS; see [Collection.Geometry].
func (p *PublicCollection) Geometry(i int) geo.Geometry { return p.whole.Geometry(i) }

// LonLat gives the shape of row i in CRS84; see [Collection.LonLat].
func (p *PublicCollection) LonLat(i int) geo.Geometry { return p.whole.LonLat(i) }

// Box gives the box of row i in CRS84, empty (Min > Max) when it has none.
func (p *PublicCollection) Box(i int) orb.Bound { return p.whole.Box(i) }

// Extent gives the box of all rows in CRS84, empty (Min > Max) when there is none.
func (p *PublicCollection) Extent() orb.Bound { return p.whole.Extent() }

// StorageExtent gives the box of all rows in the storage CRS, empty when there is none.
func (p *PublicCollection) StorageExtent() orb.Bound { return p.whole.StorageExtent() }

// Find gives the row whose key is written key.
func (p *PublicCollection) Find(key string) (int, bool) { return p.whole.Find(key) }

// Search calls found with every row whose CRS84 box meets window (borders included), in
// no particular order, until found returns false.
func (p *PublicCollection) Search(window orb.Bound, found func(i int) bool) {
	p.whole.Search(window, found)
}
