package eval

import (
	"github.com/paulmach/orb"

	"socle/geo"
	"socle/geo/crs"
	"socle/geo/topology"
	"socle/referentials/filter"
)

func relation(op string) topology.Relation {
	switch op {
	case "s_intersects":
		return topology.Intersects
	case "s_disjoint":
		return topology.Disjoint
	case "s_contains":
		return topology.Contains
	case "s_within":
		return topology.Within
	case "s_equals":
		return topology.Equals
	case "s_touches":
		return topology.Touches
	case "s_crosses":
		return topology.Crosses
	case "s_overlaps":
		return topology.Overlaps
	}
	return 0
}

// related compares the geometry of rows with a constant.
type related struct {
	relation topology.Relation
	of       places
	constant *topology.Prepared
	boxes    Table     // nil where boxes tell nothing
	exact    bool      // boxes are those of the shapes compared
	sure     orb.Bound // a shape whose box is in here intersects the constant
	price    int
	state    *state
}

func (p *related) cost() int { return p.price }

// open marks what boxes do not tell.
const open = unknown + 1

func (p *related) eval(rows []uint32, out []truth) {
	rest := p.state.rows.get()
	defer p.state.rows.put(rest)
	n := p.byBoxes(rows, out, rest)
	p.of.load(rest[:n])
	n = 0
	for k := range rows {
		if out[k] == open {
			out[k] = p.ask(p.of.at(n))
			n++
		}
	}
}

// byBoxes tells what it can and gives the number of other rows, which it puts in rest.
func (p *related) byBoxes(rows []uint32, out []truth, rest []uint32) int {
	if p.boxes == nil {
		for k := range rows {
			out[k] = open
		}
		return copy(rest, rows)
	}
	n := 0
	far := truthOf(p.relation == topology.Disjoint)
	bound := p.constant.Bound()
	for k, row := range rows {
		out[k] = open
		// An empty box is of a row without geometry, or without one in CRS84.
		if box := p.boxes.Box(int(row)); !isEmpty(box) {
			if p.exact && !meets(box, bound) {
				out[k] = far
				continue
			}
			if !isEmpty(p.sure) && geo.Union(box, p.sure) == p.sure {
				out[k] = yes - far
				continue
			}
		}
		rest[n] = row
		n++
	}
	return n
}

func (p *related) ask(g *geo.Geometry) truth {
	if g.IsNull() {
		return unknown
	}
	is, err := p.constant.Relate(p.relation, g)
	if err != nil {
		return unknown // of a shape that is not valid
	}
	return truthOf(is)
}

func isEmpty(b orb.Bound) bool { return !(b.Min[0] <= b.Max[0] && b.Min[1] <= b.Max[1]) }

func meets(a, b orb.Bound) bool {
	return a.Min[0] <= b.Max[0] && b.Min[0] <= a.Max[0] && a.Min[1] <= b.Max[1] && b.Min[1] <= a.Max[1]
}

// relatedPlaces compares two geometries that both depend on the row.
type relatedPlaces struct {
	relation topology.Relation
	a, b     places
	state    *state
}

func (p *relatedPlaces) cost() int { return p.a.cost() + p.b.cost() + 40_000 }

func (p *relatedPlaces) eval(rows []uint32, out []truth) {
	p.a.load(rows)
	p.b.load(rows)
	for k := range rows {
		a, b := p.a.at(k), p.b.at(k)
		out[k] = unknown
		if a.IsNull() || b.IsNull() {
			continue
		}
		if is, err := p.state.geos().Relate(p.relation, a, b); err == nil {
			out[k] = truthOf(is)
		}
	}
}

func (c *compiler) spatial(n *filter.Node) (predicate, error) {
	r := relation(n.Op)
	a, b := n.Args[0], n.Args[1]
	left, leftConstant := c.shape(a)
	right, rightConstant := c.shape(b)
	switch {
	case leftConstant && len(left) == 0 || rightConstant && len(right) == 0:
		return always(unknown), nil
	case leftConstant && rightConstant:
		return c.relateConstants(r, left, right), nil
	case leftConstant:
		return c.related(n, r.Converse(), b, left)
	case rightConstant:
		return c.related(n, r, a, right)
	}
	first, err := c.places(a, n.CRS)
	if err != nil {
		return nil, err
	}
	second, err := c.places(b, n.CRS)
	return &relatedPlaces{r, first, second, c.state}, err
}

