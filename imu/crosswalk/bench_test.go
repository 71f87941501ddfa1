package crosswalk

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// city is like that of the peers' bench: 24,025 blocks that partition 700 km² with crooked
// sides, 250,000 buildings and as many addresses, dense in the middle, in no order, and
// 2,916 zones that do not nest with the blocks.
func city(b *testing.B) func(id string) *snapshot.Collection {
	rng := rand.New(rand.NewPCG(35, 35))
	const side = 26_550.0
	w := new(world)
	blocks := crooked(rng, 155, side, true)
	w.add(layerOf("blocks", geo.Polygon), features(blocks...)...)
	w.add(layerOf("zones", geo.Polygon), features(crooked(rng, 54, side, true)...)...)
	var addresses, buildings []referentials.Row
	for n := range 250_000 {
		x, y := dense(rng.NormFloat64()*0.19, side), dense(rng.NormFloat64()*0.19, side)
		addresses = append(addresses, feature(n, pointAt(x, y), 1+float64(rng.IntN(4))))
		buildings = append(buildings, feature(n, building(rng, x, y), float64(1+rng.IntN(5))))
	}
	w.add(layerOf("addresses", geo.Point, "pop"), addresses...)
	w.add(layerOf("buildings", geo.Polygon, "levels"), buildings...)
	return w.load(b)
}

// corner is the lower left one of the land of these tests.
var corner = [2]float64{338_000, 6_776_000}

// dense takes -0.5…0.5 to the side of a square.
func dense(v, side float64) float64 { return min(max(v, -0.5), 0.5) * side }

func building(rng *rand.Rand, x, y float64) geo.Geometry {
	w, h := 4.5+2.6*rng.Float64(), 3.6+2.4*rng.Float64()
	shape := []float64{-w, -h, w, -h, w, h, -w, h}
	if rng.Float64() > 0.5 {
		shape = []float64{-w, -h, w, -h, w, 0.2 * h, 0.15 * w, 0.2 * h, 0.15 * w, h, -w, h}
	}
	sin, cos := math.Sincos(rng.Float64() * math.Pi / 2)
	ring := make([]float64, 0, len(shape))
	for v := 0; v < len(shape); v += 2 {
		ring = append(ring, x+shape[v]*cos-shape[v+1]*sin, y+shape[v]*sin+shape[v+1]*cos)
	}
	return polygon(ring)
}

// crooked makes n×n cells about the origin that share crooked sides of 7 pieces. Where
// warped, they are as dense in the middle as what dense places.
func crooked(rng *rand.Rand, n int, side float64, warped bool) (out []geo.Geometry) {
	const steps = 7
	warp := func(v float64) float64 {
		if !warped {
			return v * side
		}
		return (v*0.35 + 2.6*v*v*v) * side
	}
	at := func(i, k float64) (x, y float64) { return warp(i/float64(n) - 0.5), warp(k/float64(n) - 0.5) }
	type key struct{ i, k, way int }
	shift := make([]float64, 2*(n+1)*(n+1))
	for i := range shift {
		shift[i] = 0.4 * (rng.Float64() - 0.5)
	}
	node := func(i, k int) (float64, float64) {
		s := 2 * (i*(n+1) + k)
		dx, dy := shift[s], shift[s+1]
		if i == 0 || i == n {
			dx = 0
		}
		if k == 0 || k == n {
			dy = 0
		}
		return float64(i) + dx, float64(k) + dy
	}
	sides := map[key][]float64{}
	for i := range n + 1 {
		for k := range n + 1 {
			for way := range 2 {
				if i+1-way > n || k+way > n {
					continue
				}
				ax, ay := node(i, k)
				bx, by := node(i+1-way, k+way)
				for s := range steps {
					f := float64(s) / steps
					off := 0.2 * (rng.Float64() - 0.5)
					if s == 0 {
						off = 0
					}
					x, y := at(ax+f*(bx-ax)-off*(by-ay), ay+f*(by-ay)+off*(bx-ax))
					sides[key{i, k, way}] = append(sides[key{i, k, way}], x, y)
				}
				x, y := at(bx, by)
				sides[key{i, k, way}] = append(sides[key{i, k, way}], x, y)
			}
		}
	}
	for i := range n {
		for k := range n {
			var ring []float64
			along := func(s []float64) { ring = append(ring, s[:len(s)-2]...) }
			back := func(s []float64) {
				for v := len(s) - 2; v > 0; v -= 2 {
					ring = append(ring, s[v], s[v+1])
				}
			}
			along(sides[key{i, k, 0}])
			along(sides[key{i + 1, k, 1}])
			back(sides[key{i, k + 1, 0}])
			back(sides[key{i, k, 1}])
			out = append(out, polygon(ring))
		}
	}
	return out
}

func BenchmarkCity(b *testing.B) {
	find := city(b)
	run := func(name string, r Request, then func(*Matrix)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m, err := Build(context.Background(), r)
				if err != nil {
					b.Fatal(err)
				}
				then(m)
				b.ReportMetric(float64(m.Len()), "pairs")
			}
		})
	}
	source := find("addresses")
	var n int
	var sum float64
	column := make([]float64, source.Len())
	countAndSum := func(m *Matrix) {
		n, sum = 0, 0
		for i := range column {
			column[i] = source.Value(i, 1).Float()
		}
		for k := range m.Cells() {
			list, _ := m.Cell(k)
			n += len(list)
			for _, i := range list {
				sum += column[i]
			}
		}
	}
	points := Request{Source: source, Mesh: find("blocks"), Method: Point}
	run("points-count-sum", points, countAndSum)
	run("zones-by-area", Request{Source: find("zones"), Mesh: find("blocks"), Method: Area}, func(*Matrix) {})
	run("buildings-by-area", Request{Source: find("buildings"), Mesh: find("blocks"), Method: Area}, func(*Matrix) {})
	run("zones-by-floors", Request{
		Source: find("zones"), Mesh: find("blocks"), Method: Dasymetric, Weights: find("buildings"), Weight: WeightSpec{Field: "levels"},
	}, func(*Matrix) {})
	b.Run("cached-count-sum", func(b *testing.B) {
		cache, err := NewCache(64<<20, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			m, err := cache.Get(context.Background(), points)
			if err != nil {
				b.Fatal(err)
			}
			countAndSum(m)
		}
	})
}
