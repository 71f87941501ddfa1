package tiles

import (
	"slices"
	"testing"

	"socle/geo"
	"socle/referentials"
	"socle/tiles/mvt"
)

// countOf gives how many points a feature stands for.
func countOf(f mvt.Feature) int {
	for _, tag := range f.Tags {
		if tag.Key == CountField {
			return int(tag.Value.(uint64))
		}
	}
	return 1
}

// TestThinnedPointsAreCounted draws points from afar: no cell shows two, whoever is shown
// stays at deeper zooms, and the counts add up to all of them, those a filter leaves too.
func TestThinnedPointsAreCounted(t *testing.T) {
	const n = 30_000
	m := new(memory)
	m.add("adresses", geo.Point, referentials.TilePolicy{MaxZoom: 17, Thin: 2}, manyPoints(n)...)
	p, tiler := m.public(t), New(Options{})
	even := func(row int) bool { return row%2 == 0 }
	var before []uint64
	for z := uint32(6); z <= 9; z++ {
		x, y := tileAt(rennes, z)
		for _, c := range []struct {
			rows func(int) bool
			want int
		}{{nil, n}, {even, n / 2}} {
			tile, s, err := tiler.Select(t.Context(), nil, p, []Selection{{ID: "adresses", Rows: c.rows}}, z, x, y)
			if err != nil {
				t.Fatal(err)
			}
			layers, err := mvt.Decode(tile)
			if err != nil {
				t.Fatal(err)
			}
			sum := 0
			cells := map[[2]int32]bool{}
			var shown []uint64
			for _, f := range layers[0].Features {
				cell := [2]int32{f.Paths[0][0] >> 5, f.Paths[0][1] >> 5}
				// Tile units are rounded: a point near the edge of a cell may seem in the next.
				if f.Paths[0][0]%32 != 0 && f.Paths[0][1]%32 != 0 {
					if cells[cell] {
						t.Fatalf("zoom %d: cell %v shows two points", z, cell)
					}
					cells[cell] = true
				}
				if c.rows != nil && !c.rows(int(f.ID)) {
					t.Fatalf("zoom %d: row %d is drawn", z, f.ID)
				}
				shown = append(shown, f.ID)
				sum += countOf(f)
			}
			if sum != c.want || s.Features+s.Thinned != c.want || s.Thinned == 0 {
				t.Errorf("zoom %d: the counts sum up to %d of %d (%+v)", z, sum, c.want, s)
			}
			if c.rows == nil {
				slices.Sort(shown)
				for _, id := range before {
					if _, ok := slices.BinarySearch(shown, id); !ok {
						t.Errorf("zoom %d: point %d disappears", z, id)
					}
				}
				before = shown
			}
		}
	}
	// Where there is no room for them, cells grow, and still all are counted.
	x, y := tileAt(rennes, 8)
	tile, layers, s := drawn(t, New(Options{Bytes: 5_000}), p, []string{"adresses"}, 8, x, y)
	sum := 0
	for _, f := range layers[0].Features {
		sum += countOf(f)
	}
	if len(tile) > 5_000 || sum != n || s.Dropped != 0 {
		t.Errorf("%d bytes stand for %d points: %+v", len(tile), sum, s)
	}
	x, y = tileAt(rennes, 17)
	if _, _, s := drawn(t, tiler, p, []string{"adresses"}, 17, x, y); s.Thinned != 0 {
		t.Errorf("%+v at the deepest zoom", s)
	}
}

