package mvt

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"

	orbmvt "github.com/paulmach/orb/encoding/mvt"
	"pgregory.net/rapid"
)

// The geometry examples are those of the specification, chapter 4.3.5.
func TestGeometryCommands(t *testing.T) {
	for _, c := range []struct {
		name string
		typ  GeomType
		add  func(*Encoder)
		want []uint64
	}{
		{"point", Point, func(e *Encoder) { e.AddPoint(25, 17) }, []uint64{9, 50, 34}},
		{"points", Point, func(e *Encoder) { e.AddPoint(5, 7); e.AddPoint(3, 2) }, []uint64{17, 10, 14, 3, 9}},
		{"line", LineString, func(e *Encoder) { e.AddLine([]int32{2, 2, 2, 10, 10, 10}) }, []uint64{9, 4, 4, 18, 0, 16, 16, 0}},
		{
			"lines", LineString, func(e *Encoder) { e.AddLine([]int32{2, 2, 2, 10, 10, 10}); e.AddLine([]int32{1, 1, 3, 5}) },
			[]uint64{9, 4, 4, 18, 0, 16, 16, 0, 9, 17, 17, 10, 4, 8},
		},
		{"polygon", Polygon, func(e *Encoder) { e.AddRing([]int32{3, 6, 8, 12, 20, 34, 3, 6}, false) }, []uint64{9, 6, 12, 18, 10, 12, 24, 44, 15}},
		{"polygon the other way", Polygon, func(e *Encoder) { e.AddRing([]int32{20, 34, 8, 12, 3, 6}, false) }, []uint64{9, 6, 12, 18, 10, 12, 24, 44, 15}},
		{
			"polygons with a hole", Polygon, func(e *Encoder) {
				e.AddRing([]int32{0, 0, 10, 0, 10, 10, 0, 10}, false)
				e.AddRing([]int32{11, 11, 20, 11, 20, 20, 11, 20}, false)
				e.AddRing([]int32{13, 13, 13, 17, 17, 17, 17, 13}, true)
			},
			[]uint64{9, 0, 0, 26, 20, 0, 0, 20, 19, 0, 15, 9, 22, 2, 26, 18, 0, 0, 18, 17, 0, 15, 9, 4, 13, 26, 0, 8, 8, 0, 0, 7, 15},
		},
		{"needless vertices", LineString, func(e *Encoder) { e.AddLine([]int32{2, 2, 2, 2, 2, 5, 2, 10, 10, 10, 10, 10}) }, []uint64{9, 4, 4, 18, 0, 16, 16, 0}},
		{"a line out and back keeps its tip", LineString, func(e *Encoder) { e.AddLine([]int32{0, 0, 5, 0, 2, 0}) }, []uint64{9, 0, 0, 18, 10, 0, 5, 0}},
		{"line without length", LineString, func(e *Encoder) { e.AddLine([]int32{2, 2, 2, 2}) }, nil},
		{"ring without area", Polygon, func(e *Encoder) { e.AddRing([]int32{0, 0, 5, 5, 10, 10, 0, 0}, false) }, nil},
		{
			"bow tie", Polygon, func(e *Encoder) { e.AddRing([]int32{0, 0, 10, 10, 10, 0, 0, 10}, false) },
			[]uint64{9, 0, 0, 18, 10, 10, 9, 10, 15, 9, 10, 9, 18, 10, 9, 0, 20, 15},
		},
		{"a vertex on a side stays", Polygon, func(e *Encoder) { e.AddRing([]int32{0, 0, 5, 0, 10, 0, 10, 10}, false) }, []uint64{9, 0, 0, 26, 10, 0, 10, 0, 0, 20, 15}},
		{
			"holes go with their shell", Polygon, func(e *Encoder) {
				e.AddRing([]int32{0, 0, 0, 0, 0, 0, 0, 0}, false)
				e.AddRing([]int32{0, 0, 5, 0, 5, 5}, true)
			}, nil,
		},
		{"spikes", Polygon, func(e *Encoder) { e.AddRing([]int32{3, 6, 1, 2, 3, 6, 8, 12, 20, 34, 30, 50, 20, 34, 3, 6}, false) }, []uint64{9, 6, 12, 18, 10, 12, 24, 44, 15}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var e Encoder
			e.BeginLayer("l", nil)
			e.BeginFeature(c.typ)
			c.add(&e)
			if e.HasGeometry() != (c.want != nil) {
				t.Fatalf("HasGeometry is %v", e.HasGeometry())
			}
			got, err := unpack(e.geometry.finish())
			if err != nil {
				t.Fatal(err)
			}
			if c.name == "polygon the other way" { // it may start elsewhere
				want, err := decodeGeometry(Polygon, c.want)
				if err != nil {
					t.Fatal(err)
				}
				paths, err := decodeGeometry(Polygon, got)
				if err != nil || DoubleArea(paths[0]) != DoubleArea(want[0]) {
					t.Errorf("got %v, %v", paths, err)
				}
				return
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// value is one value given to the encoder and what it should read back as.
type value struct {
	give func(e *Encoder, key int)
	want any
}

func anyValue() *rapid.Generator[value] {
	return rapid.OneOf(
		rapid.Map(rapid.SampledFrom([]string{"", "a", "é", "Allée des Érables", "1"}), func(v string) value {
			return value{func(e *Encoder, k int) { e.String(k, v) }, v}
		}),
		rapid.Map(rapid.OneOf(rapid.Int64Range(-3, 3), rapid.Int64()), func(v int64) value {
			if v >= 0 {
				return value{func(e *Encoder, k int) { e.Int(k, v) }, uint64(v)}
			}
			return value{func(e *Encoder, k int) { e.Int(k, v) }, v}
		}),
		rapid.Map(rapid.OneOf(rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, 2.5}), rapid.Float64()), func(v float64) value {
			return value{func(e *Encoder, k int) { e.Double(k, v) }, v}
		}),
		rapid.Map(rapid.Bool(), func(v bool) value { return value{func(e *Encoder, k int) { e.Bool(k, v) }, v} }),
	)
}

// drawLayer encodes a random layer and gives what a reader must find.
func drawLayer(t *rapid.T, e *Encoder, name string) Layer {
	coord := rapid.OneOf(rapid.Int32Range(0, 6), rapid.Int32Range(-256, Extent+256))
	keys := []string{"id", "nom", "n", "x", "vrai"}
	want := Layer{Name: name, Extent: Extent}
	e.BeginLayer(name, keys)
	for range rapid.IntRange(1, 8).Draw(t, "features") {
		f := Feature{Type: GeomType(rapid.IntRange(1, 3).Draw(t, "type"))}
		e.BeginFeature(f.Type)
		for part := range rapid.IntRange(1, 3).Draw(t, "parts") {
			var xy []int32
			for range rapid.IntRange(1, 8).Draw(t, "vertices") {
				xy = append(xy, coord.Draw(t, "x"), coord.Draw(t, "y"))
			}
			switch f.Type {
			case Point:
				e.AddPoint(xy[0], xy[1])
			case LineString:
				e.AddLine(xy)
			case Polygon:
				e.AddRing(xy, part > 0 && rapid.Bool().Draw(t, "hole"))
			}
		}
		if rapid.Bool().Draw(t, "with id") {
			f.ID, f.HasID = rapid.Uint64().Draw(t, "id"), true
			e.SetID(f.ID)
		}
		if !e.HasGeometry() {
			if e.EndFeature() {
				t.Fatal("a feature without geometry was written")
			}
			continue
		}
		for k := range keys {
			if rapid.Bool().Draw(t, "given") {
				v := anyValue().Draw(t, "value")
				v.give(e, k)
				f.Tags = append(f.Tags, Tag{keys[k], v.want})
			}
		}
		if !e.EndFeature() {
			t.Fatal("a feature with geometry was not written")
		}
		want.Features = append(want.Features, f)
	}
	return want
}

// TestSpecification checks with the strict decoder that whatever is asked of the encoder,
// the tile is right and says what it was told.
func TestSpecification(t *testing.T) {
	var reused Encoder
	rapid.Check(t, func(t *rapid.T) {
		var tile []byte
		var want []Layer
		for i := range rapid.IntRange(1, 3).Draw(t, "layers") {
			layer := drawLayer(t, &reused, fmt.Sprint("couche ", i))
			before, size := len(tile), reused.Size()
			tile = reused.EndLayer(tile)
			if len(tile)-before != size {
				t.Fatalf("Size said %d, EndLayer appended %d", size, len(tile)-before)
			}
			if len(layer.Features) > 0 {
				want = append(want, layer)
			}
		}
		got, err := Decode(tile)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Fatalf("%d layers, want %d", len(got), len(want))
		}
		for l := range want {
			if got[l].Name != want[l].Name || got[l].Extent != Extent || len(got[l].Features) != len(want[l].Features) {
				t.Fatalf("got %+v, want %+v", got[l], want[l])
			}
			for f := range want[l].Features {
				got := got[l].Features[f]
				got.Paths = nil
				if !reflect.DeepEqual(got, want[l].Features[f]) {
					t.Fatalf("got %+v, want %+v", got, want[l].Features[f])
				}
			}
		}
		orbReads(t, tile, want)
	})
}

// orbReads checks that an independent reader understands the tile.
func orbReads(t *rapid.T, tile []byte, want []Layer) {
	layers, err := orbmvt.Unmarshal(tile)
	if err != nil {
		t.Fatal(err)
	}
	if len(layers) != len(want) {
		t.Fatalf("orb reads %d layers, want %d", len(layers), len(want))
	}
	for l, layer := range layers {
		if layer.Name != want[l].Name || layer.Extent != Extent || layer.Version != 2 || len(layer.Features) != len(want[l].Features) {
			t.Fatalf("orb reads %+v", layer)
		}
		for f, feature := range layer.Features {
			for _, tag := range want[l].Features[f].Tags {
				if got := feature.Properties[tag.Key]; !sameValue(got, tag.Value) {
					t.Fatalf("orb reads %v (%T) for %v (%T)", got, got, tag.Value, tag.Value)
				}
			}
			if dim := feature.Geometry.Dimensions(); dim != int(want[l].Features[f].Type)-1 {
				t.Fatalf("orb reads %v", feature.Geometry)
			}
		}
	}
}

// sameValue compares what orb, which makes every number a float64, reads.
func sameValue(got, want any) bool {
	number := func(v any) *big.Float {
		switch v := v.(type) {
		case float64:
			return big.NewFloat(v)
		case int64:
			f, _ := new(big.Float).SetInt64(v).Float64()
			return big.NewFloat(f)
		case uint64:
			f, _ := new(big.Float).SetUint64(v).Float64()
			return big.NewFloat(f)
		}
		return nil
	}
	if g, w := number(got), number(want); g != nil && w != nil {
		return g.Cmp(w) == 0
	}
	return got == want
}

// TestRingsKeepTheirShape compares areas before and after tidying.
func TestRingsKeepTheirShape(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var xy []int32
		for range rapid.IntRange(0, 12).Draw(t, "n") {
			xy = append(xy, rapid.Int32Range(0, 4).Draw(t, "x"), rapid.Int32Range(0, 4).Draw(t, "y"))
		}
		got := tidyRing(nil, xy)
		if DoubleArea(got) != DoubleArea(xy) {
			t.Fatalf("%v becomes %v", xy, got)
		}
		for n, i := len(got), 0; i < n; i += 2 {
			j, k := (i+2)%n, (i+4)%n
			if spike(got[i], got[i+1], got[j], got[j+1], got[k], got[k+1]) {
				t.Fatalf("%v becomes %v, which goes back at %d", xy, got, j/2)
			}
		}
	})
}

