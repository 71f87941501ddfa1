package geo

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"github.com/twpayne/go-geos"
	"pgregory.net/rapid"
)

// TestMeetsAgainstGEOS compares with GEOS on a small grid, where touching is frequent.
func TestMeetsAgainstGEOS(t *testing.T) {
	ctx := geos.NewContext()
	rapid.Check(t, func(t *rapid.T) {
		g := smallShape(t)
		x, y := rapid.IntRange(-12, 12).Draw(t, "x"), rapid.IntRange(-12, 12).Draw(t, "y")
		w, h := rapid.IntRange(1, 8).Draw(t, "w"), rapid.IntRange(1, 8).Draw(t, "h")
		b := orb.Bound{Min: orb.Point{float64(x), float64(y)}, Max: orb.Point{float64(x + w), float64(y + h)}}
		oracle, err := ctx.NewGeomFromWKB(AppendWKB(nil, &g))
		if err != nil {
			t.Fatal(err)
		}
		defer oracle.Destroy()
		if !oracle.IsValid() {
			return // only valid shapes have an inside
		}
		box := ctx.NewGeomFromBounds(b.Min[0], b.Min[1], b.Max[0], b.Max[1])
		defer box.Destroy()
		if got, want := g.Meets(b), oracle.Intersects(box); got != want {
			t.Fatalf("%s meets %v: %v, want %v", oracle.ToWKT(), b, got, want)
		}
	})
}

// smallShape is a shape of whole coordinates; polygons are stars around a point, with a
// smaller one cut out at times.
func smallShape(t *rapid.T) Geometry {
	g := Geometry{Type: rapid.SampledFrom([]Type{Point, MultiPoint, LineString, MultiLineString, Polygon, MultiPolygon}).Draw(t, "type")}
	n := 1
	if g.Type == g.Type.Multi() {
		n = rapid.IntRange(1, 3).Draw(t, "pieces")
	}
	coordinate := rapid.IntRange(-10, 10)
	for range n {
		switch g.Type.Dimension() {
		case 0:
			g.Add(float64(coordinate.Draw(t, "x")), float64(coordinate.Draw(t, "y")))
		case 1:
			for range rapid.IntRange(2, 5).Draw(t, "vertices") {
				g.Add(float64(coordinate.Draw(t, "x")), float64(coordinate.Draw(t, "y")))
			}
			g.EndRing()
		case 2:
			cx, cy := float64(coordinate.Draw(t, "x")), float64(coordinate.Draw(t, "y"))
			corners := rapid.IntRange(3, 7).Draw(t, "corners")
			ring := func(least, most int) {
				first := len(g.XY)
				for k := range corners {
					a := 2 * math.Pi * float64(k) / float64(corners)
					r := float64(rapid.IntRange(least, most).Draw(t, "radius"))
					g.Add(math.Round(cx+r*math.Cos(a)), math.Round(cy+r*math.Sin(a)))
				}
				g.Add(g.XY[first], g.XY[first+1])
				g.EndRing()
			}
			ring(5, 10)
			if rapid.Bool().Draw(t, "hole") {
				ring(1, 3)
			}
			g.EndPart()
		}
	}
	return g
}

func TestMeetsNothing(t *testing.T) {
	world := orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}
	if g := (Geometry{}); g.Meets(world) {
		t.Error("a null geometry meets the world")
	}
	if g := (Geometry{Type: Point, XY: []float64{0, 0}}); g.Meets(EmptyBound()) {
		t.Error("a point meets the empty box")
	}
}
