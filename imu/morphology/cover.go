package morphology

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"socle/geo"
)

// Cover is a kind of ground.
type Cover uint8

// The kinds, from the one on top down: where two lie on each other the ground is of the
// first. High vegetation is measured twice: as ground, where nothing above it lies, and as
// crowns, whatever they stand over.
const (
	Water Cover = iota
	BuildingCover
	HighVegetation
	LowVegetation
	RoadCover
	Impervious
	coverKinds
)

// overlay measures what lies on top in a cell. It sweeps the cell from below: between two
// heights where nothing begins, ends or crosses, every edge is the side of trapezoids, and
// what is inside them is known by counting the edges to their left. It is scratch memory,
// one for each worker.
type overlay struct {
	box     orb.Bound
	edges   []sweepEdge
	heights []float64
	active  []sweepEdge
	onTop   [coverKinds]float64
	crowns  float64
}

// sweepEdge goes upwards from (x0, y0); sign is 1 where its inside is to the right.
type sweepEdge struct {
	x0, y0, x1, y1 float64
	layer          uint8
	sign           int8
	low, high      float64 // x at the bottom and top of the band
}

// cellLayer is the layer of the cell itself.
const cellLayer = uint8(coverKinds)

// start begins a cell.
func (o *overlay) start(cell *geo.Geometry) {
	o.box = cell.Bound()
	o.edges = o.edges[:0]
	o.onTop, o.crowns = [coverKinds]float64{}, 0
	o.add(cell, cellLayer)
}

// cover adds a polygon of a kind.
func (o *overlay) cover(g *geo.Geometry, kind Cover) { o.add(g, uint8(kind)) }

func (o *overlay) add(g *geo.Geometry, layer uint8) {
	for part := range g.Parts {
		from, to := g.RingsOf(part)
		for i := from; i < to; i++ {
			ring := g.Ring(i)
			back := (twiceArea(ring) < 0) == (i == from)
			for k := 2; k+1 < len(ring); k += 2 {
				if back {
					o.edge(ring[k], ring[k+1], ring[k-2], ring[k-1], layer)
				} else {
					o.edge(ring[k-2], ring[k-1], ring[k], ring[k+1], layer)
				}
			}
		}
	}
}

// edge keeps what counts of an edge whose inside is on its left, in a frame whose origin
// is the lower left corner of the cell. What is left of the cell is moved to its border,
// since it only counts; what is right of it counts nothing.
func (o *overlay) edge(x0, y0, x1, y1 float64, layer uint8) {
	x0, y0, x1, y1 = x0-o.box.Min[0], y0-o.box.Min[1], x1-o.box.Min[0], y1-o.box.Min[1]
	sign := int8(-1) // going up, the inside on the left
	if y1 < y0 {
		x0, y0, x1, y1, sign = x1, y1, x0, y0, 1
	}
	height, width := o.box.Max[1]-o.box.Min[1], o.box.Max[0]-o.box.Min[0]
	if y0 == y1 || y1 <= 0 || y0 >= height || min(x0, x1) > width {
		return
	}
	at := func(y float64) float64 { return x0 + (x1-x0)*(y-y0)/(y1-y0) }
	bx, by, tx, ty := x0, y0, x1, y1
	if y0 < 0 {
		bx, by = at(0), 0
	}
	if y1 > height {
		tx, ty = at(height), height
	}
	switch {
	case bx <= 0 && tx <= 0:
		o.keep(0, by, 0, ty, layer, sign)
	case bx >= 0 && tx >= 0:
		o.keep(bx, by, tx, ty, layer, sign)
	default:
		y := min(ty, max(by, y0+(y1-y0)*(0-x0)/(x1-x0)))
		if bx < 0 {
			o.keep(0, by, 0, y, layer, sign)
			o.keep(0, y, tx, ty, layer, sign)
		} else {
			o.keep(bx, by, 0, y, layer, sign)
			o.keep(0, y, 0, ty, layer, sign)
		}
	}
}

func (o *overlay) keep(x0, y0, x1, y1 float64, layer uint8, sign int8) {
	if y0 < y1 {
		o.edges = append(o.edges, sweepEdge{x0: x0, y0: y0, x1: x1, y1: y1, layer: layer, sign: sign})
	}
}

// measure fills onTop and crowns, in square metres.
func (o *overlay) measure() {
	o.heights = o.heights[:0]
	for _, e := range o.edges {
		o.heights = append(o.heights, e.y0, e.y1)
	}
	slices.Sort(o.heights)
	o.heights = slices.Compact(o.heights)
	slices.SortFunc(o.edges, func(a, b sweepEdge) int {
		return cmp.Or(cmp.Compare(a.y0, b.y0), cmp.Compare(a.x0, b.x0), cmp.Compare(a.x1, b.x1), cmp.Compare(a.y1, b.y1), cmp.Compare(a.layer, b.layer), cmp.Compare(a.sign, b.sign))
	})
	o.active = o.active[:0]
	next := 0
	for k := 1; k < len(o.heights); k++ {
		bottom, top := o.heights[k-1], o.heights[k]
		o.active = slices.DeleteFunc(o.active, func(e sweepEdge) bool { return e.y1 <= bottom })
		for ; next < len(o.edges) && o.edges[next].y0 <= bottom; next++ {
			o.active = append(o.active, o.edges[next])
		}
		o.band(bottom, top, 0)
	}
}

// deepest bounds how often a band is cut: each cut is at a crossing, and what rounding
// leaves of one is below any area that counts.
const deepest = 1 << 10

// band measures between two heights that no edge begins or ends between. Where two edges
// cross, it is cut there.
func (o *overlay) band(bottom, top float64, depth int) {
	for k := range o.active {
		e := &o.active[k]
		slope := (e.x1 - e.x0) / (e.y1 - e.y0)
		e.low, e.high = e.x0+slope*(bottom-e.y0), e.x0+slope*(top-e.y0)
	}
	slices.SortFunc(o.active, func(a, b sweepEdge) int {
		return cmp.Or(cmp.Compare(a.low+a.high, b.low+b.high), cmp.Compare(a.low, b.low), cmp.Compare(a.layer, b.layer), cmp.Compare(a.sign, b.sign))
	})
	if depth < deepest {
		if cut, ok := o.crossing(bottom, top); ok {
			o.band(bottom, cut, depth+1)
			o.band(cut, top, depth+1)
			return
		}
	}
	var inside [coverKinds + 1]int
	for k := range o.active {
		e := &o.active[k]
		inside[e.layer] += int(e.sign)
		if k+1 == len(o.active) || inside[cellLayer] == 0 {
			continue
		}
		n := &o.active[k+1]
		area := max(0, (n.low-e.low)+(n.high-e.high)) / 2 * (top - bottom)
		if inside[HighVegetation] != 0 {
			o.crowns += area
		}
		for kind := range coverKinds {
			if inside[kind] != 0 {
				o.onTop[kind] += area
				break
			}
		}
	}
}

// crossing finds a height within a band where neighbours by their middles cross.
func (o *overlay) crossing(bottom, top float64) (float64, bool) {
	for k := 1; k < len(o.active); k++ {
		a, b := &o.active[k-1], &o.active[k]
		low, high := b.low-a.low, b.high-a.high
		if low >= 0 && high >= 0 {
			continue
		}
		cut := bottom + (top-bottom)*low/(low-high)
		if width := top - bottom; math.Abs(low)+math.Abs(high) > 1e-9 && cut > bottom+1e-9*width && cut < top-1e-9*width {
			return cut, true
		}
	}
	return 0, false
}
