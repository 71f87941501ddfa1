package topology

import (
	"math"
	"slices"

	"github.com/paulmach/orb"

	"socle/geo"
)

// Outline is a polygon or multipolygon made ready to hold points and to be measured
// against others. The zero Outline is empty; one can be made ready again and again and
// keeps its memory. Once ready it is safe for concurrent use. It views the shape it was
// given.
type Outline struct {
	shape  geo.Geometry
	bound  orb.Bound
	area   float64
	turned []bool // rings to be walked backwards, so that the inside is on the left
	bands  bands  // of long outlines
}

// longOutline is from how many vertices on edges are kept by bands: below, walking all of
// them costs less than finding some.
const longOutline = 64

// Place makes o ready to hold points.
func (o *Outline) Place(g *geo.Geometry) {
	o.shape, o.bound, o.area, o.turned = *g, g.Bound(), 0, o.turned[:0]
	o.bands.clear()
	if g.NumVertices() > longOutline {
		o.bands.build(o)
	}
}

// Measure makes o ready to hold points and to be measured.
func (o *Outline) Measure(g *geo.Geometry) {
	o.shape, o.bound, o.area, o.turned = *g, g.Bound(), 0, o.turned[:0]
	for part := range g.Parts {
		from, to := g.RingsOf(part)
		for i := from; i < to; i++ {
			area := ringArea(g.Ring(i))
			hole := i > from
			o.turned = append(o.turned, (area < 0) != hole)
			if area = math.Abs(area); hole {
				area = -area
			}
			o.area += area
		}
	}
	o.bands.clear()
	if g.NumVertices() > longOutline {
		o.bands.build(o)
	}
}

// Bound is the box of the outline.
func (o *Outline) Bound() orb.Bound { return o.bound }

// Area is the area of an outline that was measured.
func (o *Outline) Area() float64 { return o.area }

// Covers tells whether a point lies in the outline or on its border, exactly.
func (o *Outline) Covers(x, y float64) bool {
	if !holds(o.bound, x, y) {
		return false
	}
	if len(o.bands.starts) > 0 {
		return o.bands.covers(x, y)
	}
	odd := false
	from := 0
	for _, end := range o.shape.Ends {
		ring := o.shape.XY[from : 2*end]
		from = int(2 * end)
		if len(ring) < 4 {
			continue
		}
		// Most edges lie above or below: heights alone are looked at first.
		above := ring[1] > y
		for k := 3; k < len(ring); k += 2 {
			y1 := ring[k]
			now := y1 > y
			if now == above && y1 != y {
				continue
			}
			above = now
			crossed, on := crosses(ring[k-3], ring[k-2], ring[k-1], y1, x, y)
			if on {
				return true
			}
			odd = odd != crossed
		}
	}
	return odd
}

// eachEdge gives every edge, walked so that the inside is on its left.
func (o *Outline) eachEdge(do func(e edge)) {
	for i := range o.shape.Ends {
		ring := o.shape.Ring(i)
		back := i < len(o.turned) && o.turned[i]
		for k := 2; k+1 < len(ring); k += 2 {
			e := edge{ring[k-2], ring[k-1], ring[k], ring[k+1]}
			if back {
				e = edge{e.x1, e.y1, e.x0, e.y0}
			}
			do(e)
		}
	}
}

// EachEdgeIn gives the edges whose boxes meet a box, each once. Those of long outlines come by
// height, so that few others are looked at.
func (o *Outline) EachEdgeIn(box orb.Bound, do func(x0, y0, x1, y1 float64)) {
	tell := func(e edge) {
		if max(e.x0, e.x1) >= box.Min[0] && min(e.x0, e.x1) <= box.Max[0] && max(e.y0, e.y1) >= box.Min[1] && min(e.y0, e.y1) <= box.Max[1] {
			do(e.x0, e.y0, e.x1, e.y1)
		}
	}
	l := &o.bands
	if len(l.starts) == 0 {
		o.eachEdge(tell)
		return
	}
	first := l.band(box.Min[1])
	for k := first; k <= l.band(box.Max[1]); k++ {
		for _, e := range l.edges[l.starts[k]:l.starts[k+1]] {
			if k == first || l.band(min(e.y0, e.y1)) == k { // or it was met in a band below
				tell(e)
			}
		}
	}
}

// bands keeps the edges of an outline by horizontal bands. An edge stands in every band it
// reaches.
type bands struct {
	low, perUnit float64 // of the lowest band; bands in one unit
	starts       []uint32
	next         []uint32
	edges        []edge // of band k: edges[starts[k]:starts[k+1]]
}

func (l *bands) clear() { l.starts = l.starts[:0] }

func (l *bands) build(o *Outline) {
	n := min(o.shape.NumVertices()/2, mostBands)
	l.low, l.perUnit = o.bound.Min[1], 0
	l.starts = slices.Grow(l.starts[:0], n+1)[:n+1]
	clear(l.starts)
	if height := o.bound.Max[1] - o.bound.Min[1]; height > 0 {
		l.perUnit = float64(n) / height
	}
	o.eachEdge(func(e edge) {
		for k := l.band(min(e.y0, e.y1)); k <= l.band(max(e.y0, e.y1)); k++ {
			l.starts[k+1]++
		}
	})
	for k := range n {
		l.starts[k+1] += l.starts[k]
	}
	l.edges = slices.Grow(l.edges[:0], int(l.starts[n]))[:l.starts[n]]
	l.next = append(l.next[:0], l.starts...)
	o.eachEdge(func(e edge) {
		for k := l.band(min(e.y0, e.y1)); k <= l.band(max(e.y0, e.y1)); k++ {
			l.edges[l.next[k]] = e
			l.next[k]++
		}
	})
}

// band gives the band of a height; it never falls as y rises.
func (l *bands) band(y float64) int {
	v := (y - l.low) * l.perUnit
	if !(v > 0) {
		return 0
	}
	return int(min(v, float64(len(l.starts)-2)))
}

func (l *bands) covers(x, y float64) bool {
	k := l.band(y)
	odd := false
	for _, e := range l.edges[l.starts[k]:l.starts[k+1]] {
		crossed, on := crosses(e.x0, e.y0, e.x1, e.y1, x, y)
		if on {
			return true
		}
		odd = odd != crossed
	}
	return odd
}
