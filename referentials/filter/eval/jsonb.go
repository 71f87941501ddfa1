package eval

import (
	"strconv"
	"strings"
	"unicode/utf16"
)

// The most digits that PostgreSQL's numeric holds before and after the point.
const (
	maxWhole    = 131_072
	maxFraction = 16_383
	maxExponent = 1<<30 - 2
)

// fitsJSONB tells whether PostgreSQL could hold a JSON text as jsonb, so that what it
// cannot hold is the same here as there. The text is JSON.
func fitsJSONB(text string) bool {
	if !strings.Contains(text, `\u`) && !strings.ContainsAny(text, "eE") && len(text) <= maxFraction {
		return true
	}
	for at := 0; at < len(text); {
		switch c := text[at]; {
		case c == '"':
			n, ok := fitsString(text[at:])
			if !ok {
				return false
			}
			at += n
		case c == '-' || c >= '0' && c <= '9':
			n := 1
			for at+n < len(text) && strings.IndexByte("0123456789.eE+-", text[at+n]) >= 0 {
				n++
			}
			if !fitsNumeric(text[at : at+n]) {
				return false
			}
			at += n
		default:
			at++
		}
	}
	return true
}

// fitsString judges the string that text begins with and gives its length. A zero
// character and half of a surrogate pair do not fit.
func fitsString(text string) (n int, ok bool) {
	escaped := func(at int) (rune, bool) {
		if at+6 > len(text) || text[at] != '\\' || text[at+1] != 'u' {
			return 0, false
		}
		v, err := strconv.ParseUint(text[at+2:at+6], 16, 16)
		return rune(v), err == nil
	}
	for at := 1; at < len(text); at++ {
		switch text[at] {
		case '"':
			return at + 1, true
		case '\\':
			r, is := escaped(at)
			switch {
			case !is:
				at++
			case r == 0:
				return 0, false
			case utf16.IsSurrogate(r):
				low, _ := escaped(at + 6)
				if utf16.DecodeRune(r, low) == '\uFFFD' {
					return 0, false
				}
				at += 11
			default:
				at += 5
			}
		}
	}
	return len(text), true
}

func fitsNumeric(s string) bool {
	mantissa, exponent := strings.TrimPrefix(s, "-"), 0
	if k := strings.IndexAny(mantissa, "eE"); k >= 0 {
		var err error
		exponent, err = strconv.Atoi(mantissa[k+1:])
		if err != nil || exponent > maxExponent || exponent < -maxExponent {
			return false
		}
		mantissa = mantissa[:k]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if len(fraction)-exponent > maxFraction {
		return false
	}
	first := strings.IndexAny(whole+fraction, "123456789")
	return first < 0 || len(whole)-first+exponent <= maxWhole
}
