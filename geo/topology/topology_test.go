package topology

import (
	"errors"
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/twpayne/go-geos"
	"pgregory.net/rapid"

	"socle/geo"
)

func engine(t testing.TB) *Engine {
	t.Helper()
	e := NewEngine()
	t.Cleanup(e.Close)
	return e
}

// polygons builds a shape from parts of rings of x, y pairs.
func polygons(t geo.Type, parts ...[][]float64) geo.Geometry {
	g := geo.Geometry{Type: t}
	for _, rings := range parts {
		for _, xy := range rings {
			g.XY = append(g.XY, xy...)
			g.EndRing()
		}
		g.EndPart()
	}
	return g
}

func lines(t geo.Type, parts ...[]float64) geo.Geometry {
	g := geo.Geometry{Type: t}
	for _, xy := range parts {
		g.XY = append(g.XY, xy...)
		g.EndRing()
	}
	return g
}

// square is a closed ring of that corner and side.
func square(x, y, side float64) []float64 {
	return []float64{x, y, x + side, y, x + side, y + side, x, y + side, x, y}
}

func TestRepair(t *testing.T) {
	bowTie := []float64{0, 0, 10, 10, 10, 0, 0, 10, 0, 0}
	cases := []struct {
		name   string
		in     geo.Geometry
		want   RepairResult // Reason is what the reason must contain
		typ    geo.Type
		area   float64 // once it is repaired
		failed error
	}{
		{
			name: "valid square", in: polygons(geo.Polygon, [][]float64{square(0, 0, 10)}),
			area: 100, typ: geo.Polygon,
		},
		{
			name: "unclosed", in: polygons(geo.Polygon, [][]float64{square(0, 0, 10)[:8]}),
			want: RepairResult{Changed: true, RingsClosed: 1}, area: 100, typ: geo.Polygon,
		},
		{
			name: "unclosed with repeated points", in: polygons(geo.MultiPolygon, [][]float64{{0, 0, 0, 0, 10, 0, 10, 10, 10, 10, 10, 10, 0, 10}}),
			want: RepairResult{Changed: true, RingsClosed: 1, PointsRemoved: 3}, area: 100, typ: geo.MultiPolygon,
		},
		{
			name: "bow tie becomes two parts", in: polygons(geo.Polygon, [][]float64{bowTie}),
			want: RepairResult{Changed: true, Reason: "Self-intersection"}, area: 50, typ: geo.MultiPolygon,
		},
		{
			name: "overlapping parts are united", in: polygons(geo.MultiPolygon, [][]float64{square(0, 0, 10)}, [][]float64{square(5, 0, 10)}),
			want: RepairResult{Changed: true, Reason: "Self-intersection"}, area: 150, typ: geo.MultiPolygon,
		},
		{
			name: "hole outside its shell becomes one", in: polygons(geo.Polygon, [][]float64{square(0, 0, 10), square(20, 20, 2)}),
			want: RepairResult{Changed: true, Reason: "Hole lies outside shell"}, area: 104, typ: geo.MultiPolygon,
		},
		{
			name: "spike", in: polygons(geo.Polygon, [][]float64{{0, 0, 10, 0, 10, 10, 20, 10, 10, 10, 0, 10, 0, 0}}),
			want: RepairResult{Changed: true, Reason: "Self-intersection"}, area: 100, typ: geo.Polygon,
		},
		{
			name: "one part collapses", in: polygons(geo.MultiPolygon, [][]float64{square(0, 0, 10)}, [][]float64{{20, 0, 30, 0, 20, 0}}),
			want: RepairResult{Changed: true, Dropped: 1}, area: 100, typ: geo.MultiPolygon,
		},
		{
			name: "a flat part collapses", in: polygons(geo.MultiPolygon, [][]float64{square(0, 0, 10)}, [][]float64{{20, 0, 25, 0, 30, 0, 20, 0}}),
			want: RepairResult{Changed: true, Reason: "Self-intersection", Dropped: 2}, area: 100, typ: geo.MultiPolygon,
		},
		{
			name: "a shell goes with its holes", in: polygons(geo.MultiPolygon, [][]float64{{20, 0, 30, 0, 20, 0}, square(1, 1, 1)}, [][]float64{square(0, 0, 10)}),
			want: RepairResult{Changed: true, Dropped: 2}, area: 100, typ: geo.MultiPolygon,
		},
		{name: "flat polygon", in: polygons(geo.Polygon, [][]float64{{0, 0, 5, 0, 10, 0, 0, 0}}), failed: ErrCollapsed},
		{name: "point as polygon", in: polygons(geo.Polygon, [][]float64{{0, 0, 0, 0, 0, 0, 0, 0}}), failed: ErrCollapsed},
		{
			name: "line with repeated points is valid", in: lines(geo.LineString, []float64{0, 0, 0, 0, 1, 1}),
			typ: geo.LineString,
		},
		{name: "line without length", in: lines(geo.LineString, []float64{1, 1, 1, 1}), failed: ErrCollapsed},
		{
			name: "one line without length", in: lines(geo.MultiLineString, []float64{1, 1, 1, 1}, []float64{0, 0, 1, 1}),
			want: RepairResult{Changed: true, PointsRemoved: 1, Dropped: 1}, typ: geo.MultiLineString,
		},
		{name: "point", in: geo.Geometry{Type: geo.Point, XY: []float64{1, 2}}, typ: geo.Point},
		{name: "null", typ: geo.None},
	}
	e := engine(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			before, g := c.in.Clone(), c.in
			got, err := e.Repair(&g)
			if !slices.Equal(c.in.XY, before.XY) {
				t.Error("the coordinates it was handed were written to")
			}
			if !errors.Is(err, c.failed) || (err != nil) != (c.failed != nil) {
				t.Fatalf("got error %v, want %v", err, c.failed)
			}
			if err != nil {
				return
			}
			if !strings.Contains(got.Reason, c.want.Reason) || (got.Reason == "") != (c.want.Reason == "") {
				t.Errorf("the reason is %q, want %q", got.Reason, c.want.Reason)
			}
			if area := Area(&g); area != c.area {
				t.Errorf("its area is %g, want %g", area, c.area)
			}
			c.want.Reason = got.Reason
			if got != c.want || g.Type != c.typ {
				t.Errorf("got %s %+v\nwant %s %+v", g.Type, got, c.typ, c.want)
			}
			if err := g.Check(); err != nil {
				t.Error(err)
			}
			if ok, reason, err := e.Valid(&g); !ok || err != nil {
				t.Errorf("the result is not valid: %s, %v", reason, err)
			}
		})
	}
}

