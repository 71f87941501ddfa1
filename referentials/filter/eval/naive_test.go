package eval

import (
	"encoding/json"
	"math"
	"math/big"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"socle/geo"
	"socle/geo/crs"
	"socle/geo/topology"
	"socle/referentials"
	"socle/referentials/filter"
	"socle/referentials/snapshot"
)

// naive evaluates a filter as package filter describes it, row by row, value by value,
// without any care for speed. Null is referentials.Null, of conditions as well.
type naive struct {
	tb      testing.TB
	table   *snapshot.PublicCollection
	engine  *topology.Engine
	systems *crs.Cache
}

func (e *naive) selected(n *filter.Node) []uint32 {
	var rows []uint32
	for i := range e.table.Len() {
		if e.value(n, i).Bool() {
			rows = append(rows, uint32(i))
		}
	}
	return rows
}

func truthValue(is, null bool) referentials.Value {
	if null {
		return referentials.Null
	}
	return referentials.BooleanValue(is)
}

func (e *naive) value(n *filter.Node, row int) referentials.Value {
	switch n.Kind {
	case filter.Constant:
		return n.Value
	case filter.Column:
		return e.table.Value(row, n.Field)
	case filter.Apply:
		return e.function(n, row)
	}
	switch n.Op {
	case "and", "or":
		end := n.Op == "or"
		unknown := false
		for _, a := range n.Args {
			v := e.value(a, row)
			if !v.IsNull() && v.Bool() == end {
				return v
			}
			unknown = unknown || v.IsNull()
		}
		return truthValue(!end, unknown)
	case "not":
		v := e.value(n.Args[0], row)
		return truthValue(!v.Bool(), v.IsNull())
	case "isNull":
		return e.null(n.Args[0], row)
	case "=", "<>", "<", ">", "<=", ">=":
		return e.compare(n.Op, e.value(n.Args[0], row), e.value(n.Args[1], row))
	case "between":
		v := e.value(n.Args[0], row)
		low, high := e.compare(">=", v, e.value(n.Args[1], row)), e.compare("<=", v, e.value(n.Args[2], row))
		if !low.IsNull() && !low.Bool() || !high.IsNull() && !high.Bool() {
			return referentials.BooleanValue(false)
		}
		return truthValue(true, low.IsNull() || high.IsNull())
	case "in":
		v, unknown := e.value(n.Args[0], row), false
		for _, a := range n.Args[1:] {
			is := e.compare("=", v, e.value(a, row))
			if is.Bool() {
				return is
			}
			unknown = unknown || is.IsNull()
		}
		return truthValue(false, unknown)
	case "like":
		v := e.value(n.Args[0], row)
		return truthValue(likeByRegexp(n.Args[1].Value.Str(), v.Str()), v.IsNull())
	case "casei", "accenti":
		v := e.value(n.Args[0], row)
		if v.IsNull() {
			return v
		}
		if n.Op == "casei" {
			return referentials.StringValue(cases.Fold().String(v.Str()))
		}
		bare := strings.Map(func(r rune) rune {
			if unicode.Is(unicode.Mn, r) && r != '\u3099' && r != '\u309a' {
				return -1
			}
			return r
		}, norm.NFD.String(v.Str()))
		return referentials.StringValue(norm.NFC.String(bare))
	case "+", "-", "*", "/", "%", "div", "^":
		return e.arithmetic(n.Op, e.value(n.Args[0], row), e.value(n.Args[1], row))
	}
	switch n.Op[:2] {
	case "s_":
		return e.spatial(n, row)
	case "t_":
		return e.temporal(n, row)
	case "a_":
		return e.arrays(n, row)
	}
	e.tb.Fatalf("the naive evaluator does not know %q", n.Op)
	return referentials.Null
}

func (e *naive) null(n *filter.Node, row int) referentials.Value {
	switch n.Type {
	case filter.GeometryType:
		return referentials.BooleanValue(len(e.shape(n, row, e.table.Descriptor().CRS)) == 0)
	case filter.IntervalType:
		for _, a := range n.Args {
			if a.Kind != filter.Constant && e.value(a, row).IsNull() {
				return referentials.BooleanValue(true)
			}
		}
		return referentials.BooleanValue(false)
	}
	return referentials.BooleanValue(e.value(n, row).IsNull())
}

func (e *naive) compare(op string, a, b referentials.Value) referentials.Value {
	if a.IsNull() || b.IsNull() {
		return referentials.Null
	}
	var order int
	switch a.Type() {
	case referentials.String:
		order = strings.Compare(a.Str(), b.Str())
	case referentials.Boolean:
		order = int(a.Int()) - int(b.Int())
	case referentials.Date, referentials.DateTime:
		order = a.Time().Compare(b.Time())
	default:
		if a.Type() == referentials.Integer && b.Type() == referentials.Integer {
			order = big.NewInt(a.Int()).Cmp(big.NewInt(b.Int()))
		} else {
			order = big.NewFloat(a.Float()).Cmp(big.NewFloat(b.Float()))
		}
	}
	is := map[string]bool{"=": order == 0, "<>": order != 0, "<": order < 0, ">": order > 0, "<=": order <= 0, ">=": order >= 0}[op]
	return referentials.BooleanValue(is)
}

