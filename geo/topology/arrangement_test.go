package topology

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/twpayne/go-geos"
	"pgregory.net/rapid"

	"socle/geo"
)

func lineOf(xy ...float64) geo.Geometry {
	return geo.Geometry{Type: geo.LineString, XY: xy, Ends: []uint32{uint32(len(xy) / 2)}}
}

func polygonOf(rings ...[]float64) geo.Geometry {
	g := geo.Geometry{Type: geo.Polygon}
	for _, r := range rings {
		g.XY = append(append(g.XY, r...), r[:2]...)
		g.EndRing()
	}
	g.EndPart()
	return g
}

func arrange(t interface{ Fatal(...any) }, perUnit int, shapes ...geo.Geometry) *Arrangement {
	a := NewArranger(perUnit)
	for k := range shapes {
		if err := a.Add(uint32(k), &shapes[k]); err != nil {
			t.Fatal(err)
		}
	}
	m, err := a.Arrange(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// everyFace traces each bounded face as a region of its own.
func everyFace(t interface{ Fatal(...any) }, m *Arrangement) []geo.Geometry {
	region := make([]uint32, m.NumFaces())
	for f := range region {
		region[f] = uint32(f) - 1 // the unbounded face is NoRegion
	}
	faces, err := m.Trace(context.Background(), region, m.NumFaces()-1)
	if err != nil {
		t.Fatal(err)
	}
	return faces
}

func TestArrangementByHand(t *testing.T) {
	square := []float64{0, 0, 10, 0, 10, 10, 0, 10}
	for _, c := range []struct {
		name   string
		shapes []geo.Geometry
		areas  string // of the faces in their order
	}{
		{"nothing", nil, "[]"},
		{"a line alone", []geo.Geometry{lineOf(0, 0, 5, 5)}, "[]"},
		{"a square", []geo.Geometry{polygonOf(square)}, "[100]"},
		{"cut in two", []geo.Geometry{polygonOf(square), lineOf(5, -1, 5, 11)}, "[50 50]"},
		{"cut twice by the same line", []geo.Geometry{polygonOf(square), lineOf(5, -1, 5, 11), lineOf(5, 11, 5, -1)}, "[50 50]"},
		{"a dangle", []geo.Geometry{polygonOf(square), lineOf(5, -1, 5, 9)}, "[100]"},
		{"an island", []geo.Geometry{polygonOf(square), polygonOf([]float64{2, 2, 4, 2, 4, 4, 2, 4})}, "[96 4]"},
		{"an island in an island", []geo.Geometry{polygonOf(square), polygonOf([]float64{2, 2, 8, 2, 8, 8, 2, 8}), polygonOf([]float64{4, 4, 6, 4, 6, 6, 4, 6})}, "[64 32 4]"},
		{"an island that touches", []geo.Geometry{polygonOf(square), polygonOf([]float64{0, 5, 2, 4, 2, 6})}, "[98 2]"},
		{"a loop that crosses itself", []geo.Geometry{lineOf(0, 0, 10, 10, 10, 0, 0, 10, 0, 0)}, "[25 25]"},
		{"a stray line within", []geo.Geometry{polygonOf(square), lineOf(2, 2, 4, 5)}, "[100]"},
	} {
		m := arrange(t, 1000, c.shapes...)
		areas := []float64{}
		for f := 1; f < m.NumFaces(); f++ {
			areas = append(areas, m.Area(uint32(f)))
		}
		if got := fmt.Sprint(areas); got != c.areas {
			t.Errorf("%s: faces of %s, want %s", c.name, got, c.areas)
		}
	}
}

// drawNet draws lines and polygons that cross, touch, repeat and nearly meet.
func drawNet(t *rapid.T) []geo.Geometry {
	coordinate := rapid.OneOf(
		rapid.Map(rapid.IntRange(0, 12), func(i int) float64 { return float64(i) * 8 }),
		rapid.Float64Range(0, 100),
		rapid.Map(rapid.IntRange(0, 2000), func(i int) float64 { return 48 + float64(i)*0.001 }),
	)
	line := rapid.Custom(func(t *rapid.T) geo.Geometry {
		return lineOf(rapid.SliceOfN(coordinate, 2, 12).Filter(func(xy []float64) bool { return len(xy)%2 == 0 && len(xy) >= 4 }).Draw(t, "xy")...)
	})
	ring := rapid.Custom(func(t *rapid.T) geo.Geometry {
		return polygonOf(rapid.SliceOfN(coordinate, 6, 12).Filter(func(xy []float64) bool { return len(xy)%2 == 0 }).Draw(t, "xy"))
	})
	return rapid.SliceOfN(rapid.OneOf(line, ring), 1, 14).Draw(t, "net")
}

// TestArrangementAgainstGEOS compares faces with what GEOS makes of the same noded lines,
// judges every outline by GEOS, and proves that they fill what they should: exactly.
func TestArrangementAgainstGEOS(t *testing.T) {
	e := NewEngine()
	defer e.Close()
	rapid.Check(t, func(t *rapid.T) {
		perUnit := rapid.SampledFrom([]int{1, 10, 1000, 10_000, 10_000_000_000}).Draw(t, "steps")
		m := arrange(t, perUnit, drawNet(t)...)
		faces := everyFace(t, m)
		var sum Steps
		for f := range faces {
			if ok, why, err := e.Valid(&faces[f]); !ok || err != nil {
				t.Fatal("face", f, faces[f], why, err)
			}
			if a, b := Area(&faces[f]), m.Area(uint32(f+1)); math.Abs(a-b) > 1e-9*max(a, 1) {
				t.Fatal("face", f, "has area", a, "and says", b)
			}
			sum = sum.Plus(m.Steps(uint32(f + 1)))
		}
		var lines []*geos.Geom
		for k := range m.NumEdges() {
			x0, y0, x1, y1 := m.Ends(k)
			lines = append(lines, e.context.NewLineString([][]float64{{x0, y0}, {x1, y1}}))
		}
		polygons := e.context.Polygonize(lines)
		if polygons.NumGeometries() != len(faces) {
			t.Fatal("GEOS finds", polygons.NumGeometries(), "faces, not", len(faces))
		}
		if a, b := polygons.Area(), m.AreaOf(sum); math.Abs(a-b) > 1e-9*max(a, 1) {
			t.Fatal("GEOS finds an area of", a, "not", b)
		}
	})
}

// TestNodingAgainstGEOS compares the faces of lines between points of a small lattice, which
// cross, touch and lie on each other all the time, with what GEOS makes of the lines themselves:
// on a fine grid they are the same but for rounding.
func TestNodingAgainstGEOS(t *testing.T) {
	e := NewEngine()
	defer e.Close()
	const rounding = 1e-4
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, rapid.SampledFrom([]int{3, 6, 12}).Draw(t, "lattice"))
		away := rapid.SampledFrom([]float64{0, -5, 6_789_000}).Draw(t, "away")
		var nets []geo.Geometry
		var lines, parts []*geos.Geom
		for range rapid.IntRange(1, 12).Draw(t, "lines") {
			var xy []float64
			var places [][]float64
			for range rapid.IntRange(2, 6).Draw(t, "vertices") {
				x, y := float64(at.Draw(t, "x")), float64(at.Draw(t, "y"))
				xy, places = append(xy, x+away, y+away), append(places, []float64{x, y})
			}
			nets, lines = append(nets, lineOf(xy...)), append(lines, e.context.NewLineString(places))
		}
		m := arrange(t, 1_000_000, nets...)
		var got, want []float64
		for f := 1; f < m.NumFaces(); f++ {
			if a := m.Area(uint32(f)); a > rounding {
				got = append(got, a)
			}
		}
		noded := e.context.NewCollection(geos.TypeIDGeometryCollection, lines).UnaryUnion()
		for i := range noded.NumGeometries() {
			parts = append(parts, noded.Geometry(i))
		}
		polygons := e.context.Polygonize(parts)
		for i := range polygons.NumGeometries() {
			if a := polygons.Geometry(i).Area(); a > rounding {
				want = append(want, a)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.EqualFunc(got, want, func(a, b float64) bool { return math.Abs(a-b) < rounding }) {
			t.Fatal("faces of", got, "and for GEOS of", want)
		}
	})
}

// TestWindings compares what covers each face with a point in polygon test, where points
// are far from every border.
func TestWindings(t *testing.T) {
	e := NewEngine()
	defer e.Close()
	rapid.Check(t, func(t *rapid.T) {
		shapes := rapid.SliceOfN(gridPolygon(e), 1, 5).Draw(t, "polygons")
		m := arrange(t, 1000, shapes...)
		faces := everyFace(t, m)
		for f := range faces {
			var x, y float64
			if err := e.with(&faces[f], func(g *geos.Geom) error {
				p := g.PointOnSurface()
				x, y = p.X(), p.Y()
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if onBorderOf(shapes, x, y) {
				continue
			}
			var want, got []uint32
			for k := range shapes {
				var o Outline
				if o.Measure(&shapes[k]); o.Covers(x, y) {
					want = append(want, uint32(k))
				}
			}
			m.EachCover(uint32(f+1), func(s uint32) { got = append(got, s) })
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatal("face", f, "lies in", got, "not in", want)
			}
		}
	})
}

// TestArrangementOnAnyProcessors compares all that is told of one net.
func TestArrangementOnAnyProcessors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	shapes := rapid.Custom(drawNet).Example(7)
	told := ""
	for _, n := range []int{1, 2, 5} {
		runtime.GOMAXPROCS(n)
		m := arrange(t, 1000, shapes...)
		now := fmt.Sprint(m, everyFace(t, m))
		if told != "" && now != told {
			t.Fatalf("%d processors tell another story", n)
		}
		told = now
	}
}

func TestArrangerRefuses(t *testing.T) {
	a := NewArranger(10000)
	for _, g := range []geo.Geometry{lineOf(0, 0, math.NaN(), 1), lineOf(0, 0, 1e300, 1), {Type: geo.LineString, XY: []float64{0, 0, 1, 1}, Ends: []uint32{9}}} {
		if err := a.Add(0, &g); err == nil {
			t.Errorf("%v passes", g)
		}
	}
	g := lineOf(0, 0, 1e9, 0)
	if err := a.Add(0, &g); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Arrange(context.Background()); err == nil {
		t.Error("a line of 1,000,000 km passes on a grid of 0.1 mm")
	}
}

func BenchmarkArrange(b *testing.B) {
	a := NewArranger(10000)
	for i := range 200 {
		at := float64(i) * 50
		for _, g := range []geo.Geometry{lineOf(at, -10, at+0.3, 10010), lineOf(-10, at, 10010, at+0.7)} {
			if err := a.Add(uint32(i), &g); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Arrange(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// onBorderOf tells whether what rounding to millimetres moves may matter to a point.
func onBorderOf(shapes []geo.Geometry, x, y float64) bool {
	for k := range shapes {
		g := &shapes[k]
		for i := range g.Ends {
			ring := g.Ring(i)
			for k := 2; k < len(ring); k += 2 {
				dx, dy, px, py := ring[k]-ring[k-2], ring[k+1]-ring[k-1], x-ring[k-2], y-ring[k-1]
				share := 0.0
				if length := dx*dx + dy*dy; length > 0 {
					share = min(max((px*dx+py*dy)/length, 0), 1)
				}
				if math.Hypot(px-share*dx, py-share*dy) < 0.005 {
					return true
				}
			}
		}
	}
	return false
}

// TestFits is where a box is too wide for a grid, or too far from the origin, each by itself.
func TestFits(t *testing.T) {
	box := func(x, y, width, height float64) orb.Bound {
		return orb.Bound{Min: orb.Point{x, y}, Max: orb.Point{x + width, y + height}}
	}
	const perUnit = 1 << 10
	const wide, far = maxSpan / perUnit, maxCoordinate / perUnit
	for _, c := range []struct {
		what string
		box  orb.Bound
		want bool
	}{
		{"a department", box(300_000, 6_700_000, 150_000, 120_000), true},
		{"as wide as it may be", box(0, 0, wide-1, 1), true},
		{"too wide", box(0, 0, wide, 1), false},
		{"too high", box(0, 0, 1, wide), false},
		{"as far as it may be", box(far-2, -far+2, 1, 1), true},
		{"too far to the east", box(far, 0, 1, 1), false},
		{"too far to the west", box(-far, 0, 1, 1), false},
		{"too far to the north", box(0, far, 1, 1), false},
		{"too far to the south", box(0, -far, 1, 1), false},
	} {
		if got := Fits(c.box, perUnit); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
}
