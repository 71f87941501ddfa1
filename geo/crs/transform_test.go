package crs

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// systems are those of the territory and its neighbours, with a box well inside each, in
// longitude and latitude, and what a millimetre is in each.
var systems = []struct {
	code       int
	box        [4]float64
	millimetre float64
}{
	{3948, [4]float64{-2.3, 47.6, -1.0, 48.7}, 1e-3},
	{2154, [4]float64{-5, 42, 8, 51}, 1e-3},
	{3857, [4]float64{-170, -80, 170, 80}, 1e-3},
	{4258, [4]float64{-5, 42, 8, 51}, 1e-8},
	{3035, [4]float64{-5, 42, 8, 51}, 1e-3},
	{25830, [4]float64{-5.5, 37, -0.5, 43}, 1e-3},
}

func randomPoints(rng *rand.Rand, box [4]float64, n int) []float64 {
	xy := make([]float64, 0, 2*n)
	for range n {
		xy = append(xy, box[0]+rng.Float64()*(box[2]-box[0]), box[1]+rng.Float64()*(box[3]-box[1]))
	}
	return xy
}

func transformer(t testing.TB, from, to CRS) *Transformer {
	t.Helper()
	tr, err := NewTransformer(from, to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Close)
	return tr
}

func distance(a, b []float64) (worst float64) {
	for i := range a {
		worst = max(worst, math.Abs(a[i]-b[i]))
	}
	return worst
}

func TestAgainstCs2cs(t *testing.T) {
	for i, s := range systems {
		t.Run(EPSG(s.code).String(), func(t *testing.T) {
			lonLat := randomPoints(rand.New(rand.NewPCG(1, uint64(i))), s.box, 200)
			xy := append([]float64(nil), lonLat...)
			if err := transformer(t, CRS84, EPSG(s.code)).Forward(xy); err != nil {
				t.Fatal(err)
			}
			want := cs2cs(t, EPSG(s.code), lonLat)
			if d := distance(xy, want); d > s.millimetre {
				t.Errorf("%g from cs2cs", d)
			}
			if err := transformer(t, EPSG(s.code), CRS84).Forward(xy); err != nil {
				t.Fatal(err)
			}
			if d := distance(xy, lonLat); d > 1e-8 {
				t.Errorf("%g degrees lost in the round trip", d)
			}
		})
	}
}

// cs2cs converts with PROJ's own program, in x, y order.
func cs2cs(t *testing.T, to CRS, lonLat []float64) []float64 {
	t.Helper()
	var in strings.Builder
	for i := 0; i < len(lonLat); i += 2 {
		fmt.Fprintf(&in, "%.12f %.12f\n", lonLat[i+1], lonLat[i]) // EPSG:4326 is latitude first
	}
	cmd := exec.Command("cs2cs", "-f", "%.10f", "EPSG:4326", to.String())
	cmd.Stdin = strings.NewReader(in.String())
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("cs2cs (of the proj-bin package): %v", err)
	}
	var xy []float64
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		x, err1 := strconv.ParseFloat(f[0], 64)
		y, err2 := strconv.ParseFloat(f[1], 64)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		if AxesSwapped(to) {
			x, y = y, x
		}
		xy = append(xy, x, y)
	}
	if len(xy) != len(lonLat) {
		t.Fatalf("cs2cs gave %d ordinates for %d", len(xy), len(lonLat))
	}
	return xy
}

