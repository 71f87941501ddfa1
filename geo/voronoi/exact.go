package voronoi

import (
	"cmp"
	"math"
	"math/bits"
)

func minus(p, q point) point { return point{p.x - q.x, p.y - q.y} }

// cross is exact: it stays below 2^51.
func cross(p, q point) int64 { return p.x*q.y - p.y*q.x }

// turn is positive where c is on the left of a→b.
func turn(a, b, c point) int { return cmp.Compare(cross(minus(b, a), minus(c, a)), 0) }

// inCircle tells whether q lies strictly within the circle through a, b and c, which turn
// counterclockwise.
func inCircle(a, b, c, q point) bool {
	u, v, w := minus(a, q), minus(b, q), minus(c, q)
	uu, vv, ww := u.x*u.x+u.y*u.y, v.x*v.x+v.y*v.y, w.x*w.x+w.y*w.y
	vw, wu, uv := cross(v, w), cross(w, u), cross(u, v)
	// All factors are below 2^53: only products and sums are rounded.
	p, q1, r := float64(uu)*float64(vw), float64(vv)*float64(wu), float64(ww)*float64(uv)
	sum := p + q1 + r
	if bound := 0x1p-51 * (math.Abs(p) + math.Abs(q1) + math.Abs(r)); sum > bound || sum < -bound {
		return sum > 0
	}
	var s wide
	s.add(uu, vw)
	s.add(vv, wu)
	s.add(ww, uv)
	return s.hi > 0 || s.hi == 0 && s.lo > 0
}

// wide is a sum of 128 bits, in two's complement.
type wide struct {
	hi int64
	lo uint64
}

// add adds the product of a, which is not negative, and b.
func (s *wide) add(a, b int64) {
	hi, lo := bits.Mul64(uint64(a), uint64(max(b, -b)))
	if b < 0 {
		lo = -lo
		hi = ^hi
		if lo == 0 {
			hi++
		}
	}
	sum, carry := bits.Add64(s.lo, lo, 0)
	s.lo = sum
	s.hi += int64(hi) + int64(carry)
}