func TestSameCallsSameBytes(t *testing.T) {
	var reused Encoder
	first := town(&reused, nil)
	var fresh Encoder
	if second, third := town(&reused, nil), town(&fresh, nil); !bytes.Equal(first, second) || !bytes.Equal(first, third) {
		t.Error("the same calls give other bytes")
	}
}

func TestDecodeRefuses(t *testing.T) {
	feature := func(body ...byte) []byte {
		layer := append([]byte{layerVersion, 2, layerName, 1, 'l', layerFeatures, byte(len(body))}, body...)
		return append([]byte{tileLayers, byte(len(layer))}, layer...)
	}
	shape := func(t GeomType, commands ...byte) []byte {
		return feature(append([]byte{featureType, byte(t), featureGeometry, byte(len(commands))}, commands...)...)
	}
	for _, c := range []struct {
		name string
		tile []byte
		want string // "" when it is right
	}{
		{"nothing", nil, ""},
		{"point", shape(Point, 9, 50, 34), ""},
		{"truncated", shape(Point, 9, 50, 34)[:8], "too early"},
		{"no type", feature(featureGeometry, 3, 9, 50, 34), "no geometry type"},
		{"type 4", shape(4, 9, 50, 34), "geometry type 4"},
		{"no geometry", feature(featureType, 1), "ends too early"},
		{"too few steps", shape(Point, 17, 50, 34), "fewer steps"},
		{"two MoveTo", shape(Point, 9, 50, 34, 9, 50, 34), "followed by something"},
		{"line of one vertex", shape(LineString, 9, 4, 4), "ends too early"},
		{"zero step", shape(LineString, 9, 4, 4, 10, 0, 0), "no length"},
		{"line that closes", shape(LineString, 9, 4, 4, 10, 2, 2, 15), "not allowed"},
		{"open ring", shape(Polygon, 9, 6, 12, 18, 10, 12, 24, 44), "ends too early"},
		{"two-vertex ring", shape(Polygon, 9, 6, 12, 10, 10, 12, 15), "not allowed"},
		{"anticlockwise shell", shape(Polygon, 9, 0, 0, 18, 0, 10, 10, 0, 15), "hole comes before"},
		{"flat ring", shape(Polygon, 9, 0, 0, 18, 10, 10, 10, 10, 15), "no area"},
		{"ring closed twice", shape(Polygon, 9, 0, 0, 26, 10, 0, 0, 10, 9, 9, 15), "repeats its first"},
		{"tag beyond", feature(featureTags, 2, 0, 0, featureType, 1, featureGeometry, 3, 9, 50, 34), "beyond the tables"},
		{"odd tags", feature(featureTags, 1, 0, featureType, 1, featureGeometry, 3, 9, 50, 34), "has no value"},
		{"version 1", []byte{tileLayers, 5, layerVersion, 1, layerName, 1, 'l'}, "version 1"},
		{"empty layer", []byte{tileLayers, 5, layerVersion, 2, layerName, 1, 'l'}, "no feature"},
		{"no name", []byte{tileLayers, 2, layerVersion, 2}, "no name"},
		{"twice the key", []byte{tileLayers, 8, layerVersion, 2, layerKeys, 1, 'k', layerKeys, 1, 'k'}, "twice"},
		{"twice the value", []byte{tileLayers, 10, layerVersion, 2, layerValues, 2, valueBool, 1, layerValues, 2, valueBool, 1}, "twice"},
		{"value of no type", []byte{tileLayers, 4, layerVersion, 2, layerValues, 0}, "no type"},
		{"same name", slices.Repeat(shape(Point, 9, 50, 34), 2), "two layers"},
		{"group", []byte{0x1b}, "wire type 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Decode(c.tile)
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(town(new(Encoder), nil)[:400])
	var e Encoder
	e.BeginLayer("l", []string{"a", "b"})
	e.BeginFeature(Polygon)
	e.AddRing([]int32{0, 0, 10, 0, 10, 10}, false)
	e.String(0, "x")
	e.Double(1, 2.5)
	e.EndFeature()
	f.Add(e.EndLayer(nil))
	f.Fuzz(func(t *testing.T, tile []byte) {
		layers, err := Decode(tile)
		if err != nil {
			return
		}
		for _, l := range layers {
			for _, f := range l.Features {
				if len(f.Paths) == 0 || len(f.Paths[0]) < 2 {
					t.Fatalf("a feature without geometry passed: %+v", f)
				}
			}
		}
	})
}

// town encodes a layer of a thousand buildings with five attributes each.
func town(e *Encoder, dst []byte) []byte {
	e.BeginLayer("batiments", []string{"id", "usage", "hauteur", "niveaux", "public"})
	usages := []string{"Résidentiel", "Commercial", "Industriel", "Annexe"}
	ring := make([]int32, 0, 10)
	for i := range int32(1000) {
		x, y := i%32*128, i/32*128
		ring = append(ring[:0], x, y, x+60, y+i%7, x+60, y+40, x, y+40, x, y)
		e.BeginFeature(Polygon)
		e.AddRing(ring, false)
		e.SetID(uint64(i))
		e.Int(0, int64(i))
		e.String(1, usages[i%4])
		e.Double(2, float64(i%50)/2)
		e.Int(3, int64(i%12))
		e.Bool(4, i%9 == 0)
		e.EndFeature()
	}
	return e.EndLayer(dst)
}

func TestReuseDoesNotAllocate(t *testing.T) {
	var e Encoder
	dst := town(&e, nil)
	if n := testing.AllocsPerRun(10, func() { dst = town(&e, dst[:0]) }); n > 2 {
		t.Errorf("%.0f allocations for 1,000 features", n)
	}
}

func BenchmarkEncode(b *testing.B) {
	var e Encoder
	dst := town(&e, nil)
	b.SetBytes(int64(len(dst)))
	b.ReportAllocs()
	for b.Loop() {
		dst = town(&e, dst[:0])
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*1000), "ns/feature")
}
