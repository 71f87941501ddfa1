package topology

import (
	"cmp"
	"math/bits"
)

// turnOf is twice the signed area of the triangle abc: positive where c is on the left of
// a→b. It is exact within maxSpan.
func turnOf(a, b, c gridPoint) int64 {
	return (b.x-a.x)*(c.y-a.y) - (b.y-a.y)*(c.x-a.x)
}

func signOf(v int64) int { return cmp.Compare(v, 0) }

func comparePoints(p, q gridPoint) int {
	if c := cmp.Compare(p.x, q.x); c != 0 {
		return c
	}
	return cmp.Compare(p.y, q.y)
}

func boxesMiss(a, b, c, d gridPoint) bool {
	return max(a.x, b.x) < min(c.x, d.x) || max(c.x, d.x) < min(a.x, b.x) ||
		max(a.y, b.y) < min(c.y, d.y) || max(c.y, d.y) < min(a.y, b.y)
}

// crossing gives the point of the grid nearest to where two segments cross, and whether
// they do, within both.
func crossing(a, b, c, d gridPoint) (gridPoint, bool) {
	if boxesMiss(a, b, c, d) {
		return gridPoint{}, false
	}
	fromC, fromD := turnOf(a, b, c), turnOf(a, b, d)
	if signOf(fromC)*signOf(fromD) >= 0 || signOf(turnOf(c, d, a))*signOf(turnOf(c, d, b)) >= 0 {
		return gridPoint{}, false
	}
	// From c, the share fromC/(fromC−fromD) of the way to d.
	part, whole := fromC, fromC-fromD
	if whole < 0 {
		part, whole = -part, -whole
	}
	return gridPoint{c.x + portion(part, d.x-c.x, whole), c.y + portion(part, d.y-c.y, whole)}, true
}

// portion is length·part/whole to the nearest integer, halves upwards, for
// 0 ≤ part ≤ whole and whole > 0.
func portion(part, length, whole int64) int64 {
	divisor := 2 * uint64(whole)
	if length >= 0 {
		hi, lo := bits.Mul64(2*uint64(part), uint64(length))
		lo, carry := bits.Add64(lo, uint64(whole), 0)
		quotient, _ := bits.Div64(hi+carry, lo, divisor)
		return int64(quotient)
	}
	hi, lo := bits.Mul64(2*uint64(part), uint64(-length))
	if hi == 0 && lo <= uint64(whole) {
		return 0
	}
	lo, borrow := bits.Sub64(lo, uint64(whole), 0)
	hi -= borrow
	lo, carry := bits.Add64(lo, divisor-1, 0)
	quotient, _ := bits.Div64(hi+carry, lo, divisor)
	return -int64(quotient)
}

// passes tells whether the segment ab meets the square of one step around c, whose upper
// and right sides do not belong to it, as in Hobby's snap rounding.
func passes(a, b, c gridPoint) bool {
	if a.x > b.x {
		a, b = b, a
	}
	p, q := gridPoint{2 * (a.x - c.x), 2 * (a.y - c.y)}, gridPoint{2 * (b.x - c.x), 2 * (b.y - c.y)}
	if q.x < -1 || p.x >= 1 || max(p.y, q.y) < -1 || min(p.y, q.y) >= 1 {
		return false
	}
	if p.x == q.x || p.y == q.y {
		return true
	}
	up := p.y < q.y
	upperLeft := signOf(turnOf(p, q, gridPoint{-1, 1}))
	if upperLeft == 0 {
		return !up
	}
	upperRight := signOf(turnOf(p, q, gridPoint{1, 1}))
	if upperRight == 0 {
		return up
	}
	if upperLeft != upperRight {
		return true
	}
	lowerLeft := signOf(turnOf(p, q, gridPoint{-1, -1}))
	if lowerLeft != upperLeft {
		return true
	}
	lowerRight := signOf(turnOf(p, q, gridPoint{1, -1}))
	if lowerRight == 0 {
		return !up
	}
	return lowerRight != lowerLeft
}
