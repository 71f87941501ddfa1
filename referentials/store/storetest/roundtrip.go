package storetest

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

var roundTrips = []testCase{
	{"empty store", emptyStore},
	{"field types", fieldTypes},
	{"nulls", nulls},
	{"geometry types", geometryTypes},
	{"coordinates", coordinates},
	{"integer keys and order", orderKept},
	{"odd keys", oddKeys},
	{"odd field names", oddFieldNames},
	{"field names that differ by case", caseOfFields},
	{"collection ids", collectionIDs},
	{"descriptor", descriptorExact},
	{"many fields", manyFields},
	{"no rows", noRows},
	{"another handle", anotherHandle},
}

func emptyStore(t *testing.T, o Opened) {
	states, err := o.Store.Collections(t.Context())
	if err != nil || len(states) != 0 {
		t.Fatalf("Collections gives %v, %v", states, err)
	}
	nothingPublished(t, o.Store, "rien")
}

// republish stores rows and checks that they come back, from this handle and another.
func republish(t *testing.T, o Opened, d referentials.Descriptor, rows ...referentials.Row) {
	t.Helper()
	publish(t, o.Store, d, rows...)
	state, got := load(t, o.Store, d.ID, 0)
	wantRows(t, got, rows)
	if state.Version.Rows != int64(len(rows)) {
		t.Fatalf("the version counts %d rows, want %d", state.Version.Rows, len(rows))
	}
	if !reflect.DeepEqual(state.Descriptor, d) {
		t.Fatalf("descriptor\n%+v\nwant\n%+v", state.Descriptor, d)
	}
}

func typed(id string) referentials.Descriptor {
	return referentials.Descriptor{
		ID: id, Class: referentials.Reference, Access: referentials.Open, Key: "id",
		Fields: []referentials.Field{
			{Name: "id", Type: referentials.Integer}, {Name: "s", Type: referentials.String},
			{Name: "i", Type: referentials.Integer}, {Name: "f", Type: referentials.Number},
			{Name: "b", Type: referentials.Boolean}, {Name: "d", Type: referentials.Date},
			{Name: "t", Type: referentials.DateTime}, {Name: "j", Type: referentials.JSON},
		},
	}
}

func day(s string) referentials.Value {
	at, err := time.Parse(referentials.DateLayout, s)
	if err != nil {
		panic(err) // a fixture of ours
	}
	return referentials.DateValue(at.Unix() / 86400)
}

func instant(s string) referentials.Value {
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err) // a fixture of ours
	}
	return referentials.DateTimeValue(at.UnixMicro())
}

// typedRows holds the edges of every type.
func typedRows() []referentials.Row {
	yes, no := referentials.BooleanValue(true), referentials.BooleanValue(false)
	js := referentials.JSONValue
	return []referentials.Row{
		row(num(1), str("Allée Adèle-de-Bretagne"), num(0), float(0), yes, day("1970-01-01"), instant("1970-01-01T00:00:00Z"), js(`{}`)),
		row(num(2), str(""), num(math.MaxInt64), float(math.MaxFloat64), no, day("0001-01-01"), instant("0001-01-01T00:00:00Z"), js(`[]`)),
		row(num(3), str(" a  b\t\n\r\\N\\\\ '\"` ;--\x01"), num(math.MinInt64), float(-math.MaxFloat64), yes, day("9999-12-31"), instant("9999-12-31T23:59:59.999999Z"), js(`{"b": 1,  "a":[1, 2.50], "a": "é\u00e9"}`)),
		row(num(4), str("NULL"), num(-1), float(math.SmallestNonzeroFloat64), no, day("1969-12-31"), instant("1969-12-31T23:59:59.999999Z"), js("[\n\t1e400, -0, \"\\\"\"]")),
		row(num(5), str("🏘️ ʼn 東京"), num(1<<53+1), float(0.1), yes, day("1900-02-28"), instant("2024-02-29T12:34:56.000001Z"), js(`[null]`)),
		row(num(6), str("007"), num(7), float(3), no, day("2000-02-29"), instant("2024-12-31T23:59:59Z"), js(`["x"]`)),
		row(num(7), str("1e3"), num(1000), float(1<<53+2), yes, day("1582-10-10"), instant("1582-10-10T00:00:00Z"), js(`{"":""}`)),
		row(num(8), str(strings.Repeat("long é ", 20000)), num(8), float(-1.0/3), no, day("2038-01-19"), instant("2038-01-19T03:14:08Z"), js(`["`+strings.Repeat("x", 100000)+`"]`)),
	}
}

