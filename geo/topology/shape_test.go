package topology

import (
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/twpayne/go-geos"
	"pgregory.net/rapid"

	"socle/geo"
)

var relations = []Relation{Intersects, Disjoint, Contains, Within, Equals, Touches, Crosses, Overlaps}

// gridGeometry draws a valid shape whose vertices fall on a small grid, so that borders
// meet all the time.
func gridGeometry(e *Engine) *rapid.Generator[geo.Geometry] {
	return rapid.Custom(func(t *rapid.T) geo.Geometry {
		ordinate := rapid.Map(rapid.IntRange(0, 6), func(v int) float64 { return float64(v) * 0.1 })
		var g geo.Geometry
		g.Type = rapid.SampledFrom([]geo.Type{geo.Point, geo.MultiPoint, geo.LineString, geo.Polygon, geo.MultiPolygon}).Draw(t, "type")
		n := map[geo.Type]int{geo.Point: 1, geo.MultiPoint: 3, geo.LineString: 3, geo.Polygon: 4, geo.MultiPolygon: 3}[g.Type]
		parts := 1
		if g.Type == geo.MultiPolygon {
			parts = 2
		}
		for range parts {
			first := len(g.XY)
			for range n {
				g.Add(ordinate.Draw(t, "x"), ordinate.Draw(t, "y"))
			}
			if g.Type.Dimension() == 2 {
				g.Add(g.XY[first], g.XY[first+1])
			}
			if g.Type.Dimension() > 0 {
				g.EndRing()
			}
			if g.Type.Dimension() == 2 {
				g.EndPart()
			}
		}
		return g
	}).Filter(func(g geo.Geometry) bool {
		ok, _, err := e.Valid(&g)
		return ok && err == nil
	})
}

// byGEOS tells a relation by unprepared GEOS alone, which now and then gives up where a shape is
// so thin that its sides cannot be told apart.
func byGEOS(t *rapid.T, e *Engine, r Relation, a, b *geo.Geometry) (is, ok bool) {
	err := e.with(a, func(x *geos.Geom) error {
		return e.with(b, func(y *geos.Geom) (err error) {
			is, err = relate(r, x, y)
			return err
		})
	})
	if err != nil && !strings.Contains(err.Error(), "TopologyException") {
		t.Fatal(err)
	}
	return is, err == nil
}

func TestRelateAgreesWithGEOS(t *testing.T) {
	e := NewEngine()
	defer e.Close()
	shapes := gridGeometry(e)
	rapid.Check(t, func(t *rapid.T) {
		constant := shapes.Draw(t, "constant")
		p := Prepare(constant)
		defer p.Close()
		for range 4 {
			g := shapes.Draw(t, "g")
			for _, r := range relations {
				want, ok := byGEOS(t, e, r, &g, &constant)
				if !ok {
					continue
				}
				if got, err := p.Relate(r, &g); err != nil || got != want {
					t.Fatalf("prepared relation %d: %v %v, GEOS says %v\n%+v\n%+v", r, got, err, want, g, constant)
				}
				if got, err := e.Relate(r, &g, &constant); err != nil || got != want {
					t.Fatalf("relation %d: %v %v, GEOS says %v", r, got, err, want)
				}
				if got, err := e.Relate(r.Converse(), &constant, &g); err != nil || got != want {
					t.Fatalf("converse of relation %d: %v %v, GEOS says %v", r, got, err, want)
				}
			}
		}
	})
}

