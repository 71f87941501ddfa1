package address

// phonetic appends how a folded French word sounds, roughly: words that are told apart by
// ear only with difficulty give the same. Words with digits stay as they are.
//
// The rules work on a copy in which a few sounds are one letter: C is ch, E an e that is
// heard at the end, T a t that is heard there.
func phonetic(dst, w []byte) []byte {
	if len(w) == 0 || len(w) > maxPhonetic {
		return append(dst, w...)
	}
	for _, c := range w {
		if c < 'a' || c > 'z' {
			return append(dst, w...)
		}
	}
	if len(w) == 1 {
		return append(dst, w...)
	}
	var room [2 * maxPhonetic]byte
	s := silenceWithin(silenceEnd(sounds(room[:0], w)))
	last := byte(0)
	for i, c := range s {
		if c == 'm' && i+1 < len(s) && (s[i+1] == 'p' || s[i+1] == 'b' || s[i+1] == 'f') {
			c = 'n'
		}
		switch {
		case c == 'C':
			dst = append(dst, 'c', 'h')
		case lower(c) == lower(last):
		default:
			dst = append(dst, lower(c))
		}
		last = c
	}
	return dst
}

const maxPhonetic = 40

func lower(c byte) byte { return c | 0x20 }

func vowel(c byte) bool {
	switch c {
	case 'a', 'e', 'i', 'o', 'u', 'y', 'E':
		return true
	}
	return false
}

// sounds replaces letters and groups of them by what they sound like.
func sounds(s, w []byte) []byte {
	at := func(i int) byte {
		if i >= 0 && i < len(w) {
			return w[i]
		}
		return 0
	}
	for i := 0; i < len(w); i++ {
		switch c := w[i]; c {
		case 'c':
			switch n := at(i + 1); {
			case n == 'h' && i+2 == len(w): // Bach
				s, i = append(s, 'k'), i+1
			case n == 'h':
				s, i = append(s, 'C'), i+1
			case n == 'q' || n == 'k': // what follows is k already
			case n == 'e' || n == 'i' || n == 'y':
				s = append(s, 's')
			case i > 0 && i+1 == len(w) && w[i-1] == 'n': // blanc
			default:
				s = append(s, 'k')
			}
		case 'q':
			s = append(s, 'k')
			if at(i+1) == 'u' {
				i++
			}
		case 'g':
			switch n := at(i + 1); {
			case n == 'u' && at(i+2) == 'e' || n == 'u' && at(i+2) == 'i':
				s, i = append(s, 'g'), i+1
			case n == 'g':
				s, i = append(s, 'g'), i+1
			case n == 'n' && vowel(at(i+2)) && i+3 < len(w) && at(i+3) != 's':
				s, i = append(s, 'n', 'i'), i+1
			case n == 'e' && (at(i+2) == 'o' || at(i+2) == 'a'): // Georges
				s, i = append(s, 'j'), i+1
			case n == 'e' || n == 'i' || n == 'y':
				s = append(s, 'j')
			default:
				s = append(s, 'g')
			}
		case 's':
			switch {
			case at(i+1) == 'c' && at(i+2) == 'h':
				s, i = append(s, 'C'), i+2
			case at(i+1) == 'h':
				s, i = append(s, 'C'), i+1
			case vowel(at(i-1)) && vowel(at(i+1)):
				s = append(s, 'z')
			default:
				s = append(s, 's')
			}
		case 'p':
			if at(i+1) == 'h' {
				s, i = append(s, 'f'), i+1
			} else {
				s = append(s, 'p')
			}
		case 't':
			if at(i+1) == 'h' {
				s, i = append(s, 'T'), i+1
			} else {
				s = append(s, 't')
			}
		case 'a', 'o':
			switch {
			case at(i+1) != 'e':
				s = append(s, c)
			case c == 'a':
				s, i = append(s, 'e'), i+1
			case at(i+2) == 'u':
				s, i = append(s, 'e', 'u'), i+2
			default:
				s, i = append(s, 'e', 'u'), i+1
			}
		case 'e':
			switch {
			case at(i+1) == 'e':
				s, i = append(s, 'E'), i+1
			case at(i+1) == 'i' && at(i+2) == 'g' && at(i+3) == 'n':
				s, i = append(s, 'e'), i+1
			case at(i+1) == 'i' && at(i+2) == 'm':
				s, i = append(s, 'a', 'i'), i+1
			default:
				s = append(s, 'e')
			}
		case 'w':
			s = append(s, 'v')
		case 'y':
			s = append(s, 'i')
		case 'h':
		default:
			s = append(s, c)
		}
	}
	return s
}

// silenceEnd drops the letters at the end that are not heard.
func silenceEnd(s []byte) []byte {
	end := func(i int) byte {
		if n := len(s) - 1 - i; n >= 0 {
			return s[n]
		}
		return 0
	}
	cut := func(n int) { s = s[:max(len(s)-n, 1)] }
	if end(0) == 's' || end(0) == 'x' {
		cut(1)
		if end(0) == 'f' { // bœufs
			cut(1)
		}
	}
	switch c, before := end(0), end(1); {
	case c == 'e':
		cut(1)
	case c == 't' && before == 'l':
		cut(2)
	case c == 't' && before == 'g':
		cut(2)
	case c == 't' && (before == 'r' || before == 'n'), c == 'd' && (before == 'r' || before == 'n'), c == 'g' && before == 'r':
		cut(1)
	case c == 'p' && before == 'm':
		s[len(s)-2] = 'n'
		cut(1)
	}
	return s
}

// silenceWithin drops consonants that are not heard between others: Montgriffon,
// Grandchamps, Champvallon, vingtième.
func silenceWithin(s []byte) []byte {
	out := s[:0]
	for i, c := range s {
		next, before := byte(0), byte(0)
		if i+1 < len(s) {
			next = s[i+1]
		}
		if len(out) > 0 {
			before = out[len(out)-1]
		}
		hard := next != 0 && !vowel(next) && next != 'r' && next != 'l' && next != 's' && next != c
		switch {
		case hard && c == 't' && before == 'n', hard && c == 'd' && before == 'n', hard && c == 'g' && next == 't' && before == 'n':
		case hard && c == 'p' && before == 'm':
			out[len(out)-1] = 'n'
		default:
			out = append(out, c)
		}
	}
	return out
}
