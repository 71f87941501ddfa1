package sql

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/filter"
	"socle/referentials/filter/cql2"
)

// trees is a collection with a field of each type, one of a name that needs its quotes.
func trees() *referentials.Descriptor {
	d := &referentials.Descriptor{ID: "arbres", Key: "id", Geometry: geo.Point, CRS: crs.EPSG(2154)}
	for _, f := range []struct {
		name string
		of   referentials.FieldType
	}{{"id", referentials.Integer}, {"nom", referentials.String}, {"haut", referentials.Number}, {"vu", referentials.Boolean},
		{"jour", referentials.Date}, {"le", referentials.DateTime}, {"mots", referentials.JSON}, {`o"; DROP TABLE x; --`, referentials.String}} {
		d.Fields = append(d.Fields, referentials.Field{Name: f.name, Type: f.of})
	}
	return d
}

func bind(t testing.TB, d *referentials.Descriptor, text string) *filter.Node {
	t.Helper()
	e, err := cql2.ParseText(text)
	if err != nil {
		t.Fatal(err)
	}
	n, err := filter.Bind(e, filter.Schema{Descriptor: d})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWhere(t *testing.T) {
	day := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }
	const place, guarded = `"geom"`, `CASE WHEN NOT ST_IsEmpty("geom") THEN "geom" END`
	point := geo.AppendEWKB(nil, &geo.Geometry{Type: geo.Point, XY: []float64{1, 2}}, 4326)
	for _, c := range []struct {
		filter, want string
		args         []any
	}{
		{"nom = 'a'", `("nom" COLLATE "C" = $4::text)`, []any{"a"}},
		{"'a' < nom", `($4::text COLLATE "C" < "nom")`, []any{"a"}},
		{"nom = '''; DROP TABLE x; --'", `("nom" COLLATE "C" = $4::text)`, []any{"'; DROP TABLE x; --"}},
		{`"o""; DROP TABLE x; --" = nom`, `("o""; DROP TABLE x; --" COLLATE "C" = "nom")`, nil},
		{"id = 3", `("id" = $4::bigint)`, []any{int64(3)}},
		{"id <> 3.5", `("id"::float8 <> $4::float8)`, []any{3.5}},
		{"haut >= 3", `(socle_store.known("haut") >= $4::float8)`, []any{3.0}},
		{"haut + id * 2 > 1", `(socle_store.add(socle_store.known("haut"), socle_store.multiply("id"::float8, $4::float8)) > $5::float8)`, []any{2.0, 1.0}},
		{"haut div 2 = 1", `(trunc(socle_store.divide(socle_store.known("haut"), $4::float8)) = $5::float8)`, []any{2.0, 1.0}},
		{"vu", `("vu" = $4::boolean)`, []any{true}},
		{"NOT vu = FALSE OR id IS NULL", `((NOT ("vu" = $4::boolean)) OR ("id" IS NULL))`, []any{false}},
		{"id BETWEEN 1 AND 2", `("id" BETWEEN $4::bigint AND $5::bigint)`, []any{int64(1), int64(2)}},
		{"id BETWEEN 1 AND 2.5", `(("id" >= $4::bigint) AND ("id"::float8 <= $5::float8))`, []any{int64(1), 2.5}},
		{"nom IN ('a', 'b')", `("nom" COLLATE "C" = ANY ($4::text[]))`, []any{[]string{"a", "b"}}},
		{"id IN (1, 2.5, id + 1)", `("id" = ANY ($4::bigint[]) OR "id"::float8 = ANY ($5::float8[]) OR "id"::float8 IN (socle_store.add("id"::float8, $6::float8)))`,
			[]any{[]int64{1}, []float64{2.5}, 1.0}},
		{`nom LIKE 'a\%'`, `("nom" COLLATE "C" LIKE $4::text)`, []any{`a\%`}},
		{"CASEI(nom) LIKE casei('SAINT%')", `(socle_store.casei("nom") COLLATE "C" LIKE $4::text)`, []any{"saint%"}},
		{"jour < DATE('2024-01-31')", `(socle_store.known("jour") < $4::date)`, []any{day(2024, 1, 31)}},
		{"jour < TIMESTAMP('2024-01-31T00:00:00Z')", `((socle_store.known("jour")::timestamp AT TIME ZONE 'UTC') < $4::timestamptz)`, []any{day(2024, 1, 31)}},
		{"year(le) = 2024", `(extract(year FROM socle_store.known("le") AT TIME ZONE 'UTC')::bigint = $4::bigint)`, []any{int64(2024)}},
		{"T_BEFORE(jour, DATE('2024-01-31'))", `(CASE WHEN socle_store.known("jour") IS NOT NULL THEN socle_store.known("jour") < $4::date END)`, []any{day(2024, 1, 31)}},
		{"T_DURING(INTERVAL(jour, le), INTERVAL('2024-01-01', '..'))",
			`(CASE WHEN socle_store.known("jour") IS NOT NULL AND socle_store.known("le") IS NOT NULL THEN ` +
				`(socle_store.known("jour")::timestamp AT TIME ZONE 'UTC') > $4::timestamptz AND socle_store.known("le") < 'infinity'::timestamptz END)`,
			[]any{day(2024, 1, 1)}},
		{"T_AFTER(le, jour)", `(CASE WHEN socle_store.known("le") IS NOT NULL AND socle_store.known("jour") IS NOT NULL THEN ` +
			`socle_store.known("le") > (((socle_store.known("jour") + 1)::timestamp - interval '1 microsecond') AT TIME ZONE 'UTC') END)`, nil},
		{"INTERVAL(jour, '..') IS NULL", `(socle_store.known("jour") IS NULL)`, nil},
		{"A_CONTAINS(mots, ('a', 1, 2.5))", `socle_store.includes(socle_store.items("mots"), $4::jsonb)`, []any{`["a",1,2.5]`}},
		{"A_OVERLAPS(mots, (nom, jour))", `socle_store.shares(socle_store.items("mots"), (jsonb_build_array("nom", to_char(socle_store.known("jour"), 'YYYY-MM-DD'))))`, nil},
		{"mots IS NULL", `("mots" IS NULL)`, nil},
		{"S_INTERSECTS(geometry, POINT(1 2))", `(socle_store.intersects(socle_store.transform(` + place + `, 4326), ST_GeomFromEWKB($4::bytea)))`, []any{point}},
		{"NOT S_INTERSECTS(geom, POINT(1 2))", `(NOT (socle_store.intersects(socle_store.transform(` + guarded + `, 4326), ST_GeomFromEWKB($4::bytea))))`, []any{point}},
		{"S_WITHIN(geom, geom)", `(("geom" && "geom" AND socle_store.within("geom", "geom")))`, nil},
		{"S_WITHIN(geom, buffer(geom, 2))", `(socle_store.within(` + place + `, socle_store.buffer(` + guarded + `, $4::float8)))`, []any{2.0}},
		{"area(geom) > 1 AND geom IS NULL", `((ST_Area(` + guarded + `) > $4::float8) AND (` + guarded + ` IS NULL))`, []any{1.0}},
	} {
		got, args, err := Where(bind(t, trees(), c.filter), tableOf(trees()), 4)
		if err != nil {
			t.Errorf("%s: %v", c.filter, err)
			continue
		}
		if got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.filter, got, c.want)
		}
		if c.args != nil && !reflect.DeepEqual(args, c.args) {
			t.Errorf("%s: args %v, want %v", c.filter, args, c.args)
		}
	}
}

