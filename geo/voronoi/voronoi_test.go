package voronoi

import (
	"math"
	"math/big"
	"math/rand"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

var unitBox = orb.Bound{Max: orb.Point{100, 100}}

func TestRidgesByHand(t *testing.T) {
	var d Diagram
	two := d.Ridges(nil, []float64{20, 50, 80, 50}, []int32{7, 3}, unitBox)
	if len(two) != 1 || two[0].A != 3 || two[0].B != 7 || math.Abs(two[0].X0-50) > 1e-6 || math.Abs(two[0].X1-50) > 1e-6 ||
		min(two[0].Y0, two[0].Y1) > 0 || max(two[0].Y0, two[0].Y1) < 100 {
		t.Errorf("between two points: %v", two)
	}
	if r := d.Ridges(nil, []float64{20, 50, 80, 50}, []int32{3, 3}, unitBox); len(r) != 0 {
		t.Error("one label has ridges", r)
	}
	if r := d.Ridges(nil, []float64{20, 50, 20, 50, math.NaN(), 1}, []int32{1, 2, 3}, unitBox); len(r) != 0 {
		t.Error("of points in one place the first counts", r)
	}
	if r := d.Ridges(nil, nil, nil, unitBox); len(r) != 0 {
		t.Error(r)
	}
	// Four quarters of a lattice, which has four points on many a circle.
	var xy []float64
	var labels []int32
	for i := range 10 {
		for j := range 10 {
			xy = append(xy, 5+10*float64(i), 5+10*float64(j))
			labels = append(labels, int32(i/5+2*(j/5)))
		}
	}
	length := 0.0
	for _, r := range d.Ridges(nil, xy, labels, unitBox) {
		x0, x1, y0, y1 := clamp(r.X0), clamp(r.X1), clamp(r.Y0), clamp(r.Y1)
		length += math.Hypot(x1-x0, y1-y0)
	}
	if math.Abs(length-200) > 1e-6 {
		t.Errorf("the quarters are parted by %v m, not 200", length)
	}
}

func clamp(v float64) float64 { return min(max(v, 0), 100) }

// TestRidgesAgainstDistances holds the diagram to what it means: of any two places on one
// side and the other of no ridge, the nearest points have one label, and halfway along a
// ridge the nearest of both labels are as far.
func TestRidgesAgainstDistances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "n")
		place := rapid.OneOf(rapid.Float64Range(0, 100), rapid.Map(rapid.IntRange(0, 10), func(i int) float64 { return 10 * float64(i) }))
		var xy []float64
		var labels []int32
		for range n {
			x, y := math.Round(place.Draw(t, "x")*1000)/1000, math.Round(place.Draw(t, "y")*1000)/1000
			if slices.ContainsFunc(pairs(xy), func(p [2]float64) bool { return p == [2]float64{x, y} }) {
				continue
			}
			xy = append(xy, x, y)
			labels = append(labels, int32(rapid.IntRange(0, 3).Draw(t, "label")))
		}
		var d Diagram
		ridges := d.Ridges(nil, xy, labels, unitBox)
		for _, r := range ridges {
			if !(r.X0 >= 0 && r.X0 <= 100 && r.Y0 >= 0 && r.Y0 <= 100 && r.X1 >= 0 && r.X1 <= 100 && r.Y1 >= 0 && r.Y1 <= 100) {
				continue
			}
			x, y := (r.X0+r.X1)/2, (r.Y0+r.Y1)/2
			a, b, all := nearest(xy, labels, x, y, r.A), nearest(xy, labels, x, y, r.B), nearest(xy, labels, x, y, -1)
			if math.Abs(a-b) > 1e-3 || math.Abs(a-all) > 1e-3 {
				t.Fatalf("at %g, %g on the ridge of %d and %d they are %g and %g away, the nearest %g", x, y, r.A, r.B, a, b, all)
			}
		}
		// Along any line, the label of the nearest changes only where a ridge is crossed.
		x0, y0, x1, y1 := rapid.Float64Range(0, 100).Draw(t, "x0"), rapid.Float64Range(0, 100).Draw(t, "y0"), rapid.Float64Range(0, 100).Draw(t, "x1"), rapid.Float64Range(0, 100).Draw(t, "y1")
		if !crosses(ridges, x0, y0, x1, y1) && nearestLabel(xy, labels, x0, y0) != nearestLabel(xy, labels, x1, y1) {
			from, to := nearest(xy, labels, x0, y0, -1), nearest(xy, labels, x1, y1, -1)
			other0, other1 := nearest(xy, labels, x0, y0, nearestLabel(xy, labels, x1, y1)), nearest(xy, labels, x1, y1, nearestLabel(xy, labels, x0, y0))
			if other0-from > 1e-3 && other1-to > 1e-3 {
				t.Fatal("no ridge parts two neighbourhoods")
			}
		}
	})
}

