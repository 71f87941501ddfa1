package aggregate

import (
	"slices"

	"socle/geo/orderstat"
)

// quantileOf gives the value below which a share of the values lies, between the two
// nearest where it falls between them, as PostgreSQL's percentile_cont does. It reorders
// values, of which there is at least one.
func quantileOf(values []float64, level float64) float64 {
	at := level * float64(len(values)-1)
	k := min(int(at), len(values)-1)
	low := orderstat.Select(values, k)
	if rest := at - float64(k); rest > 0 {
		// The next one up is the least of those that selection has put above.
		high := slices.Min(values[k+1:])
		return low + (high-low)*rest
	}
	return low
}
