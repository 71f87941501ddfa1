package eval

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"socle/geo"
	"socle/geo/crs"
	"socle/geo/topology"
	"socle/referentials"
	"socle/referentials/filter"
	"socle/referentials/filter/cql2"
	"socle/referentials/snapshot"
)

// everything describes a collection with columns of every type, twice where two columns
// are compared.
func everything(id string, storage crs.CRS, shape geo.Type) referentials.Descriptor {
	field := func(name string, t referentials.FieldType) referentials.Field {
		return referentials.Field{Name: name, Type: t}
	}
	return referentials.Descriptor{ID: id, Key: "id", Geometry: shape, CRS: storage, Fields: []referentials.Field{
		field("id", referentials.Integer), field("word", referentials.String), field("text", referentials.String),
		field("n", referentials.Integer), field("m", referentials.Integer), field("x", referentials.Number), field("y", referentials.Number),
		field("yes", referentials.Boolean), field("d1", referentials.Date), field("d2", referentials.Date),
		field("t1", referentials.DateTime), field("t2", referentials.DateTime), field("list", referentials.JSON),
	}}
}

// Words that LIKE, CASEI and ACCENTI tell apart.
var someWords = []string{"", "a", "A", "ab", "aB_c", "été", "ÉTÉ", "e\u0301te", "100%", "a\\b", "straße", "STRASSE", "ba", "はじ"}

var someLists = []string{`[]`, `["a"]`, `["a","b",1]`, `[1.0, 2]`, `[1e0]`, `{"a":1}`, `[[1,2],"2024-01-01"]`, `[null,true]`, `["b","a","a",1.00]`, `[{"a":1,"b":[2]}]`}

func someRow(r *rand.Rand, n int, shape func() geo.Geometry) referentials.Row {
	maybe := func(v referentials.Value) referentials.Value {
		if r.IntN(6) == 0 {
			return referentials.Null
		}
		return v
	}
	integer := func() referentials.Value {
		if r.IntN(10) == 0 {
			return maybe(referentials.IntegerValue(math.MaxInt64 - int64(r.IntN(3))))
		}
		return maybe(referentials.IntegerValue(int64(r.IntN(9)) - 4))
	}
	number := func() referentials.Value { return maybe(referentials.NumberValue(float64(r.IntN(17)-8) / 2)) }
	date := func() referentials.Value { return maybe(referentials.DateValue(19723 + int64(r.IntN(4)))) }
	instant := func() referentials.Value {
		return maybe(referentials.DateTimeValue((19723+int64(r.IntN(4)))*microsPerDay + []int64{0, 1, microsPerDay / 2, microsPerDay - 1}[r.IntN(4)]))
	}
	return referentials.Row{Geom: shape(), Values: []referentials.Value{
		referentials.IntegerValue(int64(n)), maybe(referentials.StringValue(someWords[r.IntN(len(someWords))])),
		maybe(referentials.StringValue(fmt.Sprint(someWords[r.IntN(len(someWords))], r.IntN(1000000)))),
		integer(), integer(), number(), number(), maybe(referentials.BooleanValue(r.IntN(2) == 0)),
		date(), date(), instant(), instant(), maybe(referentials.JSONValue(someLists[r.IntN(len(someLists))])),
	}}
}

// townOrigin is where the random shapes lie, in EPSG:2154, on a grid of 100 m.
var townOrigin = orb.Point{352_000, 6_789_000}

func someShape(r *rand.Rand, e *topology.Engine, types ...geo.Type) geo.Geometry {
	if r.IntN(8) == 0 {
		return geo.Geometry{}
	}
	size := 8
	if r.IntN(20) == 0 {
		size = 4000 // across the country
	}
	ordinate := func(axis int) float64 { return townOrigin[axis] + 100*float64(r.IntN(size)) }
	for {
		g := geo.Geometry{Type: types[r.IntN(len(types))]}
		corners := map[geo.Type]int{geo.Point: 1, geo.MultiPoint: 3, geo.LineString: 3, geo.Polygon: 4}[g.Type]
		for range corners {
			g.Add(ordinate(0), ordinate(1))
		}
		if g.Type == geo.Polygon {
			g.Add(g.XY[0], g.XY[1])
		}
		if g.Type.Dimension() > 0 {
			g.EndRing()
		}
		if g.Type == geo.Polygon {
			g.EndPart()
		}
		if ok, _, err := e.Valid(&g); ok && err == nil {
			return g
		}
	}
}

