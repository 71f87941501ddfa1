package eval

import (
	"math"
	"math/bits"
	"slices"

	"github.com/paulmach/orb"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/filter"
)

// lookup is where the rows for which a condition may be true are found without reading
// them all: keys, and boxes in CRS84.
type lookup struct {
	keys    []uint32
	windows []orb.Bound
}

// rows gives the rows there, in ascending order, once.
func (l *lookup) rows(t Table) []uint32 {
	room := min(l.size(t), 1) * float64(t.Len())
	out := append(make([]uint32, 0, len(l.keys)+int(room)+64), l.keys...)
	for _, w := range l.windows {
		t.Search(w, func(i int) bool {
			out = append(out, uint32(i))
			return true
		})
	}
	if len(out) < t.Len()/64 {
		slices.Sort(out)
		return slices.Compact(out)
	}
	return sortMany(out, t.Len())
}

// sortMany sorts numbers below n by marking them in a set of bits.
func sortMany(list []uint32, n int) []uint32 {
	marks := make([]uint64, n/64+1)
	for _, v := range list {
		marks[v/64] |= 1 << (v % 64)
	}
	list = list[:0]
	for k, word := range marks {
		for ; word != 0; word &= word - 1 {
			list = append(list, uint32(k*64+bits.TrailingZeros64(word)))
		}
	}
	return list
}

// size guesses what share of the rows is looked at.
func (l *lookup) size(t Table) float64 {
	extent := t.Extent()
	sum := float64(len(l.keys)) / float64(max(t.Len(), 1))
	for _, w := range l.windows {
		share := 1.0
		for axis := range 2 {
			side := min(w.Max[axis], extent.Max[axis]) - max(w.Min[axis], extent.Min[axis])
			if whole := extent.Max[axis] - extent.Min[axis]; whole > 0 {
				share *= max(side, 0) / whole
			}
		}
		sum += share
	}
	return sum
}

// lookup finds where n may be true, nil where that may be anywhere.
func (c *compiler) lookup(n *filter.Node) (*lookup, error) {
	if n.Kind != filter.Operator {
		return nil, nil
	}
	switch n.Op {
	case "and":
		var best *lookup
		for _, a := range n.Args {
			l, err := c.lookup(a)
			if err != nil {
				return nil, err
			}
			if l != nil && (best == nil || l.size(c.table) < best.size(c.table)) {
				best = l
			}
		}
		return best, nil
	case "or":
		all := &lookup{}
		for _, a := range n.Args {
			l, err := c.lookup(a)
			if l == nil || err != nil {
				return nil, err
			}
			all.keys = append(all.keys, l.keys...)
			all.windows = append(all.windows, l.windows...)
		}
		return all, nil
	case "=", "in":
		return c.lookupKeys(n), nil
	case "<", "<=":
		return c.lookupDistance(n.Args[0], n.Args[1])
	case ">", ">=":
		return c.lookupDistance(n.Args[1], n.Args[0])
	case "s_intersects", "s_contains", "s_within", "s_equals", "s_touches", "s_crosses", "s_overlaps":
		a, b := n.Args[0], n.Args[1]
		if _, constant := c.shape(a); constant {
			a, b = b, a
		}
		members, constant := c.shape(b)
		reach, ok := reach(a)
		if !constant || !ok {
			return nil, nil
		}
		return c.lookupNear(members, n.CRS, reach)
	}
	return nil, nil
}

// lookupKeys finds the rows of constant keys.
func (c *compiler) lookupKeys(n *filter.Node) *lookup {
	key := c.table.Descriptor().KeyIndex()
	value, items := n.Args[0], n.Args[1:]
	if n.Op == "=" && value.Kind == filter.Constant {
		value, items = n.Args[1], n.Args[:1]
	}
	if value.Kind != filter.Column || value.Field != key {
		return nil
	}
	l := &lookup{}
	for _, item := range items {
		if item.Kind != filter.Constant || item.Type != value.Type {
			return nil
		}
		if row, ok := c.table.Find(item.Value.String()); ok && !item.Value.IsNull() {
			l.keys = append(l.keys, uint32(row))
		}
	}
	return l
}

