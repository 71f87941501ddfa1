package sql

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// The random rows lie on a small grid of the plane of Lambert-93, so that shapes often
// touch, cover and equal each other.
const (
	west, south = 700_000, 6_600_000
	cells       = 6
	tilt        = 0.618034 // of what is moved off the grid, so that it is off the grid's diagonals too
)

func everyField() *referentials.Descriptor {
	d := &referentials.Descriptor{ID: "tout", Class: referentials.Territory, Access: referentials.Open, Key: "id", Geometry: geo.Any, CRS: crs.EPSG(2154)}
	for _, f := range []struct {
		name string
		of   referentials.FieldType
	}{
		{"id", referentials.Integer}, {"i1", referentials.Integer}, {"i2", referentials.Integer}, {"n1", referentials.Number}, {"n2", referentials.Number},
		{"s1", referentials.String}, {"s2", referentials.String}, {"b1", referentials.Boolean}, {"b2", referentials.Boolean},
		{"d1", referentials.Date}, {"d2", referentials.Date}, {"t1", referentials.DateTime}, {"t2", referentials.DateTime},
		{"j1", referentials.JSON}, {"j2", referentials.JSON},
	} {
		d.Fields = append(d.Fields, referentials.Field{Name: f.name, Type: f.of})
	}
	return d
}

// random draws rows and, in random_filters_test.go, filters.
type random struct {
	*rand.Rand
	t      testing.TB
	abroad *crs.Transformer // from the plane to the CRS of the filters' shapes; nil when they are in the plane
}

func (r random) chance(percent int) bool { return r.IntN(100) < percent }

func pick[T any](r random, from ...T) T { return from[r.IntN(len(from))] }

func (r random) rows(d *referentials.Descriptor, n int) []referentials.Row {
	rows := make([]referentials.Row, n)
	for i := range rows {
		values := make([]referentials.Value, len(d.Fields))
		values[0] = referentials.IntegerValue(int64(i))
		for k := 1; k < len(values); k++ {
			if !r.chance(12) {
				values[k] = r.value(d.Fields[k].Type)
			}
		}
		rows[i].Values = values
		switch {
		case r.chance(8):
		case r.chance(2): // out of what other systems hold
			rows[i].Geom = geo.Geometry{Type: geo.Point, XY: []float64{pick(r, 1e9, 1e300, -1e12, west), pick(r, -1e9, 1e300, 1e12, south)}}
		default:
			rows[i].Geom = r.shape(0)
		}
	}
	return rows
}

func (r random) value(t referentials.FieldType) referentials.Value {
	switch t {
	case referentials.Integer:
		return referentials.IntegerValue(r.integer())
	case referentials.Number:
		return referentials.NumberValue(r.number())
	case referentials.String:
		return referentials.StringValue(r.text())
	case referentials.Boolean:
		return referentials.BooleanValue(r.chance(50))
	case referentials.Date:
		return referentials.DateValue(r.day())
	case referentials.DateTime:
		return referentials.DateTimeValue(r.instant())
	}
	return referentials.JSONValue(pick(r, jsons...))
}

func (r random) integer() int64 {
	if r.chance(70) {
		return int64(r.IntN(13) - 4)
	}
	return pick[int64](r, math.MaxInt64, math.MinInt64, math.MaxInt64-1, math.MinInt64+1, 1<<53, 1<<53+1, -(1<<53 + 1), 1<<62, 1000, 2024, math.MaxInt32)
}

func (r random) number() float64 {
	if r.chance(65) {
		return float64(r.IntN(27)-8) / pick(r, 1.0, 1, 2, 10)
	}
	return pick(r, 0, math.Copysign(0, -1), 1e308, -1e308, math.MaxFloat64, math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64,
		1e-310, 1e150, 1e-200, 1<<53, 1<<53+2, 9.223372036854776e18, -9.223372036854776e18, 0.1, 0.30000000000000004, 1e22, math.Pi)
}

