package tiles

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	orbmvt "github.com/paulmach/orb/encoding/mvt"
	"pgregory.net/rapid"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/snapshot"
	"socle/tiles/mvt"
)

// rennes is the middle of the tiles below.
var rennes = [2]float64{-1.6778, 48.1105}

// tileAt gives the tile of a zoom that holds a place.
func tileAt(lonLat [2]float64, z uint32) (x, y uint32) {
	wx, wy := project(lonLat[0], lonLat[1])
	return wx >> (32 - z), wy >> (32 - z)
}

// drawn draws a tile and reads it strictly.
func drawn(t interface {
	Helper()
	Fatal(...any)
}, tiler *Tiler, p *snapshot.Public, ids []string, z, x, y uint32,
) (tile []byte, layers []mvt.Layer, s Stats) {
	t.Helper()
	tile, s, err := tiler.Tile(context.Background(), nil, p, ids, z, x, y)
	if err != nil {
		t.Fatal(err)
	}
	if layers, err = mvt.Decode(tile); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, l := range layers {
		n += len(l.Features)
	}
	if n != s.Features {
		t.Fatal(n, "features are drawn,", s.Features, "are told")
	}
	return tile, layers, s
}

// drawShape draws a shape of any type near Rennes, of any size down to none.
func drawShape(t *rapid.T) geo.Geometry {
	size := rapid.SampledFrom([]float64{1e-6, 1e-3, 0.1, 20}).Draw(t, "size")
	spread := rapid.Float64Range(-1, 1)
	g := geo.Geometry{Type: geo.Type(rapid.IntRange(1, 6).Draw(t, "type"))}
	add := func(n int) {
		for range n {
			g.Add(rennes[0]+size*spread.Draw(t, "lon"), rennes[1]+size*spread.Draw(t, "lat"))
		}
	}
	members := 1
	if g.Type == g.Type.Multi() {
		members = rapid.IntRange(1, 3).Draw(t, "members")
	}
	for range members {
		switch g.Type.Dimension() {
		case 0:
			add(1)
		case 1:
			add(rapid.IntRange(2, 6).Draw(t, "vertices"))
			g.EndRing()
		case 2:
			for range rapid.IntRange(1, 2).Draw(t, "rings") {
				first := len(g.XY)
				add(rapid.IntRange(3, 6).Draw(t, "vertices"))
				g.Add(g.XY[first], g.XY[first+1])
				g.EndRing()
			}
			g.EndPart()
		}
	}
	return g
}

// TestEveryTileIsRight draws random shapes on random tiles and has the strict reader and
// an independent one judge the result.
func TestEveryTileIsRight(t *testing.T) {
	tiler := New(Options{})
	revision := int64(0)
	rapid.Check(t, func(rt *rapid.T) {
		revision++
		m := &memory{revision: revision}
		var shapes []geo.Geometry
		for range rapid.IntRange(1, 6).Draw(rt, "shapes") {
			shapes = append(shapes, drawShape(rt))
		}
		z := rapid.Uint32Range(0, MaxZoom).Draw(rt, "z")
		m.add("formes", geo.Any, referentials.TilePolicy{MaxZoom: uint8(rapid.IntRange(1, MaxZoom).Draw(rt, "max zoom"))}, shapes...)
		x, y := tileAt(rennes, z)
		if z > 0 && rapid.Bool().Draw(rt, "beside") {
			x++
		}
		tile, layers, s := drawn(rt, tiler, m.public(t), []string{"formes"}, z, x, y)
		if _, err := orbmvt.Unmarshal(tile); err != nil {
			rt.Fatal(err)
		}
		if s.Features+s.Unseen+s.Merged+s.Thinned > len(shapes) || s.Dropped != 0 {
			rt.Fatalf("%+v of %d shapes", s, len(shapes))
		}
		seen := map[uint64]bool{}
		for _, l := range layers {
			for _, f := range l.Features {
				if seen[f.ID] {
					rt.Fatalf("feature %d is there twice", f.ID)
				}
				seen[f.ID] = true
				if f.Type == mvt.Polygon {
					for _, ring := range f.Paths {
						if !isSimple(ring) {
							rt.Fatalf("%v is not simple", ring)
						}
					}
				}
				if dim := shapes[f.ID].Type.Dimension(); int(f.Type) != dim+1 {
					rt.Fatalf("a %s is drawn as type %d", shapes[f.ID].Type, f.Type)
				}
				for _, v := range slices.Concat(f.Paths...) {
					if v < -128 || v > 4096+128 {
						rt.Fatalf("%d is beyond the buffer", v)
					}
				}
			}
		}
	})
}

