package topology

import "socle/geo"

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