func TestForwardTellsFailedPoints(t *testing.T) {
	const good = 5
	tr := transformer(t, EPSG(4326), EPSG(2154))
	nan := math.NaN()
	for name, bad := range map[string][2]float64{
		"a latitude in metres": {352000, 6789000},
		"infinite":             {math.Inf(1), math.Inf(1)},
		"half NaN":             {-1.6, nan},
		"NaN":                  {nan, nan},
	} {
		t.Run(name, func(t *testing.T) {
			var xy []float64
			for range good {
				xy = append(xy, -1.68, 48.11)
			}
			want := append([]float64(nil), xy...)
			if err := tr.Forward(want); err != nil {
				t.Fatal(err)
			}
			xy = append(append(xy, bad[:]...), -1.68, 48.11)
			err := tr.Forward(xy)
			var point *PointError
			if !errors.As(err, &point) || point.Index != good {
				t.Fatalf("got %v, want a PointError of point %d", err, good)
			}
			if !math.IsInf(xy[2*good], 1) || !math.IsInf(xy[2*good+1], 1) {
				t.Errorf("the failed point is %v, want +Inf", xy[2*good:2*good+2])
			}
			for i := 0; i < len(xy); i += 2 {
				if i != 2*good && (xy[i] != want[0] || xy[i+1] != want[1]) {
					t.Errorf("point %d is %v, want %v", i/2, xy[i:i+2], want[:2])
				}
			}
		})
	}
	failed, err := tr.TryForward([]float64{nan, 0, -1.6, 48, 0, 1000}, []int{-1})
	if err != nil || fmt.Sprint(failed) != "[-1 0 2]" {
		t.Errorf("got %v, %v", failed, err)
	}
	if _, err := tr.TryForward(make([]float64, 3), nil); err == nil {
		t.Error("an odd number of ordinates passed")
	}
}

func TestIdentity(t *testing.T) {
	for _, pair := range [][2]CRS{{CRS84, CRS84}, {CRS84, EPSG(4326)}, {EPSG(4326), CRS84}, {EPSG(2154), EPSG(2154)}} {
		xy := []float64{-1.7, 48.1, 352000.123456789, 6789000.987654321}
		want := append([]float64(nil), xy...)
		if err := transformer(t, pair[0], pair[1]).Forward(xy); err != nil {
			t.Fatal(err)
		}
		if distance(xy, want) != 0 {
			t.Errorf("%v changed %v to %v", pair, want, xy)
		}
		if err := transformer(t, pair[0], pair[1]).Forward([]float64{1, math.NaN()}); err == nil {
			t.Errorf("%v took NaN", pair)
		}
	}
}

func TestUnknownSystems(t *testing.T) {
	for _, pair := range [][2]CRS{{EPSG(999999), CRS84}, {CRS84, EPSG(999999)}, {{}, CRS84}, {EPSG(999999), EPSG(999999)}} {
		if _, err := NewTransformer(pair[0], pair[1]); err == nil {
			t.Errorf("%v made a transformer", pair)
		}
	}
}

func TestConcurrentForward(t *testing.T) {
	tr := transformer(t, EPSG(3948), CRS84)
	rng := rand.New(rand.NewPCG(2, 2))
	one := make([]float64, 0, 2*40000)
	for range 40000 {
		one = append(one, 1350000+rng.Float64()*1e4, 7220000+rng.Float64()*1e4)
	}
	want := append([]float64(nil), one...)
	for i := 0; i < len(want); i += 200 {
		if err := tr.Forward(want[i : i+200]); err != nil {
			t.Fatal(err)
		}
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			got := append([]float64(nil), one...)
			if err := tr.Forward(got); err != nil {
				t.Error(err)
			}
			if d := distance(got, want); d != 0 {
				t.Errorf("batches and parts differ by %g", d)
			}
		})
	}
	all.Wait()
}

func TestClose(t *testing.T) {
	tr := transformer(t, EPSG(3948), CRS84)
	tr.Close()
	tr.Close()
	if err := tr.Forward([]float64{1350000, 7220000}); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
}

func BenchmarkForward(b *testing.B) {
	for _, s := range []struct {
		from int
		n    int
	}{{3948, 10}, {3948, 1000}, {3948, 100000}, {2154, 100000}, {25830, 100000}} {
		b.Run(fmt.Sprintf("EPSG:%d/%d", s.from, s.n), func(b *testing.B) {
			xy := randomPoints(rand.New(rand.NewPCG(1, 1)), [4]float64{-2, 47.8, -1.2, 48.5}, s.n)
			if err := transformer(b, CRS84, EPSG(s.from)).Forward(xy); err != nil {
				b.Fatal(err)
			}
			tr := transformer(b, EPSG(s.from), CRS84)
			buf := make([]float64, len(xy))
			b.ReportAllocs()
			for b.Loop() {
				copy(buf, xy)
				if err := tr.Forward(buf); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*s.n), "ns/vertex")
		})
	}
}
