package filter

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold gives what "casei" or "accenti" makes of a text.
func Fold(op, s string) string {
	var f Folder
	return string(f.Append(op, nil, s))
}

// Folder folds many texts. The zero Folder is ready; it is not safe for concurrent use.
type Folder struct {
	cases map[rune]string // what CASEI makes of letters met before: it depends on nothing else
	bare  map[rune]string // what ACCENTI makes of letters that stand alone

	scratch, composed []byte
}

// Append appends what "casei" or "accenti" makes of s.
func (f *Folder) Append(op string, dst []byte, s string) []byte {
	if op == "casei" {
		return f.appendCase(dst, s)
	}
	return f.appendBare(dst, s)
}

func (f *Folder) appendCase(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		folded, known := f.cases[r]
		if !known || r == utf8.RuneError {
			folded = cases.Fold().String(strings.Clone(s[i : i+size])) // which may be what it gives
			f.cases = learn(f.cases, r, folded)
		}
		dst = append(dst, folded...)
		i += size
	}
	return dst
}

// mostLearnt bounds what a Folder remembers.
const mostLearnt = 4096

func learn(known map[rune]string, r rune, s string) map[rune]string {
	if known == nil || len(known) >= mostLearnt {
		known = map[rune]string{}
	}
	known[r] = s
	return known
}

// firstMark is the first character that may combine with the one before it.
const firstMark = 0x300

func (f *Folder) appendBare(dst []byte, s string) []byte {
	start := len(dst)
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			dst = append(dst, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r >= firstMark {
			// It may combine: the text must be seen as a whole.
			return f.strip(dst[:start], s)
		}
		bare, known := f.bare[r]
		if !known {
			bare = string(f.strip(nil, s[i:i+size]))
			f.bare = learn(f.bare, r, bare)
		}
		dst = append(dst, bare...)
		i += size
	}
	return dst
}

// strip drops accents as the standard describes it.
func (f *Folder) strip(dst []byte, s string) []byte {
	f.scratch = norm.NFD.AppendString(f.scratch[:0], s)
	kept := f.scratch[:0]
	for at := 0; at < len(f.scratch); {
		r, size := utf8.DecodeRune(f.scratch[at:])
		if !isAccent(r) {
			kept = append(kept, f.scratch[at:at+size]...)
		}
		at += size
	}
	// Apart from dst, whose last letter it would compose with.
	f.composed = norm.NFC.Append(f.composed[:0], kept...)
	return append(dst, f.composed...)
}

// isAccent tells which marks ACCENTI drops: the nonspacing ones, but for the two that
// make other letters of Japanese ones (the standard's recommendation).
func isAccent(r rune) bool {
	return r >= firstMark && unicode.Is(unicode.Mn, r) && r != 0x3099 && r != 0x309A
}
