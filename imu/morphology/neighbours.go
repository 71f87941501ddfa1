package morphology

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"socle/geo"
)

// contact is a pair of buildings, a before b, that meet, and in how many pieces at most.
type contact struct{ a, b, pieces uint32 }

// neighbours measures a building against those around it. One for each worker.
type neighbours struct {
	*town
	boxes    []orb.Bound
	near     []uint32
	meets    []uint32 // of each of those near, in how many pieces
	facing   []facing
	pieces   []piece
	contacts []contact
}

// facing is an edge of a neighbour that may be a wall in common.
type facing struct {
	x0, y0, x1, y1 float64
	of             uint32
}

// piece is a part of an edge that a neighbour covers.
type piece struct {
	from, to float64
	height   float64
	of       uint32
}

// axes are the six directions, in half a turn, that stand for twelve in a whole one:
// their sines and cosines.
var axes = func() (out [6][2]float64) {
	for k := range out {
		out[k][0], out[k][1] = math.Sincos((15 + 30*float64(k)) * math.Pi / 180)
	}
	return out
}()

// acrossWind is the share of a wall's length that the wind meets, mean of the directions;
// dx, dy is the wall as a vector of length 1.
func acrossWind(dx, dy float64) float64 {
	sum := 0.0
	for _, a := range axes {
		sum += math.Abs(dx*a[1] - dy*a[0])
	}
	return sum / float64(len(axes))
}

// measure fills the walls and the spacing of building i.
func (w *neighbours) measure(i int) {
	w.search(i, 4)
	w.walls(i)
	f := &w.forms[i]
	f.close()
	if f.SharedM > 0 {
		f.SpacingM = 0
		return
	}
	// What lies within a radius is known once all boxes that near were looked at.
	best := float64(SpacingCapM)
	for radius := 4.0; ; radius = min(4*radius, SpacingCapM) {
		for _, j := range w.near {
			if j := int(j); boxDistance(w.boxes[i], w.boxes[j]) < best {
				best = w.distance(i, j, best)
			}
		}
		if best <= radius || radius == SpacingCapM {
			break
		}
		w.search(i, min(4*radius, SpacingCapM))
	}
	f.SpacingM = best
}

// search finds the buildings whose boxes are near, in their order.
func (w *neighbours) search(i int, radius float64) {
	w.near = w.near[:0]
	b := w.boxes[i].Pad(radius)
	w.tree.Search(b, func(id uint32) bool {
		if int(id) != i {
			w.near = append(w.near, id)
		}
		return true
	})
	slices.Sort(w.near)
}

// walls finds what building i has in common with its neighbours. A part of a wall that
// two of them cover counts once, with the higher: footprints of a file may overlap.
func (w *neighbours) walls(i int) {
	box := w.boxes[i].Pad(TouchM)
	w.facing = w.facing[:0]
	for _, j := range w.near {
		if !box.Intersects(w.boxes[j]) {
			continue
		}
		eachEdge(&w.buildings[j].Geom, func(x0, y0, x1, y1 float64) {
			if max(x0, x1) >= box.Min[0] && min(x0, x1) <= box.Max[0] && max(y0, y1) >= box.Min[1] && min(y0, y1) <= box.Max[1] {
				w.facing = append(w.facing, facing{x0, y0, x1, y1, j})
			}
		})
	}
	f := &w.forms[i]
	f.SharedM, f.SharedWallM2, f.FrontalM2 = 0, 0, 0
	w.meets = slices.Grow(w.meets[:0], len(w.near))[:len(w.near)]
	clear(w.meets)
	eachEdge(&w.buildings[i].Geom, func(x0, y0, x1, y1 float64) {
		length := math.Hypot(x1-x0, y1-y0)
		if length == 0 {
			return
		}
		dx, dy := (x1-x0)/length, (y1-y0)/length
		covered, wall := w.covered(x0, y0, dx, dy, length, f.WallHeightM)
		f.SharedM += covered
		f.SharedWallM2 += wall
		f.FrontalM2 += max(0, length*f.WallHeightM-wall) * acrossWind(dx, dy) / 2
		for _, p := range w.pieces {
			k, _ := slices.BinarySearch(w.near, p.of)
			w.meets[k]++
		}
	})
	w.noteContacts(i, box)
}

