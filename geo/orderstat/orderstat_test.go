package orderstat

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestSelect gives what sorting would, and loses nothing.
func TestSelect(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Uint64Range(0, rapid.Uint64Min(1).Draw(t, "most")), 1, 300).Draw(t, "values")
		k := rapid.IntRange(0, len(values)-1).Draw(t, "k")
		sorted := slices.Clone(values)
		slices.Sort(sorted)
		if got := Select(values, k); got != sorted[k] {
			t.Fatalf("%d, want %d", got, sorted[k])
		}
		if k > 0 && slices.Max(values[:k]) > values[k] || slices.Min(values[k:]) < values[k] {
			t.Fatalf("%v around %d", values, k)
		}
		slices.Sort(values)
		if !slices.Equal(values, sorted) {
			t.Fatal("values are lost")
		}
	})
}
