package geo

import "github.com/paulmach/orb"

// Meets tells whether g and a box have a point in common, borders included: a vertex or
// part of a line in the box, or the box inside a polygon and not wholly within a hole.
// A null geometry and an empty box meet nothing.
func (g *Geometry) Meets(b orb.Bound) bool {
	if len(g.XY) == 0 || !(b.Min[0] <= b.Max[0] && b.Min[1] <= b.Max[1]) {
		return false
	}
	if g.Type.Dimension() == 0 {
		for i := 0; i < len(g.XY); i += 2 {
			if b.Contains(orb.Point{g.XY[i], g.XY[i+1]}) {
				return true
			}
		}
		return false
	}
	for i := range g.Ends {
		if lineMeets(g.Ring(i), b) {
			return true
		}
	}
	if g.Type.Dimension() != 2 {
		return false
	}
	// No border passes through the box: it is in or out as a whole, and so is a corner.
	for i := range g.Parts {
		from, to := g.RingsOf(i)
		inside := false
		for r := from; r < to; r++ {
			inside = inside != ringHolds(g.Ring(r), b.Min)
		}
		if inside {
			return true
		}
	}
	return false
}

func lineMeets(xy []float64, b orb.Bound) bool {
	for i := 2; i < len(xy); i += 2 {
		if segmentMeets(xy[i-2], xy[i-1], xy[i], xy[i+1], b) {
			return true
		}
	}
	return false
}

// segmentMeets finds an axis that separates the segment from the box, or none: x, y, and
// the normal of the segment.
func segmentMeets(x0, y0, x1, y1 float64, b orb.Bound) bool {
	if max(x0, x1) < b.Min[0] || min(x0, x1) > b.Max[0] || max(y0, y1) < b.Min[1] || min(y0, y1) > b.Max[1] {
		return false
	}
	dx, dy := x1-x0, y1-y0
	side := func(x, y float64) float64 { return dx*(y-y0) - dy*(x-x0) }
	a, c := side(b.Min[0], b.Min[1]), side(b.Max[0], b.Max[1])
	d, e := side(b.Min[0], b.Max[1]), side(b.Max[0], b.Min[1])
	return min(a, c, d, e) <= 0 && max(a, c, d, e) >= 0
}

// ringHolds tells whether p lies within a closed ring, by counting crossings of the ray
// to its right. Points on the ring may be told either way.
func ringHolds(xy []float64, p orb.Point) bool {
	inside := false
	for i := 2; i < len(xy); i += 2 {
		x0, y0, x1, y1 := xy[i-2], xy[i-1], xy[i], xy[i+1]
		if (y0 > p[1]) != (y1 > p[1]) && p[0] < x0+(p[1]-y0)/(y1-y0)*(x1-x0) {
			inside = !inside
		}
	}
	return inside
}
