package shapefile

import (
	"slices"

	"github.com/paulmach/orb"

	"socle/geo"
)

// ring is one ring of a shape on its way into a polygon.
type ring struct {
	xy    []float64
	area  float64 // signed, doubled; negative when clockwise, which is an outer ring
	bound orb.Bound
	owner int // of a hole: the index of its outer ring; of an outer ring: its own
}

// assemble sorts the rings of g into polygons: outer rings in the order of the file, each
// followed by its holes. One ring alone is a polygon however it is wound.
func assemble(g *geo.Geometry) {
	if len(g.Ends) == 1 {
		g.Type, g.Parts = geo.Polygon, append(g.Parts, 1)
		return
	}
	rings := make([]ring, len(g.Ends))
	outers := 0
	for i := range rings {
		xy := g.Ring(i)
		rings[i] = ring{xy: xy, area: doubleArea(xy), bound: geo.BoundOf(xy), owner: i}
		if rings[i].area <= 0 {
			outers++
		}
	}
	if outers == 0 {
		nest(rings)
	} else {
		assign(rings, outers)
	}
	arrange(g, rings)
}

// assign gives each anticlockwise ring to the smallest clockwise one around it. One that
// lies in none was wound wrongly and is an outer ring itself.
func assign(rings []ring, outers int) {
	for i := range rings {
		hole := &rings[i]
		if hole.area <= 0 {
			continue
		}
		best := -1
		for j := range rings {
			outer := &rings[j]
			if outer.area > 0 || !covers(outer.bound, hole.bound) {
				continue
			}
			// With one outer ring there is nothing to choose, and the boxes nest.
			if outers > 1 && !contains(outer.xy, hole.xy) {
				continue
			}
			if best < 0 || outer.area > rings[best].area {
				best = j
			}
		}
		if best >= 0 {
			hole.owner = best
		}
	}
}

// nest is for shapes whose rings are all anticlockwise, as if they were GeoJSON: what
// lies in an odd number of others is a hole of the smallest of them.
func nest(rings []ring) {
	for i := range rings {
		depth, best := 0, -1
		for j := range rings {
			if i == j || !covers(rings[j].bound, rings[i].bound) || !contains(rings[j].xy, rings[i].xy) {
				continue
			}
			depth++
			if best < 0 || rings[j].area < rings[best].area {
				best = j
			}
		}
		if depth%2 == 1 {
			rings[i].owner = best
		}
	}
}

// arrange writes the rings back by owner.
func arrange(g *geo.Geometry, rings []ring) {
	order := make([]int, len(rings))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if d := rings[a].owner - rings[b].owner; d != 0 {
			return d
		}
		// The outer ring goes before its holes.
		return boolOrder(rings[a].owner == a, rings[b].owner == b)
	})
	var out geo.Geometry
	out.XY = make([]float64, 0, len(g.XY))
	for n, i := range order {
		if n > 0 && rings[i].owner == i {
			out.EndPart()
		}
		out.XY = append(out.XY, rings[i].xy...)
		out.EndRing()
	}
	out.EndPart()
	out.Type = geo.Polygon
	if len(out.Parts) > 1 {
		out.Type = geo.MultiPolygon
	}
	g.CopyFrom(&out)
}

func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// doubleArea is twice the signed area of a ring, positive when anticlockwise.
func doubleArea(xy []float64) float64 {
	var sum float64
	x0, y0 := xy[0], xy[1]
	n := len(xy)
	px, py := xy[n-2]-x0, xy[n-1]-y0
	for i := 0; i < n; i += 2 {
		x, y := xy[i]-x0, xy[i+1]-y0
		sum += px*y - x*py
		px, py = x, y
	}
	return sum
}

func covers(outer, inner orb.Bound) bool {
	return outer.Min[0] <= inner.Min[0] && outer.Min[1] <= inner.Min[1] && outer.Max[0] >= inner.Max[0] && outer.Max[1] >= inner.Max[1]
}

// contains tells whether a ring lies in another, by the first of its vertices that is not
// on the other's border. Rings that share all vertices are not one in the other.
func contains(outer, inner []float64) bool {
	for i := 0; i < len(inner); i += 2 {
		switch side(outer, inner[i], inner[i+1]) {
		case 1:
			return true
		case -1:
			return false
		}
	}
	return false
}

// side is 1 inside, -1 outside and 0 on the border of a ring, by crossings of a ray.
func side(xy []float64, x, y float64) int {
	inside := false
	n := len(xy)
	ax, ay := xy[n-2], xy[n-1]
	for i := 0; i < n; i += 2 {
		bx, by := xy[i], xy[i+1]
		cross := (bx-ax)*(y-ay) - (by-ay)*(x-ax)
		if cross == 0 && min(ax, bx) <= x && x <= max(ax, bx) && min(ay, by) <= y && y <= max(ay, by) {
			return 0
		}
		if (ay > y) != (by > y) && (cross > 0) == (by > ay) {
			inside = !inside
		}
		ax, ay = bx, by
	}
	if inside {
		return 1
	}
	return -1
}
