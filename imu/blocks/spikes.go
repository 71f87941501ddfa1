package blocks

import (
	"math"

	"socle/geo"
)

// spikeLength is how many times longer than wide the tip of a corner has to be to count as
// a spike.
const spikeLength = 10

// tipArea bounds the tip of a spike: what is more is no tip.
func (p *Params) tipArea() float64 { return 100 * p.SpikeWidth }

// findSpikes gives for every block the lines that cut its spikes off: across, where a
// corner has come to the width. What lies beyond is nearly nothing; it goes to the
// neighbour on a side, so that of GeoClimate's shrinking and growing by half the width
// the same is left, and no gap.
func (b *build) findSpikes() (lines []geo.Geometry, found bool) {
	lines = make([]geo.Geometry, b.regions)
	width := b.params.SpikeWidth
	if width == 0 {
		return lines, false
	}
	overshoot := b.overshoot()
	for r := range b.shapes {
		for i := range b.shapes[r].Ends {
			ring := b.shapes[r].Ring(i)
			for k := 0; k < len(ring)/2-1; k++ {
				if !isSharp(ring, k) {
					continue
				}
				if from, to, ok := spikeAt(ring, k, width); ok {
					lines[r].Type = geo.MultiLineString
					addOver(&lines[r], from, to, overshoot, overshoot)
					found = true
				}
			}
		}
	}
	return lines, found
}

// isSharp tells whether a ring, with the inside on its left, has a corner at vertex k that
// is narrow enough for a spike.
func isSharp(ring []float64, k int) bool {
	n := len(ring)/2 - 1
	before := (k + n - 1) % n
	x, y := ring[2*k], ring[2*k+1]
	ax, ay := ring[2*before]-x, ring[2*before+1]-y
	bx, by := ring[2*k+2]-x, ring[2*k+3]-y
	across, along := bx*ay-by*ax, ax*bx+ay*by
	return across > 0 && along > 0 && across*spikeLength < along
}

// spikeAt follows both sides of the corner at vertex k until they are so far apart, and
// gives the two places; it is false where that is not far from the corner, or never.
func spikeAt(ring []float64, k int, width float64) (from, to [2]float64, ok bool) {
	n := len(ring)/2 - 1
	at := func(i int) [2]float64 { return [2]float64(ring[2*i : 2*i+2]) }
	// Each side is at a vertex or on its way to the next one.
	type side struct {
		step, vertex int
	}
	sides := [2]side{{step: n - 1, vertex: k}, {step: 1, vertex: k}}
	way := 0.0
	places := [2][2]float64{at(k), at(k)}
	for range 2 * n {
		var ahead [2]float64 // to the next vertex
		var ends [2][2]float64
		for s := range sides {
			ends[s] = at((sides[s].vertex + sides[s].step) % n)
			ahead[s] = math.Hypot(ends[s][0]-places[s][0], ends[s][1]-places[s][1])
		}
		step := min(ahead[0], ahead[1])
		var moved [2][2]float64
		for s := range sides {
			share := 1.0
			if ahead[s] > step {
				share = step / ahead[s]
			}
			moved[s] = [2]float64{places[s][0] + share*(ends[s][0]-places[s][0]), places[s][1] + share*(ends[s][1]-places[s][1])}
		}
		d0 := [2]float64{places[1][0] - places[0][0], places[1][1] - places[0][1]}
		d1 := [2]float64{moved[1][0] - moved[0][0], moved[1][1] - moved[0][1]}
		if math.Hypot(d1[0], d1[1]) >= width {
			share := reaches(d0, d1, width)
			for s := range sides {
				for axis := range 2 {
					places[s][axis] += share * (moved[s][axis] - places[s][axis])
				}
			}
			return places[0], places[1], way+share*step >= spikeLength*width
		}
		way += step
		for s := range sides {
			places[s] = moved[s]
			if ahead[s] <= step {
				places[s] = ends[s]
				sides[s].vertex = (sides[s].vertex + sides[s].step) % n
			}
		}
		if sides[0].vertex == sides[1].vertex {
			return from, to, false // all of it is narrow
		}
	}
	return from, to, false
}

// reaches gives the share of the way from d0 to d1 at which the length comes to a width
// that d0 is below and d1 not.
func reaches(d0, d1 [2]float64, width float64) float64 {
	ex, ey := d1[0]-d0[0], d1[1]-d0[1]
	a, half, c := ex*ex+ey*ey, d0[0]*ex+d0[1]*ey, d0[0]*d0[0]+d0[1]*d0[1]-width*width
	if a == 0 {
		return 1
	}
	return min(max((-half+math.Sqrt(max(0, half*half-a*c)))/a, 0), 1)
}

// addOver adds a line that goes beyond its ends by so much.
func addOver(g *geo.Geometry, from, to [2]float64, before, after float64) {
	dx, dy := to[0]-from[0], to[1]-from[1]
	if length := math.Hypot(dx, dy); length > 0 {
		dx, dy = dx/length, dy/length
	}
	g.Add(from[0]-before*dx, from[1]-before*dy)
	g.Add(to[0]+after*dx, to[1]+after*dy)
	g.EndRing()
}
