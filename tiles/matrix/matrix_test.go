package matrix

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"socle/geo/crs"
)

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-13*max(math.Abs(a), math.Abs(b)) }

// TestPublishedNumbers compares with what OGC's register and IGN publish.
func TestPublishedNumbers(t *testing.T) {
	for _, want := range []struct {
		set           string
		level         int
		scale, cell   float64
		left, top     float64
		columns, rows uint32
	}{
		{WebMercatorQuad, 0, 559082264.028717, 156543.033928041, -20037508.3427892, 20037508.3427892, 1, 1},
		{WebMercatorQuad, 10, 545978.773465544, 152.874056570352, -20037508.3427892, 20037508.3427892, 1024, 1024},
		{WebMercatorQuad, 24, 33.3238997476528, 0.0093306919293428, -20037508.3427892, 20037508.3427892, 16777216, 16777216},
		{"LAMB93_10cm", 0, 748982857.142857, 209715.2, 0, 12000000, 1, 1},
		{"LAMB93_10cm", 3, 93622857.1428571, 26214.4, 0, 12000000, 1, 2},
		{"LAMB93_10cm", 20, 714.285714285714, 0.2, 0, 12000000, 25200, 210205},
		{"LAMB93_10cm", 21, 357.142857142857, 0.1, 0, 12000000, 50400, 420409},
	} {
		s, ok := Find(want.set)
		if !ok {
			t.Fatalf("no set %s", want.set)
		}
		columns, rows := s.Size(want.level)
		if !near(s.ScaleDenominator(want.level), want.scale) || !near(s.CellSize(want.level), want.cell) || !near(s.Left, want.left) || !near(s.Top, want.top) {
			t.Errorf("%s %d: 1:%v, %v from %v, %v", want.set, want.level, s.ScaleDenominator(want.level), s.CellSize(want.level), s.Left, s.Top)
		}
		if columns != want.columns || rows != want.rows {
			t.Errorf("%s %d: %d × %d", want.set, want.level, columns, rows)
		}
	}
}

func TestSets(t *testing.T) {
	for _, s := range Sets() {
		d := s.Define(s.Title.FR)
		body, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Matrices) != s.Levels || d.Title == "" || s.Title.EN == "" || d.CRS != s.CRS.URI() {
			t.Errorf("%s", body)
		}
		if s.Right > s.Left+s.Side || s.Bottom < s.Top-s.Side {
			t.Errorf("%s goes beyond its square", s.ID)
		}
		// Its axes are written x first, as the definition says.
		if crs.AxesSwapped(s.CRS) {
			t.Errorf("%s is written y first", s.CRS)
		}
		for level := range s.Levels {
			columns, rows := s.Size(level)
			if columns == 0 || rows == 0 || uint64(columns) > 1<<level || uint64(rows) > 1<<level {
				t.Errorf("%s %d: %d × %d", s.ID, level, columns, rows)
			}
		}
		// A level deeper by Deeper has about the scale of a zoom of the web.
		ground := Sets()[0].CellSize(10) * math.Cos(46.5*math.Pi/180)
		if s.ID != WebMercatorQuad && math.Abs(math.Log2(s.CellSize(10+s.Deeper)/ground)) > 0.1 {
			t.Errorf("%s: level %d has cells of %v m, zoom 10 of %v", s.ID, 10+s.Deeper, s.CellSize(10+s.Deeper), ground)
		}
	}
	if _, ok := Find("nowhere"); ok {
		t.Error("a set was found that does not exist")
	}
}

func TestLevel(t *testing.T) {
	s := &Sets()[0]
	for name, want := range map[string]int{"0": 0, "7": 7, "24": 24, "25": -1, "-1": -1, "+1": -1, "07": -1, "": -1, "a": -1, "1e1": -1, "99999999999": -1} {
		level, ok := s.Level(name)
		if ok != (want >= 0) || ok && level != want {
			t.Errorf("%q: %d %v", name, level, ok)
		}
	}
}

// TestLimits: Rennes is where its tiles are known to be.
func TestLimits(t *testing.T) {
	s := &Sets()[0]
	box := orb.Bound{Min: orb.Point{-195000, 6115000}, Max: orb.Point{-175000, 6132000}}
	l, ok := s.Limits(box, 12)
	if !ok || l != (Limits{"12", 1421, 1422, 2028, 2030}) {
		t.Errorf("%+v %v", l, ok)
	}
	if l.Holds(1420, 2028) || !l.Holds(1421, 2028) || l.Holds(1421, 2031) {
		t.Error("limits hold what they should not")
	}
	for _, empty := range []orb.Bound{
		{Min: orb.Point{1, 1}, Max: orb.Point{0, 0}},
		{Min: orb.Point{3e7, 0}, Max: orb.Point{4e7, 1}},
		{Min: orb.Point{math.NaN(), 0}, Max: orb.Point{math.NaN(), 1}},
		{Min: orb.Point{math.Inf(1), math.Inf(1)}, Max: orb.Point{math.Inf(-1), math.Inf(-1)}},
	} {
		if l, ok := s.Limits(empty, 5); ok {
			t.Errorf("%v has tiles %+v", empty, l)
		}
	}
}

// TestLimitsHoldEveryPlace: a place in a box is in a tile within the limits of the box, and
// the tiles at the ends of the limits touch the box.
func TestLimitsHoldEveryPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(Sets()).Draw(t, "set")
		level := rapid.IntRange(0, s.Levels-1).Draw(t, "level")
		along := func(from, to float64, name string) (float64, float64) {
			a, b := rapid.Float64Range(from, to).Draw(t, name), rapid.Float64Range(from, to).Draw(t, name)
			return min(a, b), max(a, b)
		}
		var box orb.Bound
		box.Min[0], box.Max[0] = along(s.Left, s.Right, "x")
		box.Min[1], box.Max[1] = along(s.Bottom, s.Top, "y")
		l, ok := s.Limits(box, level)
		if !ok {
			t.Fatalf("%v has no tiles", box)
		}
		columns, rows := s.Size(level)
		if l.MaxTileCol >= columns || l.MaxTileRow >= rows || l.MinTileCol > l.MaxTileCol || l.MinTileRow > l.MaxTileRow {
			t.Fatalf("%+v of %d × %d", l, columns, rows)
		}
		f, g := rapid.Float64Range(0, 1).Draw(t, "f"), rapid.Float64Range(0, 1).Draw(t, "g")
		x, y := min(box.Max[0], box.Min[0]+f*(box.Max[0]-box.Min[0])), min(box.Max[1], box.Min[1]+g*(box.Max[1]-box.Min[1]))
		side := s.CellSize(level) * cells
		column, row := min(uint32((x-s.Left)/side), columns-1), min(uint32((s.Top-y)/side), rows-1)
		if !l.Holds(row, column) {
			t.Fatalf("%v, %v is in %d/%d/%d, outside %+v", x, y, level, row, column, l)
		}
		hair := math.Ldexp(s.Side, -30)
		if s.Left+float64(l.MinTileCol+1)*side < box.Min[0]-hair || s.Top-float64(l.MaxTileRow)*side < box.Min[1]-hair {
			t.Fatalf("%+v is wider than %v", l, box)
		}
	})
}