// TestNoGapNoOverlap draws a partition: where it covers the whole tile and its buffer, the
// areas of the cells add up to exactly that of the box, at whatever zoom.
func TestNoGapNoOverlap(t *testing.T) {
	m := new(memory)
	m.add("iris", geo.MultiPolygon, referentials.TilePolicy{MaxZoom: 15}, readIRIS(t)...)
	p, tiler := m.public(t), New(Options{})
	const whole = 2 * (4096 + 256) * (4096 + 256)
	const spoilt = 8 // what making spoilt rings anew may move
	for z := uint32(12); z <= MaxZoom; z++ {
		x, y := tileAt(rennes, z)
		for _, at := range [][2]uint32{{x, y}, {x - 1, y}, {x, y + 1}} {
			_, layers, _ := drawn(t, tiler, p, []string{"iris"}, z, at[0], at[1])
			if sum := coveredArea(layers[0]); sum < whole-spoilt || sum > whole+spoilt {
				t.Errorf("%d/%d/%d: the cells cover %d of %d", z, at[0], at[1], sum, whole)
			}
		}
	}
}

func coveredArea(l mvt.Layer) (sum int64) {
	for _, f := range l.Features {
		for _, ring := range f.Paths {
			sum += mvt.DoubleArea(ring)
		}
	}
	return sum
}

// TestGridsStayWhole draws a grid of cells from afar: they add up to exactly the rectangle
// they cover.
func TestGridsStayWhole(t *testing.T) {
	const n, side = 12, 0.0131
	var cells []geo.Geometry
	for i := range n * n {
		lon, lat := rennes[0]+side*float64(i%n), rennes[1]-side*float64(i/n)
		cells = append(cells, polygonOf(square(lon, lat, side)))
	}
	m := new(memory)
	m.add("carreaux", geo.Polygon, referentials.TilePolicy{MaxZoom: 14}, cells...)
	p, tiler := m.public(t), New(Options{})
	for z := uint32(6); z <= 9; z++ {
		x, y := tileAt(rennes, z)
		_, layers, s := drawn(t, tiler, p, []string{"carreaux"}, z, x, y)
		lo, hi := [2]int32{1 << 20, 1 << 20}, [2]int32{-1 << 20, -1 << 20}
		for _, f := range layers[0].Features {
			for i, v := range f.Paths[0] {
				lo[i%2], hi[i%2] = min(lo[i%2], v), max(hi[i%2], v)
			}
		}
		if want := 2 * int64(hi[0]-lo[0]) * int64(hi[1]-lo[1]); s.Features != n*n || coveredArea(layers[0]) != want {
			t.Errorf("zoom %d: %+v cover %d of %d", z, s, coveredArea(layers[0]), want)
		}
	}
}

// TestNeighboursShareTheirBorder draws two squares with a common side at every zoom: their
// vertices on it are the same.
func TestNeighboursShareTheirBorder(t *testing.T) {
	m := new(memory)
	side := 0.013
	m.add("carreaux", geo.Polygon, referentials.TilePolicy{MaxZoom: 14},
		polygonOf(square(rennes[0]-side, rennes[1], side)), polygonOf(square(rennes[0], rennes[1], side)))
	p, tiler := m.public(t), New(Options{})
	for z := uint32(9); z <= 18; z++ {
		x, y := tileAt(rennes, z)
		_, layers, s := drawn(t, tiler, p, []string{"carreaux"}, z, x, y)
		if s.Features != 2 {
			t.Fatalf("zoom %d: %+v", z, s)
		}
		eastOfWest := extreme(byID(layers[0], 0).Paths[0], func(a, b int32) bool { return a > b })
		westOfEast := extreme(byID(layers[0], 1).Paths[0], func(a, b int32) bool { return a < b })
		if !slices.Equal(eastOfWest, westOfEast) {
			t.Errorf("zoom %d: %v and %v", z, eastOfWest, westOfEast)
		}
	}
}

// byID gives a feature that must be there.
func byID(l mvt.Layer, id uint64) mvt.Feature {
	return l.Features[slices.IndexFunc(l.Features, func(f mvt.Feature) bool { return f.ID == id })]
}

