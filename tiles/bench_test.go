package tiles

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"socle/geo"
	"socle/referentials"
)

// town makes n buildings on 700 km² around Rennes, one in a hundred with a court.
func town(n int) []geo.Geometry {
	rng := rand.New(rand.NewPCG(3, 3))
	out := make([]geo.Geometry, n)
	for i := range out {
		lon, lat := rennes[0]+(rng.Float64()-0.5)*0.36, rennes[1]+(rng.Float64()-0.5)*0.24
		w, h := (8+rng.Float64()*12)/74000, (8+rng.Float64()*12)/111000
		shell := []float64{lon, lat, lon + w, lat, lon + w, lat + h/2, lon + w/2, lat + h/2, lon + w/2, lat + h, lon, lat + h, lon, lat}
		if i%100 == 0 {
			out[i] = polygonOf(shell, square(lon+w/8, lat+h/8, h/8))
		} else {
			out[i] = polygonOf(shell)
		}
	}
	return out
}

func BenchmarkTile(b *testing.B) {
	m := new(memory)
	m.add("batiments", geo.Polygon, referentials.TilePolicy{MaxZoom: 16}, town(250_000)...)
	m.add("adresses", geo.Point, referentials.TilePolicy{MaxZoom: 17}, manyPoints(100_000)...)
	m.add("iris", geo.MultiPolygon, referentials.TilePolicy{MaxZoom: 15}, readIRIS(b)...)
	p, tiler := m.public(b), New(Options{})
	for _, c := range []struct {
		id string
		z  uint32
	}{{"batiments", 16}, {"batiments", 14}, {"batiments", 12}, {"batiments", 8}, {"adresses", 15}, {"adresses", 9}, {"iris", 12}, {"iris", 9}} {
		b.Run(fmt.Sprintf("%s/%d", c.id, c.z), func(b *testing.B) {
			x, y := tileAt(rennes, c.z)
			var dst []byte
			var s Stats
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if dst, s, err = tiler.Tile(context.Background(), dst[:0], p, []string{c.id}, c.z, x, y); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(dst)), "bytes")
			b.ReportMetric(float64(s.Features), "features")
			b.ReportMetric(float64(s.Dropped), "dropped")
		})
	}
}

func BenchmarkLayer(b *testing.B) {
	m := new(memory)
	m.add("batiments", geo.Polygon, referentials.TilePolicy{MaxZoom: 16}, town(250_000)...)
	c, _ := m.public(b).Collection("batiments")
	vertices := 0
	b.ReportAllocs()
	for b.Loop() {
		vertices = len(buildLayer(c, 128).xy) / 2
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*vertices), "ns/vertex")
}

func TestTilesDoNotAllocatePerFeature(t *testing.T) {
	m := new(memory)
	m.add("batiments", geo.Polygon, referentials.TilePolicy{MaxZoom: 16}, town(20_000)...)
	p, tiler := m.public(t), New(Options{})
	x, y := tileAt(rennes, 12)
	dst, s, err := tiler.Tile(t.Context(), nil, p, []string{"batiments"}, 12, x, y)
	if err != nil || s.Features < 500 {
		t.Fatal(s, err)
	}
	n := testing.AllocsPerRun(20, func() {
		dst, _, _ = tiler.Tile(t.Context(), dst[:0], p, []string{"batiments"}, 12, x, y)
	})
	// The race detector makes sync.Pool forget on purpose.
	if n > float64(s.Features)/4 {
		t.Errorf("%.0f allocations for %d features", n, s.Features)
	}
}
