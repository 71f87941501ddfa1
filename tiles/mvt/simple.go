package mvt

import (
	"cmp"
	"slices"
)

// Judge tells simple polygons from others. It keeps its memory between calls and is not
// safe for concurrent use.
type Judge struct {
	sides []side
	order []uint64 // of sides, by where they begin in x
}

// side is a side of a ring.
type side struct {
	ax, ay, bx, by int32
	id, next       int32 // the number of this side and of the next in its ring
}

// fewSides is how many are compared each with each: sorting costs more.
const fewSides = 24

// Simple tells whether rings of flat x, y pairs, open, with ends in vertices, neither
// touch nor cross themselves or each other. Coordinates are within ±2³⁰.
func (j *Judge) Simple(xy []int32, ends []int32) bool {
	if !j.begin(xy, ends) {
		return false
	}
	if len(j.sides) > fewSides {
		return j.sweep()
	}
	for i := range j.sides {
		s := &j.sides[i]
		for k := i + 1; k < len(j.sides); k++ {
			if s.meets(&j.sides[k]) {
				return false
			}
		}
	}
	return true
}

// begin lists the sides of rings; false means that one is no ring.
func (j *Judge) begin(xy []int32, ends []int32) bool {
	j.sides = j.sides[:0]
	first := int32(0)
	for _, end := range ends {
		if end-first < 3 {
			return false
		}
		for i := first; i < end; i++ {
			next := i + 1
			if next == end {
				next = first
			}
			j.sides = append(j.sides, side{xy[2*i], xy[2*i+1], xy[2*next], xy[2*next+1], i, next})
		}
		first = end
	}
	return true
}

// Border is a box that rings were cut at.
type Border struct{ MinX, MinY, MaxX, MaxY int32 }

func (b *Border) holds(x, y int32) bool {
	return x == b.MinX || x == b.MaxX || y == b.MinY || y == b.MaxY
}

// simpleCut is Simple for rings that were simple before they were cut: only sides that end at
// the border can be wrong.
func (j *Judge) simpleCut(xy []int32, ends []int32, border *Border) bool {
	if !j.begin(xy, ends) {
		return false
	}
	for i := range j.sides {
		s := &j.sides[i]
		if !border.holds(s.ax, s.ay) && !border.holds(s.bx, s.by) {
			continue
		}
		for k := range j.sides {
			if k != i && s.meets(&j.sides[k]) {
				return false
			}
		}
	}
	return true
}

// sweep compares sides that meet in x.
func (j *Judge) sweep() bool {
	j.order = j.order[:0]
	for i := range j.sides {
		s := &j.sides[i]
		j.order = append(j.order, uint64(uint32(min(s.ax, s.bx))^1<<31)<<32|uint64(i))
	}
	slices.Sort(j.order)
	for i, at := range j.order {
		s := &j.sides[uint32(at)]
		right := max(s.ax, s.bx)
		for _, at := range j.order[i+1:] {
			t := &j.sides[uint32(at)]
			if min(t.ax, t.bx) > right {
				break
			}
			if s.meets(t) {
				return false
			}
		}
	}
	return true
}

// meets tells whether two sides have a point in common that they should not have.
func (s *side) meets(t *side) bool {
	switch {
	case s.next == t.id:
		return spike(s.ax, s.ay, s.bx, s.by, t.bx, t.by) || t.next == s.id
	case t.next == s.id:
		return spike(t.ax, t.ay, t.bx, t.by, s.bx, s.by)
	}
	return touch(s.ax, s.ay, s.bx, s.by, t.ax, t.ay, t.bx, t.by)
}

// touch tells whether two segments have a point in common.
func touch(ax, ay, bx, by, cx, cy, dx, dy int32) bool {
	if max(ax, bx) < min(cx, dx) || max(cx, dx) < min(ax, bx) || max(ay, by) < min(cy, dy) || max(cy, dy) < min(ay, by) {
		return false
	}
	if o := orient(ax, ay, bx, by, cx, cy); o != 0 && o == orient(ax, ay, bx, by, dx, dy) {
		return false
	}
	o := orient(cx, cy, dx, dy, ax, ay)
	return o == 0 || o != orient(cx, cy, dx, dy, bx, by)
}

// orient is the sign of the turn from ab to c.
func orient(ax, ay, bx, by, cx, cy int32) int {
	ux, uy := int64(bx)-int64(ax), int64(by)-int64(ay)
	vx, vy := int64(cx)-int64(ax), int64(cy)-int64(ay)
	return cmp.Compare(ux*vy, uy*vx)
}
