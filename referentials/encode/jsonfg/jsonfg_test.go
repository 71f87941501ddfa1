package jsonfg_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/encode"
	"socle/referentials/encode/encodetest"
	"socle/referentials/encode/jsonfg"
)

func TestConformance(t *testing.T) {
	encodetest.Run(t, encodetest.Suite{Format: jsonfg.Format(), Read: read})
}

const class = "http://www.opengis.net/spec/json-fg-1/1.0/conf/"

// document is what encoding/json alone sees of a collection or of a feature.
type document struct {
	Type              string
	ConformsTo        []string
	FeatureType       string
	CoordRefSys       string
	GeometryDimension *int
	Features          []feature
	NumberMatched     *int64
	NumberReturned    int64
	TimeStamp         string
	Links             []encode.Link
}

type feature struct {
	Type            string
	ID              json.RawMessage
	ConformsTo      []string
	FeatureType     string
	CoordRefSys     string
	Time            json.RawMessage
	Geometry, Place json.RawMessage
	Properties      map[string]json.RawMessage
	Links           []encode.Link
}

// read checks a collection against the requirements of the standard's Core.
func read(tb testing.TB, data []byte, h encode.Header) []referentials.Row {
	tb.Helper()
	var doc document
	if err := json.Unmarshal(data, &doc); err != nil {
		tb.Fatalf("%v in %.500s", err, data)
	}
	d := &h.Descriptor
	if doc.Type != "FeatureCollection" || !slices.Equal(doc.ConformsTo, []string{class + "core", class + "types-schemas"}) || doc.FeatureType != d.ID {
		tb.Errorf("members of the root: %+v", doc)
	}
	if doc.NumberReturned != int64(len(doc.Features)) || doc.TimeStamp != h.TimeStamp || !slices.Equal(doc.Links, h.Links) || (doc.NumberMatched == nil) != (h.Matched < 0) {
		tb.Errorf("members of the answer: %+v", doc)
	}
	if dimension := d.Geometry.Dimension(); (doc.GeometryDimension == nil) != (dimension < 0) || dimension >= 0 && *doc.GeometryDimension != dimension {
		tb.Errorf("geometryDimension %v of %s", doc.GeometryDimension, d.Geometry)
	}
	if want := h.CRS.URI(); doc.CoordRefSys != want && h.CRS != crs.CRS84 {
		tb.Errorf("coordRefSys %q, want %q", doc.CoordRefSys, want)
	}
	var rows []referentials.Row
	for _, f := range doc.Features {
		if f.ConformsTo != nil || f.CoordRefSys != "" || f.FeatureType != "" || f.Time != nil {
			tb.Errorf("a feature repeats what its collection says: %+v", f)
		}
		if k := d.KeyIndex(); k >= 0 && string(f.ID) != string(f.Properties[d.Key]) {
			tb.Errorf("id %s is not the key %s", f.ID, f.Properties[d.Key])
		}
		if len(f.Properties) != len(d.Fields) {
			tb.Errorf("%d properties, want %d: nulls are written too", len(f.Properties), len(d.Fields))
		}
		shape, other := f.Place, f.Geometry
		if doc.CoordRefSys == "" {
			shape, other = f.Geometry, f.Place
		}
		if string(other) != "null" {
			tb.Errorf("geometry %s beside place %s in %q", f.Geometry, f.Place, doc.CoordRefSys)
		}
		row := referentials.Row{Geom: encodetest.JSONGeometry(tb, shape)}
		for _, field := range d.Fields {
			row.Values = append(row.Values, encodetest.JSONValue(tb, field.Type, f.Properties[field.Name]))
		}
		rows = append(rows, row)
	}
	return rows
}

func header(c crs.CRS, fields ...referentials.Field) encode.Header {
	fields = append([]referentials.Field{{Name: "id", Type: referentials.Integer, Role: referentials.Key}}, fields...)
	return encode.Header{
		Descriptor: referentials.Descriptor{ID: "a", Key: "id", Geometry: geo.Point, CRS: crs.CRS84, Fields: fields},
		CRS:        c, Matched: -1,
	}
}

