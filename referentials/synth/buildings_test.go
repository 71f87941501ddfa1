package synth

import (
	"context"
	"testing"

	"github.com/twpayne/go-geos"
)

// TestBuildingsStandApart lets GEOS judge every footprint of a town: valid, within its
// block, off the ground of streets, and apart from the others. Coordinates on whole
// centimetres let shared walls overlap by slivers, which are bounded here.
func TestBuildingsStandApart(t *testing.T) {
	const sliver = 0.06 // m²
	m, err := survey(context.Background(), 8_000, 11)
	if err != nil {
		t.Fatal(err)
	}
	p := &plot{town: m.town, fr: m.fronts}
	buildings, addresses, homeless := 0, 0, 0
	for _, f := range m.blocks {
		p.build(f)
		block := geosPolygon(p.ring)
		if !block.IsValid() {
			t.Fatalf("block %d is not valid: %s", f, block.IsValidReason())
		}
		shapes := make([]*geos.Geom, len(p.buildings))
		for i := range p.buildings {
			shapes[i] = geosPolygon(p.buildings[i].ring)
			if !shapes[i].IsValid() {
				t.Fatalf("block %d: %s", f, shapes[i].IsValidReason())
			}
			if !block.Contains(shapes[i]) {
				t.Errorf("block %d: a building leaves it: %s", f, shapes[i].ToWKT())
			}
			for _, o := range shapes[:i] {
				if shapes[i].Intersects(o) {
					if a := shapes[i].Intersection(o).Area(); a > sliver {
						t.Errorf("block %d: two buildings share %.2f m²", f, a)
					}
				}
			}
		}
		rg := m.fronts.blocks[f]
		for s := rg[0]; s < rg[1]; s++ {
			sd := &m.fronts.sides[s]
			line := geos.NewLineString(coordinates(p.frontOf(sd).points))
			for i := range shapes {
				if d := shapes[i].Distance(line); d < sd.front-0.05 {
					t.Errorf("block %d: a building %.2f m from a street line of half-width %g", f, d, sd.front)
				}
			}
		}
		buildings += len(p.buildings)
		addresses += len(p.addresses)
		for i := range p.addresses {
			if p.addresses[i].building < 0 {
				homeless++
			}
		}
	}
	if addresses != 8_000 {
		t.Errorf("%d addresses", addresses)
	}
	if share := float64(buildings) / float64(addresses); share < 0.5 || share > 0.9 {
		t.Errorf("%.2f buildings per address", share)
	}
	if homeless > addresses/100 {
		t.Errorf("%d of %d addresses have no building", homeless, addresses)
	}
}

func coordinates(ps []pt) [][]float64 {
	out := make([][]float64, len(ps))
	for i, p := range ps {
		out[i] = []float64{p.x, p.y}
	}
	return out
}

func geosPolygon(ring []pt) *geos.Geom {
	c := coordinates(ring)
	return geos.NewPolygon([][][]float64{append(c, c[0])})
}

// TestHeights checks what the registers say of buildings against each other.
func TestHeights(t *testing.T) {
	dir, _ := generate(t, 4000, 12)
	ids := map[string]bool{}
	tall := 0
	for _, s := range readLayer(t, dir, "batiments.geojson") {
		v := func(name string) float64 { f, _ := s.Properties[name].(float64); return f }
		id := s.text("gml_id")
		if ids[id] {
			t.Errorf("%s is there twice", id)
		}
		ids[id] = true
		if v("zmax") < v("zmin")+v("hauteur") || v("hauteur") < 2.5*v("niveau") || v("niveau") < 1 {
			t.Errorf("%s: %g levels, %g m, from %g to %g m", id, v("niveau"), v("hauteur"), v("zmin"), v("zmax"))
		}
		if y := s.int("jannat"); y != 0 && (y < 1600 || y > 2025) {
			t.Errorf("%s was built in %d", id, y)
		}
		if s.int("nb_maison")+s.int("nb_appart") != s.int("nb_logement") {
			t.Errorf("%s: houses and flats are not its dwellings", id)
		}
		if v("niveau") >= 8 {
			tall++
		}
	}
	if tall == 0 {
		t.Error("no building of 8 levels")
	}
}
