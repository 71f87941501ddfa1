// Package voronoi tells where the neighbourhoods of labelled points meet: the edges of
// their Voronoi diagram that have different labels on their sides.
//
// Points are put on a grid of integers, on which all decisions are exact: any points have a
// diagram, however many lie on a line or on a circle, and the same points always the same.
package voronoi

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// Ridge is an edge of the diagram, between the neighbourhoods of points with the labels A
// and B, A < B. Ridges that meet have an end in common exactly.
type Ridge struct {
	X0, Y0, X1, Y1 float64
	A, B           int32
}

const (
	// halfSpan is how far from its centre the grid reaches, in steps: products of two
	// differences then fit a float64 exactly, those of four 128 bits.
	halfSpan = 1 << 23
	// finest is the least step of the grid, in units of the coordinates.
	finest = 1e-3
	// frameAt is how far the corners of the frame are, in diagonals of the box: nothing in
	// the box is nearer to one than to any point in it.
	frameAt = 3
)

// Diagram holds the memory of a diagram, to be used again. It is not safe for concurrent use.
type Diagram struct {
	points []point // the corners of the frame first
	labels []int32
	order  []place
	corner []int32 // three of each triangle, counterclockwise
	twin   []int32 // of each half-edge from its corner to the next, the one back; -1 at the frame
	stack  []int32
	centre [][2]float64
}

type point struct{ x, y int64 }

type place struct {
	key   uint64
	point int32
}

// Ridges appends to dst the ridges of points, two coordinates each, with a label each. The
// ridges are those of the plane within box; box holds the points, or nearly. Of points in
// one place the first counts. Points that are not finite are left out.
func (d *Diagram) Ridges(dst []Ridge, xy []float64, labels []int32, box orb.Bound) []Ridge {
	for i := 0; i+1 < len(xy); i += 2 {
		if finite(xy[i], xy[i+1]) {
			box = box.Extend(orb.Point{xy[i], xy[i+1]})
		}
	}
	cx, cy := (box.Min[0]+box.Max[0])/2, (box.Min[1]+box.Max[1])/2
	reach := frameAt * math.Hypot(box.Max[0]-box.Min[0], box.Max[1]-box.Min[1])
	if len(labels) == 0 || !(reach > 0) || !finite(cx, cy) || math.IsInf(reach, 0) {
		return dst
	}
	step := max(finest, reach/halfSpan)
	frame := int64(math.Ceil(reach / step))
	d.points = append(d.points[:0], point{-frame, -frame}, point{frame, -frame}, point{frame, frame}, point{-frame, frame})
	d.labels = append(d.labels[:0], -1, -1, -1, -1)
	for i, l := range labels {
		if x, y := xy[2*i], xy[2*i+1]; finite(x, y) {
			d.points = append(d.points, point{int64(math.Round((x - cx) / step)), int64(math.Round((y - cy) / step))})
			d.labels = append(d.labels, l)
		}
	}
	d.triangulate(frame)
	d.placeCentres()
	for h, g := range d.twin {
		if g < int32(h) {
			continue
		}
		a, b := d.labels[d.corner[h]], d.labels[d.corner[next(int32(h))]]
		if a == b || a < 0 || b < 0 {
			continue
		}
		p, q := d.centre[h/3], d.centre[g/3]
		if p == q {
			continue
		}
		dst = append(dst, Ridge{cx + step*p[0], cy + step*p[1], cx + step*q[0], cy + step*q[1], min(a, b), max(a, b)})
	}
	return dst
}

func finite(x, y float64) bool { return x-x == 0 && y-y == 0 }

// triangulate makes the Delaunay triangulation of the points within their frame, one
// after the other along a curve of Hilbert, so that each is found near the one before.
func (d *Diagram) triangulate(frame int64) {
	d.corner = append(d.corner[:0], 0, 1, 2, 0, 2, 3)
	d.twin = append(d.twin[:0], -1, -1, 3, 2, -1, -1)
	d.order = d.order[:0]
	for i := 4; i < len(d.points); i++ {
		p := d.points[i]
		d.order = append(d.order, place{hilbert(uint32(p.x+frame), uint32(p.y+frame)), int32(i)})
	}
	slices.SortFunc(d.order, func(a, b place) int {
		if c := cmp.Compare(a.key, b.key); c != 0 {
			return c
		}
		return cmp.Compare(a.point, b.point)
	})
	last := int32(0)
	for _, o := range d.order {
		last = d.insert(o.point, last)
	}
}

// hilbert is the place of a cell along the curve through a square of 2^26 cells a side.
func hilbert(x, y uint32) uint64 {
	const bits = 26
	var key uint64
	for s := uint32(1) << (bits - 1); s > 0; s >>= 1 {
		var rx, ry uint32
		if x&s != 0 {
			rx = 1
		}
		if y&s != 0 {
			ry = 1
		}
		key = key<<2 | uint64(3*rx^ry)
		if ry == 0 {
			if rx == 1 {
				x, y = ^x, ^y
			}
			x, y = y, x
		}
	}
	return key
}