// noteContacts keeps the pairs of building i and those after it that it meets. Footprints that
// touch in a point or lie over each other, as a drawing may have them, count as two pieces: they
// may close a ring as a wall does.
func (w *neighbours) noteContacts(i int, box orb.Bound) {
	for k, j := range w.near {
		if int(j) < i {
			continue
		}
		pieces := w.meets[k]
		if pieces == 0 && box.Intersects(w.boxes[j]) && w.distance(i, int(j), TouchM) < TouchM {
			pieces = 2
		}
		if pieces > 0 {
			w.contacts = append(w.contacts, contact{uint32(i), j, pieces})
		}
	}
}

// sameWay is how far two walls may be from the same direction: the sine of one degree.
const sameWay = 0.0175

// covered gives the length of an edge that facing edges cover, and the area of wall with
// it, up to the height of the lower of both walls. It leaves the pieces.
func (w *neighbours) covered(x0, y0, dx, dy, length, height float64) (covered, wall float64) {
	w.pieces = w.pieces[:0]
	for k := range w.facing {
		q := &w.facing[k]
		ax, ay, bx, by := q.x0-x0, q.y0-y0, q.x1-x0, q.y1-y0
		da, db := dx*ay-dy*ax, dx*by-dy*bx // how far its ends are to the left
		if da > TouchM && db > TouchM || da < -TouchM && db < -TouchM {
			continue
		}
		ta, tb := dx*ax+dy*ay, dx*bx+dy*by // and along
		// The inside of both is on their left: a wall in common runs the other way.
		if tb >= ta || max(ta, tb) <= 0 || min(ta, tb) >= length || math.Abs(db-da) > sameWay*(ta-tb) {
			continue
		}
		ta, tb = clipped(ta, da, tb, db)
		if from, to := max(0, tb), min(length, ta); to-from > TouchM {
			w.pieces = append(w.pieces, piece{from, to, min(height, w.forms[q.of].WallHeightM), q.of})
		}
	}
	switch len(w.pieces) {
	case 0:
		return 0, 0
	case 1:
		p := w.pieces[0]
		return p.to - p.from, (p.to - p.from) * p.height
	}
	// The highest first: each then only adds where none was.
	slices.SortFunc(w.pieces, func(a, b piece) int {
		return cmp.Or(cmp.Compare(b.height, a.height), cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), cmp.Compare(a.of, b.of))
	})
	for k, p := range w.pieces {
		free := p.to - p.from - coveredBefore(w.pieces[:k], p.from, p.to)
		covered += free
		wall += free * p.height
	}
	return covered, wall
}

// coveredBefore gives how much of an interval pieces cover together.
func coveredBefore(pieces []piece, from, to float64) float64 {
	sum := 0.0
	for at := from; at < to; {
		end, next := at, to // how far what covers at reaches; where the next piece begins
		for _, p := range pieces {
			if p.from <= at && p.to > end {
				end = p.to
			}
			if p.from > at && p.from < next {
				next = p.from
			}
		}
		if end > at {
			sum += min(end, to) - at
			at = end
		} else {
			at = next
		}
	}
	return sum
}

// clipped cuts a segment, given by two points along and to the left of a line, to what is
// within TouchM of it.
func clipped(ta, da, tb, db float64) (float64, float64) {
	at := func(d float64) float64 { return ta + (tb-ta)*(d-da)/(db-da) }
	a, b := ta, tb
	switch {
	case da > TouchM:
		a = at(TouchM)
	case da < -TouchM:
		a = at(-TouchM)
	}
	switch {
	case db > TouchM:
		b = at(TouchM)
	case db < -TouchM:
		b = at(-TouchM)
	}
	return a, b
}

// eachEdge gives the edges of a shape.
func eachEdge(g *geo.Geometry, do func(x0, y0, x1, y1 float64)) {
	from := 0
	for _, end := range g.Ends {
		ring := g.XY[from : 2*end]
		from = int(2 * end)
		for k := 2; k+1 < len(ring); k += 2 {
			do(ring[k-2], ring[k-1], ring[k], ring[k+1])
		}
	}
}