func TestRepairRefuses(t *testing.T) {
	e := engine(t)
	for name, g := range map[string]geo.Geometry{
		"NaN":           polygons(geo.Polygon, [][]float64{{0, 0, 1, math.NaN(), 1, 1, 0, 0}}),
		"infinite":      {Type: geo.Point, XY: []float64{math.Inf(1), 0}},
		"odd":           {Type: geo.Point, XY: []float64{1}},
		"ends too far":  {Type: geo.LineString, XY: []float64{0, 0, 1, 1}, Ends: []uint32{3}},
		"ends too soon": {Type: geo.LineString, XY: []float64{0, 0, 1, 1, 2, 2}, Ends: []uint32{2}},
		"ends unsorted": {Type: geo.MultiLineString, XY: []float64{0, 0, 1, 1, 2, 2}, Ends: []uint32{3, 2, 3}},
		"no parts":      {Type: geo.Polygon, XY: square(0, 0, 1), Ends: []uint32{5}},
		"any":           {Type: geo.Any, XY: []float64{0, 0}},
	} {
		before := g.Clone()
		if res, err := e.Repair(&g); err == nil || res.Changed || !slices.Equal(g.Ends, before.Ends) {
			t.Errorf("%s: got %+v, %v", name, res, err)
		}
	}
}

func TestClosedEngine(t *testing.T) {
	e := NewEngine()
	e.Close()
	g := polygons(geo.Polygon, [][]float64{square(0, 0, 10), square(1, 1, 1)})
	if _, _, err := e.Valid(&g); err == nil {
		t.Error("a closed engine answers")
	}
}

// TestValidAgainstGEOS compares the pure Go judgement with GEOS' own on small rings full
// of touching, folding and crossing segments.
func TestValidAgainstGEOS(t *testing.T) {
	e := engine(t)
	plain := 0
	rapid.Check(t, func(t *rapid.T) {
		grid, side := rapid.IntRange(0, 4), rapid.SampledFrom([]float64{1, 0.1, 1e-7})
		scale, n := side.Draw(t, "scale"), rapid.IntRange(3, 7).Draw(t, "n")
		var ring []float64
		for range n {
			ring = append(ring, 352000+scale*float64(grid.Draw(t, "x")), 6789000+scale*float64(grid.Draw(t, "y")))
		}
		g := polygons(geo.Polygon, [][]float64{append(ring, ring[:2]...)})
		if plainlyValid(&g) {
			plain++
		}
		ok, _, err := e.Valid(&g)
		if err != nil {
			t.Fatal(err)
		}
		var want bool
		if err := e.with(&g, func(shape *geos.Geom) error { want = shape.IsValid(); return nil }); err != nil {
			t.Fatal(err)
		}
		if ok != want {
			t.Fatalf("%v is judged %v, GEOS says %v", g.XY, ok, want)
		}
		res, err := e.Repair(&g)
		if err != nil && !errors.Is(err, ErrCollapsed) {
			t.Fatal(err)
		}
		if valid, reason, _ := e.Valid(&g); err == nil && !valid {
			t.Fatalf("%+v leaves %v invalid: %s", res, g, reason)
		}
	})
	if plain == 0 {
		t.Error("no ring was judged without GEOS")
	}
}

func TestMemoryStaysFlat(t *testing.T) {
	e := engine(t)
	work := func(n int) {
		for range n {
			// A hole makes GEOS judge; the bow tie makes it repair.
			g := polygons(geo.Polygon, [][]float64{square(0, 0, 10), square(1, 1, 1)})
			if ok, reason, err := e.Valid(&g); !ok || err != nil {
				t.Fatal(reason, err)
			}
		}
		for range n / 50 {
			g := polygons(geo.Polygon, [][]float64{{0, 0, 10, 10, 10, 0, 0, 10, 0, 0}})
			if _, err := e.Repair(&g); err != nil {
				t.Fatal(err)
			}
		}
	}
	work(20_000)
	before := residentBytes(t)
	work(1_000_000 / raceFactor)
	runtime.GC()
	if grown := residentBytes(t) - before; grown > 8<<20 {
		t.Errorf("memory grew by %d kB", grown>>10)
	}
}

func residentBytes(t *testing.T) int {
	t.Helper()
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(b))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

func ring(n int) []float64 {
	xy := make([]float64, 0, 2*n+2)
	for i := range n {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		xy = append(xy, 352000+100*cos, 6789000+100*sin)
	}
	return append(xy, xy[:2]...)
}

func BenchmarkValid(b *testing.B) {
	e := engine(b)
	for _, n := range []int{4, 12, 32, 40, 41, 500} {
		g := polygons(geo.Polygon, [][]float64{ring(n)})
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if ok, _, err := e.Valid(&g); !ok || err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