func TestMeetsBoxAgreesWithGEOS(t *testing.T) {
	e := NewEngine()
	defer e.Close()
	shapes := gridGeometry(e)
	rapid.Check(t, func(t *rapid.T) {
		// A third of a step makes corners that lie within a digit of an edge.
		ordinate := rapid.Map(rapid.IntRange(0, 18), func(v int) float64 { return float64(v) * (0.1 / 3) })
		x, y := ordinate.Draw(t, "x"), ordinate.Draw(t, "y")
		b := orb.Bound{Min: orb.Point{x, y}, Max: orb.Point{x + 0.1/3 + ordinate.Draw(t, "w"), y + 0.1/3 + ordinate.Draw(t, "h")}}
		p := Prepare(boxShape(b))
		defer p.Close()
		if r, ok := p.Rectangle(); !ok || r != b {
			t.Fatalf("%v is no rectangle", b)
		}
		whole := boxShape(b)
		g := shapes.Draw(t, "g")
		for _, r := range relations {
			want, ok := byGEOS(t, e, r, &g, &whole)
			if !ok {
				continue
			}
			if got, err := p.Relate(r, &g); err != nil || got != want {
				t.Fatalf("relation %d: %v %v, GEOS says %v\n%+v\n%+v", r, got, err, want, g, b)
			}
		}
		if want, ok := byGEOS(t, e, Intersects, &g, &whole); ok && meetsBox(&g, b) != want {
			t.Fatalf("meets: %v, GEOS says %v\n%+v\n%+v", !want, want, g, b)
		}
	})
}

func boxShape(b orb.Bound) geo.Geometry {
	return geo.Geometry{Type: geo.Polygon, Ends: []uint32{5}, Parts: []uint32{1}, XY: []float64{
		b.Min[0], b.Min[1], b.Max[0], b.Min[1], b.Max[0], b.Max[1], b.Min[0], b.Max[1], b.Min[0], b.Min[1]}}
}

func TestOrientationIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scale := rapid.SampledFrom([]float64{1, 0.1, 1e-3, 1e6 / 3, 1e-160, 1e150}).Draw(t, "scale")
		v := rapid.Map(rapid.IntRange(-9, 9), func(v int) float64 { return float64(v) * scale })
		ax, ay, bx, by := v.Draw(t, "ax"), v.Draw(t, "ay"), v.Draw(t, "bx"), v.Draw(t, "by")
		px, py := ax+(bx-ax)/3, ay+(by-ay)/3
		if rapid.Bool().Draw(t, "off") {
			px, py = v.Draw(t, "px"), math.Nextafter(py, 1e300)
		}
		if got, want := orientation(ax, ay, bx, by, px, py), exactOrientation(ax, ay, bx, by, px, py); got != want {
			t.Fatalf("%d, want %d", got, want)
		}
	})
}

func TestCollectionsIntersectByMembers(t *testing.T) {
	p := Prepare(boxShape(orb.Bound{Max: orb.Point{1, 1}}), geo.Geometry{Type: geo.Point, XY: []float64{5, 5}})
	defer p.Close()
	line := geo.Geometry{Type: geo.LineString, XY: []float64{4, 4, 6, 6}, Ends: []uint32{2}}
	far := geo.Geometry{Type: geo.Point, XY: []float64{3, 3}}
	for _, c := range []struct {
		r    Relation
		g    geo.Geometry
		want bool
	}{{Intersects, line, true}, {Disjoint, line, false}, {Intersects, far, false}, {Disjoint, far, true}} {
		if got, err := p.Relate(c.r, &c.g); err != nil || got != c.want {
			t.Errorf("%d: %v %v", c.r, got, err)
		}
	}
	if _, err := p.Relate(Within, &far); err == nil {
		t.Error("a collection tells what is within it")
	}
	if d, err := p.Distance(&far); err != nil || math.Abs(d-math.Sqrt(8)) > 1e-12 {
		t.Errorf("distance %v %v", d, err)
	}
}

func TestMeasures(t *testing.T) {
	e := NewEngine()
	defer e.Close()
	line := geo.Geometry{Type: geo.LineString, XY: []float64{0, 0, 3, 4, 3, 5}, Ends: []uint32{3}}
	square := boxShape(orb.Bound{Max: orb.Point{2, 2}})
	if Length(&line) != 6 || Length(&square) != 0 {
		t.Errorf("lengths %v %v", Length(&line), Length(&square))
	}
	c, err := e.Centroid(square)
	if err != nil || c.Type != geo.Point || c.XY[0] != 1 || c.XY[1] != 1 {
		t.Errorf("centroid %+v %v", c, err)
	}
	b, err := e.Buffer(1, geo.Geometry{Type: geo.Point, XY: []float64{0, 0}})
	if err != nil || b.NumVertices() != 33 || math.Abs(Area(&b)-3.1214) > 1e-3 {
		t.Errorf("buffer of a point: %d vertices, area %v, %v", b.NumVertices(), Area(&b), err)
	}
	if b, err = e.Buffer(-5, square); err != nil || !b.IsNull() {
		t.Errorf("buffer eaten up: %+v %v", b, err)
	}
	if b, err = e.Buffer(0.5, square, geo.Geometry{Type: geo.Point, XY: []float64{10, 10}}); err != nil || b.Type != geo.MultiPolygon {
		t.Errorf("buffer of a collection: %+v %v", b, err)
	}
}

