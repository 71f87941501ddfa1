package geo

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"
	"github.com/paulmach/orb/encoding/wkb"
	"pgregory.net/rapid"
)

// The hexadecimal forms were written by PostGIS 3.3 (ST_AsBinary, ST_AsEWKB).
func TestDecodeWKB(t *testing.T) {
	line := Geometry{Type: LineString, XY: []float64{1, 2, 3, 4}, Ends: []uint32{2}}
	for _, c := range []struct {
		name, hex string
		want      Geometry
		info      WKBInfo
	}{
		{"point", "0101000000000000000000f03f0000000000000040", Geometry{Type: Point, XY: []float64{1, 2}}, WKBInfo{}},
		{"point, big endian", "00000000013ff00000000000004000000000000000", Geometry{Type: Point, XY: []float64{1, 2}}, WKBInfo{}},
		{"point with SRID", "01010000206a080000000000000000f03f0000000000000040", Geometry{Type: Point, XY: []float64{1, 2}}, WKBInfo{SRID: 2154}},
		{"ISO point Z", "01e9030000000000000000f03f00000000000000400000000000000840", Geometry{Type: Point, XY: []float64{1, 2}}, WKBInfo{HasZ: true}},
		{"ISO point M", "01d1070000000000000000f03f00000000000000400000000000000840", Geometry{Type: Point, XY: []float64{1, 2}}, WKBInfo{HasM: true}},
		{"ISO point ZM", "01b90b0000000000000000f03f000000000000004000000000000008400000000000001040", Geometry{Type: Point, XY: []float64{1, 2}}, WKBInfo{HasZ: true, HasM: true}},
		{"EWKB point ZM with SRID", "01010000e06a080000000000000000f03f000000000000004000000000000008400000000000001040", Geometry{Type: Point, XY: []float64{1, 2}}, WKBInfo{SRID: 2154, HasZ: true, HasM: true}},
		{"line", "010200000002000000000000000000f03f000000000000004000000000000008400000000000001040", line, WKBInfo{}},
		{"line, big endian", "0000000002000000023ff0000000000000400000000000000040080000000000004010000000000000", line, WKBInfo{}},
		{
			"multipoint", "0104000000020000000101000000000000000000f03f0000000000000040010100000000000000000008400000000000001040",
			Geometry{Type: MultiPoint, XY: []float64{1, 2, 3, 4}}, WKBInfo{},
		},
		{
			"members of either byte order", "0104000000020000000101000000000000000000f03f0000000000000040000000000140080000000000004010000000000000",
			Geometry{Type: MultiPoint, XY: []float64{1, 2, 3, 4}}, WKBInfo{},
		},
		{
			"multiline", "0105000000010000000102000000020000000000000000 00f03f000000000000004000000000000008400000000000001040",
			Geometry{Type: MultiLineString, XY: line.XY, Ends: line.Ends}, WKBInfo{},
		},
		{
			"empty members are left out", "01050000000200000001020000000000000001020000000200000000000000 0000f03f000000000000004000000000000008400000000000001040",
			Geometry{Type: MultiLineString, XY: line.XY, Ends: line.Ends}, WKBInfo{},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := hex.DecodeString(strings.ReplaceAll(c.hex, " ", ""))
			if err != nil {
				t.Fatal(err)
			}
			var got Geometry
			info, err := DecodeWKB(b, &got)
			if err != nil || info != c.info {
				t.Fatalf("got %+v, %v, want %+v", info, err, c.info)
			}
			if !same(&got, &c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			for n := range b {
				if _, err := DecodeWKB(b[:n], &got); err == nil {
					t.Fatalf("the first %d bytes are read as %+v", n, got)
				} else if !got.IsNull() {
					t.Fatalf("the first %d bytes leave %+v", n, got)
				}
			}
		})
	}
}

func same(a, b *Geometry) bool {
	return a.Type == b.Type && slices.Equal(a.XY, b.XY) && slices.Equal(a.Ends, b.Ends) && slices.Equal(a.Parts, b.Parts)
}

func TestDecodeWKBRefuses(t *testing.T) {
	for _, c := range []struct{ name, hex, want string }{
		{"nothing", "", "too early"},
		{"byte order", "0201000000", "byte order 2"},
		{"type 0", "0100000000", "not known"},
		{"circular string", "010800000000000000", "a CircularString (curves) cannot be stored"},
		{"TIN Z", "01F803000000000000", "a TIN (a surface in space) cannot be stored"},
		{"collection", "010700000000000000", "GeometryCollection"},
		{"unknown thousand", "01a10f000000000000", "not known"},
		{"member of another type", "0104000000010000000102000000020000000000000000000000000000000000000000000000000000000000000000000000", "holds a LineString"},
		{"more vertices than bytes", "0102000000ffffffff", "too early"},
		{"more members than bytes", "0106000000ffffff7f", "too early"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := hex.DecodeString(c.hex)
			if err != nil {
				t.Fatal(err)
			}
			var g Geometry
			if _, err := DecodeWKB(b, &g); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %+v, %v, want %q", g, err, c.want)
			}
		})
	}
}