func TestSelections(t *testing.T) {
	m := new(memory)
	d := m.add("sites", geo.Point, referentials.TilePolicy{Fields: []string{"nom"}, FieldZooms: map[string]uint8{"nom": 12}}, pointAt(rennes[0], rennes[1]))
	d.Fields = append(d.Fields, referentials.Field{Name: "vu", Type: referentials.Integer})
	m.rows["sites"][0].Values = append(m.rows["sites"][0].Values, referentials.IntegerValue(3))
	p, tiler := m.public(t), New(Options{})
	n, nom, vu := mvt.Tag{Key: "n", Value: uint64(0)}, mvt.Tag{Key: "nom", Value: "rue A"}, mvt.Tag{Key: "vu", Value: uint64(3)}
	for _, c := range []struct {
		name   string
		fields []string
		z      uint32
		want   []mvt.Tag
		code   referentials.Code
	}{
		{"the policy's", nil, 14, []mvt.Tag{nom}, ""},
		{"less from afar", nil, 11, nil, ""},
		{"one of the policy's", []string{"nom"}, 14, []mvt.Tag{nom}, ""},
		{"others", []string{"vu", "n"}, 14, []mvt.Tag{vu, n}, ""},
		{"none", []string{}, 14, nil, ""},
		{"unknown", []string{"prix"}, 14, nil, referentials.Invalid},
		{"twice", []string{"n", "n"}, 14, nil, referentials.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			x, y := tileAt(rennes, c.z)
			tile, _, err := tiler.Select(t.Context(), nil, p, []Selection{{ID: "sites", Fields: c.fields}}, c.z, x, y)
			if referentials.CodeOf(err) != c.code {
				t.Fatalf("got %v, want %q", err, c.code)
			}
			if c.code != "" {
				return
			}
			layers, err := mvt.Decode(tile)
			if err != nil {
				t.Fatal(err)
			}
			if got := layers[0].Features[0].Tags; !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// TestLabels draws label points: each polygon large enough has one, inside it, in one tile.
func TestLabels(t *testing.T) {
	m := new(memory)
	shapes := readIRIS(t)
	m.add("iris", geo.MultiPolygon, referentials.TilePolicy{MaxZoom: 15, Labels: true}, shapes...).Fields[1].Role = referentials.Label
	p, tiler := m.public(t), New(Options{})
	const z = 15
	x0, y0 := tileAt([2]float64{-2, 48.35}, z)
	x1, y1 := tileAt([2]float64{-1.4, 47.9}, z)
	seen := map[uint64]bool{}
	for x := x0; x <= x1; x++ {
		for y := y0; y <= y1; y++ {
			tile, s, err := tiler.Tile(t.Context(), nil, p, []string{"iris"}, z, x, y)
			if err != nil {
				t.Fatal(err)
			}
			layers, err := mvt.Decode(tile)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range layers {
				if l.Name != "iris"+referentials.LabelSuffix {
					continue
				}
				if len(l.Features) != s.Labels {
					t.Fatalf("%d labels, %+v", len(l.Features), s)
				}
				for _, f := range l.Features {
					if seen[f.ID] {
						t.Fatalf("%d is labelled twice", f.ID)
					}
					seen[f.ID] = true
					if len(f.Tags) != 2 || f.Tags[1].Key != "nom" {
						t.Fatalf("label %d says %v", f.ID, f.Tags)
					}
					unit := float64(uint64(worldSize)>>z) / mvt.Extent
					at := unproject((float64(x)*4096+float64(f.Paths[0][0]))*unit, (float64(y)*4096+float64(f.Paths[0][1]))*unit)
					if !inside(&shapes[f.ID], at[0], at[1]) {
						t.Errorf("the label of %d is outside it", f.ID)
					}
				}
			}
		}
	}
	if len(seen) != len(shapes) {
		t.Errorf("%d of %d polygons are labelled", len(seen), len(shapes))
	}
}

// inside counts the borders west of a place.
func inside(g *geo.Geometry, x, y float64) (in bool) {
	for i := range g.Ends {
		ring := g.Ring(i)
		for v := 2; v < len(ring); v += 2 {
			ax, ay, bx, by := ring[v-2], ring[v-1], ring[v], ring[v+1]
			if (ay > y) != (by > y) && x < (bx-ax)*(y-ay)/(by-ay)+ax {
				in = !in
			}
		}
	}
	return in
}
