package cql2

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/filter"
)

// trees draws trees that the standard's schema knows.
type trees struct{ t *rapid.T }

func (g trees) oneOf(label string, draws ...func() filter.Expr) filter.Expr {
	return draws[rapid.IntRange(0, len(draws)-1).Draw(g.t, label)]()
}

func (g trees) condition(depth int) filter.Expr {
	leaves := []func() filter.Expr{
		func() filter.Expr { return literal(referentials.BooleanValue(rapid.Bool().Draw(g.t, "truth"))) },
		func() filter.Expr { return g.call(g.op("= <> < <= > >="), g.scalar(depth), g.scalar(depth)) },
		func() filter.Expr { return g.call("like", g.text(depth, true), g.pattern()) },
		func() filter.Expr { return g.call("between", g.number(depth), g.number(depth), g.number(depth)) },
		func() filter.Expr { return g.call("in", g.scalar(depth), g.list(depth, g.scalar)) },
		func() filter.Expr {
			return g.call(g.op("s_intersects s_equals s_disjoint s_within"), g.spatial(depth), g.spatial(depth))
		},
		func() filter.Expr {
			return g.call(g.op("t_after t_overlappedBy t_metBy t_during"), g.temporal(depth), g.temporal(depth))
		},
		func() filter.Expr {
			return g.call(g.op("a_equals a_contains a_containedBy a_overlaps"), g.arrayOperand(depth), g.arrayOperand(depth))
		},
		func() filter.Expr { return g.call("isNull", g.nullable(depth)) },
		func() filter.Expr { return g.function(depth) },
	}
	if depth <= 0 {
		return g.oneOf("leaf", leaves...)
	}
	return g.oneOf("condition", append(leaves,
		func() filter.Expr { return g.call("not", g.condition(depth-1)) },
		func() filter.Expr {
			n := rapid.IntRange(2, 4).Draw(g.t, "joined")
			args := make([]filter.Expr, n)
			for i := range args {
				args[i] = g.condition(depth - 1)
			}
			return g.call(g.op("and or"), args...)
		})...)
}

func (g trees) op(ops string) string { return rapid.SampledFrom(strings.Fields(ops)).Draw(g.t, "op") }

func (g trees) call(op string, args ...filter.Expr) filter.Expr {
	return &filter.Call{Op: op, Args: args}
}

func literal(v referentials.Value) filter.Expr { return &filter.Literal{Value: v} }

// words hold what could be mistaken: quotes, backslashes, keywords, other scripts.
func (g trees) word() string {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"a", "date", "point", "AND", "div", "é", "eo:cloud.cover", "2023", "a b", `"`, "'", `\`, `\'`, "ﬁ", "e\u0301", "\n", "..", "%_", ""}),
		rapid.StringN(0, 6, -1).Filter(func(s string) bool { return !strings.ContainsRune(s, 0) }),
	).Draw(g.t, "word")
}

func (g trees) property() filter.Expr { return &filter.Property{Name: g.word()} }

func (g trees) textLiteral() filter.Expr { return literal(referentials.StringValue(g.word())) }

func (g trees) text(depth int, folded bool) filter.Expr {
	draws := []func() filter.Expr{g.textLiteral, g.property}
	if depth > 0 && folded {
		draws = append(draws, func() filter.Expr { return g.call(g.op("casei accenti"), g.text(depth-1, true)) })
	}
	return g.oneOf("text", draws...)
}

func (g trees) pattern() filter.Expr {
	e := g.textLiteral()
	for range rapid.IntRange(0, 2).Draw(g.t, "folds") {
		e = g.call(g.op("casei accenti"), e)
	}
	return e
}

func (g trees) number(depth int) filter.Expr {
	draws := []func() filter.Expr{
		func() filter.Expr { return literal(referentials.IntegerValue(rapid.Int64().Draw(g.t, "integer"))) },
		func() filter.Expr { return literal(referentials.NumberValue(g.float())) },
		g.property,
	}
	if depth > 0 {
		draws = append(draws, func() filter.Expr {
			return g.call(g.op("+ - * / % div ^"), g.number(depth-1), g.number(depth-1))
		}, func() filter.Expr { return g.function(depth - 1) })
	}
	return g.oneOf("number", draws...)
}

