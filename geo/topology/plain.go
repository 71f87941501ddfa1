package topology

import (
	"math"

	"socle/geo"
)

// mostSegments is how long a ring may be to be judged here: the work grows with the square
// of it, and GEOS is faster beyond.
const mostSegments = 40

// plainlyValid tells whether g, which has passed Check, is valid beyond doubt. False
// means only that GEOS has to be asked.
func plainlyValid(g *geo.Geometry) bool {
	switch g.Type.Dimension() {
	case 0:
		return true
	case 1:
		for i := range g.Ends {
			if !hasLength(g.Ring(i)) {
				return false
			}
		}
		return true
	case 2:
		return len(g.Parts) == 1 && len(g.Ends) == 1 && plainRing(g.XY)
	}
	return g.Type == geo.None
}

// hasLength tells whether a line has two different points.
func hasLength(xy []float64) bool {
	for i := 2; i < len(xy); i += 2 {
		if xy[i] != xy[0] || xy[i+1] != xy[1] {
			return true
		}
	}
	return false
}

// plainRing tells whether a closed ring certainly neither crosses nor touches itself.
func plainRing(xy []float64) bool {
	n := len(xy)/2 - 1 // segments
	if n > mostSegments {
		return false
	}
	for i := range n {
		a, b := xy[2*i:2*i+2], xy[2*i+2:2*i+4]
		next := 2 * ((i + 1) % n)
		if c := xy[next+2 : next+4]; !turns(a, b, c) {
			return false
		}
		for j := i + 2; j < n; j++ {
			if i == 0 && j == n-1 {
				break // neighbours across the closing vertex
			}
			if !apart(a, b, xy[2*j:2*j+2], xy[2*j+2:2*j+4]) {
				return false
			}
		}
	}
	return true
}

// turns tells whether the path a, b, c certainly does not fold back onto itself.
func turns(a, b, c []float64) bool {
	ahead := (b[0]-a[0])*(c[0]-b[0]) + (b[1]-a[1])*(c[1]-b[1])
	return ahead > 0 || side(a, b, c) != 0
}

// apart tells whether the segments ab and cd certainly have no point in common.
func apart(a, b, c, d []float64) bool {
	if max(a[0], b[0]) < min(c[0], d[0]) || max(c[0], d[0]) < min(a[0], b[0]) ||
		max(a[1], b[1]) < min(c[1], d[1]) || max(c[1], d[1]) < min(a[1], b[1]) {
		return true
	}
	if s := side(a, b, c); s != 0 && s == side(a, b, d) {
		return true
	}
	s := side(c, d, a)
	return s != 0 && s == side(c, d, b)
}

// orientError bounds the relative rounding error of the 2×2 determinant below, computed
// in float64 (Shewchuk's bound A).
const orientError = (3 + 16*0x1p-53) * 0x1p-53

// side tells on which side of the line ab the point p lies, 1 or -1, and 0 when rounding
// leaves it in doubt.
func side(a, b, p []float64) int {
	left, right := (a[0]-p[0])*(b[1]-p[1]), (a[1]-p[1])*(b[0]-p[0])
	det := left - right
	switch bound := orientError * (math.Abs(left) + math.Abs(right)); {
	case det > bound:
		return 1
	case det < -bound:
		return -1
	}
	return 0
}
