package geo

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

func TestTypeNames(t *testing.T) {
	for _, typ := range []Type{None, Point, LineString, Polygon, MultiPoint, MultiLineString, MultiPolygon, Any} {
		text, err := json.Marshal(typ)
		if err != nil {
			t.Fatal(err)
		}
		var back Type
		if err := json.Unmarshal(text, &back); err != nil || back != typ {
			t.Errorf("%s reads back as %v, %v", text, back, err)
		}
	}
	if _, err := ParseType("Curve"); err == nil {
		t.Error("Curve is a type")
	}
	if got := Type(9).String(); got != "Type(9)" {
		t.Errorf("an unknown type is %q", got)
	}
}

func TestTypeFamilies(t *testing.T) {
	for _, c := range []struct {
		single, multi Type
		dimension     int
	}{{Point, MultiPoint, 0}, {LineString, MultiLineString, 1}, {Polygon, MultiPolygon, 2}, {None, None, -1}, {Any, Any, -1}} {
		if c.single.Multi() != c.multi || c.multi.Multi() != c.multi {
			t.Errorf("the multi of %s is %s", c.single, c.single.Multi())
		}
		if c.single.Dimension() != c.dimension || c.multi.Dimension() != c.dimension {
			t.Errorf("%s has dimension %d", c.single, c.single.Dimension())
		}
	}
}

func TestCheck(t *testing.T) {
	square := []float64{0, 0, 1, 0, 1, 1, 0, 0}
	for _, c := range []struct {
		name string
		g    Geometry
		want string // "" when it is right
	}{
		{"null", Geometry{}, ""},
		{"point", Geometry{Type: Point, XY: []float64{1, 2}}, ""},
		{"multipoint", Geometry{Type: MultiPoint, XY: []float64{1, 2, 3, 4}}, ""},
		{"line", Geometry{Type: LineString, XY: square, Ends: []uint32{4}}, ""},
		{"lines", Geometry{Type: MultiLineString, XY: square, Ends: []uint32{2, 4}}, ""},
		{"polygon", Geometry{Type: Polygon, XY: square, Ends: []uint32{4}, Parts: []uint32{1}}, ""},
		{"odd", Geometry{Type: Point, XY: []float64{1}}, "odd number"},
		{"NaN", Geometry{Type: Point, XY: []float64{1, math.NaN()}}, "vertex 0 is not finite"},
		{"infinite", Geometry{Type: MultiPoint, XY: []float64{1, 2, math.Inf(-1), 0}}, "vertex 1 is not finite"},
		{"empty point", Geometry{Type: Point}, "1 vertex, not 0"},
		{"two points", Geometry{Type: Point, XY: []float64{1, 2, 3, 4}}, "1 vertex, not 2"},
		{"empty multipoint", Geometry{Type: MultiPoint}, "empty MultiPoint"},
		{"empty line", Geometry{Type: LineString}, "empty LineString"},
		{"empty polygon", Geometry{Type: MultiPolygon}, "empty MultiPolygon"},
		{"short line", Geometry{Type: LineString, XY: []float64{1, 2}, Ends: []uint32{1}}, "at least 2"},
		{"short ring", Geometry{Type: Polygon, XY: square[:6], Ends: []uint32{3}, Parts: []uint32{1}}, "at least 4"},
		{"open ring", Geometry{Type: Polygon, XY: []float64{0, 0, 1, 0, 1, 1, 0, 1}, Ends: []uint32{4}, Parts: []uint32{1}}, "not closed"},
		{"two lines", Geometry{Type: LineString, XY: square, Ends: []uint32{2, 4}}, "1 line, not 2"},
		{"two parts", Geometry{Type: Polygon, XY: append(square, square...), Ends: []uint32{4, 8}, Parts: []uint32{1, 2}}, "1 part, not 2"},
		{"end beyond", Geometry{Type: LineString, XY: square, Ends: []uint32{5}}, "out of order"},
		{"end back", Geometry{Type: MultiLineString, XY: square, Ends: []uint32{4, 2}}, "out of order"},
		{"vertices after", Geometry{Type: LineString, XY: square, Ends: []uint32{2}}, "2 vertices after"},
		{"part beyond", Geometry{Type: Polygon, XY: square, Ends: []uint32{4}, Parts: []uint32{2}}, "part 0 ends"},
		{"empty part", Geometry{Type: MultiPolygon, XY: square, Ends: []uint32{4}, Parts: []uint32{0, 1}}, "part 0 ends"},
		{"rings after", Geometry{Type: MultiPolygon, XY: append(square, square...), Ends: []uint32{4, 8}, Parts: []uint32{1}}, "1 rings after"},
		{"any", Geometry{Type: Any, XY: []float64{1, 2}}, "cannot be stored"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.g.Check()
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// anyGeometry draws a structurally right geometry of any type.
func anyGeometry() *rapid.Generator[Geometry] {
	return rapid.Custom(func(t *rapid.T) Geometry {
		ordinate := rapid.Float64Range(-1e9, 1e9)
		g := Geometry{Type: Type(rapid.IntRange(1, 6).Draw(t, "type"))}
		add := func(n int) {
			for range n {
				g.Add(ordinate.Draw(t, "x"), ordinate.Draw(t, "y"))
			}
		}
		many := 1
		if g.Type == g.Type.Multi() {
			many = rapid.IntRange(1, 4).Draw(t, "members")
		}
		for range many {
			switch g.Type.Dimension() {
			case 0:
				add(1)
			case 1:
				add(rapid.IntRange(2, 5).Draw(t, "vertices"))
				g.EndRing()
			case 2:
				for range rapid.IntRange(1, 3).Draw(t, "rings") {
					first := len(g.XY)
					add(rapid.IntRange(3, 5).Draw(t, "vertices"))
					g.Add(g.XY[first], g.XY[first+1])
					g.EndRing()
				}
				g.EndPart()
			}
		}
		return g
	})
}

func TestRingsCoverTheVertices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGeometry().Draw(t, "g")
		if err := g.Check(); err != nil {
			t.Fatal(err)
		}
		if g.Type.Dimension() == 0 {
			return
		}
		vertices, rings := 0, 0
		for i := range g.Ends {
			vertices += len(g.Ring(i)) / 2
		}
		for i := range g.Parts {
			from, to := g.RingsOf(i)
			if from != rings {
				t.Fatalf("part %d starts at ring %d, not %d", i, from, rings)
			}
			rings = to
		}
		if vertices != g.NumVertices() || g.Type.Dimension() == 2 && rings != len(g.Ends) {
			t.Fatalf("%d vertices and %d rings are reached", vertices, rings)
		}
	})
}

func TestCopiesStandAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGeometry().Draw(t, "g")
		var copied Geometry
		copied.CopyFrom(&g)
		cloned := g.Clone()
		want := string(AppendWKB(nil, &g))
		clear(g.XY)
		clear(g.Ends)
		clear(g.Parts)
		if string(AppendWKB(nil, &copied)) != want || string(AppendWKB(nil, &cloned)) != want {
			t.Fatal("a copy changed with its origin")
		}
		copied.Reset()
		if !copied.IsNull() || copied.NumVertices() != 0 {
			t.Fatalf("Reset left %+v", copied)
		}
	})
}

func TestBounds(t *testing.T) {
	g := Geometry{Type: MultiPoint, XY: []float64{3, -1, -2, 5, 0, 0}}
	want := orb.Bound{Min: orb.Point{-2, -1}, Max: orb.Point{3, 5}}
	if got := g.Bound(); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := Union(EmptyBound(), want); got != want {
		t.Errorf("an empty box counts: %v", got)
	}
	if got := BoundOf(nil); got != EmptyBound() {
		t.Errorf("no vertex gives %v", got)
	}
	if got := Union(want, orb.Bound{Min: orb.Point{10, 10}, Max: orb.Point{11, 11}}); got != (orb.Bound{Min: orb.Point{-2, -1}, Max: orb.Point{11, 11}}) {
		t.Errorf("got %v", got)
	}
}

func TestPromote(t *testing.T) {
	g := Geometry{Type: Polygon, XY: []float64{0, 0, 1, 0, 1, 1, 0, 0}, Ends: []uint32{4}, Parts: []uint32{1}}
	g.Promote()
	if err := g.Check(); err != nil || g.Type != MultiPolygon {
		t.Errorf("got %s, %v", g.Type, err)
	}
}
