package topology

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"socle/geo"
)

// TestFarPieces arranges a net and the same net far away: there is twice of everything, and
// what is closed of gaps and covered is the same.
func TestFarPieces(t *testing.T) {
	moved := func(g geo.Geometry, dx, dy float64) geo.Geometry {
		g = g.Clone()
		for k := 0; k < len(g.XY); k += 2 {
			g.XY[k], g.XY[k+1] = g.XY[k]+dx, g.XY[k+1]+dy
		}
		return g
	}
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, 24)
		var net []geo.Geometry
		for range rapid.IntRange(1, 12).Draw(t, "lines") {
			var xy []float64
			for range rapid.IntRange(2, 5).Draw(t, "vertices") {
				xy = append(xy, float64(at.Draw(t, "x")), float64(at.Draw(t, "y")))
			}
			if rapid.Bool().Draw(t, "ring") {
				net = append(net, polygonOf(xy))
			} else {
				net = append(net, lineOf(xy...))
			}
		}
		away := rapid.SampledFrom([]float64{0, 30, 4096, -1e5, 1e7, 3e8, -3e8})
		dx, dy := away.Draw(t, "dx"), away.Draw(t, "dy")
		if dx == 0 && dy == 0 {
			dx = 1e6
		}
		both := slices.Clone(net)
		for _, g := range net {
			both = append(both, moved(g, dx, dy))
		}
		told := func(shapes []geo.Geometry) (m *Arrangement, ends int, areas []float64, covers int) {
			m, ends, _ = closed(t, 1000, 1.5, shapes...)
			for f := 1; f < m.NumFaces(); f++ {
				areas = append(areas, m.Area(uint32(f)))
				m.EachCover(uint32(f), func(uint32) { covers++ })
			}
			slices.Sort(areas)
			return m, ends, areas, covers
		}
		one, ends, areas, covers := told(net)
		two, endsOfTwo, areasOfTwo, coversOfTwo := told(both)
		twice := slices.Concat(areas, areas)
		slices.Sort(twice)
		if two.NumEdges() != 2*one.NumEdges() || endsOfTwo != 2*ends || coversOfTwo != 2*covers || !slices.Equal(areasOfTwo, twice) {
			t.Fatalf("%d edges, %d ends, %d covers, areas %v, and twice the net: %d, %d, %d, %v",
				one.NumEdges(), ends, covers, areas, two.NumEdges(), endsOfTwo, coversOfTwo, areasOfTwo)
		}
	})
}

// TestFarPiecesAreNoBurden arranges a town and a square at the other end of the world: in less
// than a second, where all of the town in one cell takes minutes.
func TestFarPiecesAreNoBurden(t *testing.T) {
	const across = 300
	far := polygonOf([]float64{1e8, 1e8, 1e8 + 1, 1e8, 1e8 + 1, 1e8 + 1})
	town := []geo.Geometry{far}
	for i := range across {
		var rows, columns []float64
		for k := range across {
			rows, columns = append(rows, float64(k), float64(i)), append(columns, float64(i), float64(k))
		}
		town = append(town, lineOf(rows...), lineOf(columns...))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	a := NewArranger(1000)
	for k := range town {
		if err := a.Add(uint32(k), &town[k]); err != nil {
			t.Fatal(err)
		}
	}
	m, err := a.Arrange(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := m.NumFaces(), 2+(across-1)*(across-1); got != want {
		t.Errorf("%d faces, not %d", got, want)
	}
}
