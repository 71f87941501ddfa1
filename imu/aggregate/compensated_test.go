package aggregate

import (
	"math"
	"math/big"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"socle/referentials"
	"socle/referentials/snapshot"
)

// TestSumsPrintAsWritten adds up amounts of two decimals as a person would, on cells, by
// category, on the level above and in the balance.
func TestSumsPrintAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := make([]reading, rapid.IntRange(1, 60).Draw(t, "meters"))
		cents := map[string]int64{}
		for i := range list {
			c := rapid.Int64Range(0, 99_999_999).Draw(t, "cents")
			block := rapid.IntRange(0, 3).Draw(t, "block")
			list[i] = reading{x: float64(block%2*100 + 50), y: float64(block/2*100 + 50), kwh: float64(c) / 100, sites: 1, sector: "A"}
			cents[blockKey(block)] += c
			cents["all"] += c
		}
		w := tables(t, 2, list, nil)
		r := w.request(t, "sum(kwh)")
		r.By, r.Parents = "sector", []*snapshot.Collection{w.districts}
		rel := mustRun(t, r)
		same := func(v float64, key string) {
			t.Helper()
			if want := float64(cents[key]) / 100; v == v && v != want {
				t.Fatalf("%s: %s, want %s", key, referentials.AppendFloat(nil, v), referentials.AppendFloat(nil, want))
			}
		}
		for k := range rel.Table.Len() {
			for category := range 2 {
				v, _ := rel.Table.Value(0, k, 0, category)
				same(v, rel.Table.Key(k).Str())
			}
		}
		v, _ := rel.Parents[0].Value(0, 0, 0, 0)
		same(v, "all")
		same(*rel.Receipt.Balance[0].Total, "all")
		same(rel.Receipt.Balance[0].Shown, "all")
	})
}

// TestCompensated holds the sum against one of unbounded precision, in any order.
func TestCompensated(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-1e12, 1e12), 0, 200).Draw(t, "values")
		var sum, back compensated
		exact, size := new(big.Float).SetPrec(2000), 0.0
		for _, v := range values {
			sum.add(v)
			exact.Add(exact, big.NewFloat(v))
			size += max(v, -v)
		}
		for _, v := range slices.Backward(values) {
			back.add(v)
		}
		want, _ := exact.Float64()
		for _, got := range []float64{sum.sum(), back.sum()} {
			if d := got - want; max(d, -d) > 1e-15*max(want, -want)+1e-25*size {
				t.Fatalf("%v, want %v", got, want)
			}
		}
	})
}

// TestRounded keeps what is written with as many digits as a number carries, and moves the
// others by less than that.
func TestRounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.OneOf(rapid.Float64Range(-1e16, 1e16), rapid.Float64Range(-1e-5, 1e-5), rapid.Float64Range(-1200, 1200)).Draw(t, "v")
		got := rounded(v)
		if d := got - v; max(d, -d) > 0.51e-14*max(v, -v) {
			t.Fatalf("%v becomes %v", v, got)
		}
		if again := rounded(got); again != got {
			t.Fatalf("%v becomes %v and then %v", v, got, again)
		}
		short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 14, 64), 64)
		if err != nil {
			t.Fatal(err)
		}
		if rounded(short) != short {
			t.Fatalf("%v, which has few digits, becomes %v", short, rounded(short))
		}
	})
	for _, v := range []float64{0, 1, 9.99, 10, 1e15, 1e300, 5e-324, math.Inf(1), 0.1, 1e-7, 999_999_999_999_999} {
		if rounded(v) != v || rounded(-v) != -v {
			t.Errorf("%v becomes %v", v, rounded(v))
		}
	}
	if !math.IsNaN(rounded(math.NaN())) || rounded(0.1+0.2) != 0.3 || rounded(2.0/3) != 0.666666666666667 {
		t.Error("0.1 and 0.2 are not 0.3")
	}
}
