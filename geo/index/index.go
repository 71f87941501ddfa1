// Package index finds boxes by place: an R-tree of feature numbers.
package index

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"

	"socle/geo"
)

// Tree is an R-tree from boxes to numbers, in whatever unit the caller searches in.
// Searches may run beside each other and beside one [Tree.Copy]; a change may run beside
// nothing else on the same Tree.
type Tree struct {
	boxes rtree.RTreeGN[float64, uint32]
}

// Build indexes boxes by their position. Empty boxes (Min > Max) are left out. The others
// go in along a Hilbert curve: the tree's nodes are then compact, whatever order the
// boxes come in.
func Build(boxes []orb.Bound) *Tree {
	type entry struct{ place, id uint32 }
	extent := geo.EmptyBound()
	for _, b := range boxes {
		extent = geo.Union(extent, b)
	}
	sx, sy := hilbertScale(extent.Min[0], extent.Max[0]), hilbertScale(extent.Min[1], extent.Max[1])
	entries := make([]entry, 0, len(boxes))
	for id, b := range boxes {
		if empty(b) {
			continue
		}
		x := uint32(((b.Min[0]+b.Max[0])/2 - extent.Min[0]) * sx)
		y := uint32(((b.Min[1]+b.Max[1])/2 - extent.Min[1]) * sy)
		entries = append(entries, entry{hilbert(x, y), uint32(id)})
	}
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.id, b.id))
	})
	t := new(Tree)
	for _, e := range entries {
		t.boxes.Insert(boxes[e.id].Min, boxes[e.id].Max, e.id)
	}
	return t
}

func empty(b orb.Bound) bool { return !(b.Min[0] <= b.Max[0] && b.Min[1] <= b.Max[1]) }

// Insert adds a box. An empty one is left out.
func (t *Tree) Insert(b orb.Bound, id uint32) {
	if !empty(b) {
		t.boxes.Insert(b.Min, b.Max, id)
	}
}

// Delete takes away the box that was inserted with that number.
func (t *Tree) Delete(b orb.Bound, id uint32) { t.boxes.Delete(b.Min, b.Max, id) }

// Search calls found with every number whose box meets window, borders included, in no
// particular order, until found returns false.
func (t *Tree) Search(window orb.Bound, found func(id uint32) bool) {
	if empty(window) {
		return
	}
	t.boxes.Search(window.Min, window.Max, func(_, _ [2]float64, id uint32) bool { return found(id) })
}

// Bound is the box of all boxes, empty (Min > Max) when there are none.
func (t *Tree) Bound() orb.Bound {
	if t.boxes.Len() == 0 {
		return geo.EmptyBound()
	}
	lo, hi := t.boxes.Bounds()
	return orb.Bound{Min: lo, Max: hi}
}

// Len counts the boxes.
func (t *Tree) Len() int { return t.boxes.Len() }

// Copy gives a tree that can change without t noticing, and the other way round. It costs
// next to nothing: nodes are copied when they first change.
func (t *Tree) Copy() *Tree { return &Tree{*t.boxes.Copy()} }
