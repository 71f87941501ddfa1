package topology

import (
	"errors"
	"fmt"

	"github.com/paulmach/orb"
	"github.com/twpayne/go-geos"

	"socle/geo"
)

// Prepared is a constant shape that many others are compared with. What can be told from
// coordinates alone, points in polygons and rectangles above all, is told without GEOS,
// exactly. It is not safe for concurrent use.
type Prepared struct {
	engine  *Engine // made when GEOS is first needed
	members []member
	bound   orb.Bound
}

// member is one shape of the constant.
type member struct {
	shape     geo.Geometry
	bound     orb.Bound
	rectangle bool
	locator   *locator // of polygons, made when it is first needed

	whole    *geos.Geom // nil until GEOS is needed
	prepared *geos.PrepGeom
}

// Prepare makes a Prepared of one shape, or of the members of a collection. They must be
// valid, and are kept.
func Prepare(members ...geo.Geometry) *Prepared {
	p := &Prepared{bound: geo.EmptyBound()}
	for _, g := range members {
		b := g.Bound()
		p.bound = geo.Union(p.bound, b)
		p.members = append(p.members, member{shape: g, bound: b, rectangle: isRectangle(&g, b)})
	}
	return p
}

// Close frees what GEOS holds of the shape.
func (p *Prepared) Close() {
	for k := range p.members {
		m := &p.members[k]
		m.prepared.Destroy()
		m.whole.Destroy()
		m.prepared, m.whole = nil, nil
	}
	if p.engine != nil {
		p.engine.Close()
		p.engine = nil
	}
}

// Bound gives the box of the shape.
func (p *Prepared) Bound() orb.Bound { return p.bound }

// Rectangle gives the box that the shape fills, if it is one.
func (p *Prepared) Rectangle() (orb.Bound, bool) {
	return p.bound, len(p.members) == 1 && p.members[0].rectangle
}

func isRectangle(g *geo.Geometry, b orb.Bound) bool {
	if g.Type.Dimension() != 2 || len(g.Ends) != 1 || len(g.XY) != 10 || b.Min[0] >= b.Max[0] || b.Min[1] >= b.Max[1] {
		return false
	}
	for k := 0; k < 8; k += 2 {
		x, y := g.XY[k], g.XY[k+1]
		alongX, alongY := g.XY[k+3] == y, g.XY[k+2] == x
		if x != b.Min[0] && x != b.Max[0] || y != b.Min[1] && y != b.Max[1] || alongX == alongY {
			return false
		}
	}
	return true
}

// Relate tells whether g is r to the shape. Of a collection, only Intersects and Disjoint
// can be asked. A null g is apart from everything. It fails where GEOS cannot tell, as for
// some shapes that are not valid.
func (p *Prepared) Relate(r Relation, g *geo.Geometry) (bool, error) {
	switch {
	case len(p.members) == 1:
		return p.relate(r, &p.members[0], g)
	case r != Intersects && r != Disjoint:
		return false, errors.New("a collection can only be asked what it intersects")
	}
	for k := range p.members {
		if is, err := p.relate(Intersects, &p.members[k], g); is || err != nil {
			return is == (r == Intersects), err
		}
	}
	return r == Disjoint, nil
}

func (p *Prepared) relate(r Relation, m *member, g *geo.Geometry) (bool, error) {
	if g.Type == geo.Point && m.shape.Type.Dimension() == 2 {
		return m.relatePoint(r, g.XY[0], g.XY[1]), nil
	}
	bound := g.Bound()
	if boxesApart(bound, m.bound) {
		return r == Disjoint, nil
	}
	if r == Intersects || r == Disjoint {
		if m.rectangle {
			return (geo.Union(bound, m.bound) == m.bound || meetsBox(g, m.bound)) == (r == Intersects), nil
		}
		if m.shape.Type.Dimension() == 2 && m.locate(g.XY[0], g.XY[1]) != outside {
			return r == Intersects, nil
		}
	}
	return p.ask(r, m, g)
}

// relatePoint tells whether a point is r to a polygon.
func (m *member) relatePoint(r Relation, x, y float64) bool {
	switch r {
	case Intersects:
		return m.locate(x, y) != outside
	case Disjoint:
		return m.locate(x, y) == outside
	case Within:
		return m.locate(x, y) == inside
	case Touches:
		return m.locate(x, y) == onBorder
	}
	return false
}

func (m *member) locate(x, y float64) place {
	b := &m.bound
	if !holds(*b, x, y) {
		return outside
	}
	if m.rectangle {
		if x == b.Min[0] || x == b.Max[0] || y == b.Min[1] || y == b.Max[1] {
			return onBorder
		}
		return inside
	}
	if m.locator == nil {
		m.locator = newLocator(&m.shape)
	}
	return m.locator.locate(x, y)
}

// ask lets GEOS tell.
func (p *Prepared) ask(r Relation, m *member, g *geo.Geometry) (is bool, err error) {
	if err := p.ready(m); err != nil {
		return false, err
	}
	err = p.engine.with(g, func(y *geos.Geom) error {
		is, err = relatePrepared(r, m.prepared, m.whole, y)
		return err
	})
	return is, err
}

// ready hands a member to GEOS, once.
func (p *Prepared) ready(m *member) (err error) {
	if m.prepared != nil {
		return nil
	}
	if p.engine == nil {
		p.engine = NewEngine()
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("GEOS: %v", r)
		}
	}()
	wkb := geo.AppendWKB(nil, &m.shape)
	if m.whole, err = p.engine.context.NewGeomFromWKB(wkb); err != nil {
		return fmt.Errorf("GEOS: %w", err)
	}
	if m.whole == nil {
		return errors.New("GEOS cannot read the shape")
	}
	m.prepared = m.whole.Prepare()
	return nil
}