// lookupDistance finds what is nearer to a constant than most.
func (c *compiler) lookupDistance(n, most *filter.Node) (*lookup, error) {
	if n.Kind != filter.Apply || n.Function.Name != "distance" || most.Kind != filter.Constant || most.Value.IsNull() {
		return nil, nil
	}
	a, b := n.Args[0], n.Args[1]
	if _, constant := c.shape(a); constant {
		a, b = b, a
	}
	members, constant := c.shape(b)
	reach, ok := reach(a)
	if !constant || !ok {
		return nil, nil
	}
	return c.lookupNear(members, n.CRS, reach+max(most.Value.Float(), 0))
}

// reach gives how far a shape made of a row's geometry may leave the box of that geometry.
// It is false of anything else.
func reach(n *filter.Node) (float64, bool) {
	switch {
	case n.Kind == filter.Place:
		return 0, true
	case n.Kind != filter.Apply:
		return 0, false
	case n.Function.Name == "centroid":
		return reach(n.Args[0])
	case n.Function.Name == "buffer" && n.Args[1].Kind == filter.Constant && !n.Args[1].Value.IsNull():
		r, ok := reach(n.Args[0])
		return r + max(n.Args[1].Value.Float(), 0), ok
	}
	return 0, false
}

// lookupNear finds what lies within a reach of a constant shape of the system in.
func (c *compiler) lookupNear(members []geo.Geometry, in crs.CRS, reach float64) (*lookup, error) {
	l := &lookup{}
	if c.table.Descriptor().CRS.IsZero() {
		return l, nil // there is no geometry
	}
	reach *= 1 + 1e-9 // what measuring rounds
	for _, g := range halves(members) {
		box := g.Bound()
		if reach > 0 {
			box.Min[0], box.Min[1] = box.Min[0]-reach, box.Min[1]-reach
			box.Max[0], box.Max[1] = box.Max[0]+reach, box.Max[1]+reach
		}
		if !isLonLat(in) {
			var err error
			var ok bool
			if box, ok, err = c.cover(box, in); err != nil || !ok {
				return nil, err
			}
		}
		if extent := c.table.Extent(); geo.Union(box, extent) == box {
			return nil, nil // it is everywhere
		}
		l.windows = append(l.windows, box)
	}
	return l, nil
}

// ways lead from a system to the CRS84 boxes of the rows, back to where those came from.
func (c *compiler) ways(in crs.CRS) ([]*crs.Transformer, error) {
	stored := c.table.Descriptor().CRS
	var ways []*crs.Transformer
	for _, pair := range [][2]crs.CRS{{in, stored}, {stored, crs.CRS84}} {
		if pair[0] == pair[1] {
			continue
		}
		way, err := c.systems.Between(pair[0], pair[1])
		if err != nil {
			return nil, referentials.Errorf(referentials.Internal, "%w", err)
		}
		ways = append(ways, way)
	}
	return ways, nil
}

// cover gives a box in CRS84 that meets the CRS84 boxes of all shapes that meet a box of
// another system. It is false where none can be told.
func (c *compiler) cover(box orb.Bound, in crs.CRS) (orb.Bound, bool, error) {
	const widest = 20 // degrees; beyond, edges bend too much
	wide := c.table.Widest()
	if c.table.Lost() > 0 || wide > widest {
		return box, false, nil
	}
	ways, err := c.ways(in)
	if err != nil {
		return box, false, err
	}
	out, err := crs.Cover(box, ways...)
	if err != nil {
		return box, false, referentials.Errorf(referentials.Internal, "%w", err)
	}
	if wide > 0.1 && max(out.Max[1], -out.Min[1]) > 80 {
		return box, false, nil // they bend more near the poles
	}
	// An edge that is straight on a plane leaves the straight line between its ends on
	// the globe by up to an eighth of the square of its length, as an angle, times the
	// tangent of the latitude: below eight at 80 degrees.
	bend := wide * wide * math.Pi / 180
	out.Min[0], out.Min[1] = out.Min[0]-bend, out.Min[1]-bend
	out.Max[0], out.Max[1] = out.Max[0]+bend, out.Max[1]+bend
	return out, true, nil
}
