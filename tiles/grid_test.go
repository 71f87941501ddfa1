package tiles

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"socle/geo/crs"
	"socle/referentials"
)

// TestProjectAgainstPROJ compares world units with PROJ's own Web Mercator.
func TestProjectAgainstPROJ(t *testing.T) {
	mercator, err := crs.NewTransformer(crs.CRS84, crs.EPSG(3857))
	if err != nil {
		t.Fatal(err)
	}
	defer mercator.Close()
	const half = 20037508.342789244 // metres from the centre of the world to its edges
	rng := rand.New(rand.NewPCG(1, 1))
	for range 2000 {
		lonLat := []float64{rng.Float64()*360 - 180, rng.Float64()*170 - 85}
		x, y := project(lonLat[0], lonLat[1])
		xy := []float64{lonLat[0], lonLat[1]}
		if err := mercator.Forward(xy); err != nil {
			t.Fatal(err)
		}
		wantX, wantY := (xy[0]+half)/(2*half)*worldSize, (half-xy[1])/(2*half)*worldSize
		if math.Abs(float64(x)-wantX) > 0.51 || math.Abs(float64(y)-wantY) > 0.51 {
			t.Fatalf("%v is at %d %d, want %.2f %.2f", lonLat, x, y, wantX, wantY)
		}
		back := unproject(float64(x), float64(y))
		if math.Abs(back[0]-lonLat[0]) > 1e-7 || math.Abs(back[1]-lonLat[1]) > 1e-7 {
			t.Fatalf("%v comes back as %v", lonLat, back)
		}
	}
}

func TestProjectHoldsTheWorldsEdges(t *testing.T) {
	const last = worldSize - 1
	for _, c := range []struct {
		lon, lat float64
		x, y     uint32
	}{{-180, maxLatitude, 0, 0}, {180, -maxLatitude, last, last}, {0, 90, 1 << 31, 0}, {0, -90, 1 << 31, last}, {-181, 0, 0, 1 << 31}, {200, 0, last, 1 << 31}} {
		if x, y := project(c.lon, c.lat); x != c.x || y != c.y {
			t.Errorf("%g %g is at %d %d, want %d %d", c.lon, c.lat, x, y, c.x, c.y)
		}
	}
}

func TestFrames(t *testing.T) {
	for _, bad := range [][3]uint32{{0, 1, 0}, {0, 0, 1}, {3, 8, 0}, {3, 0, 8}, {MaxZoom + 1, 0, 0}, {40, 0, 0}, {3, math.MaxUint32, 0}} {
		if _, err := newFrame(bad[0], bad[1], bad[2]); referentials.CodeOf(err) != referentials.NotFound {
			t.Errorf("%v gives %v", bad, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		z := rapid.Uint32Range(0, MaxZoom).Draw(t, "z")
		last := uint32(1)<<z - 1
		f, err := newFrame(z, rapid.Uint32Range(0, last).Draw(t, "x"), rapid.Uint32Range(0, last).Draw(t, "y"))
		if err != nil {
			t.Fatal(err)
		}
		wx, wy := rapid.Uint32().Draw(t, "wx"), rapid.Uint32().Draw(t, "wy")
		x, y := f.place(wx, wy)
		// Half a tile unit is the most that rounding moves a vertex.
		unit := float64(uint64(worldSize)>>z) / 4096
		for _, c := range [][3]float64{{float64(wx), float64(f.x), float64(x)}, {float64(wy), float64(f.y), float64(y)}} {
			want := c[0]/unit - c[1]*4096
			if math.Abs(c[2]-want) > 0.5 {
				t.Fatalf("placed at %g, want %g", c[2], want)
			}
		}
	})
}

func TestBetween(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wide := rapid.Int64Range(-1<<35, 1<<35)
		narrow := rapid.Int64Range(-5, 5)
		any := rapid.OneOf(wide, narrow)
		u0, u1, v0, v1 := any.Draw(t, "u0"), any.Draw(t, "u1"), any.Draw(t, "v0"), any.Draw(t, "v1")
		if u0 == u1 {
			return
		}
		u := rapid.Int64Range(min(u0, u1), max(u0, u1)).Draw(t, "u")
		got := between(u, u0, v0, u1, v1)
		if back := between(u, u1, v1, u0, v0); back != got {
			t.Fatalf("%d one way, %d the other", got, back)
		}
		exact := big.NewRat(1, 1).SetFrac(big.NewInt(0).Mul(big.NewInt(u-u0), big.NewInt(v1-v0)), big.NewInt(u1-u0))
		exact.Add(exact, new(big.Rat).SetInt64(v0))
		off := exact.Sub(exact, new(big.Rat).SetInt64(got))
		if off.Abs(off).Cmp(big.NewRat(1, 2)) > 0 {
			t.Fatalf("got %d, which is %s off", got, off)
		}
	})
}
