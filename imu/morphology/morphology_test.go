package morphology

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"testing"
	"time"

	"socle/geo"
	"socle/referentials"
)

// TestFormOfSquares computes every figure of a form by hand: a square of 10 m whose walls
// are 6 m and whose roof is 8 m high.
func TestFormOfSquares(t *testing.T) {
	t.Parallel()
	f := measured(t, Input{Buildings: []Building{{Geom: box(0, 0, 10, 10), HeightM: 8, WallHeightM: 6, Levels: 2, Dwellings: 3}}}).Forms[0]
	for _, c := range []struct {
		what      string
		got, want float64
	}{
		{"area", f.AreaM2, 100},
		{"perimeter", f.PerimeterM, 40},
		{"volume", f.VolumeM3, 700},
		{"floors", f.FloorAreaM2, 200},
		{"form factor", f.FormFactor, 1.0 / 16},
		{"convexity", f.Convexity, 1},
		{"circular compactness", f.CircularCompactness, 100 / (math.Pi * 50)},
		{"raw compactness", f.RawCompactness, (240 + math.Sqrt(100*100+4*100*4) + 10*2) / math.Pow(700, 2.0/3)},
		{"contiguity", f.Contiguity, 0},
		{"common walls", f.CommonWallFraction, 0},
		{"free walls", f.FreeWallM2, 240},
		// A square of side a meets the wind with a·(|sin|+|cos|): at 15°, 45° and 75°, twice.
		{"frontal", f.FrontalM2, 60 * (2*(math.Sin(math.Pi/12)+math.Cos(math.Pi/12)) + math.Sqrt2) / 3},
		{"spacing", f.SpacingM, SpacingCapM},
		{"dwellings", f.Dwellings, 3},
	} {
		near(t, c.what, c.got, c.want, 1e-9)
	}
	if f.HeightFrom != Measured || f.LevelsFrom != Measured || f.Cell != -1 {
		t.Error(f)
	}
}

// TestFormOfShapes is an L, a building around a court, and one of two parts.
func TestFormOfShapes(t *testing.T) {
	t.Parallel()
	ell := shape(0, 0, 20, 0, 20, 10, 10, 10, 10, 20, 0, 20)
	around := geo.Geometry{Type: geo.Polygon, XY: append(append([]float64{}, box(100, 0, 130, 30).XY...), box(110, 10, 120, 20).XY...), Ends: []uint32{5, 10}, Parts: []uint32{2}}
	two := geo.Geometry{Type: geo.MultiPolygon, XY: append(append([]float64{}, box(300, 0, 310, 10).XY...), box(320, 0, 330, 10).XY...), Ends: []uint32{5, 10}, Parts: []uint32{1, 2}}
	for _, c := range []struct {
		what                        string
		g                           geo.Geometry
		area, perimeter, hull, ring float64 // ring: square of the diameter of the circle around
	}{
		{"an L", ell, 300, 80, 350, 4 * bruteCircle(ell)},
		{"a court", around, 800, 160, 900, 1800},
		{"two parts", two, 200, 80, 300, 1000},
	} {
		f := measured(t, Input{Buildings: []Building{{Geom: c.g}}}).Forms[0]
		near(t, c.what+": area", f.AreaM2, c.area, 1e-9)
		near(t, c.what+": perimeter", f.PerimeterM, c.perimeter, 1e-9)
		near(t, c.what+": form factor", f.FormFactor, c.area/(c.perimeter*c.perimeter), 1e-12)
		near(t, c.what+": convexity", f.Convexity, c.area/c.hull, 1e-12)
		near(t, c.what+": circle", f.CircularCompactness, c.area/(math.Pi*c.ring/4), 1e-9)
	}
}

// TestHeights is the rules of what is missing.
func TestHeights(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	for _, c := range []struct {
		roof, wall, levels   float64
		height, gutter, have float64
		from, levelsFrom     Source
	}{
		{10, 8, 3, 10, 8, 3, Measured, Measured},
		{10, nan, 3, 10, 10, 3, Measured, Measured},
		{0, 8, 3, 8, 8, 3, Measured, Measured},
		{7, 8, 0, 8, 7, 2, Measured, FromHeight}, // a slip of one survey
		{0, 0, 4, 12, 12, 4, FromLevels, Measured},
		{0, 0, 0, 6, 6, 2, Default, Default},
		{2, 0, 0, 2, 2, 1, Measured, FromHeight},
		{-3, nan, -1, 6, 6, 2, Default, Default},
		{5000, 0, 0, 6, 6, 2, Default, Default},
		{5000, 9, 900, 9, 9, 3, Measured, FromHeight},
		{math.Inf(1), 0, math.Inf(1), 6, 6, 2, Default, Default},
	} {
		f := measured(t, Input{Buildings: []Building{{Geom: box(0, 0, 1, 1), HeightM: c.roof, WallHeightM: c.wall, Levels: c.levels}}}).Forms[0]
		if f.HeightM != c.height || f.WallHeightM != c.gutter || f.Levels != c.have || f.HeightFrom != c.from || f.LevelsFrom != c.levelsFrom {
			t.Errorf("%v: %+v", c, f)
		}
	}
	r, err := Measure(context.Background(), Input{Buildings: []Building{{Geom: box(0, 0, 1, 1), Levels: 2}}}, Options{Rules: Rules{LevelM: 2.5}})
	if err != nil || r.Forms[0].HeightM != 5 {
		t.Error(r, err)
	}
}

