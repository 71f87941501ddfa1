package crosswalk

import (
	"math"

	"socle/geo"
)

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