func likeByRegexp(pattern, s string) bool {
	out := "^(?s)"
	escaped := false
	for _, r := range pattern {
		switch {
		case escaped:
			out += regexp.QuoteMeta(string(r))
			escaped = false
		case r == '\\':
			escaped = true
		case r == '%':
			out += ".*"
		case r == '_':
			out += "."
		default:
			out += regexp.QuoteMeta(string(r))
		}
	}
	return regexp.MustCompile(out + "$").MatchString(s)
}

func (e *naive) arithmetic(op string, a, b referentials.Value) referentials.Value {
	if a.IsNull() || b.IsNull() {
		return referentials.Null
	}
	x, y := a.Float(), b.Float()
	switch op {
	case "+":
		return referentials.NumberValue(x + y)
	case "-":
		return referentials.NumberValue(x - y)
	case "*":
		if x*y == 0 && x != 0 && y != 0 {
			return referentials.Null
		}
		return referentials.NumberValue(x * y)
	case "/", "div":
		if x/y == 0 && x != 0 {
			return referentials.Null
		}
		if op == "div" {
			return referentials.NumberValue(math.Trunc(x / y))
		}
		return referentials.NumberValue(x / y)
	case "%":
		return referentials.NumberValue(math.Mod(x, y))
	}
	// How powers round is defined by the code alone.
	return referentials.NumberValue(filter.Arithmetic(op, x, y))
}

func (e *naive) function(n *filter.Node, row int) referentials.Value {
	switch n.Function.Name {
	case "area", "length", "distance":
		return e.measure(n, row)
	}
	v := e.value(n.Args[0], row)
	if v.IsNull() {
		return v
	}
	switch n.Function.Name {
	case "abs":
		return referentials.NumberValue(math.Abs(v.Float()))
	case "ceil":
		return referentials.NumberValue(math.Ceil(v.Float()))
	case "floor":
		return referentials.NumberValue(math.Floor(v.Float()))
	case "round":
		return referentials.NumberValue(math.RoundToEven(v.Float()))
	case "sqrt":
		return referentials.NumberValue(math.Sqrt(v.Float()))
	case "char_length":
		return referentials.IntegerValue(int64(len([]rune(v.Str()))))
	case "year":
		return referentials.IntegerValue(int64(v.Time().Year()))
	case "month":
		return referentials.IntegerValue(int64(v.Time().Month()))
	case "day":
		return referentials.IntegerValue(int64(v.Time().Day()))
	}
	e.tb.Fatalf("the naive evaluator does not know %s", n.Function.Name)
	return v
}

func (e *naive) measure(n *filter.Node, row int) referentials.Value {
	g := e.shape(n.Args[0], row, n.CRS)
	if len(g) == 0 {
		return referentials.Null
	}
	switch n.Function.Name {
	case "area":
		return referentials.NumberValue(topology.Area(&g[0]))
	case "length":
		return referentials.NumberValue(topology.Length(&g[0]))
	}
	other := e.shape(n.Args[1], row, n.CRS)
	if len(other) == 0 {
		return referentials.Null
	}
	d, err := e.engine.Distance(&g[0], &other[0])
	if err != nil {
		e.tb.Fatal(err)
	}
	return referentials.NumberValue(d)
}

// shape gives the members of a geometry in a system, none of a null one.
func (e *naive) shape(n *filter.Node, row int, in crs.CRS) []geo.Geometry {
	switch n.Kind {
	case filter.Constant:
		return n.Shape.Members
	case filter.Place:
		if e.table.Descriptor().CRS != in && (in == crs.CRS84 || in == crs.EPSG(4326)) {
			if g := e.table.LonLat(row); !g.IsNull() {
				return []geo.Geometry{g}
			}
			return nil
		}
		stored := e.table.Geometry(row)
		g := stored.Clone()
		way, err := e.systems.Between(e.table.Descriptor().CRS, in)
		if err != nil {
			e.tb.Fatal(err)
		}
		if failed, _ := way.TryForward(g.XY, nil); g.IsNull() || len(failed) > 0 {
			return nil
		}
		return []geo.Geometry{g}
	}
	of := e.shape(n.Args[0], row, n.CRS)
	if len(of) == 0 {
		return nil
	}
	var g geo.Geometry
	if n.Function.Name == "centroid" {
		g, _ = e.engine.Centroid(of...)
	} else if metres := e.value(n.Args[1], row); !metres.IsNull() {
		g, _ = e.engine.Buffer(metres.Float(), of...)
	}
	if g.IsNull() {
		return nil
	}
	return []geo.Geometry{g}
}

