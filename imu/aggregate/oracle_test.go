package aggregate

import (
	"math"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"socle/referentials/snapshot"
)

// drawOpen gives meters with nulls, repeats and zeros, on blocks and beside them.
func drawOpen(t *rapid.T, n int) []reading {
	value := func(name string) float64 {
		switch k := rapid.IntRange(0, 9).Draw(t, name); k {
		case 0:
			return math.NaN()
		case 1, 2, 3:
			return float64(k - 1)
		}
		return rapid.Float64Range(0, 1e6).Draw(t, name)
	}
	list := make([]reading, rapid.IntRange(0, 80).Draw(t, "meters"))
	for i := range list {
		list[i] = reading{
			x: float64(rapid.IntRange(0, n*100+30).Draw(t, "x")) + 0.25, y: float64(rapid.IntRange(0, n*100-1).Draw(t, "y")) + 0.25,
			kwh: value("kwh"), sites: int64(rapid.IntRange(0, 4).Draw(t, "sites")), rate: value("rate"),
			sector: rapid.SampledFrom([]string{"A", "B", ""}).Draw(t, "sector"), year: int64(rapid.IntRange(2021, 2023).Draw(t, "year")),
		}
	}
	return list
}

// naive works a measure out for the readings of a cell, the plain way.
func naive(measure string, in []reading, all []reading) float64 {
	var values, weights []float64
	sum := func(list []reading, of func(reading) float64) (s float64, n int) {
		for _, m := range list {
			if v := of(m); v == v {
				s += v
				n++
			}
		}
		return s, n
	}
	kwh := func(m reading) float64 { return m.kwh }
	for _, m := range in {
		if m.kwh == m.kwh {
			values = append(values, m.kwh)
		}
		if m.rate == m.rate {
			weights = append(weights, float64(m.sites))
		}
	}
	slices.Sort(values)
	some := func(v float64) float64 {
		if len(values) == 0 {
			return math.NaN()
		}
		return v
	}
	total, n := sum(in, kwh)
	switch measure {
	case "count":
		return float64(len(in))
	case "sum(kwh)":
		return some(total)
	case "mean(kwh)":
		return some(total / float64(n))
	case "mean(rate)":
		s, _ := sum(in, func(m reading) float64 { return m.rate * float64(m.sites) })
		w := 0.0
		for _, x := range weights {
			w += x
		}
		if w == 0 {
			return math.NaN()
		}
		return s / w
	case "min(kwh)":
		return some(slices.Min(append(values, math.Inf(1))))
	case "max(kwh)":
		return some(slices.Max(append(values, math.Inf(-1))))
	case "quantile(kwh,0.3)":
		if len(values) == 0 {
			return math.NaN()
		}
		at := 0.3 * float64(len(values)-1)
		k := int(at)
		return values[k] + (at-float64(k))*(values[min(k+1, len(values)-1)]-values[k])
	case "share(kwh)":
		whole, _ := sum(all, kwh)
		if whole == 0 {
			return math.NaN()
		}
		return some(total / whole)
	case "std(kwh)":
		s := 0.0
		for _, v := range values {
			s += (v - total/float64(n)) * (v - total/float64(n))
		}
		return some(math.Sqrt(s / float64(n)))
	}
	return math.Inf(1)
}

const oracled = "count,sum(kwh),mean(kwh),mean(rate),min(kwh),max(kwh),quantile(kwh,0.3),share(kwh),std(kwh)"

func TestAgainstBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(t, "n")
		list := drawOpen(t, n)
		w := tables(t, n, list, nil)
		r := w.request(t, oracled)
		filtered := rapid.Bool().Draw(t, "filtered")
		if filtered {
			r.Where = mustBind(t, "sector = 'A' OR kwh < 1000", r.Source)
		}
		rel := mustRun(t, r)
		kept := func(m reading) bool { return !filtered || m.sector == "A" || m.kwh < 1000 }
		var all []reading
		cells := make([][]reading, n*n)
		reached := make([]bool, n*n)
		for _, m := range list {
			k := blockOf(&m, n)
			if k >= 0 {
				reached[k] = true
			}
			if !kept(m) {
				continue
			}
			all = append(all, m)
			if k >= 0 {
				cells[k] = append(cells[k], m)
			}
		}
		for i := range r.Measures {
			name := r.Measures[i].String()
			for k := range cells {
				want := math.NaN()
				if reached[k] {
					want = naive(name, cells[k], all)
				}
				if got, _ := rel.Table.Value(i, k, 0, 0); !near(got, want) {
					t.Fatalf("%s of b%d is %v, want %v", name, k, got, want)
				}
			}
		}
	})
}

