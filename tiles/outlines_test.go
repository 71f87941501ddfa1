package tiles

import (
	"bytes"
	"math"
	"testing"

	"pgregory.net/rapid"

	"socle/geo"
	"socle/referentials"
)

// TestOutlines checks that tiles are the same with outlines as drawn vertex by vertex.
func TestOutlines(t *testing.T) {
	with, without := New(Options{}), New(Options{})
	revision := int64(0)
	placed := 0
	rapid.Check(t, func(rt *rapid.T) {
		revision++
		m := &memory{revision: revision}
		var shapes []geo.Geometry
		for range rapid.IntRange(1, 6).Draw(rt, "shapes") {
			shapes = append(shapes, drawShape(rt))
		}
		most := rapid.IntRange(1, MaxZoom).Draw(rt, "max zoom")
		z := rapid.Uint32Range(0, uint32(most)).Draw(rt, "z")
		m.add("formes", geo.Any, referentials.TilePolicy{MaxZoom: uint8(most)}, shapes...)
		p := m.public(t)
		x, y := tileAt(rennes, z)
		x, y = x+rapid.Uint32Range(0, 2).Draw(rt, "columns")-1, y+rapid.Uint32Range(0, 2).Draw(rt, "rows")-1
		x, y = x&(1<<z-1), y&(1<<z-1)
		got, _, told := drawn(rt, with, p, []string{"formes"}, z, x, y)
		c, _ := p.Collection("formes")
		bare := without.entry(p, c)
		if _, err := bare.wait(t.Context()); err != nil {
			rt.Fatal(err)
		}
		for k := range with.layers["formes"].layer.rows {
			if o := with.layers["formes"].layer.outlinesAt(z, uint8(z)); o != nil && len(o.of(k)) > 0 {
				placed++
			}
		}
		bare.layer.outlines = nil
		want, _, s := drawn(rt, without, p, []string{"formes"}, z, x, y)
		if !bytes.Equal(got, want) || told != s {
			rt.Fatalf("%x, want %x (%+v, want %+v)", got, want, told, s)
		}
	})
	if placed == 0 {
		t.Error("no shape ever had an outline")
	}
}

// TestRepairedOutlines tells of a polygon that the border of a tile spoils, whose outline there
// was made anew, as it does when it is drawn vertex by vertex.
func TestRepairedOutlines(t *testing.T) {
	const z, side = 14, 360.0 / (1 << 14)
	x, y := tileAt(rennes, z)
	border := float64(x+1)*side - 180
	lat := math.Atan(math.Sinh(math.Pi*(1-2*(float64(y)+0.5)/(1<<z)))) * 180 / math.Pi
	left, middle, right, half, gap := border-0.3*side, border+0.2*side, border+0.5*side, 0.1*side, 0.02*side
	m := &memory{}
	// Two arms reach into the tile, what joins them lies beyond its buffer.
	m.add("formes", geo.Any, referentials.TilePolicy{MaxZoom: z}, polygonOf([]float64{
		left, lat - half, right, lat - half, right, lat + half, left, lat + half,
		left, lat + gap, middle, lat + gap, middle, lat - gap, left, lat - gap, left, lat - half,
	}))
	p, with := m.public(t), New(Options{})
	got, _, told := drawn(t, with, p, []string{"formes"}, z, x, y)
	l := with.layers["formes"].layer
	f, err := newFrame(z, x, y)
	if err != nil {
		t.Fatal(err)
	}
	if outline, anew := l.outlinesAt(z, z).on(&f, &l.boxes[0][0], 0); outline == nil || !anew {
		t.Fatalf("outline %x, repaired: %v", outline, anew)
	}
	l.outlines = nil
	want, _, s := drawn(t, with, p, []string{"formes"}, z, x, y)
	if !bytes.Equal(got, want) || told != s || s.Repaired != 1 {
		t.Errorf("%x (%+v), want %x (%+v)", got, told, want, s)
	}
}