func (g trees) float() float64 {
	return rapid.OneOf(
		rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64),
		rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, -2, 1e21, 1e-7, 5e-324, math.MaxFloat64}),
	).Draw(g.t, "float")
}

func (g trees) instant() filter.Expr {
	if rapid.Bool().Draw(g.t, "day") {
		return literal(referentials.DateValue(rapid.Int64Range(firstDay, lastDay).Draw(g.t, "date")))
	}
	return literal(referentials.DateTimeValue(rapid.Int64Range(firstDay*secondsPerDay*1e6, (lastDay+1)*secondsPerDay*1e6-1).Draw(g.t, "timestamp")))
}

// The days of 0000-01-01 and 9999-12-31.
const (
	firstDay = -719528
	lastDay  = 2932896
)

func (g trees) scalar(depth int) filter.Expr {
	return g.oneOf("scalar",
		func() filter.Expr { return g.text(depth, true) },
		func() filter.Expr { return g.number(depth) },
		g.instant,
		func() filter.Expr { return literal(referentials.BooleanValue(rapid.Bool().Draw(g.t, "truth"))) })
}

func (g trees) function(depth int) filter.Expr {
	name := rapid.SampledFrom([]string{"area", "Buffer", "été", "s_near", "x.y"}).Draw(g.t, "function")
	args := make([]filter.Expr, rapid.IntRange(0, 3).Draw(g.t, "arguments"))
	for i := range args {
		args[i] = g.item(depth - 1)
	}
	return g.call(name, args...)
}

// item is anything a list or a function takes.
func (g trees) item(depth int) filter.Expr {
	draws := []func() filter.Expr{
		func() filter.Expr { return g.scalar(depth) },
		g.shape, g.box,
		func() filter.Expr { return g.interval(depth) },
	}
	if depth > 0 {
		draws = append(draws,
			func() filter.Expr { return g.list(depth-1, g.item) },
			func() filter.Expr { return g.condition(depth - 1) })
	}
	return g.oneOf("item", draws...)
}

func (g trees) list(depth int, item func(int) filter.Expr) filter.Expr {
	a := &filter.Array{}
	for range rapid.IntRange(0, 3).Draw(g.t, "items") {
		a.Items = append(a.Items, item(depth))
	}
	return a
}

func (g trees) arrayOperand(depth int) filter.Expr {
	return g.oneOf("array", func() filter.Expr { return g.list(depth, g.item) }, g.property)
}

func (g trees) nullable(depth int) filter.Expr {
	draws := []func() filter.Expr{g.property, g.shape, g.instant, func() filter.Expr { return g.number(depth) }}
	if depth > 0 {
		draws = append(draws, func() filter.Expr { return g.condition(depth - 1) })
	}
	return g.oneOf("nullable", draws...)
}

func (g trees) temporal(depth int) filter.Expr {
	return g.oneOf("temporal", g.instant, func() filter.Expr { return g.interval(depth) }, g.property)
}

func (g trees) interval(depth int) filter.Expr {
	end := func() filter.Expr {
		return g.oneOf("end", g.instant, g.property, func() filter.Expr { return literal(referentials.Null) },
			func() filter.Expr { return g.function(depth - 1) })
	}
	return &filter.Interval{From: end(), To: end()}
}

func (g trees) spatial(depth int) filter.Expr {
	return g.oneOf("spatial", g.shape, g.box, g.property, func() filter.Expr { return g.function(depth - 1) })
}

func (g trees) box() filter.Expr {
	b := &filter.Box{Min: [2]float64{g.float(), g.float()}, Max: [2]float64{g.float(), g.float()}}
	if rapid.Bool().Draw(g.t, "solid box") {
		b.Heights = &[2]float64{g.float(), g.float()}
	}
	return b
}