var words = []string{
	"", "a", "A", "aa", "ab", "b", "Z", "é", "É", "e\u0301", "E\u0301cole", "école", "ÉCOLE", "Straße", "STRASSE", "strasse", "ß", "ẞ", "ſ", "K",
	"İstanbul", "istanbul", "i̇", "ISTANBUL", "ıI", "Œuvre", "œuvre", "Σίσυφος", "ΣΊΣΥΦΟΣ", "ﬁn", "FIN", "ŉ", "Ǆ", "ᾳ", "か\u3099", "が", "각", "각",
	"😀", "😀b", "👩‍👩‍👧", "it's", "\"q\"", "50%", "50\\%", "a_b", "\\", "a\\", "\\\\", "%", "_", "tab\there", "line\nbreak", "\u007f", "\u0001", "\uffff", "\U0010ffff",
	"Chișinău", "Chisinau", "København", "Kobenhavn", "\u0301", "a\u0301\u0323", "a\u0323\u0301", "z\u0300\u3099", "--", "'; DROP TABLE x; --", "$1", "2024-01-31", "true", "1",
}

func (r random) text() string {
	if r.chance(80) {
		return pick(r, words...)
	}
	return pick(r, words...) + pick(r, words...)
}

// pattern makes one of LIKE, mostly of the words, so that it matches some.
func (r random) pattern() string {
	runes := []rune(r.text())
	var b strings.Builder
	for i := 0; i < len(runes); i++ {
		switch r.IntN(8) {
		case 0:
			b.WriteByte('_')
		case 1:
			b.WriteByte('%')
		case 2:
			b.WriteString("%")
			i += r.IntN(3)
		case 3:
			b.WriteByte('\\')
			b.WriteRune(runes[i])
		default:
			b.WriteRune(runes[i])
		}
	}
	return pick(r, "", "", "%", "_", "%_") + b.String() + pick(r, "", "", "%", "_", "\\", "%%")
}

const firstDay, lastDay = -719162, 2932896 // of the years 1 to 9999

var days = []int64{firstDay, firstDay + 1, lastDay, lastDay - 1, 0, -1, 1, 11016, 19753, 19754, 19755, 20088, 10957}

func (r random) day() int64 {
	if r.chance(80) {
		return pick(r, days...)
	}
	return firstDay + r.Int64N(lastDay-firstDay+1)
}

func (r random) instant() int64 {
	const day = 86_400_000_000
	at := r.day() * day
	if r.chance(80) {
		return at + pick[int64](r, 0, 0, 1, day-1, day/2, 500_000, 120_000_000, 34_000_010)
	}
	return at + r.Int64N(day)
}

var jsons = []string{
	`[]`, `["a"]`, `["a","b"]`, `["b","a","a"]`, `["A"]`, `[1]`, `[1,1.0,2]`, `[2,1]`, `[0.1]`, `[0.10]`, `[0.1000000000000000055511151231257827]`, `[true,false]`, `[true,false,null]`,
	`[null]`, `[[1,2]]`, `[[2,1]]`, `[[1,2,3],"a"]`, `[{"a":1,"b":2}]`, `[{"b":2.0,"a":1}]`, `[{"a":1,"a":2}]`, `{"a":1}`, `"a"`, `5`, `null`, `true`,
	`[9223372036854775807]`, `[9223372036854775808]`, `[9223372036854775806.0]`, `[1e2]`, `[100, 1E+2]`, `["2024-01-31"]`, `["2024-01-31T12:00:00Z","2024-01-31T00:00:00.5Z"]`,
	`["\u00e9","é"]`, `["\ud83d\ude00"]`, `["😀"]`, `["\"","\\","\/"]`, `[0]`, `[-0.0]`, `[1.50]`, `[1e400]`, `[-1e-400]`, `[""]`, `["1"]`, `[ "a" , "b" ]`, `[[]]`, `[{}]`, `[[{"x":[1]}]]`,
	`["\u0000"]`, `["\ud800"]`, `["\udc00a"]`, `[1e1000000]`, `[1e-1000000]`, `[0e-20000]`, `[10e-16384]`, `[1e131071]`, `[0.1e131073]`, `["\ud83d\ud83d"]`, `["\\u0000"]`, `["a\ud83d\ude00"]`, `{"\u0000":1}`,
}