// extreme gives the vertices of a ring of greatest x by more, sorted.
func extreme(ring []int32, more func(a, b int32) bool) (out []int32) {
	for i := 0; i < len(ring); i += 2 {
		switch {
		case len(out) == 0 || more(ring[i], out[0]):
			out = append(out[:0], ring[i], ring[i+1])
		case ring[i] == out[0]:
			out = append(out, ring[i+1])
		}
	}
	slices.Sort(out[1:])
	return out
}

func manyPoints(n int) []geo.Geometry {
	rng := rand.New(rand.NewPCG(7, 7))
	out := make([]geo.Geometry, n)
	for i := range out {
		out[i] = pointAt(rennes[0]+rng.NormFloat64()*0.05, rennes[1]+rng.NormFloat64()*0.03)
	}
	return out
}

func TestTilesStayWithinTheirBytes(t *testing.T) {
	const n = 40_000
	m := new(memory)
	m.add("adresses", geo.Point, referentials.TilePolicy{MaxZoom: 17, Thin: -1}, manyPoints(n)...)
	m.add("petit", geo.Point, referentials.TilePolicy{MaxZoom: 17, Thin: -1}, manyPoints(50)...)
	p := m.public(t)
	x, y := tileAt(rennes, 8)
	var before []uint64
	for _, most := range []int{300_000, 50_000, 1_000, 10} {
		tile, layers, s := drawn(t, New(Options{Bytes: most}), p, []string{"adresses"}, 8, x, y)
		if len(tile) > most || most > 1000 && len(tile) < most/2 {
			t.Errorf("%d bytes where %d are allowed", len(tile), most)
		}
		if s.Dropped == 0 || s.Features+s.Unseen+s.Dropped != n {
			t.Errorf("%+v do not add up to %d", s, n)
		}
		var kept []uint64
		for _, l := range layers {
			for _, f := range l.Features {
				kept = append(kept, f.ID)
				if _, ok := slices.BinarySearch(before, f.ID); before != nil && !ok {
					t.Fatalf("%d is kept in %d bytes but not in more", f.ID, most)
				}
			}
		}
		slices.Sort(kept)
		before = kept
		again, _, _ := drawn(t, New(Options{Bytes: most}), p, []string{"adresses"}, 8, x, y)
		if !bytes.Equal(tile, again) {
			t.Error("the same tile has other bytes")
		}
	}

	m.add("autres", geo.Point, referentials.TilePolicy{MaxZoom: 17, Thin: -1}, manyPoints(n)...)
	p = m.public(t)
	tile, layers, _ := drawn(t, New(Options{Bytes: 100_000}), p, []string{"adresses", "autres"}, 8, x, y)
	if a, b := len(layers[0].Features), len(layers[1].Features); len(tile) > 100_000 || len(tile) < 80_000 || min(a, b) < max(a, b)*9/10 {
		t.Errorf("%d bytes, %d and %d features: both should have half", len(tile), a, b)
	}
	tile, layers, s := drawn(t, New(Options{Bytes: 100_000}), p, []string{"adresses", "petit"}, 8, x, y)
	if len(tile) > 100_000 || len(layers) != 2 || len(layers[1].Features) != 50 || s.Dropped == 0 {
		t.Errorf("%d bytes, %d layers, %+v: the small layer should be whole", len(tile), len(layers), s)
	}
	if _, _, s := drawn(t, New(Options{Bytes: 1000, Deepest: 1 << 30}), p, []string{"petit"}, 17, x<<9, y<<9); s.Dropped != 0 {
		t.Errorf("%+v at the deepest zoom", s)
	}
}

func TestLargestAreKept(t *testing.T) {
	var shapes []geo.Geometry
	for i := range 500 {
		shapes = append(shapes, polygonOf(square(rennes[0], rennes[1], 0.0002*float64(1+i%250))))
	}
	m := new(memory)
	m.add("ilots", geo.Polygon, referentials.TilePolicy{MaxZoom: 13}, shapes...)
	x, y := tileAt(rennes, 12)
	_, layers, s := drawn(t, New(Options{Bytes: 5000}), m.public(t), []string{"ilots"}, 12, x, y)
	if s.Dropped == 0 || s.Features == 0 {
		t.Fatalf("%+v", s)
	}
	least := 1 << 30
	for _, f := range layers[0].Features {
		least = min(least, int(f.ID)%250)
	}
	if want := 250 - (s.Features+s.Unseen+1)/2; least != want {
		t.Errorf("size %d is kept, want none under %d", least, want)
	}
}

