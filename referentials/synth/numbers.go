package synth

// numbering is the state of house numbers along one side of a street.
type numbering struct {
	number   int32
	ext, bat uint8
	k        int32 // addresses so far
	salt     uint64
}

// advance gives the next address. Some numbers are followed by a bis, a few by a ter, some
// are shared by lettered buildings, and some are skipped.
func (s *numbering) advance() {
	r := mix(s.salt+uint64(s.k)*0x9e3779b97f4a7c15) >> 8
	s.k++
	switch {
	case s.bat > 0 && (s.bat == 1 || r%2 == 0) && s.bat < 6:
		s.bat++
	case s.bat == 0 && s.k > 1 && r%29 == 0 && s.ext < 2:
		s.ext++
	default:
		s.number += 2
		s.ext, s.bat = 0, 0
		if r%17 == 1 {
			s.number += 2
		}
		if r%61 == 2 {
			s.bat = 1
		}
	}
}

func (s numbering) extension() string { return [...]string{"", "bis", "ter"}[s.ext] }

func (s numbering) building() string {
	if s.bat == 0 {
		return ""
	}
	return string(rune('A' + s.bat - 1))
}

// numberStreets runs house numbers along every street: odd on the left, even on the right.
func (t *town) numberStreets(fr *fronts) {
	for w := range t.ways {
		salt := mix(t.seed ^ mix(uint64(t.ways[w].id)))
		odd, even := numbering{number: -1, salt: salt}, numbering{number: 0, salt: mix(salt)}
		last := [2]int32{-1, -1}
		for _, h := range t.ways[w].edges {
			for k, g := range [2]int32{h, twin(h)} {
				i := fr.of[g]
				if i < 0 || i == last[k] {
					continue
				}
				last[k] = i
				state := &odd
				if k == 1 {
					state = &even
				}
				s := &fr.sides[i]
				s.start, s.backward = *state, k == 1
				for range s.n {
					state.advance()
				}
			}
		}
	}
}
