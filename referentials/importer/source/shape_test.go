package source

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"pgregory.net/rapid"

	"socle/geo"
)

// TestNumber holds the quick way of reading numbers against the standard library's, bit
// for bit.
func TestNumber(t *testing.T) {
	check := func(t interface{ Fatalf(string, ...any) }, s string) {
		c := WalkJSON([]byte(s + ","))
		c.Kind()
		got, raw, ok := c.number()
		want, err := strconv.ParseFloat(s, 64)
		if ok != (err == nil) || ok && math.Float64bits(got) != math.Float64bits(want) || string(raw) != s || !c.Next() == (c.i < len(c.b)) {
			t.Fatalf("%s: %v %q %v, want %v", s, got, raw, ok, want)
		}
	}
	for _, s := range []string{"0", "-0", "-0.0", "1", "-1.598315792631386", "48.198798537867205", "1362371.13", "9007199254740991", "9007199254740993",
		"0.000000000000000001", "123456789012345678", "1234567890123456789012", "1e5", "1.5E-7", "-2e+3", "1e999", "0.1", "179.99999999999997"} {
		check(t, s)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := strconv.FormatFloat(rapid.Float64Range(-1e8, 1e8).Draw(t, "f"), 'f', rapid.IntRange(-1, 17).Draw(t, "digits"), 64)
		check(t, s)
	})
}

func decodeText(s string) (g geo.Geometry, hasZ bool, err error) {
	c := WalkJSON([]byte(s))
	hasZ, err = DecodeGeoJSON(&c, &g)
	return g, hasZ, err
}

// TestMembersInAnyOrder reads the same geometry with its type first and last.
func TestMembersInAnyOrder(t *testing.T) {
	for typ, coordinates := range map[string]string{
		"Point": "[1,2]", "MultiPoint": "[[1,2],[3,4]]", "LineString": "[[1,2],[3,4]]", "MultiLineString": "[[[1,2],[3,4]],[[5,6],[7,8]]]",
		"Polygon": "[[[0,0],[1,0],[1,1],[0,0]]]", "MultiPolygon": "[[[[0,0],[1,0],[1,1],[0,0]]],[[[5,5],[6,5],[6,6],[5,5]]]]",
	} {
		first, _, err := decodeText(`{"type":"` + typ + `","coordinates":` + coordinates + `}`)
		if err != nil || first.Check() != nil {
			t.Errorf("%s: %v %v", typ, err, first.Check())
		}
		last, _, err := decodeText(`{"coordinates":` + coordinates + `,"type":"` + typ + `"}`)
		if err != nil || first.Type != last.Type || !slices.Equal(first.XY, last.XY) || !slices.Equal(first.Ends, last.Ends) || !slices.Equal(first.Parts, last.Parts) {
			t.Errorf("%s: %+v, with the type last %+v, %v", typ, first, last, err)
		}
		empty, _, err := decodeText(`{"coordinates":[],"type":"` + typ + `"}`)
		if err != nil || !empty.IsNull() || len(empty.XY) != 0 {
			t.Errorf("%s empty: %+v %v", typ, empty, err)
		}
	}
	for _, s := range []string{
		`{"coordinates":[[1,2]],"type":"Point"}`, `{"coordinates":[1,2],"type":"Polygon"}`, `{"coordinates":[[[0,0],[1,1]]],"type":"LineString"}`,
	} {
		if g, _, err := decodeText(s); err == nil || !g.IsNull() {
			t.Errorf("%s is taken as %+v", s, g)
		}
	}
}

// FuzzDecodeGeoJSON holds the decoder against orb's on any JSON text.
func FuzzDecodeGeoJSON(f *testing.F) {
	for _, s := range []string{
		`{"type":"Point","coordinates":[1,2,3]}`, `{"coordinates":[[[0,0],[1,0],[1,1],[0,0]]],"type":"Polygon"}`,
		`{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[]]}`, `{"type":"MultiPoint","coordinates":[]}`,
		`{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]}`, `null`, `{"type":"LineString","coordinates":[[1,2],[3]]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c := WalkJSON(data)
		var g geo.Geometry
		_, err := DecodeGeoJSON(&c, &g) // must not panic on anything
		if err != nil || g.IsNull() || !jsontext.Value(data).IsValid() {
			return
		}
		theirs, terr := geojson.UnmarshalGeometry(data)
		if terr != nil {
			return // orb is stricter about other members
		}
		if n := vertices(theirs.Geometry()); n >= 0 && n != g.NumVertices() {
			t.Fatalf("%s: %d vertices, orb has %d", data, g.NumVertices(), n)
		}
	})
}

// vertices counts orb's, -1 for what we read otherwise on purpose.
func vertices(g orb.Geometry) (n int) {
	switch g := g.(type) {
	case orb.LineString:
		return len(g)
	case orb.MultiPoint:
		return len(g)
	case orb.MultiLineString:
		for _, l := range g {
			n += len(l)
		}
		return n
	case orb.Polygon:
		for _, r := range g {
			n += len(r)
		}
		return n
	case orb.MultiPolygon:
		for _, p := range g {
			n += vertices(p)
		}
		return n
	}
	return -1
}

func FuzzDetect(f *testing.F) {
	for _, s := range []string{"a;b\n1;2\n", `{"type":"FeatureCollection"`, "[", "\x1e{}", "PAR1", "SQLite format 3\x00", "\x00\x00\x27\x0a", "\xff\xfe{\x00", "<html>", "PK\x03\x04"} {
		f.Add("x.csv", []byte(s))
	}
	f.Fuzz(func(t *testing.T, name string, head []byte) {
		if _, reason := Detect(name, head); reason == "" {
			t.Fatal("no reason is given")
		}
	})
}