func pairs(xy []float64) (list [][2]float64) {
	for i := 0; i < len(xy); i += 2 {
		list = append(list, [2]float64{xy[i], xy[i+1]})
	}
	return list
}

func nearest(xy []float64, labels []int32, x, y float64, label int32) float64 {
	least := math.Inf(1)
	for i, l := range labels {
		if label < 0 || l == label {
			least = min(least, math.Hypot(xy[2*i]-x, xy[2*i+1]-y))
		}
	}
	return least
}

func nearestLabel(xy []float64, labels []int32, x, y float64) int32 {
	for _, l := range labels {
		if nearest(xy, labels, x, y, l) == nearest(xy, labels, x, y, -1) {
			return l
		}
	}
	return -1
}

func crosses(ridges []Ridge, x0, y0, x1, y1 float64) bool {
	side := func(ax, ay, bx, by, px, py float64) bool { return (bx-ax)*(py-ay)-(by-ay)*(px-ax) >= 0 }
	return slices.ContainsFunc(ridges, func(r Ridge) bool {
		return side(r.X0, r.Y0, r.X1, r.Y1, x0, y0) != side(r.X0, r.Y0, r.X1, r.Y1, x1, y1) &&
			side(x0, y0, x1, y1, r.X0, r.Y0) != side(x0, y0, x1, y1, r.X1, r.Y1)
	})
}

// TestInCircle compares with arithmetic of any length, on circles most of all.
func TestInCircle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.OneOf(rapid.Int64Range(-halfSpan, halfSpan), rapid.Int64Range(-5, 5), rapid.SampledFrom([]int64{-halfSpan, halfSpan, halfSpan - 1}))
		draw := func() point { return point{at.Draw(t, "x"), at.Draw(t, "y")} }
		a, b, c, q := draw(), draw(), draw(), draw()
		if turn(a, b, c) < 0 {
			a, b = b, a
		}
		if got, want := inCircle(a, b, c, q), bigInCircle(a, b, c, q); got != want {
			t.Fatal(a, b, c, q, got, want)
		}
	})
}

func bigInCircle(a, b, c, q point) bool {
	sum := new(big.Int)
	for _, k := range [3][3]point{{a, b, c}, {b, c, a}, {c, a, b}} {
		u, v, w := minus(k[0], q), minus(k[1], q), minus(k[2], q)
		sum.Add(sum, new(big.Int).Mul(big.NewInt(u.x*u.x+u.y*u.y), big.NewInt(cross(v, w))))
	}
	return sum.Sign() > 0
}

func BenchmarkRidges(b *testing.B) {
	random := rand.New(rand.NewSource(1))
	const n = 100_000
	xy, labels := make([]float64, 2*n), make([]int32, n)
	for i := range labels {
		xy[2*i], xy[2*i+1], labels[i] = 1000*random.Float64(), 1000*random.Float64(), int32(random.Intn(4))
	}
	var d Diagram
	var ridges []Ridge
	b.ReportAllocs()
	for b.Loop() {
		ridges = d.Ridges(ridges[:0], xy, labels, orb.Bound{Max: orb.Point{1000, 1000}})
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "points/s")
}
