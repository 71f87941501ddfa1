package topology

import (
	"context"
	"math"
	"testing"

	"pgregory.net/rapid"

	"socle/geo"
)

// closed arranges shapes with their gaps closed.
func closed(t interface{ Fatal(...any) }, perUnit int, reach float64, shapes ...geo.Geometry) (m *Arrangement, ends int, length float64) {
	a := NewArranger(perUnit)
	for k := range shapes {
		if err := a.Add(uint32(k), &shapes[k]); err != nil {
			t.Fatal(err)
		}
	}
	ends, length, err := a.CloseGaps(context.Background(), reach)
	if err != nil {
		t.Fatal(err)
	}
	if m, err = a.Arrange(context.Background()); err != nil {
		t.Fatal(err)
	}
	return m, ends, length
}

func TestCloseGaps(t *testing.T) {
	square := polygonOf([]float64{0, 0, 100, 0, 100, 100, 0, 100})
	for _, c := range []struct {
		name   string
		lines  []geo.Geometry
		faces  int // bounded
		ends   int
		length float64
	}{
		{"it meets both sides", []geo.Geometry{lineOf(0, 50, 100, 50)}, 2, 0, 0},
		{"it falls short of one", []geo.Geometry{lineOf(0, 50, 99.5, 50)}, 2, 1, 0.5},
		{"it falls short of both", []geo.Geometry{lineOf(0.25, 50, 99.5, 50)}, 2, 2, 0.75},
		{"a dead end", []geo.Geometry{lineOf(0, 50, 98.9, 50)}, 1, 0, 0},
		{"two that nearly meet", []geo.Geometry{lineOf(0, 50, 49.75, 50), lineOf(50.25, 50, 100, 50)}, 2, 2, 1},
		{"its own other end", []geo.Geometry{lineOf(40, 40, 60, 40, 60, 60, 40, 60, 40, 40.5)}, 1, 0, 0},
		{"a ring and its own way", []geo.Geometry{lineOf(40, 40, 60, 40, 60, 60, 40, 60, 40, 40)}, 2, 0, 0},
		{"drawn twice", []geo.Geometry{lineOf(0, 50, 99.5, 50), lineOf(99.5, 50, 0, 50)}, 2, 2, 1},
		{"its end drawn twice", []geo.Geometry{lineOf(0, 50, 99.25, 50, 99.5, 50), lineOf(90, 50, 99.25, 50, 99.5, 50)}, 2, 2, 1},
		{"two that go on", []geo.Geometry{lineOf(0, 50, 99.5, 50), lineOf(99.5, 50, 99.5, 40, 0, 40)}, 2, 0, 0},
		{"the nearest of two", []geo.Geometry{lineOf(20, 0, 20, 100), lineOf(50, 50, 20.5, 50), lineOf(19.75, 0, 19.75, 100)}, 3, 1, 0.5},
	} {
		m, ends, length := closed(t, 1000, 1, append([]geo.Geometry{square}, c.lines...)...)
		if m.NumFaces()-1 != c.faces || ends != c.ends || math.Abs(length-c.length) > 1e-9 {
			t.Errorf("%s: %d faces, %d ends, %g long", c.name, m.NumFaces()-1, ends, length)
		}
	}
}

// TestCloseGapsOnSlantedSides ends lines on slanted sides, where rounding parts them: every
// end comes to meet its side, however coarse the grid.
func TestCloseGapsOnSlantedSides(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		far := func(name string) float64 { return rapid.Float64Range(-1e3, 1e3).Draw(t, name) }
		x0, y0, long, angle := far("x0"), far("y0"), rapid.Float64Range(100, 1e3).Draw(t, "long"), rapid.Float64Range(0, 2*math.Pi).Draw(t, "angle")
		side := lineOf(x0, y0, x0+long*math.Cos(angle), y0+long*math.Sin(angle))
		share := rapid.Float64Range(0.1, 0.9).Draw(t, "share")
		x, y := side.XY[0]+share*(side.XY[2]-side.XY[0]), side.XY[1]+share*(side.XY[3]-side.XY[1])
		m, _, _ := closed(t, rapid.IntRange(10, 1e5).Draw(t, "grid"), 0.5, side, lineOf(x, y, 2e3, 3e3))
		for e := range m.NumEdges() {
			met, along := false, 0
			m.EachSource(e, func(s uint32) { met, along = met || s == 1, along+1 })
			if !met {
				continue
			}
			if along == 2 {
				return // rounding lays one on the other
			}
			// Of the line, one vertex is shared with the side: three edges meet there at least.
			for _, v := range [2]uint32{m.edges[e].a, m.edges[e].b} {
				if m.starts[v+1]-m.starts[v] >= 3 {
					return
				}
			}
		}
		t.Fatal("the line meets nothing")
	})
}
