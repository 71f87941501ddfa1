package tiles

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// The city of the benchmarks is like that of the peers' bench: 24,025 blocks that
// partition 700 km², about 250,000 buildings and as many addresses, dense in the middle, with
// eight to ten attributes each.
const (
	cityBlocks = 155      // a side
	citySide   = 26_550.0 // m
)

// cityDegrees takes metres from the middle of the city to longitude and latitude.
func cityDegrees(x, y float64) (lon, lat float64) { return rennes[0] + x/74_300, rennes[1] + y/111_200 }

// city makes the store.
func city() *memory {
	m := new(memory)
	rng := rand.New(rand.NewPCG(35, 35))
	m.addRows("blocks", geo.Polygon, referentials.TilePolicy{MinZoom: 9, MaxZoom: 16}, true, cityMesh(rng),
		[]string{"id", "insee", "pop", "logements", "code", "commune", "typ", "surface", "score"})
	var buildings, addresses []geo.Geometry
	// On a jittered grid of 15 m, so that they hardly overlap.
	for i := range int(citySide) / 15 {
		for k := range int(citySide) / 15 {
			x, y := float64(i)*15-citySide/2, float64(k)*15-citySide/2
			if rng.Float64() > min(0.6, 690/math.Hypot(x, y)) {
				continue
			}
			x, y = x+5*rng.Float64(), y+5*rng.Float64()
			buildings = append(buildings, cityBuilding(rng, x, y))
			lon, lat := cityDegrees(x+8*rng.Float64(), y+8*rng.Float64())
			addresses = append(addresses, pointAt(lon, lat))
		}
	}
	m.addRows("buildings", geo.Polygon, referentials.TilePolicy{MinZoom: 13, MaxZoom: 16}, false, buildings,
		[]string{"id", "block_id", "nb_etages", "nb_logements", "annee", "nature", "usage1", "materiau", "hauteur", "surface"})
	m.addRows("addresses", geo.Point, referentials.TilePolicy{MinZoom: 14, MaxZoom: 17}, false, addresses,
		[]string{"id", "block_id", "building_id", "numero", "suffixe", "voie", "code_insee", "commune", "code_postal", "pop", "maj"})
	return m
}

// cityMesh makes blocks with crooked sides that neighbours share.
func cityMesh(rng *rand.Rand) (out []geo.Geometry) {
	const n, steps = cityBlocks, 7
	const spacing = citySide / n
	type key struct{ i, k, way int }
	nodes := map[[2]int][2]float64{}
	for i := range n + 1 {
		for k := range n + 1 {
			nodes[[2]int{i, k}] = [2]float64{
				float64(i)*spacing - citySide/2 + 0.4*spacing*(rng.Float64()-0.5),
				float64(k)*spacing - citySide/2 + 0.4*spacing*(rng.Float64()-0.5),
			}
		}
	}
	sides := map[key][]float64{}
	for at, a := range nodes {
		for way := range 2 {
			b, ok := nodes[[2]int{at[0] + 1 - way, at[1] + way}]
			if !ok {
				continue
			}
			r := rand.New(rand.NewPCG(uint64(at[0]*1000+at[1]), uint64(way)))
			var side []float64
			for s := range steps {
				f := float64(s) / steps
				off := 0.25 * (r.Float64() - 0.5) * min(f, 1-f)
				lon, lat := cityDegrees(a[0]+f*(b[0]-a[0])-off*(b[1]-a[1]), a[1]+f*(b[1]-a[1])+off*(b[0]-a[0]))
				side = append(side, lon, lat)
			}
			lon, lat := cityDegrees(b[0], b[1])
			sides[key{at[0], at[1], way}] = append(side, lon, lat)
		}
	}
	for i := range n {
		for k := range n {
			var xy []float64
			along := func(s []float64) { xy = append(xy, s[:len(s)-2]...) }
			back := func(s []float64) {
				for v := len(s) - 2; v > 0; v -= 2 {
					xy = append(xy, s[v], s[v+1])
				}
			}
			along(sides[key{i, k, 0}])
			along(sides[key{i + 1, k, 1}])
			back(sides[key{i, k + 1, 0}])
			back(sides[key{i, k, 1}])
			out = append(out, polygonOf(append(xy, xy[0], xy[1])))
		}
	}
	return out
}

