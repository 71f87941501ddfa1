package gpb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"socle/geo"
)

func square(t geo.Type) geo.Geometry {
	g := geo.Geometry{Type: t, XY: []float64{1, 2, 5, 2, 5, 9, 1, 2}, Ends: []uint32{4}}
	if t == geo.Polygon {
		g.EndPart()
	}
	return g
}

func TestAppendLayout(t *testing.T) {
	g := square(geo.Polygon)
	b := Append([]byte("x"), &g, 2154)[1:]
	if !bytes.Equal(b[:8], []byte{'G', 'P', 0, 0b011, 0x6a, 8, 0, 0}) {
		t.Errorf("header % x", b[:8])
	}
	for i, want := range []float64{1, 5, 2, 9} {
		if got := math.Float64frombits(binary.LittleEndian.Uint64(b[8+8*i:])); got != want {
			t.Errorf("envelope ordinate %d: got %g, want %g", i, got, want)
		}
	}
	if want := geo.AppendWKB(nil, &g); !bytes.Equal(b[40:], want) {
		t.Errorf("WKB % x, want % x", b[40:], want)
	}
	p := geo.Geometry{Type: geo.Point, XY: []float64{3, 4}}
	if b := Append(nil, &p, -1); len(b) != 8+21 || b[3] != 1 {
		t.Errorf("a point takes %d bytes with flags %x, want 29 and no envelope", len(b), b[3])
	}
	if b := Append(nil, &geo.Geometry{}, 2154); b != nil {
		t.Errorf("a null geometry appends % x", b)
	}
}

func TestEmpty(t *testing.T) {
	for _, kind := range []geo.Type{geo.Point, geo.LineString, geo.Polygon, geo.MultiPolygon} {
		b := Append(nil, &geo.Geometry{Type: kind}, 4326)
		if b[3]&flagEmpty == 0 {
			t.Errorf("an empty %s is not flagged", kind)
		}
		var g geo.Geometry
		if _, _, err := Decode(b, &g); !errors.Is(err, geo.ErrEmpty) || !g.IsNull() {
			t.Errorf("an empty %s reads as %v, %v", kind, g, err)
		}
		b[3] &^= flagEmpty // as writers that forget the flag do
		if _, err := Bound(b); !errors.Is(err, geo.ErrEmpty) {
			t.Errorf("the box of an empty %s without the flag: %v", kind, err)
		}
	}
}

// TestEnvelopes reads headers and envelopes of every kind in both byte orders.
func TestEnvelopes(t *testing.T) {
	want := square(geo.LineString)
	wkb := geo.AppendWKB(nil, &want)
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for code, n := range envelopeOrdinates {
			flags := byte(code) << envelopeShift
			if order == binary.AppendByteOrder(binary.LittleEndian) {
				flags |= flagLittle
			}
			b := order.AppendUint32([]byte{'G', 'P', 0, flags}, 3948)
			for _, v := range []float64{1, 5, 2, 9, -7, -6, 70, 80}[:n] {
				b = order.AppendUint64(b, math.Float64bits(v))
			}
			b = append(b, wkb...)
			var g geo.Geometry
			h, _, err := Decode(b, &g)
			if err != nil || h.SRSID != 3948 || h.HasEnvelope != (n > 0) || !slices.Equal(g.XY, want.XY) {
				t.Errorf("%v, envelope %d: %+v, %v, %v", order, code, h, g, err)
			}
			if box, err := Bound(b); err != nil || box != want.Bound() {
				t.Errorf("%v, envelope %d: box %v, %v", order, code, box, err)
			}
		}
	}
}

func TestRefused(t *testing.T) {
	whole := square(geo.Polygon)
	good := Append(nil, &whole, 2154)
	with := func(at int, v byte) []byte {
		b := slices.Clone(good)
		b[at] = v
		return b
	}
	for _, c := range []struct {
		name string
		b    []byte
		want string
	}{
		{"nothing", nil, "shorter than"},
		{"short", good[:7], "shorter than"},
		{"magic", with(0, 'X'), "mark"},
		{"version", with(2, 1), "version 1"},
		{"envelope code", with(3, 0x0b), "envelope code 5"},
		{"inside envelope", good[:20], "inside its envelope"},
		{"inside WKB", good[:50], "too early"},
		{"extended", with(3, 0x23), "extended"},
	} {
		var g geo.Geometry
		_, _, err := Decode(c.b, &g)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		if !g.IsNull() {
			t.Errorf("%s: a refused geometry left %v", c.name, g)
		}
	}
	if _, _, err := decodeHeader(with(3, 0x23)); !errors.Is(err, ErrExtended) {
		t.Errorf("extended: got %v", err)
	}
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 40).Draw(t, "vertices")
		g := geo.Geometry{Type: geo.LineString}
		for range n {
			g.Add(rapid.Float64Range(-1e7, 1e7).Draw(t, "x"), rapid.Float64Range(-1e7, 1e7).Draw(t, "y"))
		}
		g.EndRing()
		srs := rapid.Int32().Draw(t, "srs")
		b := Append(nil, &g, srs)
		var got geo.Geometry
		h, _, err := Decode(b, &got)
		if err != nil || h.SRSID != srs || h.Envelope != g.Bound() || !slices.Equal(got.XY, g.XY) || !slices.Equal(got.Ends, g.Ends) {
			t.Fatalf("%+v, %v, %v", h, got, err)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, kind := range []geo.Type{geo.Point, geo.LineString, geo.Polygon} {
		g := square(kind)
		if kind == geo.Point {
			g = geo.Geometry{Type: geo.Point, XY: []float64{3, 4}}
		}
		f.Add(Append(nil, &g, 2154))
		f.Add(Append(nil, &geo.Geometry{Type: kind}, 2154))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var g geo.Geometry
		h, _, err := Decode(b, &g)
		box, boxErr := Bound(b)
		if err != nil {
			return
		}
		if boxErr != nil {
			t.Fatalf("a readable geometry has no box: %v", boxErr)
		}
		if !h.HasEnvelope && box != g.Bound() && g.Check() == nil {
			t.Fatalf("box %v, want %v", box, g.Bound())
		}
		again := Append(nil, &g, h.SRSID)
		var back geo.Geometry
		if _, _, err := Decode(again, &back); err != nil || back.Type != g.Type || len(back.XY) != len(g.XY) {
			t.Fatalf("rewritten: %v, %v, want %v", err, back, g)
		}
	})
}

func BenchmarkDecodePoint(b *testing.B) {
	data := Append(nil, &geo.Geometry{Type: geo.Point, XY: []float64{3, 4}}, 2154)
	var g geo.Geometry
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Decode(data, &g); err != nil {
			b.Fatal(err)
		}
	}
}
