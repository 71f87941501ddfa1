package tiles

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"testing"

	"github.com/twpayne/go-geos"

	"socle/geo"
	"socle/referentials"
	"socle/tiles/mvt"
)

// readCommunes reads the 332 communes of Ille-et-Vilaine.
func readCommunes(t testing.TB) []geo.Geometry {
	t.Helper()
	f, err := os.Open("../../shared/data/rennes/communes35.geojson.gz")
	if err != nil {
		t.Fatalf("the shared data must be beside the checkout: %v", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var collection struct {
		Features []struct {
			Geometry struct {
				Type        string
				Coordinates json.RawMessage
			}
		}
	}
	if err := json.NewDecoder(z).Decode(&collection); err != nil {
		t.Fatal(err)
	}
	var out []geo.Geometry
	for _, feature := range collection.Features {
		out = append(out, multiPolygon(t, feature.Geometry.Type, feature.Geometry.Coordinates))
	}
	return out
}

// segment is a side of a ring, its lesser end first.
type segment [4]int32

// sides counts how many rings of a layer have each side that is wholly inside the tile.
func sides(l mvt.Layer) map[segment]int {
	in := func(x, y int32) bool { return x > 0 && y > 0 && x < mvt.Extent && y < mvt.Extent }
	out := map[segment]int{}
	for _, f := range l.Features {
		for _, ring := range f.Paths {
			for i := 0; i < len(ring); i += 2 {
				k := (i + 2) % len(ring)
				s := segment{ring[i], ring[i+1], ring[k], ring[k+1]}
				if !in(s[0], s[1]) || !in(s[2], s[3]) {
					continue
				}
				if s[0] > s[2] || s[0] == s[2] && s[1] > s[3] {
					s = segment{s[2], s[3], s[0], s[1]}
				}
				out[s]++
			}
		}
	}
	return out
}

// worldSide is a side of a ring in world units, its lesser end first.
type worldSide [2][2]uint32

// outline gives the sides that only one cell of a layer has at a zoom: those of the outline
// of the whole mesh have no neighbour to be shared with.
func outline(l *layer, zoom uint8) (out []worldSide) {
	count := map[worldSide]int{}
	for path := range l.ends {
		var kept [][2]uint32
		from, to := l.path(uint32(path))
		for v := from; v < to; v++ {
			if l.from[v] <= zoom {
				kept = append(kept, [2]uint32{l.xy[2*v], l.xy[2*v+1]})
			}
		}
		for i, a := range kept {
			b := kept[(i+1)%len(kept)]
			if a[0] > b[0] || a[0] == b[0] && a[1] > b[1] {
				a, b = b, a
			}
			count[worldSide{a, b}]++
		}
	}
	for side, n := range count {
		if n == 1 {
			out = append(out, side)
		}
	}
	return out
}

// place gives the sides of an outline on a tile.
func place(outline []worldSide, f frame) map[segment]bool {
	out := map[segment]bool{}
	for _, side := range outline {
		ax, ay := f.place(side[0][0], side[0][1])
		bx, by := f.place(side[1][0], side[1][1])
		s := segment{int32(ax), int32(ay), int32(bx), int32(by)}
		if s[0] > s[2] || s[0] == s[2] && s[1] > s[3] {
			s = segment{s[2], s[3], s[0], s[1]}
		}
		out[s] = true
	}
	return out
}

// TestNeighboursShareTheirSides draws real meshes at every zoom, generalised: nearly all
// sides inside the tiles belong to exactly two cells. Sides of the outline of the mesh do
// not count.
func TestNeighboursShareTheirSides(t *testing.T) {
	m := new(memory)
	m.add("iris", geo.MultiPolygon, referentials.TilePolicy{MaxZoom: 15}, readIRIS(t)...).Mesh = true
	m.add("communes", geo.MultiPolygon, referentials.TilePolicy{MaxZoom: 14}, readCommunes(t)...).Mesh = true
	p, tiler := m.public(t), New(Options{})
	for _, id := range []string{"iris", "communes"} {
		c, _ := p.Collection(id)
		l := buildLayer(c, 128)
		for z := uint32(8); z <= 16; z++ {
			all, unshared, vertices := 0, 0, 0
			var total Stats
			alone := outline(l, uint8(z))
			x, y := tileAt(rennes, z)
			for tx := x - 1; tx <= x+1; tx++ {
				for ty := y - 1; ty <= y+1; ty++ {
					_, layers, s := drawn(t, tiler, p, []string{id}, z, tx, ty)
					total.Add(s)
					f, _ := newFrame(z, tx, ty)
					single := place(alone, f)
					for _, layer := range layers {
						for side, n := range sides(layer) {
							if !single[side] {
								all++
								if n != 2 {
									unshared++
								}
							}
						}
						for _, f := range layer.Features {
							for _, ring := range f.Paths {
								vertices += len(ring) / 2
								if !isSimple(ring) {
									t.Errorf("%s %d/%d/%d: feature %d has a ring that is not simple", id, z, tx, ty, f.ID)
								}
							}
						}
					}
				}
			}
			t.Logf("%s %d: %d vertices, %d of %d sides unshared, %+v", id, z, vertices, unshared, all, total)
			if most := map[bool]int{true: 5, false: 10}[z >= 10]; unshared*1000 > all*most {
				t.Errorf("%s at zoom %d: %d of %d sides are not shared by two cells", id, z, unshared, all)
			}
		}
	}
}

// TestMeshesStayWhole draws a mesh in ever fewer bytes: it loses detail, then attributes,
// and only then, where a tile may not be larger at all, cells.
func TestMeshesStayWhole(t *testing.T) {
	m := new(memory)
	m.add("iris", geo.MultiPolygon, referentials.TilePolicy{MaxZoom: 15}, readIRIS(t)...).Mesh = true
	p := m.public(t)
	x, y := tileAt(rennes, 10)
	full, _, s := drawn(t, New(Options{}), p, []string{"iris"}, 10, x, y)
	n := s.Features
	for _, c := range []struct {
		bytes, deepest         int
		coarser, bare, dropped bool
	}{
		{len(full), 0, false, false, false},
		{len(full) * 9 / 10, 0, true, false, false},
		{len(full) * 5 / 10, 0, true, true, false},
		{len(full) / 100, 0, true, true, false},
		{len(full) / 100, len(full) / 3, true, true, true},
	} {
		tile, layers, s := drawn(t, New(Options{Bytes: c.bytes, Deepest: c.deepest}), p, []string{"iris"}, 10, x, y)
		if (s.Coarser > 0) != c.coarser || (s.Bare > 0) != c.bare || (s.Dropped > 0) != c.dropped {
			t.Errorf("%d bytes where %d are wanted: %+v", len(tile), c.bytes, s)
		}
		if !c.dropped && s.Features != n {
			t.Errorf("%d of %d cells are drawn in %d bytes", s.Features, n, c.bytes)
		}
		for _, f := range layers[0].Features {
			for _, ring := range f.Paths {
				if !isSimple(ring) {
					t.Errorf("feature %d has a ring that is not simple", f.ID)
				}
			}
		}
	}
}

// mostOverlap is what the cells of a tile may have in common, in square tile units: slivers
// where a border that is rounded passes to the wrong side of a vertex.
const mostOverlap = 16

// TestUnionHasNoGap unites the cells of tiles with GEOS: each is valid, their areas sum up
// to that of their union, and it has no hole wider than a tile unit.
func TestUnionHasNoGap(t *testing.T) {
	m := new(memory)
	m.add("iris", geo.MultiPolygon, referentials.TilePolicy{MaxZoom: 15}, readIRIS(t)...).Mesh = true
	m.add("communes", geo.MultiPolygon, referentials.TilePolicy{MaxZoom: 14}, readCommunes(t)...).Mesh = true
	p, tiler := m.public(t), New(Options{})
	for _, id := range []string{"iris", "communes"} {
		for z := uint32(8); z <= 16; z++ {
			x, y := tileAt(rennes, z)
			_, layers, _ := drawn(t, tiler, p, []string{id}, z, x, y)
			var cells []*geos.Geom
			sum := 0.0
			for _, f := range layers[0].Features {
				g := polygonsOf(f)
				if !g.IsValid() {
					t.Errorf("%s %d/%d/%d: feature %d is not valid: %s", id, z, x, y, f.ID, g.IsValidReason())
					g = g.Buffer(0, 1)
				}
				sum += g.Area()
				cells = append(cells, g)
			}
			union := geos.NewCollection(geos.TypeIDGeometryCollection, cells).UnaryUnion()
			overlap := sum - union.Area()
			for i := range union.NumGeometries() {
				part := union.Geometry(i)
				for k := range part.NumInteriorRings() {
					hole := geos.NewPolygon([][][]float64{part.InteriorRing(k).CoordSeq().ToCoords()})
					// What is left of it when a tile unit is taken off around is a gap.
					if gap := hole.Buffer(-0.71, 4); gap.Area() > 0 {
						t.Errorf("%s %d/%d/%d: a gap of %.1f: %s", id, z, x, y, hole.Area(), hole.ToWKT())
					}
				}
			}
			if overlap > mostOverlap {
				t.Errorf("%s %d/%d/%d: %d cells overlap by %.2f square units", id, z, x, y, len(cells), overlap)
			}
		}
	}
}

// polygonsOf gives the polygons of a feature.
func polygonsOf(f mvt.Feature) *geos.Geom {
	var polygons []*geos.Geom
	var rings [][][]float64
	end := func() {
		if rings != nil {
			polygons = append(polygons, geos.NewPolygon(rings))
		}
	}
	for _, path := range f.Paths {
		var ring [][]float64
		for i := 0; i < len(path); i += 2 {
			ring = append(ring, []float64{float64(path[i]), float64(path[i+1])})
		}
		ring = append(ring, ring[0])
		if mvt.DoubleArea(path) > 0 {
			end()
			rings = nil
		}
		rings = append(rings, ring)
	}
	end()
	return geos.NewCollection(geos.TypeIDMultiPolygon, polygons)
}
