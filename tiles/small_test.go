package tiles

import (
	"math"
	"testing"

	"socle/geo"
	"socle/referentials"
	"socle/tiles/mvt"
)

// isSimple judges a ring by comparing each side with each.
func isSimple(ring []int32) bool {
	cross := func(a, b, c int) int64 {
		return (int64(ring[b])-int64(ring[a]))*(int64(ring[c+1])-int64(ring[a+1])) - (int64(ring[b+1])-int64(ring[a+1]))*(int64(ring[c])-int64(ring[a]))
	}
	on := func(a, b, p int) bool {
		return cross(a, b, p) == 0 && min(ring[a], ring[b]) <= ring[p] && ring[p] <= max(ring[a], ring[b]) &&
			min(ring[a+1], ring[b+1]) <= ring[p+1] && ring[p+1] <= max(ring[a+1], ring[b+1])
	}
	n := len(ring)
	for a := 0; a < n; a += 2 {
		b := (a + 2) % n
		for c := a + 2; c < n; c += 2 {
			d := (c + 2) % n
			switch {
			case c == b && (on(a, b, d) || on(c, d, a)), d == a && (on(c, d, b) || on(a, b, c)):
				return false
			case c == b || d == a:
			case on(a, b, c) || on(a, b, d) || on(c, d, a) || on(c, d, b):
				return false
			case (cross(a, b, c) > 0) != (cross(a, b, d) > 0) && (cross(c, d, a) > 0) != (cross(c, d, b) > 0):
				return false
			}
		}
	}
	return n >= 6
}

// TestSmallPolygonsKeepTheirArea draws a town from ever further away: the area drawn stays
// that of its buildings.
func TestSmallPolygonsKeepTheirArea(t *testing.T) {
	shapes := town(20_000)
	m := new(memory)
	m.add("batiments", geo.Polygon, referentials.TilePolicy{MaxZoom: 16}, shapes...)
	m.add("sans", geo.Polygon, referentials.TilePolicy{MaxZoom: 16, Small: referentials.DroppedSmall}, shapes...)
	m.add("tous", geo.Polygon, referentials.TilePolicy{MaxZoom: 16, Small: referentials.KeptSmall}, shapes[:500]...)
	p, tiler := m.public(t), New(Options{Bytes: 50_000_000})
	c, _ := p.Collection("batiments")
	l := buildLayer(c, 128)
	want := 0.0
	for k := range l.rows {
		for path := l.first[k]; path < l.first[k+1]; path++ {
			a, b := l.path(path)
			want += doubleArea(l.xy[2*a : 2*b])
		}
	}
	for z := uint32(8); z <= 14; z++ {
		sum := 0.0
		var total Stats
		x, y := tileAt([2]float64{rennes[0] - 0.2, rennes[1] + 0.15}, z)
		x1, y1 := tileAt([2]float64{rennes[0] + 0.2, rennes[1] - 0.15}, z)
		for tx := x; tx <= x1; tx++ {
			for ty := y; ty <= y1; ty++ {
				_, layers, s := drawn(t, tiler, p, []string{"batiments"}, z, tx, ty)
				total.Add(s)
				for _, layer := range layers {
					for _, f := range layer.Features {
						// Each is counted in the tile that has its first vertex.
						if v := f.Paths[0]; v[0] >= 0 && v[0] < 4096 && v[1] >= 0 && v[1] < 4096 {
							for _, ring := range f.Paths {
								sum += float64(mvt.DoubleArea(ring)) * squareUnit(int(z))
							}
						}
					}
				}
			}
		}
		if math.Abs(sum/want-1) > 0.06 {
			t.Errorf("zoom %d: the area drawn is %.3f of that of the buildings (%+v)", z, sum/want, total)
		}
	}
	x, y := tileAt(rennes, 8)
	if _, layers, s := drawn(t, tiler, p, []string{"sans"}, 8, x, y); len(layers) != 0 || s.Unseen == 0 || s.Merged != 0 {
		t.Errorf("small buildings are drawn though they are to be dropped: %+v", s)
	}
	x, y = tileAt(rennes, 13)
	if _, _, s := drawn(t, tiler, p, []string{"tous"}, 13, x, y); s.Merged != 0 {
		t.Errorf("%+v where all are to be kept", s)
	}
}

// TestEditsStayLocal makes buildings larger, one by one: tiles that are not near keep their
// bytes, from so far that most buildings are small.
func TestEditsStayLocal(t *testing.T) {
	const z = 11
	shapes := town(5_000)
	m := new(memory)
	m.add("batiments", geo.Polygon, referentials.TilePolicy{MaxZoom: 16}, shapes...)
	p, tiler := m.public(t), New(Options{})
	cx, cy := tileAt(rennes, z)
	draw := func() (out [25]string) {
		for i := range uint32(25) {
			tile, _, _ := drawn(t, tiler, p, []string{"batiments"}, z, cx-2+i%5, cy-2+i/5)
			out[i] = string(tile)
		}
		return out
	}
	before := draw()
	changed := 0
	for _, row := range []int{1, 2, 3, 4, 5, 6} {
		grown := shapes[row].Clone()
		for i, v := range grown.XY {
			grown.XY[i] += 0.5 * (v - grown.XY[i%2])
		}
		m.rows["batiments"][row].Geom = grown
		m.revision++
		p = m.public(t)
		after := draw()
		ax, ay := tileAt([2]float64{grown.XY[0], grown.XY[1]}, z)
		for i := range uint32(25) {
			x, y := cx-2+i%5, cy-2+i/5
			switch {
			case before[i] == after[i]:
			case max(x, ax)-min(x, ax) > 1 || max(y, ay)-min(y, ay) > 1:
				t.Errorf("%d/%d/%d changes with a building of %d/%d/%d", z, x, y, z, ax, ay)
			default:
				changed++
			}
		}
		before = after
	}
	if changed == 0 {
		t.Error("no tile changes")
	}
}
