package address

// text is a query that is read: its words, and what is known of each.
type text struct {
	words []word
	info  [maxWords]wordInfo

	all      uint64 // every word that may mean something
	articles uint64
	numbers  uint64   // words that may be a house number
	postcode []uint32 // postcodes that are written and known, as numbers
	dept     [2]byte  // of a postcode that is written and that nobody knows
	hasDept  bool     // there is such a one
	building string   // after "bâtiment"
}

// wordInfo is what a word of a query means to the index.
type wordInfo struct {
	weight float32
	id     uint32 // the word in the lexicon
	known  bool
	alike  []alike // other words that it may stand for, the exact one aside
	from   uint32  // the range of words that it begins, from = to for none
	to     uint32
}

// alike is a word that another one may stand for, and how well.
type alike struct {
	id uint32
	by float32
}

const absent = ^uint32(0)

// read finds what words are no name: postcodes, cedex, boxes, flats, buildings.
func (f *finder) read(q string) {
	t := &f.text
	f.words = append(f.words[:0], f.speller.spell(q)...)
	t.words = f.words
	t.all, t.numbers, t.postcode, t.hasDept, t.building = 0, 0, t.postcode[:0], false, ""
	f.joinPostcode()
	for i := 0; i < len(t.words); i++ {
		w := &t.words[i]
		s := string(w.text)
		if figures, ok := complements[s]; ok {
			if n := f.complement(i, figures); n > 0 {
				i += n - 1
				continue
			}
		}
		if (s == "bat" || s == "batiment" || s == "bt") && i+1 < len(t.words) && len(t.words[i+1].text) <= 3 {
			t.building = string(upper(t.words[i+1].text))
			i++
			continue
		}
		if w.digits == 5 {
			f.takePostcode(w)
			continue
		}
		t.all |= 1 << i
		if w.value > 0 && (w.digits > 0 && w.digits < 5 || i == 0) {
			t.numbers |= 1 << i
		}
	}
	f.informAll()
}

func (f *finder) informAll() {
	t := &f.text
	t.articles = 0
	for i := range t.words {
		if t.all>>i&1 == 1 {
			f.inform(i)
		}
		if t.words[i].article {
			t.articles |= 1 << i
		}
	}
}

// joinPostcode joins postcodes that are written as 35 000. At the beginning it takes one that
// is known: 12 250 may be a number and something else.
func (f *finder) joinPostcode() {
	w := f.text.words
	for i := range len(w) - 1 {
		if w[i].digits != 2 || w[i+1].digits != 3 || w[i+1].joint != ' ' {
			continue
		}
		joined := word{text: append(append(make([]byte, 0, 5), w[i].text...), digits3(w[i+1].value)...), value: w[i].value*1000 + w[i+1].value, joint: w[i].joint, digits: 5}
		if i == 0 && !f.knownPostcode(&joined) {
			continue
		}
		w[i] = joined
		f.text.words = append(w[:i+1], w[i+2:]...)
		return
	}
}

func digits3(v int32) []byte { return []byte{byte('0' + v/100), byte('0' + v/10%10), byte('0' + v%10)} }

// complement tells how many words from i on are a complement, 0 when it is none.
func (f *finder) complement(i int, figures bool) int {
	w := f.text.words
	if i > 0 && w[i-1].value < 0 && w[i-1].text[0] <= '9' { // 3e étage
		f.text.all &^= 1 << (i - 1)
		return 1
	}
	n := i + 1
	switch {
	case figures:
		if n < len(w) && w[n].digits > 0 && !f.knownPostcode(&w[n]) {
			n++
			if n < len(w) && w[n].digits == 3 && w[n-1].digits <= 3 { // BP 50 317
				n++
			}
		}
		return n - i
	case n < len(w) && (w[n].digits > 0 && w[n].digits < 4 || len(w[n].text) == 1):
		return 2
	}
	return 0
}

func (f *finder) knownPostcode(w *word) bool {
	_, ok := f.x.byPost[string(w.text)]
	return ok && w.digits == 5
}

func (f *finder) takePostcode(w *word) {
	t := &f.text
	if p, ok := f.x.byPost[string(w.text)]; ok {
		t.postcode = append(t.postcode, p)
		return
	}
	t.hasDept = true
	copy(t.dept[:], w.text)
}

// inform looks word i up.
func (f *finder) inform(i int) {
	t := &f.text
	w, info := &t.words[i], &t.info[i]
	*info = wordInfo{alike: f.alikes[i][:0], id: absent}
	id, ok := f.x.words.find(w.text)
	switch {
	case ok:
		info.id, info.known, info.weight = id, true, f.x.words.weight[id]
	case w.article:
		info.weight = articleWeight
	case kinds[string(w.text)]:
		info.weight = mostKind / 2
	default: // the shorter, the likelier it is the rest of something
		info.weight = f.x.words.unknown * min(float32(len(w.text)), wholeWord) / wholeWord
		if string(w.text) == "r" {
			if id, ok := f.x.words.number["rue"]; ok {
				info.alike = append(info.alike, alike{id, 0.9})
			}
		}
	}
	if fillers[string(w.text)] {
		info.weight = 0
	}
	if w.value >= 0 && w.digits == 0 || w.text[0] <= '9' && w.value < 0 { // 1er is 1
		if id, ok := f.otherNumber(w); ok {
			info.alike = append(info.alike, alike{id, 0.9})
		}
	}
	if w.value >= 0 && w.digits > 0 {
		if id, ok := f.otherNumber(w); ok {
			info.alike = append(info.alike, alike{id, 0.9})
		}
	}
}

