package topology

import (
	"errors"
	"fmt"
	"math"

	"github.com/twpayne/go-geos"

	"socle/geo"
)

// Length gives the length of g's lines on the plane of its coordinates. It is 0 for
// points and polygons.
func Length(g *geo.Geometry) float64 {
	if g.Type.Dimension() != 1 {
		return 0
	}
	sum := 0.0
	for i := range g.Ends {
		line := g.Ring(i)
		for k := 2; k < len(line); k += 2 {
			sum += pointDistance(line[k-2], line[k-1], line[k], line[k+1])
		}
	}
	return sum
}

// pointDistance is not math.Hypot, so that it rounds as GEOS does.
func pointDistance(x0, y0, x1, y1 float64) float64 {
	dx, dy := x1-x0, y1-y0
	return math.Sqrt(float64(dx*dx) + float64(dy*dy))
}

// Distance gives the shortest distance from g to the shape, 0 where they meet.
func (p *Prepared) Distance(g *geo.Geometry) (float64, error) {
	least := math.Inf(1)
	for k := range p.members {
		d, err := p.distance(&p.members[k], g)
		if err != nil {
			return 0, err
		}
		least = min(least, d)
	}
	return least, nil
}

func (p *Prepared) distance(m *member, g *geo.Geometry) (d float64, err error) {
	if g.Type == geo.Point {
		return m.distanceTo(g.XY[0], g.XY[1]), nil
	}
	if err := p.ready(m); err != nil {
		return 0, err
	}
	err = p.engine.with(g, func(y *geos.Geom) error {
		d = m.whole.Distance(y)
		return nil
	})
	return d, err
}

// distanceTo gives the distance to a point.
func (m *member) distanceTo(x, y float64) float64 {
	g := &m.shape
	least := math.Inf(1)
	switch g.Type.Dimension() {
	case 0:
		for k := 0; k+1 < len(g.XY); k += 2 {
			least = min(least, pointDistance(g.XY[k], g.XY[k+1], x, y))
		}
		return least
	case 2:
		if m.locate(x, y) != outside {
			return 0
		}
	}
	for i := range g.Ends {
		line := g.Ring(i)
		for k := 2; k < len(line); k += 2 {
			least = min(least, segmentDistance(line[k-2], line[k-1], line[k], line[k+1], x, y))
		}
	}
	return least
}

// segmentDistance is the distance from p to the segment ab, in GEOS' way of computing it.
func segmentDistance(ax, ay, bx, by, px, py float64) float64 {
	dx, dy := bx-ax, by-ay
	square := float64(dx*dx) + float64(dy*dy)
	if square == 0 {
		return pointDistance(ax, ay, px, py)
	}
	along := (float64((px-ax)*dx) + float64((py-ay)*dy)) / square
	if along <= 0 {
		return pointDistance(ax, ay, px, py)
	}
	if along >= 1 {
		return pointDistance(bx, by, px, py)
	}
	off := (float64((ay-py)*dx) - float64((ax-px)*dy)) / square
	return math.Abs(off) * math.Sqrt(square)
}

// Distance gives the shortest distance between two shapes, 0 where they meet.
func (e *Engine) Distance(a, b *geo.Geometry) (d float64, err error) {
	if a.Type == geo.Point && b.Type == geo.Point {
		return pointDistance(a.XY[0], a.XY[1], b.XY[0], b.XY[1]), nil
	}
	err = e.with(a, func(x *geos.Geom) error {
		return e.with(b, func(y *geos.Geom) error {
			d = x.Distance(y)
			return nil
		})
	})
	return d, err
}

// quadrantSegments is how finely a buffer turns: what PostGIS does unless told otherwise.
const quadrantSegments = 8

// MaxBuffer is the greatest distance of a buffer: in metres more than any globe has, and
// far below those (1e308) of which GEOS crashes.
const MaxBuffer = 1e8

// Buffer gives what lies within a distance of a shape or of the members of a collection;
// null where nothing is left, as of a polygon that a negative distance eats up. Distances
// over MaxBuffer are errors.
func (e *Engine) Buffer(distance float64, members ...geo.Geometry) (out geo.Geometry, err error) {
	if !(math.Abs(distance) <= MaxBuffer) {
		return out, fmt.Errorf("a buffer of %g is more than a globe has", distance)
	}
	err = e.joined(members, func(shape *geos.Geom) error {
		return read(shape.Buffer(distance, quadrantSegments), &out)
	})
	return out, err
}

// Union gives what a shape or the members of a collection cover together; they must be valid.
func (e *Engine) Union(members ...geo.Geometry) (out geo.Geometry, err error) {
	err = e.joined(members, func(shape *geos.Geom) error { return read(shape.UnaryUnion(), &out) })
	return out, err
}

// Centroid gives the centre of mass of a shape or of the members of a collection.
func (e *Engine) Centroid(members ...geo.Geometry) (out geo.Geometry, err error) {
	err = e.joined(members, func(shape *geos.Geom) error { return read(shape.Centroid(), &out) })
	return out, err
}

// joined hands shapes to GEOS as one: a collection when they are several.
func (e *Engine) joined(members []geo.Geometry, do func(*geos.Geom) error) error {
	if len(members) == 1 {
		return e.with(&members[0], do)
	}
	return e.gather(members, nil, do)
}

func (e *Engine) gather(rest []geo.Geometry, shapes []*geos.Geom, do func(*geos.Geom) error) error {
	if len(rest) > 0 {
		return e.with(&rest[0], func(shape *geos.Geom) error { return e.gather(rest[1:], append(shapes, shape), do) })
	}
	copies := make([]*geos.Geom, len(shapes)) // which the collection takes over
	for k, s := range shapes {
		copies[k] = s.Clone()
	}
	all := e.context.NewCollection(geos.TypeIDGeometryCollection, copies)
	defer all.Destroy()
	return do(all)
}

// read takes what GEOS made, and destroys it.
func read(made *geos.Geom, out *geo.Geometry) error {
	if made == nil {
		return errors.New("GEOS gives no shape")
	}
	defer made.Destroy()
	if made.IsEmpty() {
		return nil
	}
	_, err := geo.DecodeWKB(made.ToWKB(), out)
	return err
}