// TestMassIsKept has every quantity accounted for, whatever the categories, bins and
// filters, and categories add up to their cell.
func TestMassIsKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(t, "n")
		list := drawOpen(t, n)
		w := tables(t, n, list, nil)
		r := w.request(t, "sum(kwh),count")
		r.Wide = rapid.Bool().Draw(t, "wide")
		if rapid.Bool().Draw(t, "by") {
			r.By = "sector"
		}
		if rapid.Bool().Draw(t, "bins") {
			r.Bin = Year
		}
		if rapid.Bool().Draw(t, "mesh") {
			r.MeshWhere = mustBind(t, "green = TRUE", r.Mesh)
		}
		if rapid.Bool().Draw(t, "parents") {
			r.Parents = []*snapshot.Collection{w.districts}
		}
		rel := mustRun(t, r)
		total := 0.0
		for i, b := range rel.Receipt.Balance {
			if gap := *b.Total - b.Shown - b.Elsewhere - *b.Unmatched - *b.Withheld; math.Abs(gap) > 1e-9*max(1, math.Abs(*b.Total)) {
				t.Fatalf("%s %s is out of balance by %v: %+v", b.Measure, b.Period, gap, b)
			}
			if *b.Withheld != 0 {
				t.Fatalf("an open source withholds %v", *b.Withheld)
			}
			if i < len(rel.Receipt.Balance)/2 {
				total += *b.Total
			}
		}
		want := 0.0
		for _, m := range list {
			if m.kwh == m.kwh {
				want += m.kwh
			}
		}
		if !near(total, want) {
			t.Fatalf("totals add up to %v, want %v", total, want)
		}
		for k := range rel.Table.Len() {
			for b := range rel.Table.sheets() {
				sum := 0.0
				for c := range rel.Table.Categories() {
					v, _ := rel.Table.Value(0, k, b, c+1)
					sum += zeroIfNull(v)
				}
				if v, _ := rel.Table.Value(0, k, b, 0); r.By != "" && !near(zeroIfNull(v), sum) {
					t.Fatalf("categories of cell %d add up to %v, want %v", k, sum, v)
				}
			}
		}
	})
}

// TestSameBytes has a release be the same on any number of cores.
func TestSameBytes(t *testing.T) {
	var list []reading
	for i := range 9_000 {
		x, y := math.Mod(float64(i)*61.7, 2050), math.Mod(float64(i)*17.3, 2000)
		list = append(list, reading{x: x, y: y, kwh: 1 / float64(i+1), sites: int64(i % 3), rate: float64(i%100) / 7, sector: []string{"A", "B"}[i%2], year: 2022})
	}
	w := newWorld(t, 20, list, nil)
	r := w.request(t, oracled)
	r.By = "sector"
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	var first string
	for _, cores := range []int{1, 2, 7} {
		runtime.GOMAXPROCS(cores)
		got := jsonOf(t, mustRun(t, r))
		if first == "" {
			first = got
		}
		if got != first {
			t.Fatalf("on %d cores the release is another", cores)
		}
	}
}

func TestQuantileOf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(-9, 9), rapid.SampledFrom([]float64{0, 1, 2})), 1, 200).Draw(t, "values")
		level := rapid.Float64Range(0, 1).Draw(t, "level")
		sorted := slices.Sorted(slices.Values(values))
		at := level * float64(len(values)-1)
		k := int(at)
		want := sorted[k] + (at-float64(k))*(sorted[min(k+1, len(sorted)-1)]-sorted[k])
		if got := quantileOf(values, level); !near(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}
