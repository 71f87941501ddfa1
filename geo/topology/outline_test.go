package topology

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/twpayne/go-geos"
	"pgregory.net/rapid"

	"socle/geo"
)

// gridPolygon draws a valid polygon or multipolygon with vertices on a small grid, so that
// borders are shared, touched and crossed all the time.
func gridPolygon(e *Engine) *rapid.Generator[geo.Geometry] {
	return rapid.Custom(func(t *rapid.T) geo.Geometry {
		at := rapid.IntRange(0, 6)
		step := rapid.SampledFrom([]float64{1, 0.1, 37.3}).Draw(t, "step")
		n := rapid.IntRange(3, 9).Draw(t, "n")
		g := geo.Geometry{Type: geo.Polygon}
		for range n {
			g.Add(352000+step*float64(at.Draw(t, "x")), 6789000+step*float64(at.Draw(t, "y")))
		}
		g.Add(g.XY[0], g.XY[1])
		g.EndRing()
		g.EndPart()
		if rapid.Bool().Draw(t, "punched") {
			x, y := g.XY[0]+step*1.25, g.XY[1]+step*0.5
			g.XY = append(g.XY, square(x, y, step/3)...)
			g.EndRing()
			g.Parts[0]++
		}
		if _, err := e.Repair(&g); err != nil {
			return polygons(geo.Polygon, [][]float64{square(352000, 6789000, step)})
		}
		if rapid.Bool().Draw(t, "back") { // rings may turn either way
			for i := range g.Ends {
				r := g.Ring(i)
				for a, b := 0, len(r)-2; a < b; a, b = a+2, b-2 {
					r[a], r[a+1], r[b], r[b+1] = r[b], r[b+1], r[a], r[a+1]
				}
			}
		}
		return g
	})
}