func TestDistanceAgreesWithGEOS(t *testing.T) {
	e := NewEngine()
	defer e.Close()
	shapes := gridGeometry(e)
	rapid.Check(t, func(t *rapid.T) {
		a, b := shapes.Draw(t, "a"), shapes.Draw(t, "b")
		p := Prepare(a)
		defer p.Close()
		got, err := p.Distance(&b)
		if err != nil {
			t.Fatal(err)
		}
		want := 0.0
		_ = e.with(&a, func(x *geos.Geom) error {
			return e.with(&b, func(y *geos.Geom) error { want = x.Distance(y); return nil })
		})
		if got != want {
			t.Fatalf("%v, GEOS says %v", got, want)
		}
		if got, err = e.Distance(&a, &b); err != nil || got != want {
			t.Fatalf("%v %v, GEOS says %v", got, err, want)
		}
	})
}

// star is a polygon of n vertices about the origin, of radius 1 to 2.
func star(n int) geo.Geometry {
	g := geo.Geometry{Type: geo.Polygon}
	for k := range n {
		a, r := 2*math.Pi*float64(k)/float64(n), 1+float64(k%2)
		g.Add(r*math.Cos(a), r*math.Sin(a))
	}
	g.Add(g.XY[0], g.XY[1])
	g.EndRing()
	g.EndPart()
	return g
}

// TestRelateKeepsNothing watches the memory of the whole process, most of which GEOS
// would take.
func TestRelateKeepsNothing(t *testing.T) {
	n := 1_000_000 / raceFactor
	p := Prepare(star(100))
	defer p.Close()
	e := NewEngine()
	defer e.Close()
	line := geo.Geometry{Type: geo.LineString, XY: []float64{3, 0, 0, 3}, Ends: []uint32{2}}
	ask := func(n int) {
		for k := range n {
			if _, err := p.Relate(relations[k%len(relations)], &line); err != nil {
				t.Fatal(err)
			}
			if k%16 == 0 {
				if _, err := e.Buffer(1, line); err != nil {
					t.Fatal(err)
				}
				q := Prepare(line)
				_, _ = q.Relate(Touches, &line)
				q.Close()
			}
		}
	}
	ask(n / 5)
	before := residentMB(t)
	ask(n)
	if grown := residentMB(t) - before; grown > 24 {
		t.Errorf("%d predicates left %d MB behind", n, grown)
	}
}

func residentMB(t *testing.T) int {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(b))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize() >> 20
}

func BenchmarkRelatePoints(b *testing.B) {
	for _, c := range []struct {
		name string
		g    geo.Geometry
	}{{"star100", star(100)}, {"star5000", star(5000)}, {"rectangle", boxShape(orb.Bound{Max: orb.Point{2, 2}})}} {
		b.Run(c.name, func(b *testing.B) {
			p := Prepare(c.g)
			defer p.Close()
			r := rand.New(rand.NewPCG(1, 2))
			xy := make([]float64, 2048)
			for i := range xy {
				xy[i] = r.Float64()*4 - 2
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				k := 2 * (i & 1023)
				_, _ = p.Relate(Within, &geo.Geometry{Type: geo.Point, XY: xy[k : k+2]})
			}
		})
	}
}

func BenchmarkRelateLines(b *testing.B) {
	p := Prepare(star(100))
	defer p.Close()
	line := geo.Geometry{Type: geo.LineString, XY: []float64{3, 0, 0, 3}, Ends: []uint32{2}}
	b.ReportAllocs()
	for b.Loop() {
		_, _ = p.Relate(Crosses, &line)
	}
}