// TestWalls puts houses side by side.
func TestWalls(t *testing.T) {
	t.Parallel()
	high := func(g geo.Geometry, h float64) Building { return Building{Geom: g, HeightM: h} }
	row := []Building{high(box(0, 0, 10, 10), 6), high(box(10, 0, 20, 10), 9), high(box(20, 5, 30, 15), 6)}
	forms := measured(t, Input{Buildings: row}).Forms
	near(t, "first", forms[0].Contiguity, 60.0/240, 1e-12)
	near(t, "second", forms[1].Contiguity, (60.0+30)/360, 1e-12)
	near(t, "third", forms[2].Contiguity, 30.0/240, 1e-12)
	near(t, "second's common walls", forms[1].CommonWallFraction, 15.0/40, 1e-12)
	near(t, "second's free walls", forms[1].FreeWallM2, 270, 1e-9)
	near(t, "second's spacing", forms[1].SpacingM, 0, 0)

	// A slit narrower than TouchM is one wall; a wider one is two, and a distance.
	for _, c := range []struct{ gap, shared, spacing float64 }{{0.005, 10, 0}, {0.02, 0, 0.02}, {7, 0, 7}, {99, 0, 99}, {101, 0, 100}} {
		forms := measured(t, Input{Buildings: []Building{high(box(0, 0, 10, 10), 6), high(box(10+c.gap, 0, 20+c.gap, 10), 6)}}).Forms
		near(t, "shared", forms[0].SharedM, c.shared, 1e-9)
		near(t, "spacing", forms[1].SpacingM, c.spacing, 1e-9)
	}
	// A footprint drawn twice shares no wall, and what it covers of a third counts once.
	twice := measured(t, Input{Buildings: []Building{high(box(0, 0, 10, 10), 6), high(box(0, 0, 10, 10), 4), high(box(10, 0, 20, 10), 5)}}).Forms
	near(t, "third of doubles", twice[2].SharedM, 10, 1e-9)
	near(t, "third's wall", twice[2].SharedWallM2, 50, 1e-9)
	near(t, "first of doubles", twice[0].SharedM, 10, 1e-9)
	near(t, "spacing of doubles", twice[1].SpacingM, 0, 0)
	// A building in another's court touches it from inside.
	around := geo.Geometry{Type: geo.Polygon, XY: append(append([]float64{}, box(0, 0, 30, 30).XY...), box(10, 10, 20, 20).XY...), Ends: []uint32{5, 10}, Parts: []uint32{2}}
	inner := measured(t, Input{Buildings: []Building{high(around, 6), high(box(10, 10, 20, 15), 3)}}).Forms
	near(t, "court", inner[0].SharedM, 20, 1e-9)
	near(t, "inner", inner[1].SharedM, 20, 1e-9)
	near(t, "inner's contiguity", inner[1].Contiguity, 60.0/90, 1e-12)
}

