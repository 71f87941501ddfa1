package orderstat

import (
	"slices"
	"testing"
	"time"

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

// adversary gives values their order only while they are compared, so that each pivot is
// among the least that are left (McIlroy, A killer adversary for quicksort).
type adversary struct {
	value     []int // of each thing; those of n or more have none yet
	solid     int
	candidate int
}

func (a *adversary) less(x, y int) bool {
	n := len(a.value)
	if a.value[x] == n && a.value[y] == n {
		if x == a.candidate {
			a.value[x] = a.solid
		} else {
			a.value[y] = a.solid
		}
		a.solid++
	}
	if a.value[x] == n {
		a.candidate = x
	} else if a.value[y] == n {
		a.candidate = y
	}
	return a.value[x] < a.value[y]
}

// worst is an order that leaves almost all of n values to every round of a selection of the
// last by the median of three.
func worst(n int) []int {
	a := adversary{value: make([]int, n)}
	v := make([]int, n)
	for i := range v {
		v[i], a.value[i] = i, n
	}
	lower := func(x, y int) int {
		if a.less(y, x) {
			return y
		}
		return x
	}
	upper := func(x, y int) int {
		if a.less(x, y) {
			return y
		}
		return x
	}
	for from, to := 0, n-1; to-from >= few; {
		x, y, z := v[from], v[(from+to)/2], v[to]
		pivot := upper(lower(x, y), lower(upper(x, y), z))
		i, j := from, to
		for i <= j {
			for a.less(v[i], pivot) {
				i++
			}
			for a.less(pivot, v[j]) {
				j--
			}
			if i <= j {
				v[i], v[j] = v[j], v[i]
				i++
				j--
			}
		}
		from = i
	}
	return a.value
}

// TestWorstOrder has an order that was made to take a square of steps take about as long as
// sorting does: without a way out it takes some 200 times as long.
func TestWorstOrder(t *testing.T) {
	values := worst(1 << 14)
	least := func(do func([]int)) time.Duration {
		best := time.Hour
		for range 5 {
			v := slices.Clone(values)
			began := time.Now()
			do(v)
			best = min(best, time.Since(began))
		}
		return best
	}
	sorting := least(func(v []int) { slices.Sort(v) })
	selecting := least(func(v []int) {
		if k := len(v) - 1; Select(v, k) != slices.Max(values) {
			t.Error("the last value is another")
		}
	})
	if selecting > 40*sorting {
		t.Errorf("it takes %s, sorting %s", selecting, sorting)
	}
}