func TestRequests(t *testing.T) {
	m := new(memory)
	m.add("voies", geo.LineString, referentials.TilePolicy{MinZoom: 10, MaxZoom: 14}, lineOf(-1.7, 48.1, -1.6, 48.12))
	m.add("table", geo.None, referentials.TilePolicy{}, geo.Geometry{})
	m.add("secrets", geo.Point, referentials.TilePolicy{}, pointAt(-1.7, 48.1)).Access = referentials.Restricted
	for i := range m.descriptors {
		if m.descriptors[i].ID == "table" {
			m.descriptors[i].CRS = m.descriptors[0].CRS
		}
	}
	p, tiler := m.public(t), New(Options{})
	x, y := tileAt(rennes, 12)
	for _, c := range []struct {
		name string
		ids  []string
		z    uint32
		want referentials.Code
	}{
		{"known", []string{"voies"}, 12, ""},
		{"unknown", []string{"voies", "rues"}, 12, referentials.NotFound},
		{"restricted", []string{"secrets"}, 12, referentials.NotFound},
		{"table", []string{"table"}, 12, referentials.NotFound},
		{"none", nil, 12, referentials.Invalid},
		{"twice", []string{"voies", "voies"}, 12, referentials.Invalid},
		{"too many", slices.Repeat([]string{"voies"}, MaxLayers+1), 12, referentials.TooLarge},
		{"too deep", []string{"voies"}, MaxZoom + 1, referentials.NotFound},
		{"outside", []string{"voies"}, 3, referentials.NotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			dst := []byte("kept")
			out, _, err := tiler.Tile(t.Context(), dst, p, c.ids, c.z, x, y)
			if got := referentials.CodeOf(err); got != c.want {
				t.Errorf("got %q: %v", got, err)
			}
			if !bytes.HasPrefix(out, []byte("kept")) || (len(out) > 4) != (c.want == "") {
				t.Errorf("%d bytes", len(out))
			}
		})
	}
	x, y = tileAt(rennes, 9)
	if tile, _, _ := drawn(t, tiler, p, []string{"voies"}, 9, x, y); len(tile) != 0 {
		t.Error("a layer shows above its least zoom")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m.add("adresses", geo.Point, referentials.TilePolicy{Thin: -1}, manyPoints(3000)...)
	x, y = tileAt(rennes, 5)
	if _, _, err := tiler.Tile(ctx, nil, m.public(t), []string{"adresses"}, 5, x, y); !errors.Is(err, context.Canceled) {
		t.Errorf("a request that was given up gives %v", err)
	}
}

func TestOnlyPublicFieldsAreCarried(t *testing.T) {
	m := new(memory)
	d := m.add("logements", geo.Point, referentials.TilePolicy{Fields: []string{"nom", "menages"}}, pointAt(rennes[0], rennes[1]))
	d.Key = "code"
	d.Fields = []referentials.Field{
		{Name: "menages", Type: referentials.Integer, Disclosure: referentials.Confidential},
		{Name: "nom", Type: referentials.String},
		{Name: "code", Type: referentials.String},
		{Name: "libre", Type: referentials.Boolean},
	}
	m.rows[d.ID][0].Values = []referentials.Value{
		referentials.IntegerValue(3), referentials.Null, referentials.StringValue("A1"), referentials.BooleanValue(true),
	}
	x, y := tileAt(rennes, 14)
	_, layers, _ := drawn(t, New(Options{}), m.public(t), []string{"logements"}, 14, x, y)
	f := layers[0].Features[0]
	if fmt.Sprint(f.Tags) != "[{code A1}]" || f.HasID {
		t.Errorf("got %+v, want the key alone", f)
	}
}

