package crs

import (
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
)

func TestCoverHoldsTheBox(t *testing.T) {
	for _, c := range []struct {
		from CRS
		box  orb.Bound
	}{
		{EPSG(2154), orb.Bound{Min: orb.Point{100_000, 6_100_000}, Max: orb.Point{1_200_000, 7_100_000}}},
		{EPSG(3948), orb.Bound{Min: orb.Point{1_350_000, 7_220_000}, Max: orb.Point{1_350_500, 7_220_500}}},
		{EPSG(3857), orb.Bound{Min: orb.Point{-200_000, 6_000_000}, Max: orb.Point{0, 6_100_000}}},
		{EPSG(3035), orb.Bound{Min: orb.Point{2_500_000, 1_500_000}, Max: orb.Point{6_000_000, 5_000_000}}},
		{EPSG(4326), orb.Bound{Min: orb.Point{1, 2}, Max: orb.Point{3, 4}}},
	} {
		way, err := NewTransformer(c.from, CRS84)
		if err != nil {
			t.Fatal(err)
		}
		defer way.Close()
		cover, err := Cover(c.box, way)
		if err != nil {
			t.Fatal(err)
		}
		if cover.Min[0] == -180 {
			t.Errorf("%s: %v is covered by the world", c.from, c.box)
		}
		r := rand.New(rand.NewPCG(1, 2))
		xy := make([]float64, 20_000)
		for i := 0; i < len(xy); i += 2 {
			for axis := range 2 {
				// Half of the points lie on the border.
				f := min(max(r.Float64()*2-0.5, 0), 1)
				xy[i+axis] = c.box.Min[axis] + f*(c.box.Max[axis]-c.box.Min[axis])
			}
		}
		if err := way.Forward(xy); err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(xy); i += 2 {
			if !cover.Contains(orb.Point{xy[i], xy[i+1]}) {
				t.Fatalf("%s: %v of the box lies outside of %v", c.from, xy[i:i+2], cover)
			}
		}
	}
}

func TestCoverFallsBackToTheWorld(t *testing.T) {
	way, err := NewTransformer(EPSG(2154), CRS84)
	if err != nil {
		t.Fatal(err)
	}
	defer way.Close()
	for _, box := range []orb.Bound{
		{Min: orb.Point{-1e30, -1e30}, Max: orb.Point{1e30, 1e30}},
		{Min: orb.Point{-2e7, -2e7}, Max: orb.Point{2e7, 2e7}},
	} {
		if cover, err := Cover(box, way); err != nil || cover.Min != (orb.Point{-180, -90}) || cover.Max != (orb.Point{180, 90}) {
			t.Errorf("%v is covered by %v, %v", box, cover, err)
		}
	}
}
