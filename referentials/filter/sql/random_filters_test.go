package sql

import (
	"socle/geo"
	"socle/referentials"
	"socle/referentials/filter"
)

func call(op string, args ...filter.Expr) filter.Expr { return &filter.Call{Op: op, Args: args} }

func literal(v referentials.Value) filter.Expr { return &filter.Literal{Value: v} }

func (r random) property(names ...string) filter.Expr {
	return &filter.Property{Name: pick(r, names...)}
}

// condition draws what a filter may be, no deeper than depth.
func (r random) condition(depth int) filter.Expr {
	if depth > 0 && r.chance(35) {
		switch r.IntN(5) {
		case 0, 1:
			return call("and", r.condition(depth-1), r.condition(depth-1))
		case 2:
			return call("or", r.condition(depth-1), r.condition(depth-1), r.condition(depth-1))
		case 3:
			return call("not", r.condition(depth-1))
		}
		return call(pick(r, "=", "<>", "<", ">="), r.condition(depth-1), pick(r, r.truth(), r.condition(depth-1)))
	}
	c := r.plain(depth)
	if r.chance(20) {
		return call("not", c)
	}
	return c
}

func (r random) truth() filter.Expr {
	if r.chance(60) {
		return r.property("b1", "b2")
	}
	return literal(referentials.BooleanValue(r.chance(50)))
}

func (r random) plain(depth int) filter.Expr {
	switch r.IntN(16) {
	case 0:
		return r.truth()
	case 1:
		return call("isNull", r.anything(depth))
	case 2:
		return call("like", r.string(2), literal(referentials.StringValue(r.pattern())))
	case 3, 4:
		scalar := r.scalar()
		return call("between", scalar(depth), scalar(depth), scalar(depth))
	case 5, 6:
		scalar := r.scalar()
		items := make([]filter.Expr, 1+r.IntN(4))
		for i := range items {
			items[i] = scalar(depth - 1)
		}
		return call("in", scalar(depth), &filter.Array{Items: items})
	case 7, 8, 9:
		return r.spatial()
	case 10, 11:
		return r.temporal()
	case 12:
		return call(pick(r, "a_equals", "a_contains", "a_containedBy", "a_overlaps"), r.array(1), r.array(1))
	}
	comparisons := []string{"=", "<>", "<", "<=", ">", ">="}
	if r.chance(10) {
		return call(pick(r, comparisons...), r.measure(), pick(r, r.numeric(1), r.measure()))
	}
	scalar := r.scalar()
	return call(pick(r, comparisons...), scalar(depth), scalar(depth))
}

// scalar draws of which type operands are that are compared.
func (r random) scalar() func(depth int) filter.Expr {
	switch r.IntN(7) {
	case 0, 1:
		return r.string
	case 2:
		return func(int) filter.Expr { return r.time() }
	case 3:
		return func(int) filter.Expr { return r.truth() }
	}
	return r.numeric
}

func (r random) anything(depth int) filter.Expr {
	switch r.IntN(6) {
	case 0:
		return r.place(depth)
	case 1:
		return r.property("j1", "j2")
	case 2:
		return &filter.Interval{From: r.end(), To: r.end()}
	case 3:
		return r.condition(0)
	}
	return r.scalar()(depth)
}

func (r random) numeric(depth int) filter.Expr {
	if depth > 0 && r.chance(40) {
		switch r.IntN(7) {
		case 0:
			return call(pick(r, "abs", "ceil", "floor", "round", "sqrt"), r.numeric(depth-1))
		case 1:
			return call("char_length", r.string(1))
		case 2:
			return call(pick(r, "year", "month", "day"), r.time())
		}
		return call(pick(r, "+", "-", "*", "/", "%", "div", "^"), r.numeric(depth-1), r.numeric(depth-1))
	}
	switch r.IntN(6) {
	case 0:
		return literal(referentials.IntegerValue(r.integer()))
	case 1:
		return literal(referentials.NumberValue(r.number()))
	}
	return r.property("i1", "i2", "n1", "n2", "id")
}

// measure draws a measure of shapes, to be compared and nothing else: two libraries may
// round it apart in its last bit, of which % or ^ could make anything. It is moved off the
// values that others have, and off those of other measures.
func (r random) measure() filter.Expr {
	m := call(pick(r, "area", "length"), pick(r, r.place(1), r.place(1), r.collection(0)))
	if r.chance(50) {
		m = call("distance", r.place(1), pick(r, r.place(1), r.drawn(0), r.collection(0)))
	}
	return call("+", m, literal(referentials.NumberValue(0.0371+r.Float64()/1000)))
}

func (r random) string(depth int) filter.Expr {
	if depth > 0 && r.chance(40) {
		return call(pick(r, "casei", "accenti"), r.string(depth-1))
	}
	if r.chance(40) {
		return literal(referentials.StringValue(r.text()))
	}
	return r.property("s1", "s2")
}

func (r random) time() filter.Expr {
	switch r.IntN(5) {
	case 0:
		return literal(referentials.DateValue(r.day()))
	case 1:
		return literal(referentials.DateTimeValue(r.instant()))
	}
	return r.property("d1", "d2", "t1", "t2")
}

func (r random) end() filter.Expr {
	if r.chance(15) {
		return literal(referentials.Null)
	}
	return r.time()
}