func TestEveryTypeOfValue(t *testing.T) {
	m := new(memory)
	d := m.add("valeurs", geo.Point, referentials.TilePolicy{}, pointAt(rennes[0], rennes[1]))
	types := []referentials.FieldType{
		referentials.Integer, referentials.Integer, referentials.Number, referentials.Boolean, referentials.String,
		referentials.Date, referentials.DateTime, referentials.JSON, referentials.String, referentials.String,
	}
	d.Fields = nil
	for i, typ := range types {
		d.Fields = append(d.Fields, referentials.Field{Name: string(rune('a' + i)), Type: typ})
	}
	d.Key = "a"
	m.rows[d.ID][0].Values = []referentials.Value{
		referentials.IntegerValue(7), referentials.IntegerValue(-7), referentials.NumberValue(2), referentials.BooleanValue(false),
		referentials.StringValue("Allée"), referentials.DateValue(19000), referentials.DateTimeValue(1), referentials.JSONValue(`[1]`),
		referentials.StringValue(strings.Repeat("x", longestText+1)), referentials.StringValue(""),
	}
	x, y := tileAt(rennes, 14)
	_, layers, s := drawn(t, New(Options{}), m.public(t), []string{"valeurs"}, 14, x, y)
	f := layers[0].Features[0]
	want := []mvt.Tag{
		{Key: "a", Value: uint64(7)}, {Key: "b", Value: int64(-7)}, {Key: "c", Value: 2.0}, {Key: "d", Value: false}, {Key: "e", Value: "Allée"},
		{Key: "f", Value: "2022-01-08"}, {Key: "g", Value: "1970-01-01T00:00:00.000001Z"}, {Key: "h", Value: "[1]"}, {Key: "j", Value: ""},
	}
	if !slices.Equal(f.Tags, want) || f.ID != 7 || s.LongTexts != 1 {
		t.Errorf("got %+v, %+v", f, s)
	}
}

func TestOnlyCountingNumbersAreIDs(t *testing.T) {
	m := new(memory)
	m.add("sites", geo.Point, referentials.TilePolicy{Thin: -1}, pointAt(rennes[0], rennes[1]), pointAt(rennes[0], rennes[1]))
	m.rows["sites"][1].Values[0] = referentials.IntegerValue(-5)
	x, y := tileAt(rennes, 14)
	_, layers, _ := drawn(t, New(Options{}), m.public(t), []string{"sites"}, 14, x, y)
	if f := layers[0].Features; !f[0].HasID || f[0].ID != 0 || f[1].HasID {
		t.Errorf("got %+v", f)
	}
}

// TestBuffer draws points one by one across the edges of the buffer.
func TestBuffer(t *testing.T) {
	for _, z := range []uint32{2, 14, 20} {
		x, y := tileAt(rennes, z)
		unit := float64(uint64(worldSize)>>z) / mvt.Extent
		var shapes []geo.Geometry
		for _, off := range []float64{-129, -128, 4224, 4225} {
			at := unproject((float64(x)*4096+off)*unit, (float64(y)*4096+10)*unit)
			shapes = append(shapes, pointAt(at[0], at[1]))
			at = unproject((float64(x)*4096+10)*unit, (float64(y)*4096+off)*unit)
			shapes = append(shapes, pointAt(at[0], at[1]))
		}
		m := new(memory)
		m.add("bornes", geo.Point, referentials.TilePolicy{MaxZoom: 14, Thin: -1}, shapes...)
		_, layers, _ := drawn(t, New(Options{}), m.public(t), []string{"bornes"}, z, x, y)
		var got []uint64
		for _, f := range layers[0].Features {
			got = append(got, f.ID)
		}
		slices.Sort(got)
		if !slices.Equal(got, []uint64{2, 3, 4, 5}) {
			t.Errorf("zoom %d: %v are drawn", z, got)
		}
	}
}

func TestNewRevisionsAreDrawn(t *testing.T) {
	m := new(memory)
	m.add("sites", geo.Point, referentials.TilePolicy{}, pointAt(rennes[0], rennes[1]))
	m.add("gone", geo.Point, referentials.TilePolicy{}, pointAt(rennes[0], rennes[1]))
	tiler, first := New(Options{}), m.public(t)
	x, y := tileAt(rennes, 14)
	old, _, _ := drawn(t, tiler, first, []string{"sites", "gone"}, 14, x, y)
	m.revision++
	m.rows["sites"][0].Geom = pointAt(rennes[0]+1e-4, rennes[1])
	m.descriptors = m.descriptors[:1]
	second := m.public(t)
	fresh, _, _ := drawn(t, tiler, second, []string{"sites"}, 14, x, y)
	if bytes.Contains(old, fresh) {
		t.Error("the edit does not show")
	}
	if len(tiler.layers) != 1 {
		t.Errorf("%d layers are kept of one collection", len(tiler.layers))
	}
	if again, _, _ := drawn(t, tiler, first, []string{"sites", "gone"}, 14, x, y); !bytes.Equal(again, old) {
		t.Error("an older snapshot is drawn with newer data")
	}
}