// TestCell computes every figure of a cell of one hectare by hand.
func TestCell(t *testing.T) {
	t.Parallel()
	in := Input{
		Cells: []geo.Geometry{box(0, 0, 100, 100), box(100, 0, 200, 100), {}},
		Buildings: []Building{
			{Geom: box(0, 0, 20, 10), HeightM: 6, Levels: 2, Dwellings: 1, Usage: Residential},
			{Geom: box(20, 0, 30, 10), HeightM: 12, WallHeightM: 10, Levels: 4, Dwellings: 8, Usage: Commercial},
			{Geom: box(90, 50, 130, 60), HeightM: 3, Levels: 1}, // a quarter in the first
		},
		Roads: []Road{{Geom: line(0, 50, 150, 50)}, {Geom: line(100, 0, 100, 100)}},
	}
	r := measured(t, in)
	c := r.Cells[0]
	const a = 200 + 100 + 100
	mean := (200*6 + 100*12 + 100*3.0) / a
	walls := 60*6 + 40*10 + 0.25*100*3.0
	frontal := 0.0
	for _, f := range r.Forms[:2] {
		frontal += f.FrontalM2
	}
	frontal += r.Forms[2].FrontalM2 / 4
	lambda := frontal / 1e4
	geometric := math.Exp((math.Log(6) + math.Log(12) + math.Log(3)/4) / 2.25)
	for _, k := range []struct {
		what      string
		got, want float64
	}{
		{"area", c.AreaM2, 1e4},
		{"buildings", c.Buildings, 2},
		{"coverage", c.Coverage, 0.04},
		{"floor ratio", c.FloorRatio, (400 + 400 + 100) / 1e4},
		{"density", c.DensityPerHa, 2},
		{"volume", c.VolumeM3, 1200 + 1100 + 300},
		{"volumetric density", c.VolumeM, 0.26},
		{"mean height", c.MeanHeightM, mean},
		{"height std", c.HeightStdM, math.Sqrt((200*(6-mean)*(6-mean) + 100*(12-mean)*(12-mean) + 100*(3-mean)*(3-mean)) / a)},
		{"geometric height", c.GeometricHeightM, geometric},
		{"levels", c.MeanLevels, 900.0 / a},
		{"contiguity", c.Contiguity, 2 * 60 / walls},
		{"common walls", c.CommonWallFraction, 20.0 / (60 + 40 + 25)},
		{"façades", c.FacadeDensity, (walls - 120) / 1e4},
		{"aspect ratio", c.AspectRatio, (walls - 120) / 1e4 / 0.96 / 2},
		{"frontal index", c.FrontalIndex, lambda},
		{"roughness", c.RoughnessM, lambda * geometric},
		{"form factor", c.FormFactor, (200*200.0/3600 + 100*100.0/1600 + 100*400.0/10000) / a},
		{"convexity", c.Convexity, 1},
		{"spacing", c.SpacingM, 100 * math.Hypot(60, 40) / a},
		{"closed", c.ClosedM2, 0},
		{"roads", c.RoadDensity, (100 + 50) / 1e4}, // the second runs along the border
		{"dwellings", c.DwellingsPerHa, 9},
		{"estimated", c.EstimatedShare, 0},
		{"homes", c.usage[Residential], 400.0 / 900},
		{"shops", c.usage[Commercial], 400.0 / 900},
		{"roads of the second", r.Cells[1].RoadDensity, (50 + 50) / 1e4},
		{"buildings of the second", r.Cells[1].Buildings, 1},
	} {
		near(t, k.what, k.got, k.want, 1e-9)
	}
	if !math.IsNaN(c.WaterShare) || !math.IsNaN(c.HighGreenShare) || !math.IsNaN(c.ImperviousShare) || !math.IsNaN(c.RoadShare) {
		t.Error("shares of ground no layer was given of")
	}
	if e := r.Cells[2]; !math.IsNaN(e.AreaM2) || !math.IsNaN(e.Coverage) || e.Type != "" || e.Zone.Primary != 0 {
		t.Errorf("a cell without a shape is %+v", e)
	}
	want := Report{Buildings: 3, HeightMeasured: 3, LevelsMeasured: 3, AcrossCells: 1, CellsWithoutShape: 1}
	if r.Report != want {
		t.Errorf("%+v", r.Report)
	}
}

// TestCourts closes a ring of four houses, and leaves one open.
func TestCourts(t *testing.T) {
	t.Parallel()
	ring := []Building{{Geom: box(0, 0, 30, 10)}, {Geom: box(20, 10, 30, 30)}, {Geom: box(0, 20, 20, 30)}, {Geom: box(0, 10, 10, 20)}}
	cells := []geo.Geometry{box(-5, -5, 15, 35), box(15, -5, 50, 35)}
	for _, c := range []struct {
		what        string
		buildings   []Building
		left, right float64
	}{
		{"four", ring, 50, 50},
		{"open", ring[:3], 0, 0},
		{"with a hut", append(slices.Clone(ring), Building{Geom: box(10, 10, 12, 12)}), 46, 50},
		{"two of U", []Building{{Geom: shape(0, 0, 30, 0, 30, 15, 20, 15, 20, 10, 10, 10, 10, 15, 0, 15)}, {Geom: shape(0, 15, 10, 15, 10, 20, 20, 20, 20, 15, 30, 15, 30, 30, 0, 30)}}, 50, 50},
	} {
		r := measured(t, Input{Cells: cells, Buildings: c.buildings})
		near(t, c.what+" left", r.Cells[0].ClosedM2, c.left, 1e-9)
		near(t, c.what+" right", r.Cells[1].ClosedM2, c.right, 1e-9)
	}
}