var instants = []string{"t_after", "t_before", "t_disjoint", "t_equals", "t_intersects"}

var intervals = []string{"t_contains", "t_during", "t_finishedBy", "t_finishes", "t_meets", "t_metBy", "t_overlappedBy", "t_overlaps", "t_startedBy", "t_starts"}

func (r random) temporal() filter.Expr {
	interval := func() filter.Expr { return &filter.Interval{From: r.end(), To: r.end()} }
	either := func() filter.Expr { return pick(r, interval(), r.time()) }
	switch r.IntN(7) {
	case 0, 1:
		return call(pick(r, instants...), either(), either())
	case 2:
		return call("t_during", r.time(), interval())
	case 3:
		return call("t_contains", interval(), r.time())
	}
	return call(pick(r, intervals...), interval(), interval())
}

func (r random) array(depth int) filter.Expr {
	if r.chance(50) {
		return r.property("j1", "j2")
	}
	items := make([]filter.Expr, r.IntN(4))
	for i := range items {
		switch r.IntN(8) {
		case 0:
			items[i] = r.numeric(1)
		case 1:
			items[i] = r.time()
		case 2:
			items[i] = r.truth()
		case 3:
			if depth > 0 {
				items[i] = r.array(depth - 1)
				continue
			}
			items[i] = r.string(1)
		case 4:
			items[i] = literal(referentials.StringValue(pick(r, "a", "b", "é", "2024-01-31")))
		case 5:
			items[i] = literal(referentials.IntegerValue(int64(r.IntN(3))))
		case 6:
			items[i] = literal(referentials.NumberValue(pick(r, 1, 2, 0.1, 100, 1.5, 0)))
		default:
			items[i] = r.string(1)
		}
	}
	return &filter.Array{Items: items}
}

var relationNames = []string{"s_intersects", "s_equals", "s_disjoint", "s_touches", "s_within", "s_overlaps", "s_crosses", "s_contains"}

func (r random) spatial() filter.Expr {
	op := pick(r, relationNames...)
	x := r.place(1)
	shift := offGridIf(isCentroid(x))
	y := r.drawn(shift)
	if (op == "s_intersects" || op == "s_disjoint") && r.chance(20) {
		y = r.collection(shift)
		if r.chance(10) {
			x = r.collection(0)
		}
	}
	if r.chance(10) {
		y = pick(r, filter.Expr(&filter.Property{Name: "geom"}), call("buffer", r.drawn(shift), r.width(literal(referentials.IntegerValue(1)))))
	}
	if r.chance(30) {
		x, y = y, x
	}
	return call(op, x, y)
}

func (r random) place(depth int) filter.Expr {
	if depth > 0 && r.chance(15) {
		if r.chance(40) {
			return call("centroid", pick(r, r.place(depth-1), r.drawn(offGrid), r.collection(offGrid)))
		}
		of := pick(r, r.place(depth-1), r.place(depth-1), r.drawn(0), r.collection(0))
		return call("buffer", of, pick(r,
			r.width(literal(referentials.NumberValue(pick(r, 1, 0.5, -0.5, 2.25)))),
			r.width(r.property("n1", "i1")),
			literal(referentials.NumberValue(pick(r, 0, 3e7, 1e308)))))
	}
	return &filter.Property{Name: "geometry"}
}

// width gives a width of buffers that no corner of the grid is away from a line: a buffer's
// edge passes it by what it was rounded.
func (r random) width(near filter.Expr) filter.Expr {
	return call("+", near, literal(referentials.NumberValue(0.0137)))
}

// offGrid moves shapes by a part of a cell. A centroid in thirds of a cell may round to
// the very point that lines were rounded to cross in, which GEOS takes for it or does not,
// after what it has prepared: centroids and what they are compared with are kept apart.
const offGrid = 0.37

func offGridIf(is bool) float64 {
	if is {
		return offGrid
	}
	return 0
}

func isCentroid(e filter.Expr) bool {
	c, ok := e.(*filter.Call)
	return ok && c.Op == "centroid"
}

func (r random) collection(shift float64) filter.Expr {
	c := &filter.Shape{Collection: true}
	for len(c.Members) < 2+r.IntN(2) {
		if s, ok := r.drawn(shift).(*filter.Shape); ok {
			c.Members = append(c.Members, s.Members...)
		}
	}
	return c
}

// drawn draws a literal shape; in another CRS it lies off the grid, where it does not
// matter by how little two conversions differ.
func (r random) drawn(shift float64) filter.Expr {
	if r.abroad != nil {
		shift = offGrid
	}
	if r.chance(25) {
		x, y := west+float64(r.IntN(cells))+shift, south+float64(r.IntN(cells))+shift*tilt
		corners := []float64{x, y, x + float64(r.IntN(4)), y + float64(r.IntN(4))}
		r.carry(corners)
		return &filter.Box{
			Min: [2]float64{min(corners[0], corners[2]), min(corners[1], corners[3])},
			Max: [2]float64{max(corners[0], corners[2]), max(corners[1], corners[3])},
		}
	}
	g := r.shape(shift)
	r.carry(g.XY)
	return &filter.Shape{Members: []geo.Geometry{g}}
}

func (r random) carry(xy []float64) {
	if r.abroad == nil {
		return
	}
	if err := r.abroad.Forward(xy); err != nil {
		r.t.Fatal(err)
	}
}
