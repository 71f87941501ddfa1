package geojson_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/encode"
	"socle/referentials/encode/encodetest"
	"socle/referentials/encode/geojson"
)

func TestConformance(t *testing.T) {
	encodetest.Run(t, encodetest.Suite{Format: geojson.Format(), Read: read})
}

// read uses encoding/json alone.
func read(tb testing.TB, data []byte, h encode.Header) []referentials.Row {
	tb.Helper()
	var doc struct {
		Type     string
		Features []struct {
			Type       string
			ID         json.RawMessage
			Geometry   json.RawMessage
			Properties map[string]json.RawMessage
		}
		NumberMatched  *int64
		NumberReturned int64
		TimeStamp      string
		Links          []encode.Link
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		tb.Fatalf("%v in %.500s", err, data)
	}
	if doc.Type != "FeatureCollection" || doc.NumberReturned != int64(len(doc.Features)) || doc.TimeStamp != h.TimeStamp || !slices.Equal(doc.Links, h.Links) {
		tb.Errorf("members of the collection: %+v", doc)
	}
	if (doc.NumberMatched == nil) != (h.Matched < 0) || doc.NumberMatched != nil && *doc.NumberMatched != h.Matched {
		tb.Errorf("numberMatched is %v, want %d", doc.NumberMatched, h.Matched)
	}
	var rows []referentials.Row
	for _, f := range doc.Features {
		row := referentials.Row{Geom: encodetest.JSONGeometry(tb, f.Geometry)}
		if len(f.Properties) != len(h.Descriptor.Fields) {
			tb.Errorf("%d properties, want %d: nulls are written too", len(f.Properties), len(h.Descriptor.Fields))
		}
		for _, field := range h.Descriptor.Fields {
			row.Values = append(row.Values, encodetest.JSONValue(tb, field.Type, f.Properties[field.Name]))
		}
		if k := h.Descriptor.KeyIndex(); k >= 0 && string(f.ID) != string(f.Properties[h.Descriptor.Key]) {
			tb.Errorf("id %s is not the key %s", f.ID, f.Properties[h.Descriptor.Key])
		}
		rows = append(rows, row)
	}
	return rows
}

func header(t geo.Type, c crs.CRS) encode.Header {
	return encode.Header{
		Descriptor: referentials.Descriptor{
			ID: "a", Key: "id", Geometry: t, CRS: c,
			Fields: []referentials.Field{{Name: "id", Type: referentials.String, Role: referentials.Key}},
		},
		CRS: c, Matched: -1,
	}
}

