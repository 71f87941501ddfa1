package morphology

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"socle/geo"
)

// TestMeansOfForms computes by hand the means by footprint that TestCell has no need of: of
// two buildings of one cell, one 20 m by 10 m and one 10 m square.
func TestMeansOfForms(t *testing.T) {
	t.Parallel()
	c := measured(t, Input{
		Cells: []geo.Geometry{box(0, 0, 100, 100)},
		Buildings: []Building{
			{Geom: box(10, 10, 30, 20), HeightM: 6, WallHeightM: 6, Levels: 2},
			{Geom: box(50, 50, 60, 60), Levels: 3},                        // 9 m, from levels
			{Geom: shape(70, 70, 90, 70, 90, 80, 80, 80, 80, 90, 70, 90)}, // an L of 300 m², 6 m by default
		},
	}).Cells[0]
	raw := func(area, perimeter, height float64) float64 {
		return (perimeter*height + area) / math.Pow(area*height, 2.0/3)
	}
	circle := func(area, square float64) float64 { return area / (math.Pi * square / 4) }
	for _, k := range []struct {
		what      string
		got, want float64
	}{
		{"raw compactness", c.RawCompactness, (200*raw(200, 60, 6) + 100*raw(100, 40, 9) + 300*raw(300, 80, 6)) / 600},
		{"circular compactness", c.CircularCompactness, (200*circle(200, 500) + 100*circle(100, 200) + 300*circle(300, 4*bruteCircle(shape(70, 70, 90, 70, 90, 80, 80, 80, 80, 90, 70, 90)))) / 600},
		{"convexity", c.Convexity, (200 + 100 + 300*300.0/350) / 600},
		{"estimated", c.EstimatedShare, 400.0 / 600},
		{"by default", c.DefaultShare, 300.0 / 600},
		{"levels", c.MeanLevels, (200*2 + 100*3 + 300*2) / 600.0},
	} {
		near(t, k.what, k.got, k.want, 1e-9)
	}
}

// TestLimitsOfFormulas is where formulas are capped, or have no value.
func TestLimitsOfFormulas(t *testing.T) {
	t.Parallel()
	of := func(b ...Building) Cell {
		return measured(t, Input{Cells: []geo.Geometry{box(0, 0, 100, 100)}, Buildings: b}).Cells[0]
	}
	full := of(Building{Geom: box(0, 0, 100, 100), HeightM: 15})
	if !math.IsNaN(full.AspectRatio) || full.Coverage != 1 {
		t.Errorf("a street where all is built is %v, of coverage %v", full.AspectRatio, full.Coverage)
	}
	// λf is 100·15·1.288/10⁴, above its cap of 0.15: the height times that.
	near(t, "roughness of a high frontal area", full.RoughnessM, 0.15*15, 1e-9)
	near(t, "roughness of towers", of(Building{Geom: box(40, 40, 60, 60), HeightM: 100}).RoughnessM, 3, 0)
	none := of()
	if none.RoughnessM != 0 || none.Coverage != 0 || none.AspectRatio != 0 || !math.IsNaN(none.MeanHeightM) || !math.IsNaN(none.EstimatedShare) {
		t.Errorf("nothing built is %+v", none)
	}
}

// TestDistanceToZone is off in one dimension only: 13 m high where class 6 ends at 10 and
// class 5 begins there.
func TestDistanceToZone(t *testing.T) {
	t.Parallel()
	in := ZoneInput{SkyView: 0.7, AspectRatio: 0.5, Building: 0.3, Impervious: 0.4, Pervious: 0.35, HeightM: 13, RoughnessM: 0.5, MeanLevels: 4}
	z := zoneOf(in)
	bounds := []float64{25, 10, 25, 3, 10, 25, 10, 25, 3, 10, 2, 4, 3, 10} // finite ones, of classes 1 to 7 and 9
	sum, squares, n := 0.0, 0.0, float64(len(bounds))
	for _, b := range bounds {
		sum, squares = sum+b, squares+b*b
	}
	spread := math.Sqrt(squares/n - sum/n*sum/n)
	if z.Primary != 5 || z.Secondary != 6 || z.Distance != 0 || z.Uniqueness != 1 {
		t.Errorf("%+v", z)
	}
	in.HeightM = 9.5 // now within 6, and half a metre below 5
	if z = zoneOf(in); z.Primary != 6 || z.Secondary != 5 {
		t.Errorf("%+v", z)
	}
	in.Building = 0.45 // 0.05 above both, of which it is as far
	z = zoneOf(in)
	off := 0.05 / spreadOf(t, .4, .6, .4, .7, .4, .7, .2, .4, .2, .4, .2, .4, .6, .9, .1, .2)
	low := 0.5 / spread
	first, second := math.Sqrt(8*off*off), math.Sqrt(8*off*off+6*low*low)
	near(t, "distance", z.Distance, first, 1e-12)
	near(t, "uniqueness", z.Uniqueness, (second-first)/(first+second), 1e-12)
}

func spreadOf(t *testing.T, values ...float64) float64 {
	t.Helper()
	mean, sum := 0.0, 0.0
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		sum += (v - mean) * (v - mean)
	}
	return math.Sqrt(sum / float64(len(values)))
}

// TestSpreadOfHeights compares with the formula in two passes. Equal heights have none.
func TestSpreadOfHeights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s sums
		heights := rapid.SliceOfN(rapid.Float64Range(2, 60), 1, 30).Draw(t, "heights")
		equal := rapid.Bool().Draw(t, "equal")
		area, mean := 0.0, 0.0
		forms := make([]Form, len(heights))
		for i, h := range heights {
			if equal {
				h = heights[0]
			}
			forms[i] = Form{AreaM2: rapid.Float64Range(1, 5000).Draw(t, "area"), HeightM: h, WallHeightM: h, Levels: 1}
			s.add(&Building{}, &forms[i], 1, true)
			area, mean = area+forms[i].AreaM2, mean+forms[i].AreaM2*h
		}
		mean /= area
		squares := 0.0
		for _, f := range forms {
			squares += f.AreaM2 * (f.HeightM - mean) * (f.HeightM - mean)
		}
		c := Cell{AreaM2: 1e6}
		c.fill(&s)
		if equal && (c.HeightStdM != 0 || c.MeanHeightM != heights[0]) {
			t.Fatalf("%d buildings of %v m: mean %v, spread %v", len(heights), heights[0], c.MeanHeightM, c.HeightStdM)
		}
		if want := math.Sqrt(squares / area); math.Abs(c.MeanHeightM-mean) > 1e-12*mean || math.Abs(c.HeightStdM-want) > 1e-7 {
			t.Fatalf("mean %v, spread %v, want %v, %v", c.MeanHeightM, c.HeightStdM, mean, want)
		}
	})
}