func TestDecodeEmptyWKB(t *testing.T) {
	for name, h := range map[string]string{
		"point":        "0101000000000000000000f87f000000000000f87f",
		"line":         "010200000000000000",
		"polygon":      "010300000000000000",
		"ring":         "01030000000100000000000000",
		"multipoint":   "010400000000000000",
		"multipolygon": "010600000000000000",
		"of empties":   "010600000001000000010300000000000000",
	} {
		b, err := hex.DecodeString(h)
		if err != nil {
			t.Fatal(err)
		}
		g := Geometry{Type: Point, XY: []float64{1, 2}}
		if _, err := DecodeWKB(b, &g); !errors.Is(err, ErrEmpty) || !g.IsNull() {
			t.Errorf("%s: got %+v, %v", name, g, err)
		}
	}
}

func TestWKBRoundTrip(t *testing.T) {
	var got Geometry // reused, as readers do
	rapid.Check(t, func(t *rapid.T) {
		g := anyGeometry().Draw(t, "g")
		srid := rapid.Int32Range(0, 999999).Draw(t, "srid")
		for _, b := range [][]byte{AppendWKB(nil, &g), AppendEWKB([]byte{}, &g, srid)} {
			if _, err := DecodeWKB(b, &got); err != nil || !same(&got, &g) {
				t.Fatalf("got %+v, %v, want %+v", got, err, g)
			}
		}
		info, err := DecodeWKB(AppendEWKB(nil, &g, srid), &got)
		if err != nil || info != (WKBInfo{SRID: srid}) {
			t.Fatalf("got %+v, %v", info, err)
		}
	})
}

// TestWKBAgainstOrb reads what we write with orb and writes what we read with orb, in
// both byte orders.
func TestWKBAgainstOrb(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGeometry().Draw(t, "g")
		shape, err := wkb.Unmarshal(AppendWKB(nil, &g))
		if err != nil {
			t.Fatal(err)
		}
		if want := orbShape(&g); !reflect.DeepEqual(shape, want) {
			t.Fatalf("orb reads %v, want %v", shape, want)
		}
		for _, order := range []binary.ByteOrder{binary.BigEndian, binary.LittleEndian} {
			b, err := ewkb.Marshal(shape, 2154, order)
			if err != nil {
				t.Fatal(err)
			}
			var got Geometry
			if info, err := DecodeWKB(b, &got); err != nil || info.SRID != 2154 || !same(&got, &g) {
				t.Fatalf("got %+v, %+v, %v, want %+v", got, info, err, g)
			}
		}
	})
}

// orbShape makes the same geometry of orb's types.
func orbShape(g *Geometry) orb.Geometry {
	points := func(xy []float64) (out []orb.Point) {
		for i := 0; i < len(xy); i += 2 {
			out = append(out, orb.Point{xy[i], xy[i+1]})
		}
		return out
	}
	polygon := func(part int) (out orb.Polygon) {
		from, to := g.RingsOf(part)
		for i := from; i < to; i++ {
			out = append(out, points(g.Ring(i)))
		}
		return out
	}
	switch g.Type {
	case Point:
		return points(g.XY)[0]
	case MultiPoint:
		return orb.MultiPoint(points(g.XY))
	case LineString:
		return orb.LineString(points(g.XY))
	case MultiLineString:
		var out orb.MultiLineString
		for i := range g.Ends {
			out = append(out, points(g.Ring(i)))
		}
		return out
	case Polygon:
		return polygon(0)
	}
	var out orb.MultiPolygon
	for i := range g.Parts {
		out = append(out, polygon(i))
	}
	return out
}

func TestNullWritesNothing(t *testing.T) {
	if b := AppendEWKB([]byte{7}, &Geometry{}, 2154); len(b) != 1 {
		t.Errorf("got %x", b)
	}
}

// FuzzDecodeWKB checks that whatever is accepted is written and read back the same, and
// that nothing makes the decoder panic or run away.
func FuzzDecodeWKB(f *testing.F) {
	for _, g := range []Geometry{
		{Type: Point, XY: []float64{1, 2}},
		{Type: MultiLineString, XY: []float64{0, 0, 1, 1, 2, 2, 3, 3}, Ends: []uint32{2, 4}},
		{Type: MultiPolygon, XY: []float64{0, 0, 1, 0, 1, 1, 0, 0}, Ends: []uint32{4}, Parts: []uint32{1}},
	} {
		f.Add(AppendWKB(nil, &g))
		f.Add(AppendEWKB(nil, &g, 3948))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var g, back Geometry
		if _, err := DecodeWKB(b, &g); err != nil {
			if !g.IsNull() {
				t.Fatalf("%v leaves %+v", err, g)
			}
			return
		}
		if slices.ContainsFunc(g.XY, func(v float64) bool { return math.IsNaN(v) }) {
			return // a NaN point reads back as empty
		}
		if _, err := DecodeWKB(AppendWKB(nil, &g), &back); err != nil || !same(&g, &back) {
			t.Fatalf("%+v reads back as %+v, %v", g, back, err)
		}
	})
}

func benchmarkPolygon() []byte {
	g := Geometry{Type: Polygon}
	for i := range 12 {
		g.Add(float64(i), float64(i%5))
	}
	g.Add(0, 0)
	g.EndRing()
	g.EndPart()
	return AppendWKB(nil, &g)
}

func BenchmarkDecodeWKB(b *testing.B) {
	data := benchmarkPolygon()
	var g Geometry
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DecodeWKB(data, &g); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendWKB(b *testing.B) {
	data := benchmarkPolygon()
	var g Geometry
	if _, err := DecodeWKB(data, &g); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		data = AppendWKB(data[:0], &g)
	}
}
