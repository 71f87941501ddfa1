package crosswalk

import (
	"math"
	"slices"

	"socle/geo"
)

// scanLine finds points that stand for shapes.
type scanLine struct{ xy, cuts []float64 }

// of gives the flat points that stand for g: its own, the middle of its longest line, or
// one inside.
func (s *scanLine) of(g *geo.Geometry) []float64 {
	switch g.Type.Dimension() {
	case 0:
		return g.XY
	case 1:
		s.xy = append(s.xy[:0], middle(g)...)
		return s.xy
	case 2:
		s.inside(g)
		return s.xy
	}
	return nil
}

// inside finds the middle of the widest stretch of a polygon at a height where it has no
// vertex, as near the middle of its box as can be.
func (s *scanLine) inside(g *geo.Geometry) {
	b := g.Bound()
	mid := (b.Min[1] + b.Max[1]) / 2
	low, high := b.Min[1], b.Max[1]
	for k := 1; k < len(g.XY); k += 2 {
		if y := g.XY[k]; y <= mid {
			low = max(low, y)
		} else {
			high = min(high, y)
		}
	}
	y := (low + high) / 2
	s.cuts = s.cuts[:0]
	for i := range g.Ends {
		ring := g.Ring(i)
		for k := 2; k < len(ring); k += 2 {
			x0, y0, x1, y1 := ring[k-2], ring[k-1], ring[k], ring[k+1]
			if (y0 > y) != (y1 > y) {
				s.cuts = append(s.cuts, x0+(y-y0)/(y1-y0)*(x1-x0))
			}
		}
	}
	slices.Sort(s.cuts)
	s.xy = append(s.xy[:0], g.XY[0], g.XY[1]) // of a polygon too flat to be cut
	widest := 0.0
	for k := 1; k < len(s.cuts); k += 2 {
		if width := s.cuts[k] - s.cuts[k-1]; width > widest {
			widest = width
			s.xy[0], s.xy[1] = (s.cuts[k-1]+s.cuts[k])/2, y
		}
	}
}

// middle gives the point halfway along the longest line of g.
func middle(g *geo.Geometry) []float64 {
	longest, most := g.Ring(0), -1.0
	for i := range g.Ends {
		if n := length(g.Ring(i)); n > most {
			longest, most = g.Ring(i), n
		}
	}
	left := most / 2
	for k := 2; k < len(longest); k += 2 {
		x0, y0, x1, y1 := longest[k-2], longest[k-1], longest[k], longest[k+1]
		step := math.Hypot(x1-x0, y1-y0)
		if step > 0 && step >= left {
			return []float64{x0 + left/step*(x1-x0), y0 + left/step*(y1-y0)}
		}
		left -= step
	}
	return longest[:2]
}

func length(line []float64) float64 {
	sum := 0.0
	for k := 2; k < len(line); k += 2 {
		sum += math.Hypot(line[k]-line[k-2], line[k+1]-line[k-1])
	}
	return sum
}
