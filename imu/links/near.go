package links

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// candidate is a building near an address.
type candidate struct {
	building int
	distance float64
	foot     [2]float64
}

// around gives the buildings within reach, the nearest first.
func (l *linker) around(x, y float64) []candidate {
	var out []candidate
	window := orb.Bound{Min: orb.Point{x - l.reach, y - l.reach}, Max: orb.Point{x + l.reach, y + l.reach}}
	l.tree.Search(window, func(id uint32) bool {
		if d, foot := l.toFacade(int(id), x, y); d <= l.reach {
			out = append(out, candidate{int(id), d, foot})
		}
		return true
	})
	slices.SortFunc(out, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.building, b.building))
	})
	return out
}

// toFacade measures from a point to the outline of a building, 0 within it, NaN where the
// building has no shape.
func (l *linker) toFacade(b int, x, y float64) (distance float64, foot [2]float64) {
	if l.rings[b].first == l.rings[b].end {
		return nowhere()
	}
	if l.outlines[b].Covers(x, y) {
		return 0, [2]float64{x, y}
	}
	distance = math.Inf(1)
	for _, ring := range l.shapes[l.rings[b].first:l.rings[b].end] {
		for k := 3; k < len(ring); k += 2 {
			ax, ay, bx, by := ring[k-3], ring[k-2], ring[k-1], ring[k]
			dx, dy := bx-ax, by-ay
			t := 0.0
			if n := dx*dx + dy*dy; n > 0 {
				t = min(max(((x-ax)*dx+(y-ay)*dy)/n, 0), 1)
			}
			if d := math.Hypot(ax+t*dx-x, ay+t*dy-y); d < distance {
				distance, foot = d, [2]float64{ax + t*dx, ay + t*dy}
			}
		}
	}
	return distance, foot
}

// nowhere is how far what has no place is.
func nowhere() (distance float64, foot [2]float64) {
	nan := math.NaN()
	return nan, [2]float64{nan, nan}
}

// crosses tells whether a street lies between two points.
func (l *linker) crosses(x0, y0, x1, y1 float64) bool {
	found := false
	l.ways.Search(orb.Bound{Min: orb.Point{min(x0, x1), min(y0, y1)}, Max: orb.Point{max(x0, x1), max(y0, y1)}}, func(id uint32) bool {
		s := l.segments[id]
		found = side(x0, y0, x1, y1, s[0], s[1])*side(x0, y0, x1, y1, s[2], s[3]) <= 0 && side(s[0], s[1], s[2], s[3], x0, y0)*side(s[0], s[1], s[2], s[3], x1, y1) < 0
		return !found
	})
	return found
}

func side(ax, ay, bx, by, x, y float64) float64 {
	switch v := (bx-ax)*(y-ay) - (by-ay)*(x-ax); {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// streetWithin tells whether a street is known within reach.
func (l *linker) streetWithin(x, y float64) bool {
	found := false
	l.ways.Search(orb.Bound{Min: orb.Point{x - l.reach, y - l.reach}, Max: orb.Point{x + l.reach, y + l.reach}}, func(uint32) bool {
		found = true
		return false
	})
	return found
}
