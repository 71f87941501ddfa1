package address

// word is a unit of meaning of a text, in the one spelling that the index has too.
type word struct {
	text    []byte // canonical
	value   int32  // of a whole number, else -1
	joint   byte   // as of raw
	ordinal int32  // of 12e, which may also be number 12 with the suffix e
	digits  uint8  // how many digits a number was written with, 0 when with letters
	article bool
}

// speller turns text into words. It keeps the memory of the last text: words hold until
// the next call.
type speller struct {
	buf   []byte
	runs  []raw
	words []word
	spare []byte // of texts that are made: 25 for vingt-cinq
}

// spell gives the words of a text, at most maxWords.
func (s *speller) spell(text string) []word {
	s.buf, s.runs, s.words, s.spare = s.buf[:0], s.runs[:0], s.words[:0], s.spare[:0]
	s.buf, s.runs = fold(s.buf, s.runs, text)
	for i := 0; i < len(s.runs) && len(s.words) < maxWords; {
		i += s.next(i)
	}
	if len(s.words) > maxWords {
		s.words = s.words[:maxWords]
	}
	return s.words
}

// next spells what begins at run i and tells how many runs that took.
func (s *speller) next(i int) int {
	r := s.runs[i]
	t := s.buf[r.from:r.to]
	if r.digits {
		if i+1 < len(s.runs) && s.runs[i+1].joint == 0 { // letters touch it
			if end := s.buf[s.runs[i+1].from:s.runs[i+1].to]; isOrdinalEnd(end) {
				s.ordinal(toInt(t), r.joint)
				if len(end) == 1 {
					s.words[len(s.words)-1].ordinal = toInt(t)
				}
				return 2
			}
		}
		s.words = append(s.words, word{text: trimZeros(t), value: toInt(t), joint: r.joint, digits: uint8(min(len(t), 255))})
		return 1
	}
	if v, ok := ordinals[string(t)]; ok {
		s.ordinal(v, r.joint)
		return 1
	}
	if v, n := s.numberWords(i); n > 0 {
		at := len(s.spare)
		s.spare = appendInt(s.spare, v)
		s.words = append(s.words, word{text: s.spare[at:], value: v, joint: r.joint})
		return n
	}
	if r.to-r.from == 1 && t[0] == 'r' && s.streetBegins(i) {
		s.put("rue", r.joint)
		return 1
	}
	if long, ok := abbreviations[string(t)]; ok {
		for k, w := range long {
			joint := byte(' ')
			if k == 0 {
				joint = r.joint
			}
			s.put(w, joint)
		}
		return 1
	}
	s.words = append(s.words, word{text: t, value: -1, joint: r.joint, article: articles[string(t)]})
	return 1
}

func (s *speller) put(w string, joint byte) {
	at := len(s.spare)
	s.spare = append(s.spare, w...)
	s.words = append(s.words, word{text: s.spare[at:], value: -1, joint: joint, article: articles[w]})
}

func (s *speller) ordinal(v int32, joint byte) {
	at := len(s.spare)
	s.spare = append(appendInt(s.spare, v), 'e')
	s.words = append(s.words, word{text: s.spare[at:], value: -1, joint: joint})
}

// streetBegins tells whether only a number and its suffix stand before run i, and a name
// after it.
func (s *speller) streetBegins(i int) bool {
	for _, r := range s.runs[:i] {
		if t := s.buf[r.from:r.to]; !r.digits && suffixOf(t) == 0 {
			return false
		}
	}
	if i+1 == len(s.runs) || s.runs[i+1].digits || s.runs[i].joint == 0 {
		return false
	}
	next := s.buf[s.runs[i+1].from:s.runs[i+1].to]
	return !kinds[string(next)] && string(next) != "r"
}

// numberWords reads a number written as words from run i on, and tells how many runs it
// took, 0 for none: vingt-cinq, mil neuf cent quarante-cinq, quatre-vingt-dix.
func (s *speller) numberWords(i int) (total int32, taken int) {
	part := int32(0) // below the thousands
	for k := i; k < len(s.runs); k++ {
		r := s.runs[k]
		if r.digits {
			break
		}
		t := s.buf[r.from:r.to]
		if k > i && string(t) == "et" && part%100 >= 20 && part%10 == 0 && k+1 < len(s.runs) {
			if next := string(s.buf[s.runs[k+1].from:s.runs[k+1].to]); next == "un" || next == "une" || next == "onze" {
				continue
			}
		}
		v, ok := numbers[string(t)]
		if !ok || (v == 1 && k == i) {
			break
		}
		tens, units := part%100, part%10
		switch {
		case v == 1000 && total == 0:
			total, part = max(part, 1)*1000, 0
		case v == 100 && part < 100:
			part = max(part, 1) * 100
		case v == 20 && tens == 4:
			part += 76
		case v == 10 && (tens == 0 || tens == 60 || tens == 80):
			part += v
		case v >= 20 && v < 100 && tens == 0:
			part += v
		case v > 10 && v < 20 && (tens == 0 || tens == 60 || tens == 80):
			part += v
		case v < 10 && units == 0 && (tens != 10 || v >= 7):
			part += v
		default:
			return total + part, taken
		}
		taken = k - i + 1
	}
	return total + part, taken
}

func isOrdinalEnd(t []byte) bool {
	switch string(t) {
	case "e", "er", "ere", "re", "eme", "ieme", "nd", "nde":
		return true
	}
	return false
}

func trimZeros(t []byte) []byte {
	if len(t) == 5 {
		return t // a postcode
	}
	for len(t) > 1 && t[0] == '0' {
		t = t[1:]
	}
	return t
}
