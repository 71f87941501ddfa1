package topology

import "socle/geo"

// CloseRings closes the rings of a polygon whose last vertex is not their first and tells
// whether there were any. It gives g storage of its own then.
func CloseRings(g *geo.Geometry) bool {
	open := 0
	if g.Type.Dimension() == 2 {
		for i := range g.Ends {
			if !isClosed(g.Ring(i)) {
				open++
			}
		}
	}
	if open == 0 {
		return false
	}
	out := geo.Geometry{Type: g.Type, XY: make([]float64, 0, len(g.XY)+2*open), Parts: g.Parts}
	for i := range g.Ends {
		ring := g.Ring(i)
		out.XY = append(out.XY, ring...)
		if !isClosed(ring) {
			out.Add(ring[0], ring[1])
		}
		out.EndRing()
	}
	*g = out
	return true
}

func isClosed(ring []float64) bool {
	n := len(ring)
	return n == 0 || ring[0] == ring[n-2] && ring[1] == ring[n-1]
}

// tidy copies g with closed rings and without repeated points. Rings and lines that then
// have too few vertices go, a shell with its holes.
func tidy(g *geo.Geometry) (geo.Geometry, RepairResult) {
	var res RepairResult
	out := geo.Geometry{Type: g.Type, XY: make([]float64, 0, len(g.XY)+2*len(g.Ends))}
	switch g.Type.Dimension() {
	case 0:
		out.XY = append(out.XY, g.XY...)
	case 1:
		for i := range g.Ends {
			res.addLine(&out, g.Ring(i), 2)
		}
	case 2:
		for part := range g.Parts {
			res.addPolygon(&out, g, part)
		}
	}
	return out, res
}

func (res *RepairResult) addPolygon(out, g *geo.Geometry, part int) {
	from, to := g.RingsOf(part)
	for i := from; i < to; i++ {
		ring := g.Ring(i)
		if !isClosed(ring) {
			res.RingsClosed++
			ring = append(ring[:len(ring):len(ring)], ring[:2]...)
		}
		if !res.addLine(out, ring, 4) && i == from {
			res.Dropped += to - from - 1
			return
		}
	}
	if to > from {
		out.EndPart()
	}
}

// addLine appends a line or ring without its repeated points, unless fewer than least
// vertices are left.
func (res *RepairResult) addLine(out *geo.Geometry, xy []float64, least int) bool {
	before := len(out.XY)
	for i := 0; i < len(xy); i += 2 {
		if n := len(out.XY); n > before && out.XY[n-2] == xy[i] && out.XY[n-1] == xy[i+1] {
			res.PointsRemoved++
			continue
		}
		out.Add(xy[i], xy[i+1])
	}
	if len(out.XY)-before < 2*least {
		out.XY = out.XY[:before]
		res.Dropped++
		return false
	}
	out.EndRing()
	return true
}
