package topology

import (
	"github.com/paulmach/orb"

	"socle/geo"
)

// meetsBox tells whether g and a box have a point in common, borders included. It is
// exact, as GEOS' Intersects is for a valid g. A null geometry meets nothing.
func meetsBox(g *geo.Geometry, b orb.Bound) bool {
	if g.Type.Dimension() == 0 {
		for i := 0; i+1 < len(g.XY); i += 2 {
			if holds(b, g.XY[i], g.XY[i+1]) {
				return true
			}
		}
		return false
	}
	for i := range g.Ends {
		ring := g.Ring(i)
		for k := 2; k < len(ring); k += 2 {
			if segmentMeetsBox(ring[k-2], ring[k-1], ring[k], ring[k+1], b) {
				return true
			}
		}
	}
	if g.Type.Dimension() != 2 {
		return false
	}
	// No border passes through the box: it is in or out as a whole, and so is a corner.
	inside := false
	for i := range g.Ends {
		ring := g.Ring(i)
		for k := 2; k < len(ring); k += 2 {
			crossed, _ := crosses(ring[k-2], ring[k-1], ring[k], ring[k+1], b.Min[0], b.Min[1])
			inside = inside != crossed
		}
	}
	return inside
}

func holds(b orb.Bound, x, y float64) bool {
	return x >= b.Min[0] && x <= b.Max[0] && y >= b.Min[1] && y <= b.Max[1]
}

// segmentMeetsBox finds an axis that separates the segment from the box, or none: x, y,
// and the normal of the segment.
func segmentMeetsBox(x0, y0, x1, y1 float64, b orb.Bound) bool {
	if max(x0, x1) < b.Min[0] || min(x0, x1) > b.Max[0] || max(y0, y1) < b.Min[1] || min(y0, y1) > b.Max[1] {
		return false
	}
	if holds(b, x0, y0) || holds(b, x1, y1) {
		return true
	}
	first := orientation(x0, y0, x1, y1, b.Min[0], b.Min[1])
	return first == 0 ||
		orientation(x0, y0, x1, y1, b.Max[0], b.Max[1]) != first ||
		orientation(x0, y0, x1, y1, b.Min[0], b.Max[1]) != first ||
		orientation(x0, y0, x1, y1, b.Max[0], b.Min[1]) != first
}

// crosses tells whether the ray from p to the right crosses an edge, which holds its
// lower end and not its upper one, and whether p lies on the edge.
func crosses(x0, y0, x1, y1, px, py float64) (crossed, on bool) {
	if x0 < px && x1 < px {
		return false, false
	}
	if y0 == py && y1 == py {
		return false, min(x0, x1) <= px && px <= max(x0, x1)
	}
	if x1 == px && y1 == py || x0 == px && y0 == py {
		return false, true
	}
	if (y0 > py) == (y1 > py) {
		return false, false
	}
	if x0 > px && x1 > px {
		return true, false
	}
	side := orientation(x0, y0, x1, y1, px, py)
	if side == 0 {
		return false, true
	}
	return (side > 0) == (y1 > y0), false
}
