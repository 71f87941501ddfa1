package topology

import "cmp"

// turnOf is twice the signed area of the triangle abc: positive where c is on the left of
// a→b.
func turnOf(a, b, c gridPoint) Steps {
	return product(b.x-a.x, c.y-a.y).minus(product(b.y-a.y, c.x-a.x))
}

// sideOf is the sign of turnOf.
func sideOf(a, b, c gridPoint) int {
	return signOfCross(b.x-a.x, b.y-a.y, c.x-a.x, c.y-a.y)
}

// signOfCross is the sign of ux·vy − uy·vx, exactly for lengths up to four times maxSpan:
// in floating point the difference is off by less than 2³⁵, so that beyond 2⁶² its sign is
// certain, and below it fits 64 bits, whatever its two products lost there.
func signOfCross(ux, uy, vx, vy int64) int {
	const certain = 1 << 62
	switch rough := float64(ux)*float64(vy) - float64(uy)*float64(vx); {
	case rough > certain:
		return 1
	case rough < -certain:
		return -1
	}
	return cmp.Compare(ux*vy-uy*vx, 0)
}

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
	if sideOf(a, b, c)*sideOf(a, b, d) >= 0 || sideOf(c, d, a)*sideOf(c, d, b) >= 0 {
		return gridPoint{}, false
	}
	// From c, the share fromC/(fromC−fromD) of the way to d.
	fromC, fromD := turnOf(a, b, c), turnOf(a, b, d)
	part, whole := fromC.magnitude(), fromC.minus(fromD).magnitude()
	return gridPoint{c.x + portion(part, d.x-c.x, whole), c.y + portion(part, d.y-c.y, whole)}, true
}

// portion is length·part/whole to the nearest integer, halves upwards, for
// 0 ≤ part ≤ whole and whole > 0, of which the product with length fits 126 bits.
func portion(part Steps, length int64, whole Steps) int64 {
	divisor := whole.Plus(whole)
	if length >= 0 {
		return part.times(2 * length).Plus(whole).over(divisor)
	}
	// Downwards on the other side: the quotient is rounded up, after half a step less.
	one := Steps{low: 1}
	twice := part.times(-2 * length)
	if twice.Compare(whole) <= 0 {
		return 0
	}
	return -twice.minus(whole).Plus(divisor).minus(one).over(divisor)
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
	upperLeft := sideOf(p, q, gridPoint{-1, 1})
	if upperLeft == 0 {
		return !up
	}
	upperRight := sideOf(p, q, gridPoint{1, 1})
	if upperRight == 0 {
		return up
	}
	if upperLeft != upperRight {
		return true
	}
	lowerLeft := sideOf(p, q, gridPoint{-1, -1})
	if lowerLeft != upperLeft {
		return true
	}
	lowerRight := sideOf(p, q, gridPoint{1, -1})
	if lowerRight == 0 {
		return !up
	}
	return lowerRight != lowerLeft
}