// wholeWord is from how many letters on an unknown word weighs fully.
const wholeWord = 5

// otherNumber gives the ordinal of a number and the other way round.
func (f *finder) otherNumber(w *word) (uint32, bool) {
	f.room = append(f.room[:0], w.text...)
	if n := len(f.room); f.room[n-1] == 'e' {
		f.room = f.room[:n-1]
	} else {
		f.room = append(f.room, 'e')
	}
	return f.x.words.find(f.room)
}

// begin lets the last word stand for those it begins.
func (f *finder) begin() {
	t := &f.text
	i := len(t.words) - 1
	if i < 0 || t.all>>i&1 == 0 || t.numbers>>i&1 == 1 && i == 0 {
		return
	}
	info := &t.info[i]
	info.from, info.to = f.x.words.prefixed(t.words[i].text)
	if info.known {
		info.from++ // the word itself comes first in its range
	}
}

// widen lets words stand for those that are spelled or sound like them.
func (f *finder) widen() {
	t := &f.text
	for i := range t.words {
		w, info := &t.words[i], &t.info[i]
		if t.all>>i&1 == 0 || w.text[0] <= '9' || w.article {
			continue
		}
		f.x.words.near(w.text, func(id uint32, by float32) {
			if id != info.id {
				info.alike = addAlike(info.alike, alike{id, by})
			}
		})
		f.alikes[i] = info.alike[:0]
	}
}

// maxAlike bounds what a word may stand for.
const maxAlike = 16

func addAlike(list []alike, a alike) []alike {
	for k := range list {
		if list[k].id == a.id {
			list[k].by = max(list[k].by, a.by)
			return list
		}
	}
	if len(list) < maxAlike {
		return append(list, a)
	}
	least := 0
	for k := range list {
		if list[k].by < list[least].by {
			least = k
		}
	}
	if list[least].by < a.by {
		list[least] = a
	}
	return list
}

// resplit puts blanks where two words were written as one, or takes one away where a word
// was written as two. It tells whether it changed anything.
func (f *finder) resplit() bool {
	t := &f.text
	for i := range t.words {
		w := &t.words[i]
		if t.all>>i&1 == 0 || w.text[0] <= '9' || len(t.words) >= maxWords {
			continue
		}
		if !t.info[i].known {
			if a, b, ok := f.x.words.split(w.text); ok {
				first, second := *w, *w
				first.text, second.text = f.x.words.word(a), f.x.words.word(b)
				second.joint = ' '
				f.replace(i, 1, first, second)
				return true
			}
		}
		if i+1 < len(t.words) && t.all>>(i+1)&1 == 1 && (!t.info[i].known || !t.info[i+1].known) && t.words[i+1].text[0] > '9' {
			f.room = append(append(f.room[:0], w.text...), t.words[i+1].text...)
			if id, ok := f.x.words.find(f.room); ok && !w.article {
				one := *w
				one.text = f.x.words.word(id)
				f.replace(i, 2, one)
				return true
			}
		}
	}
	return false
}

// replace puts words in place of n others and looks all up again.
func (f *finder) replace(i, n int, by ...word) {
	t := &f.text
	low := t.all & (1<<i - 1)
	high := t.all >> (i + n) << (i + len(by))
	lowN, highN := t.numbers&(1<<i-1), t.numbers>>(i+n)<<(i+len(by))
	tail := append([]word(nil), t.words[i+n:]...)
	f.words = append(append(f.words[:i], by...), tail...)
	t.words = f.words
	t.all, t.numbers = low|high|(1<<len(by)-1)<<i, lowN|highN
	f.informAll()
}

// stands tells how well word i stands for a word of the lexicon, 0 for not.
func (t *text) stands(i int, id uint32) float32 {
	info := &t.info[i]
	if info.id == id {
		return 1
	}
	if t.begins(i, id) {
		return beginsLike
	}
	for _, a := range info.alike {
		if a.id == id {
			return a.by
		}
	}
	return 0
}

// begins tells whether word i, which may be unfinished, begins a word of the lexicon.
func (t *text) begins(i int, id uint32) bool { return id >= t.info[i].from && id < t.info[i].to }

// beginsLike is how alike a word is to one that it begins.
const beginsLike = 0.95

func upper(t []byte) []byte {
	out := make([]byte, len(t))
	for i, c := range t {
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		out[i] = c
	}
	return out
}
