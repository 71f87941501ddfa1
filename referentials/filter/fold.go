package filter

import (
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
	caser   *cases.Caser
	scratch []byte
}

// Append appends what "casei" or "accenti" makes of s.
func (f *Folder) Append(op string, dst []byte, s string) []byte {
	if op == "casei" {
		return f.appendCase(dst, s)
	}
	return f.appendPlain(dst, s)
}

func (f *Folder) appendCase(dst []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf {
			return f.appendCaseOf(dst[:len(dst)-i], s)
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

func (f *Folder) appendCaseOf(dst []byte, s string) []byte {
	if f.caser == nil {
		c := cases.Fold()
		f.caser = &c
	}
	f.scratch = append(f.scratch[:0], s...)
	for {
		n, read, err := f.caser.Transform(dst[len(dst):cap(dst)], f.scratch, true)
		dst = dst[:len(dst)+n]
		if err == nil {
			return dst
		}
		// There was not room enough.
		f.scratch = f.scratch[:copy(f.scratch, f.scratch[read:])]
		dst = append(dst, make([]byte, 3*len(f.scratch)+8)...)[:len(dst)]
	}
}

func (f *Folder) appendPlain(dst []byte, s string) []byte {
	ascii := true
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			ascii = false
			break
		}
	}
	if ascii {
		return append(dst, s...)
	}
	f.scratch = norm.NFD.AppendString(f.scratch[:0], s)
	kept := f.scratch[:0]
	for at := 0; at < len(f.scratch); {
		r, size := utf8.DecodeRune(f.scratch[at:])
		if !isAccent(r) {
			kept = append(kept, f.scratch[at:at+size]...)
		}
		at += size
	}
	return norm.NFC.Append(dst, kept...)
}

// isAccent tells which marks ACCENTI drops: the nonspacing ones, but for the two that
// make other letters of Japanese ones (the standard's recommendation).
func isAccent(r rune) bool {
	return r >= 0x300 && unicode.Is(unicode.Mn, r) && r != 0x3099 && r != 0x309A
}
