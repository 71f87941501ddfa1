package shapefile

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"socle/geo"
)

// square is a closed ring from (x, y) of a size.
func square(x, y, size float64, clockwise bool) []float64 {
	xy := []float64{x, y, x + size, y, x + size, y + size, x, y + size, x, y}
	if clockwise {
		xy = []float64{x, y, x, y + size, x + size, y + size, x + size, y, x, y}
	}
	return xy
}

func shape(rings ...[]float64) *geo.Geometry {
	g := new(geo.Geometry)
	for _, r := range rings {
		g.XY = append(g.XY, r...)
		g.EndRing()
	}
	return g
}

func TestAssemble(t *testing.T) {
	const cw, ccw = true, false
	for _, c := range []struct {
		name  string
		rings [][]float64
		want  string // parts, and the corner of each ring
	}{
		{"one ring wound wrongly", [][]float64{square(0, 0, 9, ccw)}, "[1] 0"},
		{"a hole", [][]float64{square(0, 0, 9, cw), square(1, 1, 2, ccw)}, "[2] 0 1"},
		{"the hole first", [][]float64{square(1, 1, 2, ccw), square(0, 0, 9, cw)}, "[2] 0 1"},
		{"two outer rings", [][]float64{square(0, 0, 9, cw), square(20, 20, 9, cw)}, "[1 2] 0 20"},
		{"holes of the second", [][]float64{square(0, 0, 9, cw), square(20, 20, 9, cw), square(21, 21, 1, ccw), square(23, 23, 1, ccw)}, "[1 4] 0 20 21 23"},
		{"an island in a hole", [][]float64{square(0, 0, 9, cw), square(1, 1, 7, ccw), square(2, 2, 5, cw), square(3, 3, 1, ccw)}, "[2 4] 0 1 2 3"},
		{"a hole that touches a border", [][]float64{square(0, 0, 9, cw), square(30, 0, 5, cw), square(0, 0, 3, ccw)}, "[2 3] 0 0 30"},
		{"a hole in nothing", [][]float64{square(0, 0, 9, cw), square(20, 20, 2, ccw)}, "[1 2] 0 20"},
		{"all anticlockwise", [][]float64{square(0, 0, 9, ccw), square(1, 1, 7, ccw), square(2, 2, 5, ccw), square(20, 20, 1, ccw)}, "[2 3 4] 0 1 2 20"},
		{"the same ring twice", [][]float64{square(0, 0, 9, ccw), square(0, 0, 9, ccw)}, "[1 2] 0 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := shape(c.rings...)
			assemble(g)
			if err := g.Check(); err != nil {
				t.Fatal(err)
			}
			got := fmt.Sprint(g.Parts)
			for i := range g.Ends {
				got += fmt.Sprint(" ", g.Ring(i)[0])
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// Whatever the rings, none is lost and none is split.
func TestAssembleKeepsRings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rings [][]float64
		for range rapid.IntRange(1, 8).Draw(t, "n") {
			at := func(name string) float64 { return float64(rapid.IntRange(0, 6).Draw(t, name)) }
			rings = append(rings, square(at("x"), at("y"), 1+at("size"), rapid.Bool().Draw(t, "cw")))
		}
		g := shape(rings...)
		assemble(g)
		if err := g.Check(); err != nil {
			t.Fatal(err)
		}
		var got [][]float64
		for i := range g.Ends {
			got = append(got, g.Ring(i))
		}
		slices.SortFunc(got, slices.Compare[[]float64])
		slices.SortFunc(rings, slices.Compare[[]float64])
		if fmt.Sprint(got) != fmt.Sprint(rings) {
			t.Fatalf("got %v, want %v", got, rings)
		}
	})
}
