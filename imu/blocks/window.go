package blocks

import (
	"github.com/paulmach/orb"

	"socle/geo"
)

// windowMargin is how far around the zone barriers are kept, in metres, so that the ends
// cut off do not come near it.
const windowMargin = 10

// clipLines gives what of a barrier is in a window; what it adds to polygons runs along
// the window's sides. It is false where nothing is left. A shape wholly inside is given as
// it is.
func clipLines(g *geo.Geometry, window *orb.Bound) (geo.Geometry, bool) {
	bound := g.Bound()
	if !bound.Intersects(*window) {
		return geo.Geometry{}, false
	}
	if geo.Union(bound, *window) == *window {
		return *g, true
	}
	if g.Type.Dimension() == 2 {
		return clipPolygon(g, window)
	}
	out := geo.Geometry{Type: geo.MultiLineString}
	for i := range g.Ends {
		clipLine(&out, g.Ring(i), window)
	}
	return out, len(out.Ends) > 0
}

// clipLine adds the stretches of a line that are in the window.
func clipLine(out *geo.Geometry, xy []float64, window *orb.Bound) {
	open := false
	end := func() {
		if open {
			out.EndRing()
		}
		open = false
	}
	for i := 2; i < len(xy); i += 2 {
		x0, y0, x1, y1 := xy[i-2], xy[i-1], xy[i], xy[i+1]
		from, to := 0.0, 1.0
		for axis, d := range [2]float64{x1 - x0, y1 - y0} {
			start := [2]float64{x0, y0}[axis]
			low, high := window.Min[axis]-start, window.Max[axis]-start
			switch {
			case d == 0 && (low > 0 || high < 0):
				to = -1
			case d > 0:
				from, to = max(from, low/d), min(to, high/d)
			case d < 0:
				from, to = max(from, high/d), min(to, low/d)
			}
		}
		if from > to {
			end()
			continue
		}
		if from > 0 {
			end()
			x0, y0 = x0+from*(x1-x0), y0+from*(y1-y0)
		}
		if !open {
			out.Add(x0, y0)
			open = true
		}
		if to < 1 {
			out.Add(xy[i-2]+to*(x1-xy[i-2]), xy[i-1]+to*(y1-xy[i-1]))
			end()
			continue
		}
		out.Add(x1, y1)
	}
	end()
}

// clipPolygon cuts every ring by the four sides in turn (Sutherland and Hodgman): rings
// stay closed, and what they wind around within the window does not change.
func clipPolygon(g *geo.Geometry, window *orb.Bound) (geo.Geometry, bool) {
	out := geo.Geometry{Type: geo.MultiPolygon}
	for part := range g.Parts {
		from, to := g.RingsOf(part)
		rings := len(out.Ends)
		for i := from; i < to; i++ {
			ring := append([]float64(nil), g.Ring(i)...)
			for axis := range 2 {
				ring = clipRing(ring, axis, window.Min[axis], 1)
				ring = clipRing(ring, axis, window.Max[axis], -1)
			}
			if len(ring) < 8 {
				if i == from {
					break // its holes are as far away
				}
				continue
			}
			out.XY = append(out.XY, ring...)
			out.EndRing()
		}
		if len(out.Ends) > rings {
			out.EndPart()
		}
	}
	return out, len(out.Ends) > 0
}

// clipRing keeps the part of a closed ring on one side of a line across an axis.
func clipRing(ring []float64, axis int, limit, side float64) []float64 {
	var out []float64
	for i := 2; i < len(ring); i += 2 {
		a, b := ring[i-2:i], ring[i:i+2]
		inA, inB := side*(a[axis]-limit) >= 0, side*(b[axis]-limit) >= 0
		if inA != inB {
			share := (limit - a[axis]) / (b[axis] - a[axis])
			cut := [2]float64{a[0] + share*(b[0]-a[0]), a[1] + share*(b[1]-a[1])}
			cut[axis] = limit
			out = append(out, cut[:]...)
		}
		if inB {
			out = append(out, b...)
		}
	}
	if n := len(out); n > 0 && (out[0] != out[n-2] || out[1] != out[n-1]) {
		out = append(out, out[0], out[1])
	}
	return out
}
