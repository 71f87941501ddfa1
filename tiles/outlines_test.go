package tiles

import (
	"bytes"
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
