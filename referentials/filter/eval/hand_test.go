package eval

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/filter"
)

// hand is a table of five rows, the last of which is null all over, and the fourth of
// which has a box of 200 m.
func hand(tb testing.TB) Table {
	tb.Helper()
	d := everything("hand", crs.EPSG(2154), geo.Any)
	point := func(x, y float64) geo.Geometry {
		return geo.Geometry{Type: geo.Point, XY: []float64{352_000 + x, 6_789_000 + y}}
	}
	square := geo.Geometry{Type: geo.Polygon, Ends: []uint32{5}, Parts: []uint32{1}}
	for _, v := range [][2]float64{{0, 0}, {200, 0}, {200, 200}, {0, 200}, {0, 0}} {
		square.Add(352_000+v[0], 6_789_000+v[1])
	}
	line := geo.Geometry{Type: geo.LineString, Ends: []uint32{2}, XY: []float64{352_000, 6_789_000, 352_300, 6_789_400}}
	s, i, x, b := referentials.StringValue, referentials.IntegerValue, referentials.NumberValue, referentials.BooleanValue
	day, at, list := referentials.DateValue, referentials.DateTimeValue, referentials.JSONValue
	const noon = 19723*microsPerDay + microsPerDay/2 // of 2024-01-01
	rows := []referentials.Row{
		{Geom: point(0, 0), Values: []referentials.Value{i(0), s("Été"), s("a%b"), i(1), i(2), x(0.5), x(-2), b(true), day(19723), day(19724), at(noon), at(noon + 1), list(`["a",1]`)}},
		{Geom: point(100, 100), Values: []referentials.Value{i(1), s("ete"), s("a_b"), i(2), i(2), x(2), x(2), b(false), day(19724), day(19723), at(noon - 1), at(noon), list(`[1.0,"a"]`)}},
		{Geom: line, Values: []referentials.Value{i(2), s("ÉTÉ"), s(`a\b`), i(-3), i(0), x(-0.5), x(0), b(true), day(19730), day(19731), at(0), at(1), list(`{"a":1}`)}},
		{Geom: square, Values: []referentials.Value{i(3), s(""), s("axb"), i(9007199254740993), i(9007199254740992), x(9007199254740992), x(1), b(false), day(-1), day(0), at(-1), at(0), list(`[]`)}},
		{Values: []referentials.Value{i(4), {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}},
	}
	return tableOf(tb, d, len(rows), func(n int) *referentials.Row { return &rows[n] })
}

func TestByHand(t *testing.T) {
	table := hand(t)
	for _, c := range []struct{ text, want string }{
		// Three truths.
		{"TRUE", "0 1 2 3 4"}, {"FALSE", ""}, {"NOT FALSE", "0 1 2 3 4"},
		{"yes", "0 2"}, {"NOT yes", "1 3"}, {"yes IS NULL", "4"}, {"yes = FALSE", "1 3"}, {"yes <> TRUE", "1 3"},
		{"yes AND n = 1", "0"}, {"NOT (yes AND n = 99)", "0 1 2 3"}, {"yes OR TRUE", "0 1 2 3 4"}, {"yes OR FALSE", "0 2"},
		{"NOT (yes OR n < 0)", "1 3"}, {"(n > 1) IS NULL", "4"}, {"(n > 1 AND FALSE) IS NULL", ""},
		// Comparisons.
		{"n = 1", "0"}, {"n <> 1", "1 2 3"}, {"n < 1", "2"}, {"n > 1", "1 3"}, {"n <= 1", "0 2"}, {"n >= 1", "0 1 3"}, {"1 < n", "1 3"},
		{"n = m", "1"}, {"n > m", "3"}, {"n = 9007199254740993", "3"}, {"n = 9007199254740992", ""}, {"n = 9007199254740992.0", "3"}, {"n = x", "1 3"},
		{"x = 0.5", "0"}, {"x BETWEEN -0.5 AND 0.5", "0 2"}, {"x NOT BETWEEN -0.5 AND 0.5", "1 3"}, {"n BETWEEN 1 AND m", "0 1"},
		{"word = 'ete'", "1"}, {"word < 'f'", "1 3"}, {"word > 'Z'", "0 1 2"}, {"word = ''", "3"}, {"word IS NULL", "4"}, {"word IS NOT NULL", "0 1 2 3"},
		{"n IN (1, 2, 7)", "0 1"}, {"n NOT IN (1, 2)", "2 3"}, {"n IN (1, m)", "0 1"}, {"n NOT IN (1, 1/0)", ""}, {"x IN (2, 0.5)", "0 1"}, {"word IN ('ete', '')", "1 3"}, {"d1 IN (DATE('2024-01-01'), TIMESTAMP('2024-01-02T00:00:00Z'))", "0 1"},
		// Texts.
		{"text LIKE 'a%b'", "0 1 2 3"}, {`text LIKE 'a\%b'`, "0"}, {"text LIKE 'a_b'", "0 1 2 3"}, {`text LIKE 'a\_b'`, "1"}, {"word LIKE '___'", "0 1 2"}, {"word LIKE '%'", "0 1 2 3"}, {"word LIKE ''", "3"}, {"word LIKE '%t_'", "0 1"},
		{"text LIKE '%b%'", "0 1 2 3"}, {"text LIKE '%_b'", "0 1 2 3"}, {"text LIKE '%x%'", "3"}, {"text NOT LIKE '%x%'", "0 1 2"},
		{"CASEI(word) = CASEI('ÉTÉ')", "0 2"}, {"ACCENTI(CASEI(word)) = 'ete'", "0 1 2"}, {"CASEI(word) LIKE CASEI('É%')", "0 2"}, {"ACCENTI(word) = ACCENTI('Eté')", "0"},
		{"char_length(word) = 3", "0 1 2"}, {"CHAR_LENGTH(word) = 0", "3"},
		// Numbers.
		{"n + 1 = m", "0 3"}, {"x * 2 = 1", "0"}, {"n / 0 = 1", ""}, {"(n / 0) IS NULL", "0 1 2 3 4"}, {"n % 2 = -1", "2"}, {"n div 2 = -1", "2"}, {"x ^ 2 = 4", "1"}, {"-n = 3", "2"},
		{"abs(y) = 2", "0 1"}, {"round(x) = 0", "0 2"}, {"ceil(x) = 1", "0"}, {"floor(x) = -1", "2"}, {"sqrt(y) IS NULL", "0 4"},
		// Time.
		{"d1 = DATE('2024-01-01')", "0"}, {"d1 = '2024-01-01'", "0"}, {"d1 < d2", "0 2 3"}, {"t1 > d1", "0 3"}, {"t1 = '2024-01-01T12:00:00Z'", "0"},
		{"T_INTERSECTS(t1, DATE('2024-01-01'))", "0 1"}, {"T_EQUALS(d1, DATE('2024-01-01'))", "0"}, {"T_DURING(t1, INTERVAL('2024-01-01', '2024-01-01'))", "0 1"},
		{"T_AFTER(t1, INTERVAL('..', '1970-01-01'))", "0 1"}, {"T_CONTAINS(INTERVAL(t1, t2), INTERVAL('1970-01-01T00:00:00Z', '1970-01-01T00:00:00Z'))", ""}, {"T_MEETS(INTERVAL(t1, t2), INTERVAL('1970-01-01T00:00:00Z', '..'))", "3"},
		{"INTERVAL(t1, '..') IS NULL", "4"}, {"year(d1) = 1969", "3"}, {"month(t1) = 12", "3"}, {"day(d1) = 31", "3"}, {"day(d2) = 9", "2"},
		// Arrays.
		{"A_EQUALS(list, ('a', 1))", "0 1"}, {"A_CONTAINS(list, ('a'))", "0 1"}, {"A_CONTAINEDBY(list, ('a', 1, 2))", "0 1 3"}, {"A_OVERLAPS(list, (1, 'z'))", "0 1"},
		{"NOT A_OVERLAPS(list, (1))", "3"}, {"A_CONTAINS(list, (n))", "0"}, {"A_EQUALS((n, 'a'), list)", "0"}, {"list IS NULL", "4"}, {"A_EQUALS(list, list)", "0 1 3"},
		// Places.
		{"geom IS NULL", "4"}, {"geometry IS NOT NULL", "0 1 2 3"}, {"id = 3", "3"}, {"id IN (3, 1, 3, 77)", "1 3"}, {"id = 3 OR id = 0", "0 3"}, {"id = 3 AND yes", ""},
		{"S_INTERSECTS(geom, BBOX(352000, 6789000, 352050, 6789050))", "0 2 3"}, {"S_WITHIN(geom, BBOX(352000, 6789000, 352200, 6789200))", "1 3"},
		{"S_TOUCHES(geom, BBOX(351900, 6788900, 352000, 6789000))", "0 2 3"}, {"S_DISJOINT(geom, POINT(352000 6789000))", "1"}, {"S_CONTAINS(geom, POINT(352100 6789100))", "1 3"},
		{"S_EQUALS(geom, POINT(352100 6789100))", "1"}, {"S_CROSSES(geom, POLYGON((352000 6789000,352200 6789000,352200 6789200,352000 6789200,352000 6789000)))", "2"},
		{"S_OVERLAPS(geom, BBOX(352100, 6789100, 352300, 6789300))", "3"}, {"NOT S_INTERSECTS(geom, POINT(0 0))", "0 1 2 3"}, {"S_EQUALS(geom, geom)", "0 1 2 3"},
		{"S_INTERSECTS(geom, GEOMETRYCOLLECTION(POINT(352100 6789100), POINT(0 0)))", "1 3"},
		{"area(geom) = 40000", "3"}, {"length(geom) = 500", "2"}, {"distance(geom, POINT(352000 6789300)) <= 300", "0 1 2 3"}, {"distance(geom, POINT(352000 6789300)) < 250", "1 2 3"},
		{"S_WITHIN(geom, buffer(POINT(352000 6789000), 50))", "0"}, {"S_INTERSECTS(buffer(geom, 60), POINT(352140 6789140))", "1 2 3"}, {"S_EQUALS(centroid(geom), POINT(352100 6789100))", "1 3"}, {"buffer(geom, -1) IS NULL", "0 1 2 4"},
	} {
		f := compile(t, table, bind(t, table, crs.EPSG(2154), c.text))
		got := strings.Trim(fmt.Sprint(selected(t, f)), "[]")
		if got != c.want {
			t.Errorf("%s: rows %s, want %s", c.text, got, c.want)
		}
	}
}

// TestTime asks every T_ function about every way in which two intervals can lie.
func TestTime(t *testing.T) {
	table := hand(t)
	lies := map[string][2]string{ // b1 to e1 beside 10 to 20
		"before": {"01", "05"}, "meets": {"01", "10"}, "overlaps": {"05", "15"}, "starts": {"10", "15"}, "during": {"12", "15"},
		"finishes": {"15", "20"}, "equals": {"10", "20"}, "finishedBy": {"05", "20"}, "contains": {"05", "25"}, "startedBy": {"10", "25"},
		"overlappedBy": {"15", "25"}, "metBy": {"20", "25"}, "after": {"25", "28"},
	}
	apart := []string{"before", "after"}
	for _, op := range []string{"before", "meets", "overlaps", "starts", "during", "finishes", "equals", "finishedBy", "contains", "startedBy",
		"overlappedBy", "metBy", "after", "disjoint", "intersects"} {
		for lie, ends := range lies {
			want := lie == op
			switch op {
			case "disjoint":
				want = slices.Contains(apart, lie)
			case "intersects":
				want = !slices.Contains(apart, lie)
			}
			for _, form := range []string{"2024-01-%s", "2024-01-%sT00:00:00Z"} {
				span := func(from, to string) string {
					return "INTERVAL('" + fmt.Sprintf(form, from) + "', '" + fmt.Sprintf(form, to) + "')"
				}
				text := "T_" + strings.ToUpper(op) + "(" + span(ends[0], ends[1]) + ", " + span("10", "20") + ")"
				got := len(selected(t, compile(t, table, bind(t, table, crs.CRS84, text)))) > 0
				if got != want {
					t.Errorf("%s: %v", text, got)
				}
			}
		}
	}
}

func TestSelectStops(t *testing.T) {
	table := hand(t)
	ctx, cancel := context.WithCancelCause(context.Background())
	gone := errors.New("gone")
	cancel(gone)
	for _, text := range []string{"n = 1", "id = 1"} {
		if _, err := compile(t, table, bind(t, table, crs.CRS84, text)).Select(ctx, nil); !errors.Is(err, gone) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestLookups tells which conditions are looked up; that they select the same rows is told
// elsewhere.
func TestLookups(t *testing.T) {
	table := hand(t)
	near := "S_INTERSECTS(geom, BBOX(352000, 6789000, 352001, 6789001))"
	for text, want := range map[string]string{
		near: "1 windows", near + " AND n = 1": "1 windows", near + " OR " + near: "2 windows", near + " OR n = 1": "everywhere", "NOT " + near: "everywhere",
		"id = 1": "1 keys", "id IN (1, 2)": "2 keys", "id = 77": "0 keys", "id <> 1": "everywhere", "distance(geom, POINT(352000 6789000)) < 1": "1 windows",
		"5 > distance(POINT(352000 6789000), geom)": "1 windows", "S_INTERSECTS(BBOX(0, 0, 9000000, 9000000), geom)": "everywhere", "S_DISJOINT(geom, POINT(0 0))": "everywhere",
	} {
		f := compile(t, table, bind(t, table, crs.EPSG(2154), text))
		got := "everywhere"
		switch {
		case f.look != nil && len(f.look.windows) > 0:
			got = fmt.Sprintf("%d windows", len(f.look.windows))
		case f.look != nil:
			got = fmt.Sprintf("%d keys", len(f.look.keys))
		}
		if got != want {
			t.Errorf("%s is looked up in %s, want %s", text, got, want)
		}
	}
}

// TestWithoutGeometry tells that a bbox selects nothing of a table.
func TestWithoutGeometry(t *testing.T) {
	d := everything("plain", crs.CRS{}, geo.None)
	table := tableOf(t, d, 3, func(n int) *referentials.Row {
		row := referentials.Row{Values: make([]referentials.Value, len(d.Fields))}
		row.Values[0] = referentials.IntegerValue(int64(n))
		return &row
	})
	for _, in := range []crs.CRS{crs.CRS84, crs.EPSG(2154)} {
		n, err := filter.BindBox(&filter.Box{Max: [2]float64{1, 1}}, filter.Schema{Descriptor: table.Descriptor(), CRS: in})
		if err != nil {
			t.Fatal(err)
		}
		if rows := selected(t, compile(t, table, n)); len(rows) != 0 {
			t.Errorf("%s: %v", in, rows)
		}
	}
}