// town loads n random rows, transformed to the storage system.
func town(tb testing.TB, storage crs.CRS, n int, types ...geo.Type) *snapshot.PublicCollection {
	tb.Helper()
	e := topology.NewEngine()
	defer e.Close()
	way, err := crs.NewTransformer(crs.EPSG(2154), storage)
	if err != nil {
		tb.Fatal(err)
	}
	defer way.Close()
	r := rand.New(rand.NewPCG(7, uint64(n)))
	shape := geo.Any
	if len(types) == 1 {
		shape = types[0]
	}
	return tableOf(tb, everything("town", storage, shape), n, func(n int) *referentials.Row {
		row := someRow(r, n, func() geo.Geometry { return someShape(r, e, types...) })
		if err := way.Forward(row.Geom.XY); err != nil {
			tb.Fatal(err)
		}
		return &row
	})
}

// writer draws filters.
type writer struct {
	t       *rapid.T
	engine  *topology.Engine
	literal *crs.Transformer // from EPSG:2154 to the system of the literals
	metric  bool
}

func call(op string, args ...filter.Expr) filter.Expr { return &filter.Call{Op: op, Args: args} }

func (w *writer) pick(label string, from ...string) string {
	return rapid.SampledFrom(from).Draw(w.t, label)
}

func (w *writer) property(names ...string) filter.Expr {
	return &filter.Property{Name: w.pick("property", names...)}
}

func value(v referentials.Value) filter.Expr { return &filter.Literal{Value: v} }

func (w *writer) condition(depth int) filter.Expr {
	kinds := []string{"number", "text", "like", "date", "truth", "null", "in", "t", "t", "a", "s", "s", "key"}
	if depth > 0 {
		kinds = append(kinds, "and", "or", "not", "and", "or", "not")
	}
	if w.metric {
		kinds = append(kinds, "near", "measure")
	}
	comparison := func() string { return w.pick("comparison", "=", "<>", "<", ">", "<=", ">=") }
	switch kind := w.pick("kind", kinds...); kind {
	case "and", "or":
		args := []filter.Expr{w.condition(depth - 1), w.condition(depth - 1)}
		return call(kind, args...)
	case "not":
		return call("not", w.condition(depth-1))
	case "number":
		if rapid.IntRange(0, 4).Draw(w.t, "between") == 0 {
			return call("between", w.number(2), w.number(1), w.number(1))
		}
		return call(comparison(), w.number(2), w.number(2))
	case "text":
		return call(comparison(), w.text(), w.text())
	case "like":
		pattern := ""
		for range rapid.IntRange(0, 4).Draw(w.t, "length") {
			pattern += w.pick("piece", "%", "_", "a", "b", "é", `\%`, `\_`, `\\`, "1", "t")
		}
		return call("like", w.text(), value(referentials.StringValue(pattern)))
	case "date":
		return call(comparison(), w.instant(), w.instant())
	case "truth":
		return call(w.pick("comparison", "=", "<>", "<="), w.property("yes"), value(referentials.BooleanValue(rapid.Bool().Draw(w.t, "truth"))))
	case "null":
		return call("isNull", []filter.Expr{w.property("word", "text", "n", "x", "yes", "d1", "t2", "list", "geom"), w.number(1), w.text(), w.span()}[rapid.IntRange(0, 3).Draw(w.t, "of")])
	case "in":
		draw := []func() filter.Expr{w.text, func() filter.Expr { return w.number(1) }, w.instant}[rapid.IntRange(0, 2).Draw(w.t, "of")]
		list := &filter.Array{}
		for range rapid.IntRange(1, 4).Draw(w.t, "items") {
			list.Items = append(list.Items, draw())
		}
		return call("in", draw(), list)
	case "t":
		op := w.pick("t", "t_after", "t_before", "t_contains", "t_disjoint", "t_during", "t_equals", "t_finishedBy", "t_finishes",
			"t_intersects", "t_meets", "t_metBy", "t_overlappedBy", "t_overlaps", "t_startedBy", "t_starts")
		operand := func(instants bool) filter.Expr {
			if instants && rapid.Bool().Draw(w.t, "instant") {
				return w.instant()
			}
			return w.span()
		}
		both := slices.Contains([]string{"t_after", "t_before", "t_disjoint", "t_equals", "t_intersects"}, op)
		return call(op, operand(both || op == "t_during"), operand(both || op == "t_contains"))
	case "a":
		return call(w.pick("a", "a_equals", "a_contains", "a_containedBy", "a_overlaps"), w.list(), w.list())
	case "key":
		if rapid.Bool().Draw(w.t, "one") {
			return call("=", w.property("id"), value(referentials.IntegerValue(rapid.Int64Range(-1, 50).Draw(w.t, "id"))))
		}
		return call("in", w.property("id"), &filter.Array{Items: []filter.Expr{
			value(referentials.IntegerValue(3)), value(referentials.IntegerValue(3)), value(referentials.IntegerValue(rapid.Int64Range(0, 9).Draw(w.t, "id")))}})
	case "near":
		return call(w.pick("comparison", "<", "<=", ">", ">="), call("distance", w.property("geom"), w.shape()), value(referentials.IntegerValue(100)))
	case "measure":
		return call(comparison(), call(w.pick("measure", "area", "length"), w.property("geom")), value(referentials.NumberValue(10000)))
	}
	return w.spatial()
}