// TestGround lays kinds of ground over each other.
func TestGround(t *testing.T) {
	t.Parallel()
	r := measured(t, Input{
		Cells:     []geo.Geometry{box(0, 0, 10, 10)},
		Buildings: []Building{{Geom: box(0, 0, 2, 10)}},
		Roads:     []Road{{Geom: line(-5, 9, 15, 9), WidthM: 2}},
		Ground: []Ground{
			{box(1, -3, 4, 5), Water},                   // 15 in the cell, over the building
			{box(0, 5, 5, 20), HighVegetation},          // 25 crowns, 10 over the building: 15 of ground
			{box(4, 0, 10, 10), LowVegetation},          // 60, 5 under crowns: 55
			{box(4, 0, 10, 10), LowVegetation},          // again: nothing more
			{box(-10, -10, 20, 20), Impervious},         // the rest
			{shape(20, 20, 30, 20, 30, 30), Impervious}, // elsewhere
		},
	})
	c := r.Cells[0]
	near(t, "water", c.WaterShare, 0.15, 1e-12)
	near(t, "crowns", c.HighGreenShare, 0.25, 1e-12)
	near(t, "high ground", c.highGround, 0.15, 1e-12)
	near(t, "low", c.LowGreenShare, 0.55, 1e-12)
	near(t, "road", c.RoadShare, 0, 1e-12) // under all of it
	// What is left: the building's 20 less 5 of water; nothing else.
	near(t, "sealed", c.ImperviousShare, 1-0.15-0.15-0.15-0.55, 1e-12)
}

func TestRefused(t *testing.T) {
	t.Parallel()
	open := geo.Geometry{Type: geo.Polygon, XY: []float64{0, 0, 1, 0, 1, 1, 0, 1}, Ends: []uint32{4}, Parts: []uint32{1}}
	for what, in := range map[string]Input{
		"building 1": {Buildings: []Building{{Geom: box(0, 0, 1, 1)}, {Geom: open}}},
		"cell 0":     {Cells: []geo.Geometry{line(0, 0, 1, 1)}},
		"road 0":     {Roads: []Road{{Geom: box(0, 0, 1, 1)}}},
		"ground 0":   {Ground: []Ground{{box(0, 0, 1, 1), coverKinds}}},
	} {
		var e *referentials.Error
		if _, err := Measure(context.Background(), in, Options{}); !errors.As(err, &e) || e.Code != referentials.Invalid || e.Where != what {
			t.Errorf("%s: %v", what, err)
		}
	}
	ended, stop := context.WithCancel(context.Background())
	stop()
	if _, err := Measure(ended, grid(8, 80), Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if r := measured(t, Input{}); len(r.Cells) != 0 || len(r.Forms) != 0 {
		t.Error(r)
	}
}

// TestSameBytes measures on one and on many processors.
func TestSameBytes(t *testing.T) {
	in := grid(24, 60)
	bytes := func() []byte {
		var out []byte
		for _, c := range measured(t, in).Cells {
			for _, v := range c.Values(nil) {
				out = v.AppendBinary(out)
			}
		}
		return out
	}
	many := runtime.GOMAXPROCS(1)
	one := bytes()
	runtime.GOMAXPROCS(4)
	four := bytes()
	runtime.GOMAXPROCS(many)
	if !slices.Equal(one, four) {
		t.Error("the result depends on the number of processors")
	}
}

// TestLongShore measures roads beside a cell of many vertices: it takes minutes where every one
// is held against every edge.
func TestLongShore(t *testing.T) {
	const many = 150_000
	var shore []float64
	for k := range many {
		shore = append(shore, float64(k)/10, float64(k%2))
	}
	in := Input{Cells: []geo.Geometry{shape(append(shore, many/10, many/10, 0, many/10)...)}, Roads: make([]Road, many)}
	for k := range in.Roads {
		x, y := float64(k%1000)*10, float64(k/1000)*10
		in.Roads[k].Geom = line(x, y+10, x+9, y+10)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	r, err := Measure(ctx, in, Options{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "road density", r.Cells[0].RoadDensity*r.Cells[0].AreaM2, 9*many, 1e-9)
}

// bruteCircle is the square of the radius of the smallest circle, by all pairs and triples.
func bruteCircle(g geo.Geometry) float64 {
	var p []vertex
	for i := 0; i+1 < len(g.XY); i += 2 {
		p = append(p, vertex{g.XY[i], g.XY[i+1]})
	}
	best := math.Inf(1)
	try := func(c circle) {
		for _, v := range p {
			dx, dy := v.x-c.centre.x, v.y-c.centre.y
			if dx*dx+dy*dy > c.square*(1+1e-9) {
				return
			}
		}
		best = min(best, c.square)
	}
	for i := range p {
		for j := range i {
			try(around(p[i], p[j]))
			for k := range j {
				try(through(p[i], p[j], p[k]))
			}
		}
	}
	return best
}
