package morphology

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"socle/geo"
	"socle/geo/topology"
)

// star draws a polygon without crossings: vertices around a centre, now and then on a
// grid so that borders coincide.
func star(t *rapid.T, label string) geo.Geometry {
	x := float64(rapid.IntRange(0, 40).Draw(t, label+" x"))
	y := float64(rapid.IntRange(0, 40).Draw(t, label+" y"))
	if rapid.Bool().Draw(t, label+" box") {
		return box(x, y, x+float64(rapid.IntRange(1, 30).Draw(t, label+" w")), y+float64(rapid.IntRange(1, 30).Draw(t, label+" h")))
	}
	n := rapid.IntRange(3, 9).Draw(t, label+" n")
	var xy []float64
	for k := range n {
		r := rapid.Float64Range(2, 20).Draw(t, label+" r")
		sin, cos := math.Sincos(2 * math.Pi * float64(k) / float64(n))
		xy = append(xy, x+r*cos, y+r*sin)
	}
	return shape(xy...)
}

// TestOverlayAgainstGEOS holds the sweep to GEOS: what lies on top up to a kind is what
// the cell has in common with the union of all shapes up to it.
func TestOverlayAgainstGEOS(t *testing.T) {
	t.Parallel()
	e := topology.NewEngine()
	t.Cleanup(e.Close)
	rapid.Check(t, func(t *rapid.T) {
		cell := star(t, "cell")
		var o overlay
		o.start(&cell)
		var byKind [coverKinds][]geo.Geometry
		for k := range rapid.IntRange(0, 8).Draw(t, "shapes") {
			g, kind := star(t, "ground"), Cover(rapid.IntRange(0, int(coverKinds)-1).Draw(t, "kind"))
			byKind[kind] = append(byKind[kind], g)
			o.cover(&g, kind)
			_ = k
		}
		o.measure()
		var own, other topology.Outline
		var overlap topology.Overlap
		own.Measure(&cell)
		common := func(shapes []geo.Geometry) float64 {
			if len(shapes) == 0 {
				return 0
			}
			joined, err := e.Buffer(0, shapes...)
			if err != nil {
				t.Fatal(err)
			}
			other.Measure(&joined)
			return overlap.Area(&own, &other)
		}
		var so []geo.Geometry
		sum := 0.0
		for kind := range coverKinds {
			so = append(so, byKind[kind]...)
			sum += o.onTop[kind]
			if want := common(so); math.Abs(sum-want) > 1e-7*(1+want) {
				t.Fatalf("up to kind %d: %v, GEOS %v", kind, sum, want)
			}
		}
		if want := common(byKind[HighVegetation]); math.Abs(o.crowns-want) > 1e-7*(1+want) {
			t.Fatalf("crowns: %v, GEOS %v", o.crowns, want)
		}
	})
}

// TestDistanceAgainstGEOS holds distances of footprints to GEOS.
func TestDistanceAgainstGEOS(t *testing.T) {
	t.Parallel()
	e := topology.NewEngine()
	t.Cleanup(e.Close)
	rapid.Check(t, func(t *rapid.T) {
		a, b := star(t, "a"), star(t, "b")
		want, err := e.Distance(&a, &b)
		if err != nil {
			t.Fatal(err)
		}
		if got := shapeDistance(&a, a.Bound(), &b, b.Bound(), 1e9); math.Abs(got-want) > 1e-9 {
			t.Fatalf("%v, GEOS %v", got, want)
		}
		if got := shapeDistance(&a, a.Bound(), &b, b.Bound(), 3); math.Abs(got-min(3, want)) > 1e-9 {
			t.Fatalf("capped: %v, GEOS %v", got, want)
		}
	})
}

// TestCircleAgainstAllTriples holds the smallest circle to all that three points can make,
// and the hull to holding every point.
func TestCircleAgainstAllTriples(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := star(t, "g")
		var h hull
		h.of(&g)
		for k := range h.points {
			a, b := h.points[k], h.points[(k+1)%len(h.points)]
			for i := 0; i < len(g.XY); i += 2 {
				if cross(a, b, vertex{g.XY[i] - g.XY[0], g.XY[i+1] - g.XY[1]}) < -1e-9 {
					t.Fatal("a vertex outside of the hull")
				}
			}
		}
		if got, want := h.circleArea(), math.Pi*bruteCircle(g); math.Abs(got-want) > 1e-9*want {
			t.Fatalf("%v, by hand %v", got, want)
		}
	})
}

// TestRoadsAgainstPieces holds the length of a line in a cell to counting small pieces,
// each half for either side of it.
func TestRoadsAgainstPieces(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cell := star(t, "cell")
		at := func(l string) float64 { return rapid.Float64Range(-10, 70).Draw(t, l) }
		road := line(at("x0"), at("y0"), at("x1"), at("y1"), at("x2"), at("y2"))
		r := measured(t, Input{Cells: []geo.Geometry{cell}, Roads: []Road{{Geom: road}}})
		got := r.Cells[0].RoadDensity * r.Cells[0].AreaM2
		var o topology.Outline
		o.Place(&cell)
		want, step := 0.0, 0.0
		eachEdge(&road, func(x0, y0, x1, y1 float64) {
			const n = 4000
			length := math.Hypot(x1-x0, y1-y0)
			step = max(step, length/n)
			for k := range n {
				s := (float64(k) + 0.5) / n
				for _, side := range []float64{-besideM, besideM} {
					if length > 0 && o.Covers(x0+s*(x1-x0)-side*(y1-y0)/length, y0+s*(y1-y0)+side*(x1-x0)/length) {
						want += length / n / 2
					}
				}
			}
		})
		if math.Abs(got-want) > 40*step+0.1 {
			t.Fatalf("%v m, by pieces %v", got, want)
		}
	})
}