func TestAppendFeature(t *testing.T) {
	const root = `"conformsTo":["` + class + `core","` + class + `types-schemas"],"featureType":"a",`
	point := geo.Geometry{Type: geo.Point, XY: []float64{-1.67779269912345, 48}}
	swapped := header(crs.CRS84)
	swapped.YFirst = true
	european := header(crs.EPSG(4258))
	european.YFirst = true
	linked := header(crs.CRS84)
	linked.Links = []encode.Link{{Href: "https://h/x", Rel: "self"}}
	table := header(crs.CRS{})
	table.Descriptor.Geometry, table.Descriptor.CRS = geo.None, crs.CRS{}
	for _, c := range []struct {
		name string
		h    encode.Header
		geom geo.Geometry
		want string
	}{
		{"degrees, as stored", header(crs.CRS84), point,
			`"geometry":{"type":"Point","coordinates":[-1.67779269912345,48]},"place":null`},
		{"EPSG:4326 with x first is CRS84", header(crs.EPSG(4326)), geo.Geometry{Type: geo.Point, XY: []float64{-1.5, 48}},
			`"geometry":{"type":"Point","coordinates":[-1.5,48]},"place":null`},
		{"EPSG:4326", swapped, point,
			`"coordRefSys":"http://www.opengis.net/def/crs/EPSG/0/4326","place":{"type":"Point","coordinates":[48,-1.67779269912345]},"geometry":null`},
		{"EPSG:4258", european, point,
			`"coordRefSys":"http://www.opengis.net/def/crs/EPSG/0/4258","place":{"type":"Point","coordinates":[48,-1.677792699]},"geometry":null`},
		{"metres, derived", header(crs.EPSG(3948)), geo.Geometry{Type: geo.Point, XY: []float64{1351000.12345678, 7222000}},
			`"coordRefSys":"http://www.opengis.net/def/crs/EPSG/0/3948","place":{"type":"Point","coordinates":[1351000.1235,7222000]},"geometry":null`},
		{"no shape", header(crs.EPSG(3948)), geo.Geometry{},
			`"coordRefSys":"http://www.opengis.net/def/crs/EPSG/0/3948","place":null,"geometry":null`},
		{"table", table, geo.Geometry{}, `"geometry":null,"place":null`},
		{"links", linked, geo.Geometry{}, `"geometry":null,"place":null,"properties":{"id":7},"links":[{"href":"https://h/x","rel":"self"}]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := jsonfg.AppendFeature(nil, c.h, &referentials.Row{Values: []referentials.Value{referentials.IntegerValue(7)}, Geom: c.geom})
			if err != nil {
				t.Fatal(err)
			}
			want := `{"type":"Feature","id":7,` + root + c.want
			if !strings.Contains(want, "properties") {
				want += `,"properties":{"id":7}`
			}
			if string(got) != want+"}\n" {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestTime(t *testing.T) {
	from, to := referentials.Field{Name: "d", Type: referentials.Date, Role: referentials.Time}, referentials.Field{Name: "f", Type: referentials.Date, Role: referentials.Time}
	at := referentials.Field{Name: "i", Type: referentials.DateTime, Role: referentials.Time}
	year := referentials.Field{Name: "annee", Type: referentials.Integer, Role: referentials.Time}
	plain := referentials.Field{Name: "maj", Type: referentials.Date}
	day, later := referentials.DateValue(15000), referentials.DateValue(15001)
	instant := referentials.DateTimeValue(1.5e15 + 250_000)
	null := referentials.Null
	for _, c := range []struct {
		name   string
		fields []referentials.Field
		values []referentials.Value
		want   string // "" when there is no such member
	}{
		{"no field of that role", []referentials.Field{plain}, []referentials.Value{day}, ""},
		{"year", []referentials.Field{year, from}, []referentials.Value{referentials.IntegerValue(987), day}, `{"interval":["0987-01-01","0987-12-31"]}`},
		{"no year", []referentials.Field{year}, []referentials.Value{referentials.IntegerValue(-1)}, `null`},
		{"date", []referentials.Field{plain, from}, []referentials.Value{later, day}, `{"date":"2011-01-26"}`},
		{"no date", []referentials.Field{from}, []referentials.Value{null}, `null`},
		{"timestamp", []referentials.Field{at}, []referentials.Value{instant}, `{"timestamp":"2017-07-14T02:40:00.25Z"}`},
		{"interval", []referentials.Field{from, to}, []referentials.Value{day, later}, `{"interval":["2011-01-26","2011-01-27"]}`},
		{"a day is an interval", []referentials.Field{from, to}, []referentials.Value{day, day}, `{"interval":["2011-01-26","2011-01-26"]}`},
		{"still open", []referentials.Field{from, to}, []referentials.Value{day, null}, `{"interval":["2011-01-26",".."]}`},
		{"since ever", []referentials.Field{from, to}, []referentials.Value{null, day}, `{"interval":["..","2011-01-26"]}`},
		{"no interval", []referentials.Field{from, to}, []referentials.Value{null, null}, `null`},
		{"backwards", []referentials.Field{from, to}, []referentials.Value{later, day}, `null`},
		{"two granularities", []referentials.Field{from, at}, []referentials.Value{day, instant}, `{"date":"2011-01-26"}`},
		{"beyond RFC 3339", []referentials.Field{from}, []referentials.Value{referentials.DateValue(1 << 25)}, `null`},
	} {
		t.Run(c.name, func(t *testing.T) {
			row := referentials.Row{Values: append([]referentials.Value{referentials.IntegerValue(1)}, c.values...)}
			got, err := jsonfg.AppendFeature(nil, header(crs.CRS84, c.fields...), &row)
			if err != nil {
				t.Fatal(err)
			}
			var f feature
			if err := json.Unmarshal(got, &f); err != nil {
				t.Fatal(err)
			}
			if string(f.Time) != c.want {
				t.Errorf("time %s, want %s", f.Time, c.want)
			}
		})
	}
}
