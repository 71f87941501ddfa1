package tiles

import "math/bits"

// box is a closed box of tile coordinates.
type box struct{ minX, minY, maxX, maxY int64 }

// edges of a box in the one order everything is cut in. Two shapes that share a segment
// see it cut at the same places, whatever way each of them walks along it.
const (
	left = iota
	right
	top
	bottom
)

// beyond tells whether a vertex lies outside an edge.
func (b *box) beyond(edge int, x, y int64) bool {
	switch edge {
	case left:
		return x < b.minX
	case right:
		return x > b.maxX
	case top:
		return y < b.minY
	}
	return y > b.maxY
}

// cut gives the vertex where a segment that crosses an edge does so.
func (b *box) cut(edge int, ax, ay, bx, by int64) (x, y int64) {
	switch edge {
	case left:
		return b.minX, between(b.minX, ax, ay, bx, by)
	case right:
		return b.maxX, between(b.maxX, ax, ay, bx, by)
	case top:
		return between(b.minY, ay, ax, by, bx), b.minY
	}
	return between(b.maxY, ay, ax, by, bx), b.maxY
}

// between gives v at u on the segment from (u0, v0) to (u1, v1), u0 ≠ u1, u between them,
// rounded to the nearest. It gives the same from either end.
func between(u, u0, v0, u1, v1 int64) int64 {
	if u0 > u1 {
		u0, v0, u1, v1 = u1, v1, u0, v0
	}
	rise, run := v1-v0, uint64(u1-u0)
	sign := int64(1)
	if rise < 0 {
		rise, sign = -rise, -1
	}
	hi, lo := bits.Mul64(uint64(u-u0), uint64(rise))
	lo, carry := bits.Add64(lo, run/2, 0)
	q, _ := bits.Div64(hi+carry, lo, run)
	return v0 + sign*int64(q)
}

// clipRing cuts a ring of flat pairs, open or closed, to the box: one edge after the other
// (Sutherland and Hodgman), so that what lies outside is folded onto the edges. It works
// in the two buffers and gives the one that holds the result.
func (b *box) clipRing(ring, spare []int64) (clipped, other []int64) {
	for edge := left; edge <= bottom; edge++ {
		n := len(ring)
		if n == 0 {
			break
		}
		spare = spare[:0]
		px, py := ring[n-2], ring[n-1]
		out := b.beyond(edge, px, py)
		for i := 0; i < n; i += 2 {
			x, y := ring[i], ring[i+1]
			wasOut := out
			if out = b.beyond(edge, x, y); out != wasOut {
				cx, cy := b.cut(edge, px, py, x, y)
				spare = append(spare, cx, cy)
			}
			if !out {
				spare = append(spare, x, y)
			}
			px, py = x, y
		}
		ring, spare = spare, ring
	}
	return ring, spare
}

// clipSegment cuts a segment to the box and tells whether anything is left.
func (b *box) clipSegment(ax, ay, bx, by int64) (cax, cay, cbx, cby int64, ok bool) {
	for edge := left; edge <= bottom; edge++ {
		aOut, bOut := b.beyond(edge, ax, ay), b.beyond(edge, bx, by)
		switch {
		case aOut && bOut:
			return 0, 0, 0, 0, false
		case aOut:
			ax, ay = b.cut(edge, ax, ay, bx, by)
		case bOut:
			bx, by = b.cut(edge, ax, ay, bx, by)
		}
	}
	return ax, ay, bx, by, true
}
