package tiles

import (
	"maps"
	"math"
	"slices"
	"testing"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/tiles/mvt"
)

// lambert is the grid of IGN in Lambert-93: squares of 53,687 km halved again and again.
var lambert = &Grid{CRS: crs.EPSG(2154), Top: 12_000_000, Side: 256 * 0.1 * (1 << 21), Deeper: 1}

// levelOf gives the side of a tile of a level in metres.
func levelOf(g *Grid, z uint32) float64 { return math.Ldexp(g.Side, -int(z)) }

// TestGridsDrawInTheirPlane: what is stored in the plane of a grid is where arithmetic has
// it, to the rounding of a unit; what is stored elsewhere is where PROJ has it.
func TestGridsDrawInTheirPlane(t *testing.T) {
	const left, bottom, side = 351_000.0, 6_789_000.0, 400.0
	ring := []float64{left, bottom, left + side, bottom, left + side, bottom + side, left, bottom + side, left, bottom}
	way, err := crs.NewTransformer(lambert.CRS, crs.EPSG(3948))
	if err != nil {
		t.Fatal(err)
	}
	defer way.Close()
	elsewhere := append([]float64{}, ring...)
	if err := way.Forward(elsewhere); err != nil {
		t.Fatal(err)
	}
	m := &memory{}
	m.add("ici", geo.Polygon, referentials.TilePolicy{}, polygonOf(ring)).CRS = lambert.CRS
	m.add("ailleurs", geo.Polygon, referentials.TilePolicy{}, polygonOf(elsewhere)).CRS = crs.EPSG(3948)
	tiler := New(Options{Grid: lambert})
	p := m.public(t)
	for _, z := range []uint32{9, 13, 15, 17} {
		tile := levelOf(lambert, z)
		x, y := uint32((left+1)/tile), uint32((lambert.Top-bottom-side+1)/tile)
		unit := tile / mvt.Extent
		_, layers, _ := drawn(t, tiler, p, []string{"ici", "ailleurs"}, z, x, y)
		if len(layers) != 2 {
			t.Fatalf("%d/%d/%d: %d layers", z, x, y, len(layers))
		}
		for _, l := range layers {
			if side < 20*unit {
				continue // a pixel stands for it
			}
			least := [2]float64{math.Inf(1), math.Inf(1)}
			for i, v := range l.Features[0].Paths[0] {
				least[i&1] = min(least[i&1], float64(v))
			}
			gotLeft, gotTop := float64(x)*tile+least[0]*unit, lambert.Top-float64(y)*tile-least[1]*unit
			if math.Abs(gotLeft-left) > unit || math.Abs(gotTop-bottom-side) > unit {
				t.Errorf("%s at level %d begins at %v, %v, not %v, %v", l.Name, z, gotLeft, gotTop, left, bottom+side)
			}
		}
	}
}

// rennesIn gives where Rennes is in the plane of a grid.
func rennesIn(t *testing.T, g *Grid) []float64 {
	t.Helper()
	way, err := crs.NewTransformer(crs.CRS84, g.CRS)
	if err != nil {
		t.Fatal(err)
	}
	defer way.Close()
	xy := []float64{rennes[0], rennes[1]}
	if err := way.Forward(xy); err != nil {
		t.Fatal(err)
	}
	return xy
}

// TestGridsShiftPolicies: a layer appears at the level of about the scale of its zoom.
func TestGridsShiftPolicies(t *testing.T) {
	m := &memory{}
	m.add("p", geo.Point, referentials.TilePolicy{MinZoom: 10, MaxZoom: 14, FieldZooms: map[string]uint8{"nom": 12}}, pointAt(rennes[0], rennes[1]))
	tiler, p := New(Options{Grid: lambert}), m.public(t)
	xy := rennesIn(t, lambert)
	for z, want := range map[uint32]int{10: 0, 11: 1, 12: 1, 13: 2, 21: 2} {
		tile := levelOf(lambert, z)
		_, layers, _ := drawn(t, tiler, p, []string{"p"}, z, uint32(xy[0]/tile), uint32((lambert.Top-xy[1])/tile))
		switch {
		case want == 0:
			if len(layers) != 0 {
				t.Errorf("level %d shows it already", z)
			}
		case len(layers) != 1 || len(layers[0].Features[0].Tags) != want:
			t.Errorf("level %d: %+v, want %d attributes", z, layers, want)
		}
	}
}

// TestGridsTakeAnything: what has no image in a plane, or lies far beyond its square, is no
// harm.
func TestGridsTakeAnything(t *testing.T) {
	m := &memory{}
	world := polygonOf([]float64{-180, -90, 180, -90, 180, 90, -180, 90, -180, -90})
	m.add("monde", geo.Any, referentials.TilePolicy{}, world, pointAt(0, -90), pointAt(179.9, 0), lineOf(-170, 80, 170, -80), pointAt(rennes[0], rennes[1]))
	tiler, p := New(Options{Grid: lambert}), m.public(t)
	for z := range uint32(8) {
		for x := range uint32(1) << z {
			if z > 3 && x > 2 {
				break
			}
			drawn(t, tiler, p, []string{"monde"}, z, x, min(x, 1<<z-1))
		}
	}
}

// TestGridsThinPoints: in another plane too a cell shows one point, whoever is shown stays
// at deeper levels, and all are counted.
func TestGridsThinPoints(t *testing.T) {
	const n, thin = 20_000, 4
	m := &memory{}
	m.add("adresses", geo.Point, referentials.TilePolicy{MaxZoom: 17, Thin: thin}, manyPoints(n)...)
	tiler, p := New(Options{Grid: lambert}), m.public(t)
	xy := rennesIn(t, lambert)
	const side = thin << pixelBits // of a cell, in tile units
	const far = 30_000             // metres, from the middle of the points
	var before []uint64
	for z := uint32(8); z <= 12; z++ {
		tile := levelOf(lambert, z)
		sum := 0
		shown := map[uint64]bool{}
		for x := uint32((xy[0] - far) / tile); x <= uint32((xy[0]+far)/tile); x++ {
			for y := uint32((lambert.Top - xy[1] - far) / tile); y <= uint32((lambert.Top-xy[1]+far)/tile); y++ {
				_, layers, _ := drawn(t, tiler, p, []string{"adresses"}, z, x, y)
				if len(layers) == 0 {
					continue
				}
				cells := map[[2]int32]bool{}
				for _, f := range layers[0].Features {
					px, py := f.Paths[0][0], f.Paths[0][1]
					if min(px, py) < 0 || max(px, py) >= mvt.Extent {
						continue
					}
					sum += countOf(f)
					shown[f.ID] = true
					cell := [2]int32{px / side, py / side}
					if px%side != 0 && py%side != 0 { // else rounding may have put it into the next
						if cells[cell] {
							t.Fatalf("%d/%d/%d: cell %v shows two points", z, x, y, cell)
						}
						cells[cell] = true
					}
				}
			}
		}
		if sum != n || len(shown) > n*9/10 {
			t.Errorf("level %d: %d points stand for %d of %d", z, len(shown), sum, n)
		}
		for _, id := range before {
			if !shown[id] {
				t.Errorf("level %d: point %d disappears", z, id)
			}
		}
		before = slices.Collect(maps.Keys(shown))
	}
}
