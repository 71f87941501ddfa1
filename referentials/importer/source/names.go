package source

import "strconv"

// UniqueNames makes names different from each other, as the importer tells columns by
// name: the second X becomes X_2. Formats of old cut names short, so that two long ones
// end up alike.
func UniqueNames(names []string) []string {
	taken := make(map[string]bool, len(names))
	for _, n := range names {
		taken[n] = true
	}
	out, met := make([]string, len(names)), make(map[string]bool, len(names))
	for i, n := range names {
		out[i] = n
		for k := 2; met[n] && taken[out[i]]; k++ {
			out[i] = n + "_" + strconv.Itoa(k)
		}
		met[n], taken[out[i]] = true, true
	}
	return out
}
