package csv

import (
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"
	"pgregory.net/rapid"

	"socle/geo"
)

func TestWKT(t *testing.T) {
	for _, c := range []struct {
		text string
		want geo.Geometry
		srid int32
		hasZ bool
		err  string
	}{
		{text: "POINT(1 2)", want: geo.Geometry{Type: geo.Point, XY: []float64{1, 2}}},
		{text: " point z ( 1 -2.5e3 3 ) ", want: geo.Geometry{Type: geo.Point, XY: []float64{1, -2500}}, hasZ: true},
		{text: "POINTZM(1 2 3 4)", want: geo.Geometry{Type: geo.Point, XY: []float64{1, 2}}, hasZ: true},
		{text: "SRID=2154;LINESTRING (1 2,3 4)", want: geo.Geometry{Type: geo.LineString, XY: []float64{1, 2, 3, 4}, Ends: []uint32{2}}, srid: 2154},
		{text: "MULTIPOINT (1 2, 3 4)", want: geo.Geometry{Type: geo.MultiPoint, XY: []float64{1, 2, 3, 4}}},
		{text: "MULTIPOINT ((1 2), (3 4))", want: geo.Geometry{Type: geo.MultiPoint, XY: []float64{1, 2, 3, 4}}},
		{text: "MULTIPOLYGON EMPTY", want: geo.Geometry{Type: geo.MultiPolygon}},
		{text: "POLYGON Z EMPTY", want: geo.Geometry{Type: geo.Polygon}},
		{text: "MULTIPOLYGON (((0 0,1 0,1 1,0 0),(0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))", want: geo.Geometry{
			Type: geo.MultiPolygon, XY: []float64{0, 0, 1, 0, 1, 1, 0, 0, 0, 0, 1, 0, 1, 1, 0, 0, 5, 5, 6, 5, 6, 6, 5, 5},
			Ends: []uint32{4, 8, 12}, Parts: []uint32{2, 3},
		}},
		{text: "GEOMETRYCOLLECTION (POINT (1 2))", err: "collection"},
		{text: "CIRCULARSTRING (1 2, 3 4, 5 6)", err: "not a WKT geometry"},
		{text: "POINT (NaN 2)", err: "a number is expected"},
		{text: "POINT (1 2) x", err: "goes on"},
		{text: "POINT (1 2 3 4 5)", err: "5 ordinates"},
		{text: "POINT (1e999 2)", err: "not a number"},
		{text: "LINESTRING (1 2; 3 4)", err: ", or )"},
		{text: "SRID=x;POINT (1 2)", err: "SRID"},
		{text: "", err: "not a WKT geometry"},
	} {
		var g geo.Geometry
		srid, hasZ, err := parseWKT(c.text, &g)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) || !g.IsNull() {
				t.Errorf("%s: %v", c.text, err)
			}
			continue
		}
		if err != nil || srid != c.srid || hasZ != c.hasZ || !same(&g, &c.want) {
			t.Errorf("%s: %+v srid %d z %v, %v", c.text, g, srid, hasZ, err)
		}
	}
}

func same(a, b *geo.Geometry) bool {
	return a.Type == b.Type && slices.Equal(a.XY, b.XY) && slices.Equal(a.Ends, b.Ends) && slices.Equal(a.Parts, b.Parts)
}

// flat makes a geometry of orb's, to compare with.
func flat(g orb.Geometry) geo.Geometry {
	var out geo.Geometry
	line := func(pts []orb.Point) {
		for _, p := range pts {
			out.Add(p[0], p[1])
		}
		out.EndRing()
	}
	polygon := func(p orb.Polygon) {
		for _, r := range p {
			line(r)
		}
		out.EndPart()
	}
	switch g := g.(type) {
	case orb.Point:
		out.Type = geo.Point
		out.Add(g[0], g[1])
	case orb.MultiPoint:
		out.Type = geo.MultiPoint
		for _, p := range g {
			out.Add(p[0], p[1])
		}
	case orb.LineString:
		out.Type = geo.LineString
		line(g)
	case orb.MultiLineString:
		out.Type = geo.MultiLineString
		for _, l := range g {
			line(l)
		}
	case orb.Polygon:
		out.Type = geo.Polygon
		polygon(g)
	case orb.MultiPolygon:
		out.Type = geo.MultiPolygon
		for _, p := range g {
			polygon(p)
		}
	}
	return out
}

// TestWKTAgainstOrb reads what orb writes.
func TestWKTAgainstOrb(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		point := rapid.Custom(func(t *rapid.T) orb.Point {
			return orb.Point{rapid.Float64Range(-1e7, 1e7).Draw(t, "x"), rapid.Float64Range(-1e7, 1e7).Draw(t, "y")}
		})
		line := rapid.Custom(func(t *rapid.T) orb.LineString { return rapid.SliceOfN(point, 1, 5).Draw(t, "line") })
		polygon := rapid.Custom(func(t *rapid.T) orb.Polygon {
			var p orb.Polygon
			for _, l := range rapid.SliceOfN(line, 1, 3).Draw(t, "rings") {
				p = append(p, orb.Ring(l))
			}
			return p
		})
		var g orb.Geometry
		switch rapid.IntRange(0, 5).Draw(t, "type") {
		case 0:
			g = point.Draw(t, "point")
		case 1:
			g = orb.MultiPoint(rapid.SliceOfN(point, 1, 5).Draw(t, "points"))
		case 2:
			g = line.Draw(t, "line")
		case 3:
			g = orb.MultiLineString(rapid.SliceOfN(line, 1, 4).Draw(t, "lines"))
		case 4:
			g = polygon.Draw(t, "polygon")
		case 5:
			g = orb.MultiPolygon(rapid.SliceOfN(polygon, 1, 4).Draw(t, "polygons"))
		}
		text, want := wkt.MarshalString(g), flat(g)
		var got geo.Geometry
		if _, _, err := parseWKT(text, &got); err != nil || !same(&got, &want) {
			t.Fatalf("%s: %+v, %v", text, got, err)
		}
	})
}

func FuzzWKT(f *testing.F) {
	for _, s := range []string{"POINT Z (1 2 3)", "SRID=2154;MULTIPOLYGON (((0 0,1 0,1 1,0 0)))", "MULTIPOINT (1 2, EMPTY, (3 4))", "POLYGON ((1 2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var g geo.Geometry
		if _, _, err := parseWKT(s, &g); err != nil {
			return
		}
		// What is taken is written and read back the same.
		if len(g.XY) == 0 || len(g.XY) > 1000 {
			return
		}
		var again geo.Geometry
		if _, err := geo.DecodeWKB(geo.AppendWKB(nil, &g), &again); err != nil || !same(&g, &again) {
			t.Fatalf("%q: %+v, %+v, %v", s, g, again, err)
		}
	})
}

func TestParseDecimal(t *testing.T) {
	for s, want := range map[string]float64{"1,5": 1.5, "-1.5": -1.5, "1 362 371,13": 1362371.13, "1\u00a0000": 1000, "1\u202f000,5": 1000.5, "6,5e2": 650, "007": 7} {
		if got, ok := parseDecimal(s); !ok || got != want {
			t.Errorf("%q: %v %v", s, got, ok)
		}
	}
	for _, s := range []string{"", " ", "1,000.5", "NaN", "inf", "0x10", "1_000", "12a", "é", strings.Repeat("1", 70), "1e999", "-"} {
		if got, ok := parseDecimal(s); ok {
			t.Errorf("%q: %v", s, got)
		}
	}
}