func cityBuilding(rng *rand.Rand, x, y float64) geo.Geometry {
	w, h := 4.5+2.6*rng.Float64(), 3.6+2.4*rng.Float64()
	shape := []float64{-w, -h, w, -h, w, h, -w, h}
	switch s := rng.Float64(); {
	case s > 0.85:
		shape = []float64{-w, -h, w, -h, w, 0.1 * h, 0.6 * w, 0.1 * h, 0.6 * w, h, 0.05 * w, h, 0.05 * w, 0.4 * h, -w, 0.4 * h}
	case s > 0.52:
		shape = []float64{-w, -h, w, -h, w, 0.2 * h, 0.15 * w, 0.2 * h, 0.15 * w, h, -w, h}
	}
	sin, cos := math.Sincos(rng.Float64() * math.Pi / 2)
	var ring []float64
	for v := 0; v < len(shape); v += 2 {
		lon, lat := cityDegrees(x+shape[v]*cos-shape[v+1]*sin, y+shape[v]*sin+shape[v+1]*cos)
		ring = append(ring, lon, lat)
	}
	return polygonOf(append(ring, ring[0], ring[1]))
}

// addRows adds a collection with an attribute of each name: whole numbers up to "annee",
// then texts, and numbers for what is measured.
func (m *memory) addRows(id string, t geo.Type, policy referentials.TilePolicy, mesh bool, shapes []geo.Geometry, names []string) {
	d := referentials.Descriptor{ID: id, Geometry: t, CRS: crs.CRS84, Key: names[0], Access: referentials.Open, Tiles: policy, Mesh: mesh}
	whole := map[string]int64{"insee": 45, "pop": 400, "logements": 150, "block_id": 24_000, "nb_etages": 10, "nb_logements": 20, "annee": 172, "building_id": 250_000, "numero": 180}
	words := map[string]int{"commune": 45, "typ": 7, "nature": 6, "usage1": 6, "materiau": 4, "suffixe": 3, "voie": 10_000, "code_insee": 45, "code_postal": 9, "maj": 3900}
	for _, name := range names {
		f := referentials.Field{Name: name, Type: referentials.String}
		if _, ok := whole[name]; ok || name == "id" {
			f.Type = referentials.Integer
		} else if name == "surface" || name == "score" || name == "hauteur" {
			f.Type = referentials.Number
		}
		d.Fields = append(d.Fields, f)
	}
	rng := rand.New(rand.NewPCG(uint64(len(shapes)), uint64(len(names))))
	rows := make([]referentials.Row, len(shapes))
	for i, g := range shapes {
		rows[i].Geom = g
		for k, f := range d.Fields {
			v := referentials.IntegerValue(int64(i + 1))
			switch {
			case k == 0:
			case f.Name == "building_id":
				v = referentials.IntegerValue(int64(i + 1))
			case f.Name == "block_id":
				v = referentials.IntegerValue(int64(i / 10))
			case f.Name == "voie":
				v = referentials.StringValue(fmt.Sprintf("%s %d", f.Name, i/40))
			case f.Type == referentials.Integer:
				v = referentials.IntegerValue(rng.Int64N(whole[f.Name]))
			case f.Type == referentials.Number:
				v = referentials.NumberValue(math.Round(rng.Float64()*rng.Float64()*3000) / 10)
			case f.Name == "suffixe" && rng.IntN(10) > 1:
				v = referentials.Null
			case f.Name == "code":
				v = referentials.StringValue(fmt.Sprintf("B%06d", i))
			default:
				v = referentials.StringValue(fmt.Sprintf("%s %d", f.Name, rng.IntN(words[f.Name])))
			}
			rows[i].Values = append(rows[i].Values, v)
		}
	}
	m.descriptors = append(m.descriptors, d)
	if m.rows == nil {
		m.rows = map[string][]referentials.Row{}
	}
	m.rows[id] = rows
}

// cityTiles samples tiles by the density of addresses, as many of each zoom as the list of
// the peers' bench has.
func cityTiles(m *memory) (out [][3]uint32) {
	rng := rand.New(rand.NewPCG(4, 4))
	addresses := m.rows["addresses"]
	for _, want := range [][2]int{{10, 4}, {11, 6}, {12, 16}, {13, 50}, {14, 110}, {15, 110}, {16, 80}, {17, 24}} {
		seen := map[[2]uint32]bool{}
		for tries := 0; len(seen) < want[1] && tries < 10_000; tries++ {
			at := addresses[rng.IntN(len(addresses))].Geom.XY
			x, y := tileAt([2]float64{at[0], at[1]}, uint32(want[0]))
			if !seen[[2]uint32{x, y}] {
				seen[[2]uint32{x, y}] = true
				out = append(out, [3]uint32{uint32(want[0]), x, y})
			}
		}
	}
	return out
}

var cityLayers = []string{"blocks", "buildings", "addresses"}