func (w *writer) spatial() filter.Expr {
	op := w.pick("s", "s_intersects", "s_intersects", "s_disjoint", "s_contains", "s_within", "s_equals", "s_touches", "s_crosses", "s_overlaps")
	place := w.property("geom", "geometry")
	other := w.shape()
	if w.metric {
		switch rapid.IntRange(0, 8).Draw(w.t, "made") {
		case 0:
			other = call("buffer", other, value(referentials.IntegerValue(60)))
		case 1:
			place = call("buffer", place, value(referentials.IntegerValue(60)))
		case 2:
			place = call("centroid", place)
		}
	}
	if rapid.IntRange(0, 15).Draw(w.t, "self") == 0 {
		other = w.property("geom")
	}
	if rapid.Bool().Draw(w.t, "turned") {
		place, other = other, place
	}
	return call(op, place, other)
}

func (w *writer) number(depth int) filter.Expr {
	kinds := []string{"n", "m", "x", "y", "integer", "number", "char_length", "year", "month", "day"}
	if depth > 0 {
		kinds = append(kinds, "+", "-", "*", "/", "%", "div", "^", "abs", "ceil", "floor", "round", "sqrt")
	}
	switch kind := w.pick("number", kinds...); kind {
	case "n", "m", "x", "y":
		return &filter.Property{Name: kind}
	case "integer":
		return value(referentials.IntegerValue(rapid.SampledFrom([]int64{-1, 0, 1, 2, 3, 2024, math.MaxInt64 - 1, math.MaxInt64}).Draw(w.t, "integer")))
	case "number":
		return value(referentials.NumberValue(rapid.SampledFrom([]float64{-0.5, 0, 1, 2.5, 9.223372036854775807e18}).Draw(w.t, "number")))
	case "char_length":
		return call(kind, w.text())
	case "year", "month", "day":
		return call(kind, w.instant())
	case "abs", "ceil", "floor", "round", "sqrt":
		return call(kind, w.number(depth-1))
	default:
		return call(kind, w.number(depth-1), w.number(depth-1))
	}
}

func (w *writer) text() filter.Expr {
	switch w.pick("text", "word", "word", "text", "literal", "casei", "accenti") {
	case "word":
		return &filter.Property{Name: "word"}
	case "text":
		return &filter.Property{Name: "text"}
	case "casei":
		return call("casei", w.text())
	case "accenti":
		return call("accenti", w.text())
	}
	return value(referentials.StringValue(w.pick("literal", someWords...)))
}

func (w *writer) instant() filter.Expr {
	switch w.pick("instant", "date", "timestamp", "d1", "d2", "t1", "t2") {
	case "d1":
		return &filter.Property{Name: "d1"}
	case "d2":
		return &filter.Property{Name: "d2"}
	case "t1":
		return &filter.Property{Name: "t1"}
	case "t2":
		return &filter.Property{Name: "t2"}
	case "date":
		return value(referentials.DateValue(rapid.Int64Range(19722, 19727).Draw(w.t, "day")))
	}
	day := rapid.Int64Range(19722, 19727).Draw(w.t, "day")
	return value(referentials.DateTimeValue(day*microsPerDay + rapid.SampledFrom([]int64{0, 1, microsPerDay / 2, microsPerDay - 1}).Draw(w.t, "time")))
}

func (w *writer) span() filter.Expr {
	end := func() filter.Expr {
		if rapid.IntRange(0, 4).Draw(w.t, "open") == 0 {
			return value(referentials.Null)
		}
		return w.instant()
	}
	return &filter.Interval{From: end(), To: end()}
}