// TestWhole checks that no pattern ends within an escape.
func TestWhole(t *testing.T) {
	for pattern, want := range map[string]string{``: ``, `a`: `a`, `a\`: `a\\`, `a\\`: `a\\`, `\\\`: `\\\\`, `\%`: `\%`} {
		if got := whole(pattern); got != want {
			t.Errorf("%s gives %s, want %s", pattern, got, want)
		}
	}
}

// TestRefusals checks that nothing but what Bind makes is compiled, and no text that
// PostgreSQL could not take.
func TestRefusals(t *testing.T) {
	text := func(s string) *filter.Node {
		return &filter.Node{Kind: filter.Constant, Type: filter.TextType, Value: referentials.StringValue(s)}
	}
	name := &filter.Node{Kind: filter.Column, Type: filter.TextType, Field: 1}
	truth := func(op string, args ...*filter.Node) *filter.Node {
		return &filter.Node{Kind: filter.Operator, Type: filter.BooleanType, Op: op, Args: args}
	}
	place := &filter.Node{Kind: filter.Place, Type: filter.GeometryType}
	for what, c := range map[string]struct {
		node *filter.Node
		code referentials.Code
	}{
		"zero byte":        {truth("=", name, text("a\x00b")), referentials.Invalid},
		"not UTF-8":        {truth("like", name, text("a\xff")), referentials.Invalid},
		"in a list":        {truth("in", name, text("a\xff")), referentials.Invalid},
		"no condition":     {name, referentials.Internal},
		"no such operator": {truth("; DROP TABLE x", name), referentials.Internal},
		"no such relation": {truth("t_", name, name), referentials.Internal},
		"one operand":      {truth("=", name), referentials.Internal},
		"no operand":       {truth("and"), referentials.Internal},
		"no such column":   {truth("=", &filter.Node{Kind: filter.Column, Type: filter.TextType, Field: 99}, name), referentials.Internal},
		"no literal shape": {truth("s_touches", place, &filter.Node{Kind: filter.Constant, Type: filter.GeometryType, CRS: crs.EPSG(2154)}), referentials.Internal},
		"no function":      {truth("isNull", &filter.Node{Kind: filter.Apply, Type: filter.NumberType}), referentials.Internal},
		"no buffer":        {truth("isNull", &filter.Node{Kind: filter.Apply, Type: filter.GeometryType}), referentials.Internal},
		"geometry as text": {truth("=", place, place), referentials.Internal},
	} {
		_, _, err := Where(c.node, tableOf(trees()), 1)
		var e *referentials.Error
		if !errors.As(err, &e) || e.Code != c.code {
			t.Errorf("%s: %v, want code %s", what, err, c.code)
		}
	}
}

func BenchmarkWhere(b *testing.B) {
	list := make([]string, 1000)
	for i := range list {
		list[i] = "'35238_" + strings.Repeat("x", i%9) + "'"
	}
	for name, text := range map[string]string{
		"simple": "nom = 'a' AND id > 3",
		"rich":   "CASEI(nom) LIKE casei('saint%') AND haut * 2 > 3.5 AND T_DURING(le, INTERVAL('2024-01-01', '..')) AND S_INTERSECTS(geom, BBOX(0,0,1,1)) AND A_CONTAINS(mots, ('a','b'))",
		"list":   "nom IN (" + strings.Join(list, ",") + ")",
	} {
		n, table := bind(b, trees(), text), tableOf(trees())
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := Where(n, table, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