// BenchmarkCity draws the tiles of each zoom on one core, again and again. The roofline is
// what copying their bytes and reading the coordinates of their features would take; the input
// are also the values of these features.
func BenchmarkCity(b *testing.B) {
	m := city()
	p, list, tiler := m.public(b), cityTiles(m), New(Options{})
	m.rows = nil
	for _, zooms := range [][2]uint32{{10, 12}, {13, 13}, {14, 14}, {15, 15}, {16, 16}, {17, 17}, {13, 17}} {
		var tiles [][3]uint32
		for _, at := range list {
			if at[0] >= zooms[0] && at[0] <= zooms[1] {
				tiles = append(tiles, at)
			}
		}
		b.Run(fmt.Sprintf("z%d-%d", zooms[0], zooms[1]), func(b *testing.B) { benchmarkTiles(b, p, tiler, tiles, whole(cityLayers)) })
	}
	shapes := whole(cityLayers)
	for i := range shapes {
		shapes[i].Fields = []string{}
	}
	b.Run("shapes", func(b *testing.B) { benchmarkTiles(b, p, tiler, list, shapes) })
}

func benchmarkTiles(b *testing.B, p *snapshot.Public, tiler *Tiler, tiles [][3]uint32, wanted []Selection) {
	var dst []byte
	drawn := make([][]byte, len(tiles))
	features, size := 0, 0
	for i, at := range tiles {
		tile, s, err := tiler.Select(context.Background(), nil, p, wanted, at[0], at[1], at[2])
		if err != nil {
			b.Fatal(err)
		}
		drawn[i] = tile
		features += s.Features
		size += len(tile)
	}
	b.SetBytes(int64(size / len(tiles)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		at := tiles[i%len(tiles)]
		dst, _, _ = tiler.Select(context.Background(), dst[:0], p, wanted, at[0], at[1], at[2])
		i++
	}
	each := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
	b.ReportMetric(1e9/each, "tiles/s")
	b.ReportMetric(float64(size/len(tiles)), "bytes/tile")
	b.ReportMetric(each*float64(len(tiles))/float64(features), "ns/feature")
	b.ReportMetric(each/roofline(tiler, tiles, drawn, nil), "×roofline")
	b.ReportMetric(each/roofline(tiler, tiles, drawn, wanted), "×input")
}

// roofline measures in ns a tile how long it takes to copy the bytes of tiles and to read
// the coordinates of the features that meet them, and the values of the fields of selections.
func roofline(tiler *Tiler, tiles [][3]uint32, drawn [][]byte, selections []Selection) float64 {
	var layers []*layer
	fields := make([][]int, len(cityLayers))
	for i, id := range cityLayers {
		e := tiler.layers[id]
		if e == nil {
			continue
		}
		layers = append(layers, e.layer)
		if selections != nil {
			fields[len(layers)-1] = attributesOf(e.layer, selections[i].Fields, 17, false).fields
		}
	}
	var dst []byte
	var found []uint32
	sum := uint32(0)
	const rounds = 5
	start := time.Now()
	for range rounds {
		for k, at := range tiles {
			dst = append(dst[:0], drawn[k]...)
			f, _ := newFrame(at[0], at[1], at[2])
			window := f.window(128, 0)
			for i, l := range layers {
				if f.z < uint32(l.policy.MinZoom) {
					continue
				}
				found = l.within(&window, nil, found[:0])
				for _, k := range found {
					from, _ := l.path(l.first[k])
					_, to := l.path(l.first[k+1] - 1)
					for _, v := range l.xy[2*from : 2*to] {
						sum += v
					}
					for _, field := range fields[i] {
						sum += read(l.collection.Value(int(l.rows[k]), field))
					}
				}
			}
		}
	}
	cityMark = sum
	return float64(time.Since(start).Nanoseconds()) / float64(rounds*len(tiles))
}

// read looks at a value, of texts at their length alone.
func read(v referentials.Value) uint32 {
	switch v.Type() {
	case "":
		return 0
	case referentials.Integer:
		return uint32(v.Int())
	case referentials.Number:
		return uint32(v.Float())
	default:
		return uint32(len(v.Str()))
	}
}

// cityMark keeps the compiler from leaving the reading out.
var cityMark uint32

// BenchmarkCityLayers makes the three layers ready, as the first tile does.
func BenchmarkCityLayers(b *testing.B) {
	p := city().public(b)
	for _, id := range cityLayers {
		c, _ := p.Collection(id)
		b.Run(id, func(b *testing.B) {
			b.ReportAllocs()
			vertices := 0
			for b.Loop() {
				vertices = len(buildLayer(c, 128).from)
			}
			b.ReportMetric(float64(vertices), "vertices")
		})
	}
}
