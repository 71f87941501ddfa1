package topology

import (
	"math"

	"socle/geo"
)

// Area gives the area of g on the plane of its coordinates: shells less holes, whatever
// way their rings turn. It is 0 for points and lines.
func Area(g *geo.Geometry) float64 {
	sum := 0.0
	for part := range g.Parts {
		from, to := g.RingsOf(part)
		for i := from; i < to; i++ {
			area := math.Abs(ringArea(g.Ring(i)))
			if i > from {
				area = -area
			}
			sum += area
		}
	}
	return sum
}

// ringArea is the signed area of a closed ring, positive when it turns counterclockwise.
// It works from the first vertex, so that large coordinates cost no digits.
func ringArea(xy []float64) float64 {
	twice := 0.0
	for i := 2; i+3 < len(xy); i += 2 {
		twice += (xy[i]-xy[0])*(xy[i+3]-xy[1]) - (xy[i+2]-xy[0])*(xy[i+1]-xy[1])
	}
	return twice / 2
}
