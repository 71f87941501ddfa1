package filter

import (
	"errors"
	"math"
	"slices"

	"socle/geo"
	"socle/geo/crs"
	"socle/geo/topology"
	"socle/referentials"
)

// spatial binds the S_ functions and settles the CRS in which one is evaluated: that of
// the literals, or the storage CRS when an operand is computed there or none is a literal.
func (b *binder) spatial(e *Call, depth int) (*Node, error) {
	args, err := b.all(e.Args, depth)
	if err != nil {
		return nil, err
	}
	stored, literal := false, false
	for k, a := range args {
		if a.Type != GeometryType {
			return nil, b.bad(e.Args[k], "%s compares geometries, not %s", spell(e.Op), b.lastName(a)).
				Do("write one as POINT(2.35 48.85), POLYGON((…)) or BBOX(west,south,east,north)")
		}
		if a.Kind == Constant && a.Shape.Collection && e.Op != "s_intersects" && e.Op != "s_disjoint" {
			return nil, b.at(e.Args[k], referentials.Errorf(referentials.Invalid, "%s is not defined for a geometry collection", spell(e.Op))).
				Do("ask it of each member")
		}
		stored = stored || a.Kind == Apply
		literal = literal || a.Kind == Constant
	}
	n := &Node{Kind: Operator, Type: BooleanType, Op: e.Op, Args: args, CRS: b.CRS}
	if stored || !literal {
		n.CRS = b.Descriptor.CRS
		return n, b.store(e.Args, args)
	}
	return n, nil
}

// store brings the shapes among args, which are written in exprs, to the storage CRS,
// vertex by vertex.
func (b *binder) store(exprs []Expr, args []*Node) error {
	to := b.Descriptor.CRS
	for k, a := range args {
		if a.Kind != Constant || a.Shape == nil || a.CRS == to || to.IsZero() {
			continue
		}
		t, done, err := b.between(a.CRS, to)
		if err != nil {
			return referentials.Errorf(referentials.Internal, "%w", err)
		}
		for m := range a.Shape.Members {
			err = errors.Join(err, t.Forward(a.Shape.Members[m].XY))
		}
		done()
		var point *crs.PointError
		if errors.As(err, &point) {
			return b.bad(exprs[k], "the shape lies outside of what %s, the CRS of the collection, can hold", to)
		}
		if err != nil {
			return referentials.Errorf(referentials.Internal, "%w", err)
		}
		a.CRS = to
	}
	return nil
}

func (b *binder) between(from, to crs.CRS) (t *crs.Transformer, done func(), err error) {
	if b.Systems != nil {
		t, err = b.Systems.Between(from, to)
		return t, func() {}, err
	}
	t, err = crs.NewTransformer(from, to)
	return t, func() { t.Close() }, err
}

// shape binds a geometry literal: a copy of its own, x first, judged.
func (b *binder) shape(e *Shape) (*Node, error) {
	s := &Shape{Source: e.Source, Collection: e.Collection && len(e.Members) > 1, Members: make([]geo.Geometry, len(e.Members))}
	if len(s.Members) == 0 {
		return nil, b.bad(e, "the geometry is empty")
	}
	for k := range s.Members {
		g := e.Members[k].Clone()
		if b.vertices += g.NumVertices(); b.vertices > maxVertices {
			return nil, b.at(e, referentials.Errorf(referentials.TooLarge, "the geometries have more than %d vertices", maxVertices)).
				Do("simplify them")
		}
		if b.SwapAxes {
			for i := 0; i+1 < len(g.XY); i += 2 {
				g.XY[i], g.XY[i+1] = g.XY[i+1], g.XY[i]
			}
		}
		if b.engine == nil {
			b.engine = topology.NewEngine()
		}
		switch ok, reason, err := b.engine.Valid(&g); {
		case err != nil:
			return nil, b.bad(e, "the geometry cannot be used: %w", err)
		case !ok:
			return nil, b.bad(e, "the %s is not valid: %s", g.Type, reason).Do("close its rings and let them not cross")
		}
		s.Members[k] = g
	}
	return &Node{Kind: Constant, Type: GeometryType, Shape: s, CRS: b.CRS}, nil
}

// box binds a BBOX as the shape that it is: a rectangle, two across the antimeridian, a
// line or a point where it has no extent.
func (b *binder) box(e *Box) (*Node, error) {
	lo, hi := e.Min, e.Max
	if b.SwapAxes {
		lo[0], lo[1], hi[0], hi[1] = lo[1], lo[0], hi[1], hi[0]
	}
	for _, v := range []float64{lo[0], lo[1], hi[0], hi[1]} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, b.bad(e, "the box has a bound that is not finite")
		}
	}
	order := "write it as BBOX(west,south,east,north)"
	if b.SwapAxes {
		order = "write it as BBOX(south,west,north,east), in the axis order of " + b.CRS.String()
	}
	if lo[1] > hi[1] {
		return nil, b.bad(e, "the south of the box is north of its north").Do("%s", order)
	}
	b.vertices += 5
	s := &Shape{Source: e.Source}
	if lo[0] <= hi[0] {
		s.Members = []geo.Geometry{rectangle(lo, hi)}
		return &Node{Kind: Constant, Type: GeometryType, Shape: s, CRS: b.CRS}, nil
	}
	half, err := halfTurn(b.CRS)
	if err != nil {
		return nil, referentials.Errorf(referentials.Internal, "%w", err)
	}
	if half == 0 || lo[0] > half || hi[0] < -half {
		return nil, b.bad(e, "the west of the box is east of its east").Do("%s", order)
	}
	west, east := rectangle(lo, [2]float64{half, hi[1]}), rectangle([2]float64{-half, lo[1]}, hi)
	if west.Type != geo.Polygon || east.Type != geo.Polygon {
		// A piece without extent cannot be a part of a multipolygon.
		s.Members, s.Collection = []geo.Geometry{west, east}, true
	} else {
		s.Members = []geo.Geometry{{
			Type: geo.MultiPolygon, XY: slices.Concat(west.XY, east.XY), Ends: []uint32{5, 10}, Parts: []uint32{1, 2},
		}}
	}
	return &Node{Kind: Constant, Type: GeometryType, Shape: s, CRS: b.CRS}, nil
}

// halfTurn gives the longitude of the antimeridian, 0 on a plane.
func halfTurn(c crs.CRS) (float64, error) {
	if c == crs.CRS84 || c == crs.EPSG(4326) {
		return 180, nil
	}
	info, err := crs.Describe(c)
	if err != nil || !info.Geographic {
		return 0, err
	}
	return math.Round(math.Pi/info.PerUnit*1e6) / 1e6, nil
}

func rectangle(lo, hi [2]float64) geo.Geometry {
	switch {
	case lo == hi:
		return geo.Geometry{Type: geo.Point, XY: []float64{lo[0], lo[1]}}
	case lo[0] == hi[0] || lo[1] == hi[1]:
		return geo.Geometry{Type: geo.LineString, XY: []float64{lo[0], lo[1], hi[0], hi[1]}, Ends: []uint32{2}}
	}
	return geo.Geometry{
		Type: geo.Polygon, Ends: []uint32{5}, Parts: []uint32{1},
		XY: []float64{lo[0], lo[1], hi[0], lo[1], hi[0], hi[1], lo[0], hi[1], lo[0], lo[1]},
	}
}