// shape draws a valid geometry on the grid, moved by a part of a cell.
func (r random) shape(shift float64) geo.Geometry {
	var g geo.Geometry
	switch r.IntN(9) {
	case 0, 1:
		g.Type = geo.Point
		r.vertex(&g, shift)
	case 2:
		g.Type = geo.MultiPoint
		for range 1 + r.IntN(3) {
			r.vertex(&g, shift)
		}
	case 3, 4:
		g.Type = geo.LineString
		r.line(&g, shift)
	case 5:
		g.Type = geo.MultiLineString
		for range 1 + r.IntN(3) {
			r.line(&g, shift)
		}
	case 6, 7:
		g.Type = geo.Polygon
		r.polygon(&g, 0, cells, shift)
	default:
		g.Type = geo.MultiPolygon
		r.polygon(&g, 0, cells/2, shift)
		if r.chance(60) {
			r.polygon(&g, cells/2+1, cells, shift)
		}
	}
	return g
}

func (r random) vertex(g *geo.Geometry, shift float64) {
	g.Add(west+float64(r.IntN(cells+1))+shift, south+float64(r.IntN(cells+1))+shift*tilt)
}

func (r random) line(g *geo.Geometry, shift float64) {
	from := g.NumVertices()
	for n := 2 + r.IntN(3); g.NumVertices() < from+n; {
		r.vertex(g, shift)
		if k := len(g.XY); g.NumVertices() > from+1 && g.XY[k-1] == g.XY[k-3] && g.XY[k-2] == g.XY[k-4] {
			g.XY = g.XY[:k-2]
		}
	}
	g.EndRing()
}

// polygon adds one between two columns of the grid: a rectangle, with a hole where it has
// room, a triangle or an L.
func (r random) polygon(g *geo.Geometry, from, to int, shift float64) {
	x0 := float64(from + r.IntN(to-from))
	x1 := x0 + 1 + float64(r.IntN(to-int(x0)))
	y0 := float64(r.IntN(cells))
	y1 := y0 + 1 + float64(r.IntN(cells-int(y0)))
	ring := func(xy ...float64) {
		for i := 0; i < len(xy); i += 2 {
			g.Add(west+xy[i]+shift, south+xy[i+1]+shift*tilt)
		}
		g.EndRing()
	}
	switch wide := x1-x0 >= 2 && y1-y0 >= 2; {
	case wide && r.chance(30):
		ring(x0, y0, x1, y0, x1, y0+1, x0+1, y0+1, x0+1, y1, x0, y1, x0, y0)
	case r.chance(30):
		ring(x0, y0, x1, y0, pick(r, x0, x1), y1, x0, y0)
	default:
		ring(x0, y0, x1, y0, x1, y1, x0, y1, x0, y0)
		if x1-x0 >= 3 && y1-y0 >= 3 && r.chance(60) {
			ring(x0+1, y0+1, x0+1, y1-1, x1-1, y1-1, x1-1, y0+1, x0+1, y0+1)
		}
	}
	g.EndPart()
}

// show writes a row for a person.
func show(d *referentials.Descriptor, r *referentials.Row) string {
	var b strings.Builder
	for i, v := range r.Values {
		if !v.IsNull() {
			fmt.Fprintf(&b, "%s=%+q ", d.Fields[i].Name, v.String())
		}
	}
	if !r.Geom.IsNull() {
		fmt.Fprint(&b, r.Geom.Type, " ")
		for i, v := range r.Geom.XY {
			fmt.Fprint(&b, v-[2]float64{west, south}[i%2], " ")
		}
	}
	return b.String()
}