func fieldTypes(t *testing.T, o Opened) { republish(t, o, typed("types"), typedRows()...) }

func nulls(t *testing.T, o Opened) {
	null := referentials.Null
	republish(t, o, typed("nulls"),
		row(num(1), null, null, null, null, null, null, null),
		row(num(2), str(""), null, float(1), null, day("2024-01-01"), null, referentials.JSONValue(`[]`)),
		row(num(3), null, num(0), null, referentials.BooleanValue(false), null, instant("2024-01-01T00:00:00Z"), null),
	)
}

// shapes gives two geometries of each type.
func shapes() []geo.Geometry {
	square := func(x, y, side float64) []float64 {
		return []float64{x, y, x, y + side, x + side, y + side, x + side, y, x, y}
	}
	area := func(t geo.Type, parts []uint32, rings ...[]float64) geo.Geometry {
		g := geo.Geometry{Type: t, Parts: parts}
		for _, r := range rings {
			g.XY = append(g.XY, r...)
			g.EndRing()
		}
		return g
	}
	return []geo.Geometry{
		point(1.0/3, -1e-9),
		point(351234.123456789, 6789012.987654321),
		{Type: geo.LineString, XY: []float64{0, 0, 1, 1}, Ends: []uint32{2}},
		{Type: geo.LineString, XY: []float64{0, 0, 1, 1, 2, 0, 0, 0}, Ends: []uint32{4}},
		area(geo.Polygon, []uint32{1}, square(0, 0, 10)),
		area(geo.Polygon, []uint32{3}, square(0, 0, 10), square(1, 1, 2), square(5, 5, 2)),
		{Type: geo.MultiPoint, XY: []float64{3, 4}},
		{Type: geo.MultiPoint, XY: []float64{3, 4, 1, 2, 3, 4}},
		{Type: geo.MultiLineString, XY: []float64{0, 0, 1, 1}, Ends: []uint32{2}},
		{Type: geo.MultiLineString, XY: []float64{0, 0, 1, 1, 5, 5, 6, 6, 7, 5}, Ends: []uint32{2, 5}},
		area(geo.MultiPolygon, []uint32{1}, square(0, 0, 10)),
		area(geo.MultiPolygon, []uint32{2, 3, 5}, square(0, 0, 10), square(2, 2, 2), square(20, 0, 5), square(40, 0, 9), square(41, 1, 1)),
	}
}

func geometryTypes(t *testing.T, o Opened) {
	null := placed("nulle part", -1, geo.Geometry{})
	all := []referentials.Row{null}
	for kind := geo.Point; kind <= geo.MultiPolygon; kind++ {
		rows := []referentials.Row{null}
		for i, g := range shapes() {
			if r := placed(fmt.Sprint("s", i), int64(i), g); g.Type == kind {
				rows, all = append(rows, r), append(all, r)
			}
		}
		republish(t, o, places(strings.ToLower(kind.String()), kind), rows...)
	}
	republish(t, o, places("any", geo.Any), all...)
}

func coordinates(t *testing.T, o Opened) {
	for _, c := range []crs.CRS{crs.CRS84, crs.EPSG(4326), crs.EPSG(2154), crs.EPSG(3948), crs.EPSG(3035), crs.EPSG(3857)} {
		d := places("in_"+strings.ToLower(c.Code), geo.Point)
		d.CRS = c
		republish(t, o, d, placed("a", 1, point(-1.6778, 48.1173)), placed("b", 2, point(1e7, -1e7)))
	}
	long := geo.Geometry{Type: geo.LineString}
	for i := range 50_000 {
		long.Add(math.Sqrt(float64(i)), math.Sin(float64(i)))
	}
	long.EndRing()
	republish(t, o, places("long", geo.LineString), placed("a", 1, long), placed("b", 2, long))
}

