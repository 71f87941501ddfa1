package importer

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"socle/referentials"
)

// ligatures are the letters that Unicode does not take apart.
var ligatures = strings.NewReplacer("œ", "oe", "Œ", "oe", "æ", "ae", "Æ", "ae")

// fold gives the form in which names are compared: lower case, no accents, words parted
// by one "_". "Code_INSEE_(BAN)" is "code_insee_ban", "addr:street" is "addr_street".
func fold(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFKD.String(ligatures.Replace(name)) {
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte('_')
			gap = false
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// codeWords are the words of a column name that say its digits are a code, not a number.
var codeWords = []string{
	"code", "insee", "depcom", "codgeo", "iris", "siren", "siret", "postal", "postcode", "cp", "fantoir", "rivoli",
	"naf", "epci", "tel", "telephone", "phone",
}

// isCode tells whether a column of that folded name holds codes, which stay text even
// where each looks like a number: 35238 is a commune as 2A004 is.
func isCode(folded string) bool {
	for word := range strings.SplitSeq(folded, "_") {
		if slices.Contains(codeWords, word) {
			return true
		}
	}
	return false
}

// collectionID makes a collection id of a layer or file name, "" when nothing is left.
func collectionID(name string) string {
	id := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-' || r == '.' {
			return r
		}
		return '_'
	}, strings.TrimSpace(name))
	id = strings.TrimLeft(id, ".-")
	for len(id) > 63 {
		r := []rune(id)
		id = string(r[:len(r)-1])
	}
	if !referentials.ValidID(id) {
		return ""
	}
	return id
}

// unused gives name, or name with the first number that makes it one no one has. Case
// does not count, as databases do not count it.
func unused(name string, taken map[string]bool) string {
	for n := 1; ; n++ {
		candidate := name
		if n > 1 {
			candidate = name + "_" + strconv.Itoa(n)
		}
		if !taken[strings.ToLower(candidate)] {
			taken[strings.ToLower(candidate)] = true
			return candidate
		}
	}
}
