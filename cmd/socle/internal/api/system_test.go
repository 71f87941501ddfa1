package api

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"socle/geo/crs"
)

// TestWindowAgainstEveryRow compares what a bbox finds with a look at every row, in each
// system a collection is offered in.
func TestWindowAgainstEveryRow(t *testing.T) {
	a := open(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.SampledFrom([]string{"adresses", "arrets", "carreaux", "îlots", "vide", "filosofi"}).Draw(t, "id")
		c, _ := a.public().Collection(id)
		if !c.Descriptor().HasGeometry() {
			c, _ = a.public().Collection("îlots")
		}
		chosen := rapid.SampledFrom(offered(c.Descriptor())).Draw(t, "crs")
		in, err := a.systems.choose(c.Descriptor(), "crs", chosen.String())
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		extent := c.Extent()
		if in.stored {
			extent = c.StorageExtent()
		}
		if c.Len() == 0 {
			extent = orb.Bound{Min: orb.Point{-2, 48}, Max: orb.Point{-1, 49}}
		}
		side := func(k int) (float64, float64) {
			size := extent.Max[k] - extent.Min[k]
			from := extent.Min[k] + (r.Float64()*1.4-0.2)*size
			return from, from + r.Float64()*r.Float64()*size
		}
		var box orb.Bound
		box.Min[0], box.Max[0] = side(0)
		box.Min[1], box.Max[1] = side(1)
		var want []uint32
		for i := range c.Len() {
			g := c.LonLat(i)
			if in.stored {
				g = c.Geometry(i)
			}
			if g.Meets(box) {
				want = append(want, uint32(i))
			}
		}
		if in.swapped {
			box.Min[0], box.Min[1], box.Max[0], box.Max[1] = box.Min[1], box.Min[0], box.Max[1], box.Max[0]
		}
		w, err := a.systems.newWindow(box, in)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.matches(c); !slices.Equal(got, want) {
			t.Fatalf("%s in %s, box %v: rows %v, want %v", c.ID(), chosen, box, got, want)
		}
	})
}

// TestCover projects points of a box and expects them in the cover.
func TestCover(t *testing.T) {
	var s systems
	defer s.close()
	for _, test := range []struct {
		crs crs.CRS
		box orb.Bound
	}{
		{crs.EPSG(3948), orb.Bound{Min: orb.Point{1_300_000, 7_100_000}, Max: orb.Point{1_400_000, 7_300_000}}},
		{crs.EPSG(2154), orb.Bound{Min: orb.Point{100_000, 6_000_000}, Max: orb.Point{1_200_000, 7_100_000}}},
		{crs.EPSG(3035), orb.Bound{Min: orb.Point{2_500_000, 1_500_000}, Max: orb.Point{7_400_000, 5_400_000}}},
		{crs.EPSG(2154), orb.Bound{Min: orb.Point{-1e7, -1e7}, Max: orb.Point{1e7, 1e7}}},
	} {
		cover, err := s.cover(test.box, test.crs)
		if err != nil {
			t.Fatal(err)
		}
		k, err := s.of(test.crs)
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(1, 1))
		for range 1000 {
			p := []float64{
				test.box.Min[0] + r.Float64()*(test.box.Max[0]-test.box.Min[0]),
				test.box.Min[1] + r.Float64()*(test.box.Max[1]-test.box.Min[1]),
			}
			if failed, err := k.toLonLat.TryForward(p, nil); err != nil || len(failed) > 0 {
				continue
			}
			if !cover.Contains(orb.Point{p[0], p[1]}) {
				t.Fatalf("%s: %v is not in the cover %v of %v", test.crs, p, cover, test.box)
			}
		}
	}
}