func orderKept(t *testing.T, o Opened) {
	d := typed("order")
	var rows []referentials.Row
	for i := range int64(500) {
		r := row(num((i*7919)%1009-300), str("x"))
		r.Values = append(r.Values, make([]referentials.Value, len(d.Fields)-2)...)
		rows = append(rows, r)
	}
	republish(t, o, d, rows...)
}

func oddKeys(t *testing.T, o Opened) {
	var rows []referentials.Row
	for i, k := range []string{"", " ", "a", "A", "a ", "é", "e\u0301", "1", "01", "1.0", `'";--`, "%_", "🏠",
		strings.Repeat("k", referentials.MaxKeyBytes)} {
		rows = append(rows, name(k, k, int64(i)))
	}
	republish(t, o, names("keys"), rows...)
	for _, r := range rows[:3] {
		apply(t, o.Store, "keys", remove(r.Values[0]))
	}
	rows[4].Values[1] = str("changed")
	apply(t, o.Store, "keys", upsert(rows[4]))
	_, got := load(t, o.Store, "keys", 0)
	wantRows(t, got, rows[3:])
}

func oddFieldNames(t *testing.T, o Opened) {
	d := places("fields", geo.Point)
	d.Key = "select"
	d.Fields = nil
	r := referentials.Row{Geom: point(1, 2)}
	for i, n := range []string{
		"select", "NAME", "addr:street", "with space", " ", `quo"te`, "quo'te", "back`tick", "[bracket]", `back\slash`, "é", "Numéro d'îlot",
		"semi;colon", "a.b", "$1", "?", "%s", "100%", "0", "🏠", "tab\tline\nfeed", "Straße", "İstanbul",
		"geom", "geometry", "fid", "ogc_fid", "rowid", "oid", "_rowid_", "ctid", "xmin", "tableoid", "cmax", "ordinal", "socle_ordinal", "id", "key", "order",
		strings.Repeat("a", 63), strings.Repeat("a", 64), strings.Repeat("a", 65), strings.Repeat("é", 100), strings.Repeat("é", 99) + "e",
	} {
		d.Fields = append(d.Fields, referentials.Field{Name: n, Type: referentials.String})
		r.Values = append(r.Values, str(fmt.Sprint("value ", i)))
	}
	republish(t, o, d, r)
	r.Values[1] = str("another")
	apply(t, o.Store, d.ID, upsert(r))
	_, got := load(t, o.Store, d.ID, 0)
	wantRows(t, got, []referentials.Row{r})
	changes, _, err := o.Store.Changes(t.Context(), d.ID, 1, 0)
	if err != nil || len(changes) != 1 || !equalRows(&changes[0].Row, &r) {
		t.Fatalf("Changes gives %v, %v", changes, err)
	}
}

func caseOfFields(t *testing.T, o Opened) {
	d := names("cases")
	for _, n := range []string{"ID", "Id", "NOM", "É", "é"} {
		d.Fields = append(d.Fields, referentials.Field{Name: n, Type: referentials.String})
	}
	republish(t, o, d,
		row(str("a"), str("b"), num(1), str("c"), str("d"), str("e"), str("f"), str("g")),
		row(str("b"), str("c"), num(2), str("a"), str("a"), str("x"), str("y"), str("z")))
}