// relateConstants compares two shapes once for all. Of two collections, members intersect.
func (c *compiler) relateConstants(r topology.Relation, left, right []geo.Geometry) predicate {
	p := topology.Prepare(right...)
	defer p.Close()
	if len(left) == 1 {
		is, err := p.Relate(r, &left[0])
		if err != nil {
			return always(unknown)
		}
		return always(truthOf(is))
	}
	for k := range left {
		is, err := p.Relate(topology.Intersects, &left[k])
		if err != nil {
			return always(unknown)
		}
		if is {
			return always(truthOf(r == topology.Intersects))
		}
	}
	return always(truthOf(r == topology.Disjoint))
}

func (c *compiler) related(n *filter.Node, r topology.Relation, place *filter.Node, members []geo.Geometry) (predicate, error) {
	of, err := c.places(place, n.CRS)
	if err != nil {
		return nil, err
	}
	asked := r == topology.Intersects || r == topology.Disjoint
	if asked {
		members = halves(members)
	}
	constant := topology.Prepare(members...)
	c.state.frees = append(c.state.frees, constant.Close)
	p := &related{relation: r, of: of, constant: constant, sure: geo.EmptyBound(), price: of.cost() + price(r, members), state: c.state}
	box, sure := constant.Rectangle()
	sure = sure && asked
	switch of := of.(type) {
	case *plainPlace:
		if !of.lonLat && !isLonLat(c.table.Descriptor().CRS) {
			break
		}
		p.boxes, p.exact = c.table, true
		if sure {
			p.sure = box
		}
	case *movedPlace:
		if !sure {
			break
		}
		ways, err := c.ways(n.CRS)
		if err != nil {
			return nil, err
		}
		p.boxes, p.sure = c.table, inner(box, ways)
	}
	return p, nil
}

// price guesses what a comparison costs: little where coordinates tell, much where GEOS
// must.
func price(r topology.Relation, members []geo.Geometry) int {
	switch {
	case r != topology.Intersects && r != topology.Disjoint:
		return 20_000
	case len(members[0].XY) == 10:
		return 30
	}
	return 2000
}

// halves takes the two rectangles of a box across the antimeridian apart: rectangles are
// told fast.
func halves(members []geo.Geometry) []geo.Geometry {
	if len(members) != 1 || members[0].Type != geo.MultiPolygon || len(members[0].XY) != 20 || len(members[0].Parts) != 2 {
		return members
	}
	g := &members[0]
	half := func(xy []float64) geo.Geometry {
		return geo.Geometry{Type: geo.Polygon, XY: xy, Ends: []uint32{uint32(len(xy) / 2)}, Parts: []uint32{1}}
	}
	return []geo.Geometry{half(g.Ring(0)), half(g.Ring(1))}
}

// inner gives a box of longitudes and latitudes that surely lies within the image of a box
// by ways, empty when none is sure.
func inner(box orb.Bound, ways []*crs.Transformer) orb.Bound {
	const steps = 8
	var sides [4][]float64 // west, south, east, north
	for i := range steps + 1 {
		f := float64(i) / steps
		x, y := box.Min[0]+f*(box.Max[0]-box.Min[0]), box.Min[1]+f*(box.Max[1]-box.Min[1])
		sides[0] = append(sides[0], box.Min[0], y)
		sides[1] = append(sides[1], x, box.Min[1])
		sides[2] = append(sides[2], box.Max[0], y)
		sides[3] = append(sides[3], x, box.Max[1])
	}
	var bounds [4]orb.Bound
	whole := geo.EmptyBound()
	for k, side := range sides {
		for _, way := range ways {
			if failed, err := way.TryForward(side, nil); err != nil || len(failed) > 0 {
				return geo.EmptyBound()
			}
		}
		bounds[k] = geo.BoundOf(side)
		whole = geo.Union(whole, bounds[k])
	}
	width, height := whole.Max[0]-whole.Min[0], whole.Max[1]-whole.Min[1]
	if !(width <= 90 && height <= 60) {
		return geo.EmptyBound()
	}
	pad := 0.02*max(width, height) + 1e-7 // as crs.Cover does
	return orb.Bound{
		Min: orb.Point{bounds[0].Max[0] + pad, bounds[1].Max[1] + pad},
		Max: orb.Point{bounds[2].Min[0] - pad, bounds[3].Min[1] - pad},
	}
}
