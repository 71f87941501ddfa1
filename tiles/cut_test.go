package tiles

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"socle/tiles/mvt"
)

// TestCutRings checks that judging only what a cut has made of a simple ring comes to the
// same as judging all of it. Rings are small and cut through, so that rounding makes vertices
// meet and sides turn back at the border.
func TestCutRings(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	b := box{0, 0, 1000, 1000}
	border := mvt.Border{MaxX: 1000, MaxY: 1000}
	var judge mvt.Judge
	var whole, part mvt.Encoder
	layer := func(e *mvt.Encoder, add func()) []byte {
		e.BeginLayer("l", nil)
		e.BeginFeature(mvt.Polygon)
		add()
		e.EndFeature()
		return e.EndLayer(nil)
	}
	cut, tidied := 0, 0
	for range 60_000 {
		n := 5 + rng.IntN(12)
		radius := 3 + 12*rng.Float64()
		centre := radius * (1.4*rng.Float64() - 1) // often beyond the border, so that several parts are within
		ring, wide := make([]int32, 0, 2*n), make([]int64, 0, 2*n)
		for k := range n {
			r := radius * (0.2 + 0.8*rng.Float64())
			sin, cos := math.Sincos(2 * math.Pi * float64(k) / float64(n))
			x, y := int32(math.Round(centre+r*cos)), int32(math.Round(500+r*sin))
			ring, wide = append(ring, x, y), append(wide, int64(x), int64(y))
		}
		if mvt.DoubleArea(ring) <= 0 || !judge.Simple(ring, []int32{int32(n)}) {
			continue
		}
		clipped, _ := b.clipRing(wide, nil)
		path := make([]int32, len(clipped))
		for i, v := range clipped {
			path[i] = int32(v)
		}
		want := layer(&whole, func() { whole.AddRing(path, false) })
		got := layer(&part, func() { part.AddCutRing(path, false, &border) })
		if !bytes.Equal(got, want) || whole.Repaired() != part.Repaired() {
			t.Fatalf("%v cut to %v: %x, want %x", ring, path, got, want)
		}
		cut++
		tidied += whole.Repaired()
	}
	if cut < 10_000 || tidied == 0 {
		t.Errorf("%d rings were cut, of which %d had to be made anew", cut, tidied)
	}
}