func TestAppendFeature(t *testing.T) {
	point := geo.Geometry{Type: geo.Point, XY: []float64{-1.67779269912345, 48}}
	clockwise := geo.Geometry{Type: geo.Polygon, XY: []float64{0, 0, 0, 2, 2, 2, 0, 0}, Ends: []uint32{4}, Parts: []uint32{1}}
	linked := header(geo.Point, crs.CRS84)
	linked.Links = []encode.Link{{Href: "https://h/x", Rel: "self", Type: "application/geo+json"}}
	swapped := header(geo.Point, crs.EPSG(4326))
	swapped.YFirst = true
	derived := header(geo.Point, crs.EPSG(3948))
	derived.CRS = crs.EPSG(2154)
	for _, c := range []struct {
		name string
		h    encode.Header
		key  referentials.Value
		geom geo.Geometry
		want string
	}{
		{"nine decimals", header(geo.Point, crs.CRS84), referentials.StringValue("é"), point,
			`{"type":"Feature","id":"é","geometry":{"type":"Point","coordinates":[-1.677792699,48]},"properties":{"id":"é"}}`},
		{"links", linked, referentials.IntegerValue(9007199254740993), point,
			`{"type":"Feature","id":9007199254740993,"geometry":{"type":"Point","coordinates":[-1.677792699,48]},"properties":{"id":9007199254740993},"links":[{"href":"https://h/x","rel":"self","type":"application/geo+json"}]}`},
		{"y first", swapped, referentials.StringValue("a"), point,
			`{"type":"Feature","id":"a","geometry":{"type":"Point","coordinates":[48,-1.677792699]},"properties":{"id":"a"}}`},
		{"null key", header(geo.Point, crs.CRS84), referentials.Null, geo.Geometry{},
			`{"type":"Feature","geometry":null,"properties":{"id":null}}`},
		{"rewound", header(geo.Polygon, crs.EPSG(3948)), referentials.StringValue("a"), clockwise,
			`{"type":"Feature","id":"a","geometry":{"type":"Polygon","coordinates":[[[0,0],[2,2],[0,2],[0,0]]]},"properties":{"id":"a"}}`},
		{"storage exact", header(geo.Point, crs.EPSG(3948)), referentials.StringValue("a"), geo.Geometry{Type: geo.Point, XY: []float64{1351000.123456, 0.1}},
			`{"type":"Feature","id":"a","geometry":{"type":"Point","coordinates":[1351000.123456,0.1]},"properties":{"id":"a"}}`},
		{"derived rounded", derived, referentials.StringValue("a"), geo.Geometry{Type: geo.Point, XY: []float64{1351000.12345678, -0.00001}},
			`{"type":"Feature","id":"a","geometry":{"type":"Point","coordinates":[1351000.1235,0]},"properties":{"id":"a"}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := geojson.AppendFeature(nil, c.h, &referentials.Row{Values: []referentials.Value{c.key}, Geom: c.geom})
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != c.want+"\n" {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestNotFinite(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, c := range []crs.CRS{crs.CRS84, crs.EPSG(2154)} {
			row := referentials.Row{Values: []referentials.Value{referentials.StringValue("a7")}, Geom: geo.Geometry{Type: geo.Point, XY: []float64{bad, 1}}}
			_, err := geojson.AppendFeature(nil, header(geo.Point, c), &row)
			if err == nil || !strings.Contains(err.Error(), "a7") {
				t.Errorf("%v: got %v, want an error that names the feature", bad, err)
			}
		}
	}
}

func TestCRSMember(t *testing.T) {
	for c, want := range map[crs.CRS]bool{crs.CRS84: false, crs.EPSG(3948): true, crs.EPSG(4326): true} {
		var out bytes.Buffer
		w, err := geojson.New(&out, header(geo.Point, c))
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf(`"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::%s"}}`, c.Code)
		if got := strings.Contains(out.String(), name); got != want {
			t.Errorf("%s: crs member %v, want %v in %s", c, got, want, out.String())
		}
	}
}

func TestJSONOnOneLine(t *testing.T) {
	got := string(geojson.AppendValue(nil, referentials.JSONValue("{\r\n \"a\": 1\n}")))
	if strings.ContainsAny(got, "\r\n") || !json.Valid([]byte(got)) {
		t.Errorf("got %q", got)
	}
}

// Any string reads back as it was, each byte that is not UTF-8 as U+FFFD.
func TestAppendString(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.OneOf(rapid.SliceOf(rapid.Byte()), rapid.Map(rapid.String(), func(s string) []byte { return []byte(s) })).Draw(t, "s"))
		var got string
		if err := json.Unmarshal(geojson.AppendString(nil, s), &got); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		if want := string([]rune(s)); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

// TestKeyIsID leaves the key out of the properties, and keeps it as the id.
func TestKeyIsID(t *testing.T) {
	h := encode.Header{KeyIsID: true, Descriptor: referentials.Descriptor{ID: "a", Key: "k", Fields: []referentials.Field{
		{Name: "k", Type: referentials.Integer}, {Name: "n", Type: referentials.String}, {Name: "m", Type: referentials.String},
	}}}
	row := referentials.Row{Values: []referentials.Value{referentials.IntegerValue(7), referentials.StringValue("x"), referentials.Null}}
	got, err := geojson.NewFeatures(h).Append(nil, &row)
	if want := `{"type":"Feature","id":7,"geometry":null,"properties":{"n":"x","m":null}}`; err != nil || string(got) != want {
		t.Errorf("got %s (%v), want %s", got, err, want)
	}
	h.Descriptor.Fields = h.Descriptor.Fields[:1]
	row.Values = row.Values[:1]
	if got, err := geojson.NewFeatures(h).Append(nil, &row); err != nil || !strings.Contains(string(got), `"properties":{}`) {
		t.Errorf("got %s (%v)", got, err)
	}
}
