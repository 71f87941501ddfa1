// Package snapshot is the immutable in-memory picture of every collection that requests
// are answered from: typed columns, flat coordinates, an R-tree and a key index.
//
// A [Keeper] loads it from a store, follows the store's changes and swaps one pointer; a
// request takes [Keeper.Current] once and lives on that snapshot to its end. What may be
// shown to anyone is reached through [Snapshot.Public], a type of its own that has no
// way to the rest.
package snapshot

import (
	"slices"
	"strconv"

	"github.com/paulmach/orb"

	"socle/geo"
	"socle/geo/index"
	"socle/referentials"
)

// Collection is one revision of a collection, complete with what must not be shown:
// handlers get a [PublicCollection] instead. It is immutable and safe for concurrent use.
//
// Rows are numbered from 0 in the order they were first stored. Geometries are views of
// the snapshot's memory: never write to them.
type Collection struct {
	state   referentials.State
	n       int
	columns []column
	keys    *keyIndex
	shapes  *shapes     // nil for tables
	tree    *index.Tree // of CRS84 boxes; nil for tables
	past    []edition   // the edits that led here, oldest first
	part    bool        // without the fields that are confidential
}

// State gives the version, revision and descriptor.
func (c *Collection) State() *referentials.State { return &c.state }

// Descriptor describes the collection. Do not change it.
func (c *Collection) Descriptor() *referentials.Descriptor { return &c.state.Descriptor }

// Len counts the rows.
func (c *Collection) Len() int { return c.n }

// Value gives field number field of row i.
func (c *Collection) Value(i, field int) referentials.Value { return c.columns[field].value(i) }

// Row fills row with row i: every value, and the geometry in the storage CRS as a view.
// Values are reused; text is a view of the snapshot's memory.
func (c *Collection) Row(i int, row *referentials.Row) {
	row.Values = slices.Grow(row.Values[:0], len(c.columns))
	for _, col := range c.columns {
		row.Values = append(row.Values, col.value(i))
	}
	row.Geom = c.Geometry(i)
}

// Geometry gives the shape of row i in the storage CRS, null when there is none.
func (c *Collection) Geometry(i int) geo.Geometry {
	if c.shapes == nil {
		return geo.Geometry{}
	}
	return c.shapes.view(c.shapes.stored, i)
}

// LonLat gives the shape of row i in CRS84, null when there is none or when some vertex
// has no longitude and latitude.
func (c *Collection) LonLat(i int) geo.Geometry {
	if c.shapes == nil {
		return geo.Geometry{}
	}
	return c.shapes.lonLatView(i)
}

// Box gives the box of row i in CRS84, empty (Min > Max) when it has none.
func (c *Collection) Box(i int) orb.Bound {
	if c.shapes == nil {
		return geo.EmptyBound()
	}
	return c.shapes.box(i)
}

// Extent gives the box of all rows in CRS84, empty (Min > Max) when there is none.
func (c *Collection) Extent() orb.Bound {
	if c.shapes == nil {
		return geo.EmptyBound()
	}
	return c.shapes.extent
}

// StorageExtent gives the box of all rows in the storage CRS, empty (Min > Max) when
// there is none.
func (c *Collection) StorageExtent() orb.Bound {
	if c.shapes == nil {
		return geo.EmptyBound()
	}
	return c.shapes.storageExtent
}

// Find gives the row whose key is written key.
func (c *Collection) Find(key string) (int, bool) {
	v, ok := parseKey(c.keys.kind, key)
	if !ok {
		return 0, false
	}
	return c.keys.find(v)
}

// Search calls found with every row whose CRS84 box meets window (borders included), in
// no particular order, until found returns false.
func (c *Collection) Search(window orb.Bound, found func(i int) bool) {
	if c.tree == nil {
		return
	}
	c.tree.Search(window, func(id uint32) bool { return found(int(id)) })
}

// Tag names this revision for good: two states of a collection never share it, even when
// it is dropped and made again. What may be seen of a collection has another tag than the
// whole, where it is less.
func (c *Collection) Tag() string {
	v := &c.state.Version
	var room [64]byte
	tag := strconv.AppendInt(room[:0], v.ID, 10)
	tag = strconv.AppendInt(append(tag, '.'), v.Revision, 10)
	tag = strconv.AppendInt(append(tag, '-'), v.PublishedAt.UnixMicro(), 36)
	if c.part {
		tag = append(tag, "-part"...)
	}
	return string(tag)
}

// Bytes estimates the memory the collection holds, the tree aside.
func (c *Collection) Bytes() int {
	n := 0
	for _, col := range c.columns {
		n += col.bytes()
	}
	if c.shapes != nil {
		n += c.shapes.bytes()
	}
	return n + c.keys.bytes()
}
