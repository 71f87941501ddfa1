package morphology

import (
	"cmp"
	"math"
	"slices"

	"socle/geo"
	"socle/geo/topology"
)

// turned gives g with the inside on the left of every edge: shells counterclockwise and
// holes clockwise. It copies only what has to be turned.
func turned(g *geo.Geometry) geo.Geometry {
	out, own := *g, false
	for part := range g.Parts {
		from, to := g.RingsOf(part)
		for i := from; i < to; i++ {
			if (twiceArea(g.Ring(i)) < 0) == (i > from) {
				continue
			}
			if !own {
				out, own = g.Clone(), true
			}
			ring := out.Ring(i)
			for a, b := 0, len(ring)-2; a < b; a, b = a+2, b-2 {
				ring[a], ring[a+1], ring[b], ring[b+1] = ring[b], ring[b+1], ring[a], ring[a+1]
			}
		}
	}
	return out
}

// twiceArea is twice the signed area of a ring, from its first vertex so that large
// coordinates cost no digits.
func twiceArea(xy []float64) float64 {
	twice := 0.0
	for i := 2; i+3 < len(xy); i += 2 {
		twice += (xy[i]-xy[0])*(xy[i+3]-xy[1]) - (xy[i+2]-xy[0])*(xy[i+1]-xy[1])
	}
	return twice
}

// perimeter is the length of all rings, holes included.
func perimeter(g *geo.Geometry) float64 {
	sum := 0.0
	for i := range g.Ends {
		sum += lineLength(g.Ring(i))
	}
	return sum
}

func lineLength(xy []float64) float64 {
	sum := 0.0
	for i := 2; i+1 < len(xy); i += 2 {
		sum += math.Hypot(xy[i]-xy[i-2], xy[i+1]-xy[i-1])
	}
	return sum
}

// vertex is a point relative to a nearby origin.
type vertex struct{ x, y float64 }

// hull is scratch memory for what depends on the convex hull only.
type hull struct{ points, chain []vertex }

// of fills h with the convex hull of a shape, counterclockwise and not closed, relative to
// the shape's first vertex.
func (h *hull) of(g *geo.Geometry) {
	h.points, h.chain = h.points[:0], h.chain[:0]
	for i := 0; i+1 < len(g.XY); i += 2 {
		h.points = append(h.points, vertex{g.XY[i] - g.XY[0], g.XY[i+1] - g.XY[1]})
	}
	slices.SortFunc(h.points, func(a, b vertex) int { return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.y, b.y)) })
	h.points = slices.Compact(h.points)
	h.wrap()
	h.points, h.chain = h.chain, h.points
}

// wrap is the monotone chain: the lower border from left to right, then the upper back.
func (h *hull) wrap() {
	n := len(h.points)
	if n < 3 {
		h.chain = append(h.chain, h.points...)
		return
	}
	grow := func(p vertex, floor int) {
		for k := len(h.chain); k >= floor+2 && cross(h.chain[k-2], h.chain[k-1], p) <= 0; k = len(h.chain) {
			h.chain = h.chain[:k-1]
		}
		h.chain = append(h.chain, p)
	}
	for _, p := range h.points {
		grow(p, 0)
	}
	floor := len(h.chain) - 1
	for i := n - 2; i >= 0; i-- {
		grow(h.points[i], floor)
	}
	h.chain = h.chain[:len(h.chain)-1]
}

func cross(o, a, b vertex) float64 { return (a.x-o.x)*(b.y-o.y) - (a.y-o.y)*(b.x-o.x) }

func (h *hull) area() float64 {
	twice := 0.0
	for i := 2; i < len(h.points); i++ {
		twice += cross(h.points[0], h.points[i-1], h.points[i])
	}
	return twice / 2
}

// circleArea is the area of the smallest circle around the hull. Points are added one by
// one; one outside the circle so far lies on the next. The order is a fixed shuffle, since
// that of a hull is the slow one.
func (h *hull) circleArea() float64 {
	p := h.points
	seed := uint32(1)
	for i := len(p) - 1; i > 0; i-- {
		seed = seed*1664525 + 1013904223
		j := int(seed>>8) % (i + 1)
		p[i], p[j] = p[j], p[i]
	}
	var c circle
	for i := range p {
		if c.holds(p[i]) {
			continue
		}
		c = circle{centre: p[i]}
		for j := range i {
			if c.holds(p[j]) {
				continue
			}
			c = around(p[i], p[j])
			for k := range j {
				if !c.holds(p[k]) {
					c = through(p[i], p[j], p[k])
				}
			}
		}
	}
	return math.Pi * c.square
}

type circle struct {
	centre vertex
	square float64 // of its radius
}

func (c *circle) holds(p vertex) bool {
	dx, dy := p.x-c.centre.x, p.y-c.centre.y
	return dx*dx+dy*dy <= c.square*(1+1e-12)
}

func around(a, b vertex) circle {
	c := vertex{(a.x + b.x) / 2, (a.y + b.y) / 2}
	return circle{c, (a.x-c.x)*(a.x-c.x) + (a.y-c.y)*(a.y-c.y)}
}

func through(a, b, c vertex) circle {
	bx, by, cx, cy := b.x-a.x, b.y-a.y, c.x-a.x, c.y-a.y
	d := 2 * (bx*cy - by*cx)
	if d == 0 { // in line: two of them are the ends
		return slices.MaxFunc([]circle{around(a, b), around(b, c), around(a, c)}, func(x, y circle) int { return cmp.Compare(x.square, y.square) })
	}
	x := (cy*(bx*bx+by*by) - by*(cx*cx+cy*cy)) / d
	y := (bx*(cx*cx+cy*cy) - cx*(bx*bx+by*by)) / d
	return circle{vertex{a.x + x, a.y + y}, x*x + y*y}
}

// shape fills what a form takes from its footprint alone.
func (h *hull) shape(g *geo.Geometry, f *Form) {
	f.AreaM2, f.PerimeterM = topology.Area(g), perimeter(g)
	h.of(g)
	f.FormFactor = f.AreaM2 / (f.PerimeterM * f.PerimeterM)
	f.Convexity = min(1, f.AreaM2/h.area())
	f.CircularCompactness = min(1, f.AreaM2/h.circleArea())
}
