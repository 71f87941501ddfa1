package tiles

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestNth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Uint64Range(0, rapid.Uint64Min(1).Draw(t, "most")), 1, 300).Draw(t, "values")
		k := rapid.IntRange(0, len(values)-1).Draw(t, "k")
		sorted := slices.Clone(values)
		slices.Sort(sorted)
		if got := nth(values, k); got != sorted[k] {
			t.Fatalf("%d, want %d", got, sorted[k])
		}
		slices.Sort(values)
		if !slices.Equal(values, sorted) {
			t.Fatal("values are lost")
		}
	})
}
