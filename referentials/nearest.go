package referentials

import "strings"

// maxCompared bounds what is spent on guessing what a person meant, in characters.
const maxCompared = 64

// Nearest gives the known name that is few typing errors away from name, the first of
// equals, whatever the case; "" when none is.
func Nearest(name string, known []string) string {
	asked := []rune(strings.ToLower(name))
	// A word that has to change in every letter is another word.
	best, least := "", min(max(2, len(asked)/3)+1, max(1, len(asked)))
	for _, k := range known {
		if d := editDistance(asked, []rune(strings.ToLower(k))); d < least {
			best, least = k, d
		}
	}
	return best
}

// editDistance is Levenshtein's.
func editDistance(a, b []rune) int {
	if len(a) > maxCompared || len(b) > maxCompared {
		return max(len(a), len(b))
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