// TestInvariance moves, turns and scales a town. Turns are by 30°, since the wind blows
// from twelve directions.
func TestInvariance(t *testing.T) {
	t.Parallel()
	base := grid(3, 60)
	in := Input{Cells: base.Cells, Buildings: base.Buildings, Roads: base.Roads}
	want := measured(t, in)
	centre := in.Cells[4].Bound().Center()
	rapid.Check(t, func(rt *rapid.T) {
		turn := float64(rapid.IntRange(0, 11).Draw(rt, "turn")) * math.Pi / 6
		scale := rapid.SampledFrom([]float64{1, 1, 2, 5}).Draw(rt, "scale")
		dx, dy := rapid.Float64Range(-1e5, 1e5).Draw(rt, "dx"), rapid.Float64Range(-1e5, 1e5).Draw(rt, "dy")
		sin, cos := math.Sincos(turn)
		move := func(g geo.Geometry) geo.Geometry {
			g = g.Clone()
			for i := 0; i < len(g.XY); i += 2 {
				x, y := scale*(g.XY[i]-centre[0]), scale*(g.XY[i+1]-centre[1])
				g.XY[i], g.XY[i+1] = centre[0]+x*cos-y*sin+dx, centre[1]+x*sin+y*cos+dy
			}
			return g
		}
		var moved Input
		for _, c := range in.Cells {
			moved.Cells = append(moved.Cells, move(c))
		}
		for _, b := range in.Buildings {
			b.Geom, b.HeightM = move(b.Geom), b.HeightM*scale
			moved.Buildings = append(moved.Buildings, b)
		}
		for _, r := range in.Roads {
			moved.Roads = append(moved.Roads, Road{Geom: move(r.Geom)})
		}
		o := Options{Rules: Rules{LevelM: 3 * scale}}
		got, err := Measure(t.Context(), moved, o)
		if err != nil {
			rt.Fatal(err)
		}
		for i := range want.Cells {
			a, b := &want.Cells[i], &got.Cells[i]
			for _, k := range []struct {
				what      string
				got, want float64
			}{
				{"area", b.AreaM2, a.AreaM2 * scale * scale}, {"buildings", b.Buildings, a.Buildings}, {"coverage", b.Coverage, a.Coverage},
				{"floor ratio", b.FloorRatio, a.FloorRatio}, {"volume", b.VolumeM3, a.VolumeM3 * scale * scale * scale},
				{"mean height", b.MeanHeightM, a.MeanHeightM * scale}, {"std", b.HeightStdM, a.HeightStdM * scale},
				{"geometric", b.GeometricHeightM, a.GeometricHeightM * scale}, {"contiguity", b.Contiguity, a.Contiguity},
				{"common", b.CommonWallFraction, a.CommonWallFraction}, {"façades", b.FacadeDensity, a.FacadeDensity},
				{"aspect", b.AspectRatio, a.AspectRatio}, {"frontal", b.FrontalIndex, a.FrontalIndex}, {"form", b.FormFactor, a.FormFactor},
				{"convexity", b.Convexity, a.Convexity}, {"circular", b.CircularCompactness, a.CircularCompactness}, {"raw", b.RawCompactness, a.RawCompactness},
				{"spacing", b.SpacingM, a.SpacingM * scale}, {"roads", b.RoadDensity, a.RoadDensity / scale},
			} {
				if math.Abs(k.got-k.want) > 1e-6*(1+math.Abs(k.want)) {
					rt.Fatalf("cell %d, %s: %v, want %v", i, k.what, k.got, k.want)
				}
			}
		}
	})
}

// TestSharesAddUp holds what adds up over the cells to what it is of the buildings, where
// the cells cover them all, and no building to more than all of its walls.
func TestSharesAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var in Input
		at := rapid.Float64Range(1, 79).Draw(t, "cut")
		in.Cells = []geo.Geometry{box(-50, -50, at, 150), box(at, -50, 150, at), box(at, at, 150, 150)}
		for range rapid.IntRange(1, 12).Draw(t, "buildings") {
			in.Buildings = append(in.Buildings, Building{Geom: star(t, "building"), HeightM: rapid.Float64Range(0, 30).Draw(t, "height"), Dwellings: 2})
		}
		r := measured(t, in)
		var floors, volume, dwellings, n, footprint float64
		for i := range r.Forms {
			f := &r.Forms[i]
			floors, volume, dwellings, footprint = floors-f.FloorAreaM2, volume-f.VolumeM3, dwellings-f.Dwellings, footprint-f.AreaM2
			if !(f.Contiguity >= 0 && f.Contiguity <= 1+1e-9) || !(f.CommonWallFraction <= 1+1e-9) || !(f.Convexity > 0 && f.CircularCompactness > 0) {
				t.Fatalf("%+v", f)
			}
		}
		for i := range r.Cells {
			c := &r.Cells[i]
			floors, volume, footprint = floors+c.FloorRatio*c.AreaM2, volume+c.VolumeM3, footprint+c.Coverage*c.AreaM2
			dwellings, n = dwellings+c.DwellingsPerHa*c.AreaM2/1e4, n+c.Buildings
		}
		if math.Abs(floors) > 1e-6 || math.Abs(volume) > 1e-6 || math.Abs(dwellings) > 1e-9 || math.Abs(footprint) > 1e-6 || n != float64(len(in.Buildings)) {
			t.Fatal(floors, volume, dwellings, footprint, n)
		}
	})
}