func (w *writer) list() filter.Expr {
	if rapid.Bool().Draw(w.t, "field") {
		return &filter.Property{Name: "list"}
	}
	list := &filter.Array{}
	for range rapid.IntRange(0, 3).Draw(w.t, "items") {
		switch w.pick("item", "text", "literal", "number", "one", "list", "date", "truth", "word") {
		case "text":
			list.Items = append(list.Items, w.text())
		case "word":
			list.Items = append(list.Items, &filter.Property{Name: "word"})
		case "literal":
			list.Items = append(list.Items, value(referentials.StringValue(w.pick("literal", "a", "b"))))
		case "number":
			list.Items = append(list.Items, w.number(0))
		case "one":
			list.Items = append(list.Items, value(referentials.NumberValue(1)))
		case "date":
			list.Items = append(list.Items, value(referentials.DateValue(19723)))
		case "truth":
			list.Items = append(list.Items, value(referentials.BooleanValue(true)))
		case "list":
			list.Items = append(list.Items, &filter.Array{Items: []filter.Expr{value(referentials.IntegerValue(1)), value(referentials.NumberValue(2))}})
		}
	}
	return list
}

// shape draws a literal on the grid of the town, or a box.
func (w *writer) shape() filter.Expr {
	seed := rand.New(rand.NewPCG(rapid.Uint64().Draw(w.t, "seed"), 1))
	for {
		g := someShape(seed, w.engine, geo.Point, geo.LineString, geo.Polygon, geo.Polygon, geo.MultiPoint)
		if g.IsNull() {
			continue
		}
		if err := w.literal.Forward(g.XY); err != nil {
			w.t.Fatal(err)
		}
		if rapid.Bool().Draw(w.t, "box") {
			b := g.Bound()
			return &filter.Box{Min: b.Min, Max: b.Max}
		}
		return &filter.Shape{Members: []geo.Geometry{g}}
	}
}

// TestSelectEqualsNaive compares with the naive evaluator: texts that repeat and texts
// that do not, literals in several systems, with what is looked up and what is not.
func TestSelectEqualsNaive(t *testing.T) {
	engine := topology.NewEngine()
	defer engine.Close()
	systems := new(crs.Cache)
	defer systems.Close()
	lambert := crs.EPSG(2154)
	mixed := []geo.Type{geo.Point, geo.LineString, geo.Polygon, geo.MultiPoint}
	tables := []*snapshot.PublicCollection{
		town(t, lambert, 150, mixed...), town(t, crs.CRS84, 150, mixed...), town(t, lambert, 200, geo.Point), town(t, crs.EPSG(3948), 150, mixed...),
		town(t, lambert, 4500, geo.Point),
	}
	if _, repeat := tables[4].Cells(2).Words(); repeat {
		t.Fatal("the texts of the large table repeat")
	}
	for k, table := range tables {
		checks := 1
		if k < 4 {
			checks = 6
		}
		for round := range checks {
			t.Run(fmt.Sprint(k, "/", round), func(t *testing.T) {
				rapid.Check(t, func(r *rapid.T) {
					checkSelect(t, r, table, engine, systems)
				})
			})
		}
	}
}

func checkSelect(t *testing.T, r *rapid.T, table *snapshot.PublicCollection, engine *topology.Engine, systems *crs.Cache) {
	storage := table.Descriptor().CRS
	in := rapid.SampledFrom([]crs.CRS{storage, crs.CRS84, crs.EPSG(4326), crs.EPSG(3857), crs.EPSG(3035)}).Draw(r, "crs")
	way, err := systems.Between(crs.EPSG(2154), in)
	if err != nil {
		r.Fatal(err)
	}
	w := &writer{t: r, engine: engine, literal: way, metric: storage != crs.CRS84}
	e := w.condition(2)
	n, err := filter.Bind(e, filter.Schema{Descriptor: table.Descriptor(), CRS: in, Systems: systems})
	if referentials.CodeOf(err) == referentials.Invalid {
		r.Skip(err.Error()) // as an interval that ends before it begins
	}
	if err != nil {
		r.Fatal(err)
	}
	f, err := Compile(n, table, systems)
	if err != nil {
		r.Fatal(err)
	}
	defer f.Close()
	got := selected(t, f)
	want := (&naive{t, table, engine, systems}).selected(n)
	if !slices.Equal(got, want) {
		r.Fatalf("%s (%s)\ngives %v\nwant  %v\nlook  %+v", cql2.AppendText(nil, e), in, got, want, f.look)
	}
	for i := range min(table.Len(), 20) {
		is, err := f.Matches(i)
		if err != nil || is != slices.Contains(want, uint32(i)) {
			r.Fatalf("%s: row %d matches: %v, %v", cql2.AppendText(nil, e), i, is, err)
		}
	}
}