// collectionIDs checks ids that a store may be tempted to mix up, or uses itself.
func collectionIDs(t *testing.T, o Opened) {
	ids := []string{"a", "A", "a-b", "a_b", "a.b", "a_v1", "a_v1_v1", "select", "version", "collection", "change", "journal", "gpkg_contents",
		"sqlite_x", "Îlots", "9", "_", strings.Repeat("x", 63), strings.Repeat("x", 62) + "y", strings.Repeat("x", 62)}
	for i, id := range ids {
		for range 2 {
			publish(t, o.Store, places(id, geo.Point), placed(id, int64(i), point(float64(i), 0)))
		}
	}
	states, err := o.Store.Collections(t.Context())
	if err != nil || len(states) != len(ids) {
		t.Fatalf("%d collections, want %d (%v)", len(states), len(ids), err)
	}
	for i, st := range states {
		if i > 0 && states[i-1].Descriptor.ID >= st.Descriptor.ID {
			t.Fatalf("%q comes before %q", states[i-1].Descriptor.ID, st.Descriptor.ID)
		}
	}
	for i, id := range ids {
		_, got := load(t, o.Store, id, 0)
		wantRows(t, got, []referentials.Row{placed(id, int64(i), point(float64(i), 0))})
	}
	if err := o.Store.Drop(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids[1:] {
		load(t, o.Store, id, 1)
		wantIDs(t, versions(t, o.Store, id), 2, 1)
	}
}

func descriptorExact(t *testing.T, o Opened) {
	d := referentials.Descriptor{
		ID: "iris", Title: referentials.Text{FR: "Îlots « IRIS »", EN: `"IRIS" zones\`},
		Description: referentials.Text{FR: "l'été\nune ligne"},
		Class:       referentials.Territorial, Geometry: geo.MultiPolygon, CRS: crs.CRS84, Key: "code_iris",
		Fields: []referentials.Field{
			{Name: "code_iris", Title: referentials.Text{FR: "Code"}, Type: referentials.String, Role: referentials.Key, Aliases: []string{"CODE_IRIS", "iris"}},
			{Name: "commune", Type: referentials.String, Role: referentials.Ref, Refers: "communes", Disclosure: referentials.Public},
			{Name: "part", Type: referentials.Number, Unit: "%", Role: referentials.Intensive, Weight: "menages", Disclosure: referentials.Confidential},
			{Name: "menages", Description: referentials.Text{EN: "households"}, Type: referentials.Integer, Role: referentials.Extensive, Disclosure: referentials.UnitCount},
		},
		Producer: "INSEE & IGN", Licence: "etalab-2.0", Frequency: referentials.Annual, Vintage: "2024",
		Access: referentials.Restricted, Profile: "filosofi", Mesh: true,
		Tiles: referentials.TilePolicy{MinZoom: 9, MaxZoom: 14, Fields: []string{"code_iris"}}, Inferred: true,
	}
	square := shapes()[10]
	republish(t, o, d, referentials.Row{Values: []referentials.Value{str("352380101"), str("35238"), float(12.5), num(640)}, Geom: square})
	if got := current(t, o.Store, "iris").Descriptor; !reflect.DeepEqual(got, d) {
		t.Fatalf("Collections tells\n%+v\nwant\n%+v", got, d)
	}
	// The next version follows its own descriptor, the one before keeps its.
	next := names("iris")
	publish(t, o.Store, next, name("a", "b", 1))
	if st, _ := load(t, o.Store, "iris", 1); !reflect.DeepEqual(st.Descriptor, d) {
		t.Fatalf("version 1 now follows\n%+v", st.Descriptor)
	}
	if st, _ := load(t, o.Store, "iris", 0); !reflect.DeepEqual(st.Descriptor, next) {
		t.Fatalf("version 2 follows\n%+v", st.Descriptor)
	}
}

func manyFields(t *testing.T, o Opened) {
	d := names("wide")
	r := name("a", "b", 1)
	for i := range 600 {
		d.Fields = append(d.Fields, referentials.Field{Name: fmt.Sprintf("f%03d", i), Type: referentials.Number})
		r.Values = append(r.Values, float(float64(i)/7))
	}
	republish(t, o, d, r)
}

func noRows(t *testing.T, o Opened) {
	republish(t, o, places("none", geo.Any))
	apply(t, o.Store, "none", upsert(placed("a", 1, point(1, 2))))
	_, got := load(t, o.Store, "none", 0)
	wantRows(t, got, []referentials.Row{placed("a", 1, point(1, 2))})
}

func anotherHandle(t *testing.T, o Opened) {
	rows := []referentials.Row{placed("b", 1, point(1, 2)), placed("a", 2, geo.Geometry{})}
	v := publish(t, o.Store, places("lieux", geo.Point), rows...)
	other := o.Reopen(t)
	st, got := load(t, other, "lieux", 0)
	wantRows(t, got, rows)
	if !st.Version.PublishedAt.Equal(v.PublishedAt) || st.Version.Source != "fixture" {
		t.Fatalf("the other handle tells %+v, want %+v", st.Version, v)
	}
	if err := other.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	load(t, o.Store, "lieux", 0)
}
