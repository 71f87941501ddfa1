package aggregate

import "slices"

// quantileOf gives the value below which a share of the values lies, between the two
// nearest where it falls between them, as PostgreSQL's percentile_cont does. It reorders
// values, of which there is at least one.
func quantileOf(values []float64, level float64) float64 {
	at := level * float64(len(values)-1)
	k := min(int(at), len(values)-1)
	low := selectNth(values, k)
	if rest := at - float64(k); rest > 0 {
		// The next one up is the least of those that selection has put above.
		high := slices.Min(values[k+1:])
		return low + (high-low)*rest
	}
	return low
}

// selectNth puts the value that belongs at k there, no larger one before it and no smaller
// one after it, and gives it.
func selectNth(v []float64, k int) float64 {
	for from, to := 0, len(v)-1; from < to; {
		if to-from < 24 {
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

func middle(a, b, c float64) float64 { return max(min(a, b), min(max(a, b), c)) }
