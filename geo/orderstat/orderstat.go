// Package orderstat finds order statistics: the values that would be at some place if all were
// sorted, in linear time but for orders that are made to prevent it, where it takes that of sorting.
package orderstat

import (
	"cmp"
	"math/bits"
	"slices"
)

// few values are sorted.
const few = 24

// Select puts the value that belongs at k, from 0, there, no larger one before it and no smaller
// one after it, and gives it (Hoare's selection, by the median of three, and Musser's way out when
// that takes too many rounds: values may be somebody's choice). Values must have an order: no NaN.
func Select[T cmp.Ordered](v []T, k int) T {
	rounds := 2 * bits.Len(uint(len(v)))
	for from, to := 0, len(v)-1; from < to; rounds-- {
		if to-from < few || rounds == 0 {
			slices.Sort(v[from : to+1])
			break
		}
		pivot := middle(v[from], v[(from+to)/2], v[to])
		i, j := from, to
		for i <= j {
			for v[i] < pivot {
				i++
			}
			for v[j] > pivot {
				j--
			}
			if i <= j {
				v[i], v[j] = v[j], v[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			to = j
		case k >= i:
			from = i
		default:
			return v[k]
		}
	}
	return v[k]
}

func middle[T cmp.Ordered](a, b, c T) T { return max(min(a, b), min(max(a, b), c)) }