func (e *naive) spatial(n *filter.Node, row int) referentials.Value {
	left, right := e.shape(n.Args[0], row, n.CRS), e.shape(n.Args[1], row, n.CRS)
	if len(left) == 0 || len(right) == 0 {
		return referentials.Null
	}
	r := map[string]topology.Relation{
		"s_intersects": topology.Intersects, "s_disjoint": topology.Intersects, "s_contains": topology.Contains, "s_within": topology.Within,
		"s_equals": topology.Equals, "s_touches": topology.Touches, "s_crosses": topology.Crosses, "s_overlaps": topology.Overlaps,
	}[n.Op]
	any := false
	for i := range left {
		for k := range right {
			is, err := e.engine.Relate(r, &left[i], &right[k])
			if err != nil {
				return referentials.Null
			}
			any = any || is
		}
	}
	return referentials.BooleanValue(any != (n.Op == "s_disjoint"))
}

func (e *naive) temporal(n *filter.Node, row int) referentials.Value {
	precise := false
	for _, a := range n.Args {
		ends := []*filter.Node{a}
		if a.Type == filter.IntervalType {
			ends = a.Args
		}
		for _, end := range ends {
			precise = precise || end.Type == filter.TimestampType
		}
	}
	// Instants as microseconds; in a calendar of days a day is its noon.
	past, future := time.Unix(-1<<40, 0), time.Unix(1<<40, 0)
	var at [4]time.Time
	for k, a := range n.Args {
		from, to := a, a
		if a.Type == filter.IntervalType {
			from, to = a.Args[0], a.Args[1]
		}
		for j, end := range []*filter.Node{from, to} {
			if end.Kind == filter.Constant && end.Value.IsNull() {
				at[2*k+j] = []time.Time{past, future}[j]
				continue
			}
			v := e.value(end, row)
			if v.IsNull() {
				return v
			}
			at[2*k+j] = v.Time()
			switch {
			case v.Type() != referentials.Date:
			case !precise:
				at[2*k+j] = v.Time().Add(12 * time.Hour)
			case j == 1:
				at[2*k+j] = v.Time().Add(24*time.Hour - time.Microsecond)
			}
		}
	}
	b1, e1, b2, e2 := at[0], at[1], at[2], at[3]
	is := map[string]bool{
		"t_after": b1.After(e2), "t_before": e1.Before(b2), "t_disjoint": b1.After(e2) || e1.Before(b2),
		"t_intersects": !b1.After(e2) && !e1.Before(b2), "t_equals": b1.Equal(b2) && e1.Equal(e2),
		"t_contains": b1.Before(b2) && e1.After(e2), "t_during": b1.After(b2) && e1.Before(e2),
		"t_meets": e1.Equal(b2), "t_metBy": b1.Equal(e2),
		"t_overlaps":     b1.Before(b2) && e1.After(b2) && e1.Before(e2),
		"t_overlappedBy": b1.After(b2) && b1.Before(e2) && e1.After(e2),
		"t_starts":       b1.Equal(b2) && e1.Before(e2), "t_startedBy": b1.Equal(b2) && e1.After(e2),
		"t_finishes": b1.After(b2) && e1.Equal(e2), "t_finishedBy": b1.Before(b2) && e1.Equal(e2),
	}
	return referentials.BooleanValue(is[n.Op])
}

// elements gives an array as decoded JSON, numbers as exact fractions.
func (e *naive) elements(n *filter.Node, row int) ([]any, bool) {
	if n.Kind == filter.Operator {
		list := []any{}
		for _, a := range n.Args {
			if a.Type == filter.ListType {
				inner, ok := e.elements(a, row)
				if !ok {
					list = append(list, nil)
					continue
				}
				list = append(list, inner)
				continue
			}
			v := e.value(a, row)
			switch v.Type() {
			case "":
				list = append(list, nil)
			case referentials.Integer, referentials.Number:
				list = append(list, exactly(json.Number(v.String())))
			case referentials.Boolean:
				list = append(list, v.Bool())
			default:
				list = append(list, "text "+v.String())
			}
		}
		return list, true
	}
	var v any
	d := json.NewDecoder(strings.NewReader(e.value(n, row).Str()))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return nil, false
	}
	list, ok := exactly(v).([]any)
	return list, ok
}

func exactly(v any) any {
	switch v := v.(type) {
	case json.Number:
		r, _ := new(big.Rat).SetString(string(v))
		return r.RatString()
	case []any:
		list := []any{}
		for _, item := range v {
			list = append(list, exactly(item))
		}
		return list
	case map[string]any:
		for name, item := range v {
			v[name] = exactly(item)
		}
	case string:
		return "text " + v
	}
	return v
}

func (e *naive) arrays(n *filter.Node, row int) referentials.Value {
	a, isA := e.elements(n.Args[0], row)
	b, isB := e.elements(n.Args[1], row)
	if !isA || !isB {
		return referentials.Null
	}
	has := func(list []any, v any) bool {
		return slices.ContainsFunc(list, func(w any) bool { return reflect.DeepEqual(v, w) })
	}
	all := func(list, of []any) bool { return !slices.ContainsFunc(list, func(v any) bool { return !has(of, v) }) }
	switch n.Op {
	case "a_equals":
		return referentials.BooleanValue(all(a, b) && all(b, a))
	case "a_contains":
		return referentials.BooleanValue(all(b, a))
	case "a_containedBy":
		return referentials.BooleanValue(all(a, b))
	}
	return referentials.BooleanValue(slices.ContainsFunc(a, func(v any) bool { return has(b, v) }))
}