// common lets GEOS measure what shapes have in common.
func common(t interface{ Fatal(...any) }, e *Engine, a, b geo.Geometry, rest ...geo.Geometry) (area float64) {
	err := e.with(&a, func(x *geos.Geom) error {
		return e.with(&b, func(y *geos.Geom) error {
			both := x.Intersection(y)
			defer both.Destroy()
			if len(rest) == 0 {
				area = both.Area()
				return nil
			}
			return e.with(&rest[0], func(z *geos.Geom) error {
				// Part by part: GEOS takes no collection, as areas that also touch make.
				for i := range both.NumGeometries() {
					if part := both.Geometry(i); part.Area() > 0 {
						all := part.Intersection(z)
						area += all.Area()
						all.Destroy()
					}
				}
				return nil
			})
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return area
}

func TestOverlapAgreesWithGEOS(t *testing.T) {
	e := engine(t)
	shapes := gridPolygon(e)
	var v Overlap
	met, apart := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := shapes.Draw(t, "a"), shapes.Draw(t, "b"), shapes.Draw(t, "c")
		var x, y, z Outline
		x.Measure(&a)
		y.Measure(&b)
		z.Measure(&c)
		if want := Area(&a); math.Abs(x.Area()-want) > 1e-12*want {
			t.Fatal("area", x.Area(), want)
		}
		tolerance := 1e-9 * (1 + x.Area() + y.Area() + z.Area())
		got, want := v.Area(&x, &y), common(t, e, a, b)
		if math.Abs(got-want) > tolerance {
			t.Fatalf("%v in common, GEOS says %v", got, want)
		}
		// A vertex lies beside the line it was rounded from, and in slivers GEOS finds nothing.
		if want == 0 && got > 1e-10 && min(x.Area(), y.Area()) > 1e-6 {
			t.Fatalf("%v in common of what touches", got)
		}
		if back := v.Area(&y, &x); math.Abs(back-got) > tolerance {
			t.Fatalf("%v one way, %v the other", got, back)
		}
		if got, want := v.Area3(&x, &y, &z), common(t, e, a, b, c); math.Abs(got-want) > tolerance {
			t.Fatalf("%v in common of three, GEOS says %v", got, want)
		}
		if want > 0 {
			met++
		} else {
			apart++
		}
	})
	if met == 0 || apart == 0 {
		t.Error(met, "pairs overlapped and", apart, "did not")
	}
}

// TestOverlapOfLongOutlines sees to the bands and the sorted pairs.
func TestOverlapOfLongOutlines(t *testing.T) {
	e := engine(t)
	var v Overlap
	for _, n := range []int{30, 70, 300} {
		for k := range 4 {
			a, b := star(n), star(n/2+20)
			for i := range b.XY {
				b.XY[i] += 0.37 * float64(k)
			}
			c := polygons(geo.Polygon, [][]float64{square(-0.5, -0.3, 1.9)})
			var x, y, z Outline
			x.Measure(&a)
			y.Measure(&b)
			z.Measure(&c)
			if got, want := v.Area(&x, &y), common(t, e, a, b); math.Abs(got-want) > 1e-10 {
				t.Errorf("%d: %v, GEOS says %v", n, got, want)
			}
			if got, want := v.Area3(&x, &y, &z), common(t, e, a, b, c); math.Abs(got-want) > 1e-10 {
				t.Errorf("%d: %v of three, GEOS says %v", n, got, want)
			}
		}
	}
}

func TestCoversAgreesWithGEOS(t *testing.T) {
	e := engine(t)
	shapes := gridPolygon(e)
	rapid.Check(t, func(t *rapid.T) {
		g := shapes.Draw(t, "g")
		var o Outline
		o.Place(&g)
		if rapid.Bool().Draw(t, "long") {
			o.bands.build(&o)
		}
		b := g.Bound()
		var x, y float64
		if k := 2 * rapid.IntRange(0, g.NumVertices()-1).Draw(t, "vertex"); rapid.Bool().Draw(t, "on") {
			x, y = g.XY[k], g.XY[k+1]
		} else {
			x = b.Min[0] + (b.Max[0]-b.Min[0])*float64(rapid.IntRange(0, 24).Draw(t, "x"))/24
			y = b.Min[1] + (b.Max[1]-b.Min[1])*float64(rapid.IntRange(0, 24).Draw(t, "y"))/24
		}
		p := geo.Geometry{Type: geo.Point, XY: []float64{x, y}}
		want, err := e.Relate(Intersects, &g, &p)
		if err != nil {
			t.Fatal(err)
		}
		if got := o.Covers(x, y); got != want {
			t.Fatalf("%v covers %v %v: %v, GEOS says %v", g, x, y, got, want)
		}
	})
}

// TestEachEdgeInGivesWhatABoxMeets compares with looking at every edge, of short and long outlines.
func TestEachEdgeInGivesWhatABoxMeets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{4, 30, 300}).Draw(t, "vertices")
		coordinate := rapid.OneOf(rapid.Float64Range(0, 20), rapid.Map(rapid.IntRange(0, 20), func(i int) float64 { return float64(i) }))
		var g geo.Geometry
		g.Type = geo.Polygon
		for range n {
			g.Add(coordinate.Draw(t, "x"), coordinate.Draw(t, "y"))
		}
		g.Add(g.XY[0], g.XY[1])
		g.EndRing()
		g.EndPart()
		x, y := coordinate.Draw(t, "left"), coordinate.Draw(t, "low")
		box := orb.Bound{Min: orb.Point{x, y}, Max: orb.Point{x + coordinate.Draw(t, "wide"), y + coordinate.Draw(t, "high")}}
		want, got := map[edge]int{}, map[edge]int{}
		count := func(to map[edge]int, x0, y0, x1, y1 float64) {
			if x1 < x0 || x1 == x0 && y1 < y0 { // whatever way it is walked
				x0, y0, x1, y1 = x1, y1, x0, y0
			}
			to[edge{x0, y0, x1, y1}]++
		}
		for k := 2; k < len(g.XY); k += 2 {
			e := orb.MultiPoint{{g.XY[k-2], g.XY[k-1]}, {g.XY[k], g.XY[k+1]}}
			if e.Bound().Intersects(box) {
				count(want, g.XY[k-2], g.XY[k-1], g.XY[k], g.XY[k+1])
			}
		}
		var o Outline
		o.Measure(&g)
		o.EachEdgeIn(box, func(x0, y0, x1, y1 float64) { count(got, x0, y0, x1, y1) })
		if !maps.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

func BenchmarkOverlap(b *testing.B) {
	for _, n := range []int{10, 30, 100} {
		x, y := star(n), star(28)
		r := rand.New(rand.NewPCG(3, 4))
		for i := range y.XY {
			y.XY[i] += r.Float64() / 100
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var v Overlap
			var o, p Outline
			o.Measure(&x)
			p.Measure(&y)
			b.ReportAllocs()
			for b.Loop() {
				v.Area(&o, &p)
			}
		})
	}
}
