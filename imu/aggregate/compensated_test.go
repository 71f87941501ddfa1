package aggregate

import (
	"math/big"
	"slices"
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