func (g trees) shape() filter.Expr {
	s := &filter.Shape{Collection: rapid.Bool().Draw(g.t, "collection")}
	solid, n := rapid.Bool().Draw(g.t, "solid"), 1
	if s.Collection {
		n = rapid.IntRange(2, 3).Draw(g.t, "members")
	}
	for range n {
		m := g.geometry()
		s.Members = append(s.Members, m)
		if solid {
			heights := make([]float64, m.NumVertices())
			for i := range heights {
				heights[i] = g.float()
			}
			s.Heights = append(s.Heights, heights)
		}
	}
	return s
}

func (g trees) geometry() geo.Geometry {
	m := geo.Geometry{Type: rapid.SampledFrom([]geo.Type{geo.Point, geo.LineString, geo.Polygon, geo.MultiPoint, geo.MultiLineString, geo.MultiPolygon}).Draw(g.t, "type")}
	several := 1
	if m.Type.Multi() == m.Type {
		several = rapid.IntRange(1, 3).Draw(g.t, "several")
	}
	for range several {
		switch m.Type.Dimension() {
		case 0:
			m.Add(g.float(), g.float())
		case 1:
			for range rapid.IntRange(2, 4).Draw(g.t, "vertices") {
				m.Add(g.float(), g.float())
			}
			m.EndRing()
		case 2:
			for range rapid.IntRange(1, 2).Draw(g.t, "rings") {
				x, y := g.float(), g.float()
				m.Add(x, y)
				for range rapid.IntRange(2, 4).Draw(g.t, "vertices") {
					m.Add(g.float(), g.float())
				}
				m.Add(x, y)
				m.EndRing()
			}
			m.EndPart()
		}
	}
	return m
}

func TestRoundTrip(t *testing.T) {
	schema := standardSchema(t)
	rapid.Check(t, func(rt *rapid.T) {
		e := trees{rt}.condition(rapid.IntRange(0, 3).Draw(rt, "depth"))
		roundTrip(rt, e)
		validate(rt, schema, e)
	})
}

// Whatever is between parentheses once more, where it is no list, is the same filter.
func TestParenthesesLeaveNoTrace(t *testing.T) {
	for _, s := range predicates(t) {
		e := mustText(t, s)
		for n := range 3 {
			s = "(" + s + ")"
			if !equal(e, mustText(t, s)) {
				t.Errorf("%d pairs: %s", n+1, s)
			}
		}
	}
}

// Every offset lies in the source, at the piece or at what begins it.
func TestOffsets(t *testing.T) {
	for _, s := range predicates(t) {
		e := mustText(t, s)
		eachPiece(e, func(e filter.Expr) {
			rest := s[e.Offset():]
			switch e := e.(type) {
			case *filter.Property:
				if !strings.HasPrefix(strings.Trim(rest, `"`), e.Name) {
					t.Errorf("%s: %s at %d", s, e.Name, e.At)
				}
			case *filter.Literal:
				if e.Value.Type() == referentials.Integer && !strings.HasPrefix(rest, strconv.FormatInt(e.Value.Int(), 10)) {
					t.Errorf("%s: %s at %d", s, e.Value, e.At)
				}
			}
		})
		j := AppendJSON(nil, e)
		back, err := ParseJSON(j)
		if err != nil {
			t.Fatal(err)
		}
		eachPiece(back, func(e filter.Expr) {
			if alone := AppendJSON(nil, e); !strings.HasPrefix(string(j[e.Offset():]), string(alone)) && !isEnd(e) {
				t.Errorf("%s: %s at %d", j, alone, e.Offset())
			}
		})
	}
}

// isEnd tells whether e may be an end of an interval, which is written shorter there.
func isEnd(e filter.Expr) bool {
	l, ok := e.(*filter.Literal)
	return ok && (sortOf(l) == null || sortOf(l) == instant)
}

func eachPiece(e filter.Expr, visit func(filter.Expr)) {
	visit(e)
	for _, part := range parts(e) {
		eachPiece(part, visit)
	}
}