// insert adds a point, looking for its triangle from another one on, and gives a triangle
// near it.
func (d *Diagram) insert(p, from int32) int32 {
	t, on := d.find(d.points[p], from)
	switch {
	case on < 0: // within
		d.splitTriangle(t, p)
	case d.points[d.corner[on]] == d.points[p] || d.points[d.corner[next(on)]] == d.points[p]:
		return t
	default:
		d.splitEdge(on, p)
	}
	for len(d.stack) > 0 {
		h := d.stack[len(d.stack)-1]
		d.stack = d.stack[:len(d.stack)-1]
		d.legalize(h)
	}
	return t
}

// find walks to the triangle that holds a point, and tells the half-edge it lies on.
func (d *Diagram) find(p point, t int32) (triangle, on int32) {
	for {
		on = -1
		h, end := 3*t, 3*t+3
		for ; h < end; h++ {
			side := turn(d.points[d.corner[h]], d.points[d.corner[next(h)]], p)
			if side < 0 {
				break
			}
			if side == 0 {
				on = h
			}
		}
		if h == end {
			return t, on
		}
		t = d.twin[h] / 3
	}
}

// splitTriangle puts a point within a triangle: three take its place.
func (d *Diagram) splitTriangle(t, p int32) {
	a, b, c := d.corner[3*t], d.corner[3*t+1], d.corner[3*t+2]
	ab, bc, ca := d.twin[3*t], d.twin[3*t+1], d.twin[3*t+2]
	u := int32(len(d.corner)) // of the second triangle, bcp; the third is cap
	v := u + 3
	d.corner[3*t+2] = p
	d.corner = append(d.corner, b, c, p, c, a, p)
	d.twin = append(d.twin, 0, 0, 0, 0, 0, 0)
	d.link(3*t, ab)
	d.link(u, bc)
	d.link(v, ca)
	d.link(3*t+1, u+2)
	d.link(u+1, v+2)
	d.link(v+1, 3*t+2)
	d.stack = append(d.stack, 3*t, u, v)
}

// splitEdge puts a point on an edge, which is not one of the frame: four triangles take the
// place of two.
func (d *Diagram) splitEdge(h, p int32) {
	g := d.twin[h]
	a, b, c, e := d.corner[h], d.corner[g], d.corner[last(h)], d.corner[last(g)]
	bc, ca, ae, eb := d.twin[next(h)], d.twin[last(h)], d.twin[next(g)], d.twin[last(g)]
	t, s := h/3*3, g/3*3
	u := int32(len(d.corner))
	v := u + 3
	d.corner = append(d.corner, p, b, c, p, a, e)
	d.twin = append(d.twin, 0, 0, 0, 0, 0, 0)
	copy(d.corner[t:], []int32{a, p, c})
	copy(d.corner[s:], []int32{b, p, e})
	d.link(t, v)     // a→p, p→a
	d.link(t+1, u+2) // p→c, c→p
	d.link(t+2, ca)
	d.link(u, s) // p→b, b→p
	d.link(u+1, bc)
	d.link(s+1, v+2) // p→e, e→p
	d.link(s+2, eb)
	d.link(v+1, ae)
	d.stack = append(d.stack, t+2, u+1, v+1, s+2)
}

func (d *Diagram) link(h, g int32) {
	d.twin[h] = g
	if g >= 0 {
		d.twin[g] = h
	}
}

// legalize turns the edge of a half-edge, in a triangle of which the new point is the third
// corner, where the corner beyond it lies within the circle of that triangle.
func (d *Diagram) legalize(h int32) {
	g := d.twin[h]
	if g < 0 {
		return
	}
	a, b, p, q := d.corner[h], d.corner[next(h)], d.corner[last(h)], d.corner[last(g)]
	if !inCircle(d.points[a], d.points[b], d.points[p], d.points[q]) {
		return
	}
	bp, pa, aq, qb := d.twin[next(h)], d.twin[last(h)], d.twin[next(g)], d.twin[last(g)]
	t, s := h/3*3, g/3*3
	copy(d.corner[t:], []int32{a, q, p})
	copy(d.corner[s:], []int32{q, b, p})
	d.link(t, aq)
	d.link(t+1, s+2)
	d.link(t+2, pa)
	d.link(s, qb)
	d.link(s+1, bp)
	d.stack = append(d.stack, t, s)
}

func next(h int32) int32 {
	if h%3 == 2 {
		return h - 2
	}
	return h + 1
}

func last(h int32) int32 {
	if h%3 == 0 {
		return h + 2
	}
	return h - 1
}

// placeCentres finds the centres of the circles of triangles, in steps.
func (d *Diagram) placeCentres() {
	d.centre = d.centre[:0]
	for t := 0; t < len(d.corner); t += 3 {
		a := d.points[d.corner[t]]
		b, c := minus(d.points[d.corner[t+1]], a), minus(d.points[d.corner[t+2]], a)
		bx, by, cx, cy := float64(b.x), float64(b.y), float64(c.x), float64(c.y)
		twice := 2 * (bx*cy - by*cx)
		bb, cc := bx*bx+by*by, cx*cx+cy*cy
		d.centre = append(d.centre, [2]float64{float64(a.x) + (cy*bb-by*cc)/twice, float64(a.y) + (bx*cc-cx*bb)/twice})
	}
}
