package address

import "math/bits"

// fit is how a text agrees with a street in its commune, or with a commune alone.
type fit struct {
	text   float32 // share of words that agree, 0 to 1
	name   float32 // the same without the commune's
	inTown float32 // how well the commune is named, 0 when it is not
	whole  bool    // every word of the text has a meaning
	strong bool    // a word of the name agrees that is neither an article nor a kind of street

	number numberAsked
	last   int // the last word that belongs to the name
}

// numberAsked is a house number as the text has it.
type numberAsked struct {
	value    int32 // 0: none is asked
	to       int32 // the end of a range: 18-20
	suffix   uint8
	building string
}

// ends gives the numbers of a range, the last one 0 where there is none. A suffix is of the
// last: 12-14 bis.
func (n numberAsked) ends() (first, last numberAsked) {
	first = n
	if n.to > 0 {
		last = n
		first.suffix, last.value = noSuffix, n.to
	}
	return first, last
}

// Bounds that tell answers from noise.
const (
	leastName       = 0.58 // share of a name's words that must agree
	leastUnfinished = 0.30 // the same while it is being typed
	leastInTown     = 0.60 // share of a commune's name that counts as naming it
	noiseBefore     = 0.15 // words before the number and the street are of somebody or something there
	unfinished      = 0.25 // words of a name that are still to be typed
	kindCost        = 0.06 // for an avenue where a street is asked for
	gapCost         = 0.02 // for each word in the wrong place
)

// street aligns the text with a street; false when the text speaks of something else.
func (f *finder) street(s *street, typing bool) (fit, bool) {
	t := &f.text
	var used uint64
	var got, own, asked float32
	first, last, turns := -1, -1, 0
	strong, kindFirst, others, otherKind := false, true, false, false // only what a name begins with is a kind of street
	for _, id := range f.x.wordsOf(s) {
		weight := f.x.words.weight[id]
		kind := kindFirst && f.x.words.kind[id]
		kindFirst = kindFirst && f.x.words.article[id]
		if kind {
			weight = min(weight, mostKind)
		}
		others = others || !kind && weight > articleWeight
		i, by := f.pick(id, ^used, last)
		if i < 0 {
			otherKind = otherKind || kind
			if typing && last == len(t.words)-1 {
				weight *= unfinished
			}
			own += weight
			continue
		}
		used |= 1 << i
		own += weight
		asked += weight
		got += weight * by
		if first < 0 || i < first {
			first = i
		}
		if i < last && weight > articleWeight {
			turns++
		}
		last = max(last, i)
		strong = strong || weight > articleWeight && !kind
	}
	if own == 0 || got == 0 {
		return fit{}, false
	}
	out := fit{strong: strong || !others, last: last} // la Porte is a name too
	left := t.all &^ used
	inside := f.between(left, first, last)
	left = f.number(&out, left, first)
	left = f.town(&out, s.commune, left)
	if out.inTown == 0 && f.elsewhere(left) || f.torn(s.commune, used) {
		return out, false
	}
	noise := f.weigh(left, first)
	if f.against(s.commune, used) && (left != 0 || inside > 0 || out.inTown > 0 && out.inTown < 1) {
		return out, false
	}
	out.whole = noise == 0
	out.name = 2 * got / (own + asked + noise)
	wrong := gapCost * float32(inside+turns)
	if k := f.kindOf(0, max(first, 0)); otherKind && k >= 0 && left>>k&1 == 1 {
		wrong += kindCost
	}
	town := f.x.communes[s.commune].weight
	if out.inTown > 0 {
		got, own, asked = got+town*out.inTown, own+town, asked+town
	}
	out.text = max(2*got/(own+asked+noise)-wrong, 0)
	out.name -= wrong
	return out, true
}

// pick gives the free word that stands best for id, the first one after the last that
// was taken among equals.
func (f *finder) pick(id uint32, free uint64, after int) (at int, by float32) {
	t := &f.text
	at = -1
	for m := t.all & free; m != 0; m &= m - 1 {
		i := bits.TrailingZeros64(m)
		if t.words[i].article && f.letters(i) {
			continue
		}
		b := t.stands(i, id)
		if b > by || b == by && b > 0 && at <= after && i > after {
			at, by = i, b
		}
	}
	return at, by
}

// number takes the house number out of what the street leaves: the number right before its
// name, else the first one.
func (f *finder) number(out *fit, left uint64, first int) uint64 {
	t := &f.text
	at := -1
	for m := left & t.numbers; m != 0; m &= m - 1 {
		i := bits.TrailingZeros64(m)
		if at < 0 || i < first {
			at = i
		}
	}
	out.number.building = t.building
	if at < 0 {
		return f.glued(&out.number, left)
	}
	// A range: the first of the two is the number.
	if prev := at - 1; prev >= 0 && left&t.numbers>>prev&1 == 1 && isRange(&t.words[prev], &t.words[at]) {
		at = prev
	} else if prev = at - 2; prev >= 0 && left&t.numbers>>prev&1 == 1 && isTo(t.words[at-1].text) && t.words[prev].value < t.words[at].value {
		at = prev
	}
	n := &out.number
	n.value = t.words[at].value
	left &^= 1 << at
	next := at + 1
	if next < len(t.words) && left>>next&1 == 1 {
		switch {
		case left&t.numbers>>next&1 == 1 && isRange(&t.words[at], &t.words[next]):
			n.to = t.words[next].value
			left &^= 1 << next
			next++
		case next+1 < len(t.words) && isTo(t.words[next].text) && left&t.numbers>>(next+1)&1 == 1 && t.words[next+1].value > n.value:
			n.to = t.words[next+1].value
			left &^= 3 << next
			next += 2
		}
	}
	for ; next < len(t.words) && left>>next&1 == 1; next++ {
		w := &t.words[next]
		suffix := suffixOf(w.text)
		if suffix == noSuffix || w.article && !f.letters(next) {
			break
		}
		if n.suffix == noSuffix {
			n.suffix = suffix
		} else if n.building == "" && suffix >= suffixA {
			n.building = string(upper(w.text))
		} else {
			break
		}
		left &^= 1 << next
	}
	return left
}

// letters tells a letter after a house number from an article: what kind of street it is
// comes next, or nothing lies between.
func (f *finder) letters(i int) bool {
	w := f.text.words
	if i == 0 || len(w[i].text) != 1 || f.text.numbers>>(i-1)&1 == 0 && (i == 1 || f.text.numbers>>(i-2)&1 == 0 || suffixOf(w[i-1].text) == noSuffix) {
		return false
	}
	return w[i].joint == 0 || i+1 < len(w) && kinds[string(w[i+1].text)]
}

// glued takes 12e at the beginning for number 12 with the suffix e, when no street has it.
func (f *finder) glued(n *numberAsked, left uint64) uint64 {
	if w := &f.text.words[0]; left&1 == 1 && w.ordinal > 0 {
		n.value, n.suffix = w.ordinal, suffixA+'e'-'a'
		return left &^ 1
	}
	return left
}

// isRange tells 18-20 and 18/20 from two numbers.
func isRange(a, b *word) bool {
	return (b.joint == '-' || b.joint == '/') && b.value > a.value && b.value-a.value <= 100
}

func isTo(t []byte) bool { return string(t) == "a" || string(t) == "et" || string(t) == "au" }

// town takes the words that name the commune out of what is left, and tells how well they
// do.
func (f *finder) town(out *fit, c uint32, left uint64) uint64 {
	var taken uint64
	for _, m := range f.inText {
		if m.commune == c && m.words&^left == 0 && bits.OnesCount64(m.words) > bits.OnesCount64(taken) {
			taken = m.words
			switch {
			case m.begun > 0:
				out.inTown = m.begun
			case m.exact:
				out.inTown = 1
			default:
				out.inTown = 0.9
			}
		}
	}
	if taken != 0 {
		return left &^ taken
	}
	town := &f.x.communes[c]
	var got float32
	for _, id := range town.words {
		if i, by := f.pick(id, left&^taken, -1); i >= 0 {
			taken |= 1 << i
			got += f.x.words.weight[id] * by
		}
	}
	if share := got / max(town.weight, 1e-6); share >= leastInTown {
		out.inTown = share * 0.9
		return left &^ taken
	}
	if f.elsewhere(left) {
		return left
	}
	for _, p := range f.text.postcode { // the postcode names it too
		for _, k := range town.postcodes {
			if p == k {
				out.inTown = 1
			}
		}
	}
	return left
}

// elsewhere tells whether the words that are left name another commune.
func (f *finder) elsewhere(left uint64) bool {
	for _, m := range f.inText {
		if m.words&^left == 0 {
			return true
		}
	}
	return false
}

// torn tells whether the street takes a part of the name of another commune, the rest of
// which is in the text too.
func (f *finder) torn(c uint32, used uint64) bool {
	torn := false
	for _, m := range f.inText {
		if m.exact && m.commune == c {
			return false
		}
		torn = torn || m.exact && m.core&used != 0 && m.core&^used != 0
	}
	return torn
}

// against tells whether the text ends with the name of another commune, which the street
// takes for a part of its own name. Then nothing may be left over: rue de Rennes is a
// street in Betton, but not with a word beside it that may be the street's name in Rennes.
func (f *finder) against(c uint32, used uint64) bool {
	if f.filtered { // the caller says which communes are meant
		return false
	}
	against := false
	for _, m := range f.inText {
		if m.exact && m.words>>(len(f.text.words)-1)&1 == 1 {
			if m.commune == c {
				return false
			}
			against = against || m.core&^used == 0
		}
	}
	return against
}

// between counts the words within a name that are not of it.
func (f *finder) between(left uint64, first, last int) (n int) {
	for i := first + 1; i < last; i++ {
		if left>>i&1 == 1 && !f.text.words[i].article {
			n++
		}
	}
	return n
}

// weigh sums up the words that are left over.
func (f *finder) weigh(left uint64, first int) (noise float32) {
	t := &f.text
	number, kind := bits.TrailingZeros64(t.numbers), f.kindOf(0, len(t.words))
	for m := left; m != 0; m &= m - 1 {
		i := bits.TrailingZeros64(m)
		weight := t.info[i].weight
		if i == kind {
			weight = min(weight, mostKind)
		}
		if i < first && (number < 64 && i < number && number < first || f.kindAt(first)) {
			weight *= noiseBefore
		}
		noise += weight
	}
	return noise
}

// kindOf gives the first word from one to another that is a kind of street, -1 when none is.
func (f *finder) kindOf(from, to int) int {
	for i := from; i < to; i++ {
		if f.text.all>>i&1 == 1 && f.kindAt(i) {
			return i
		}
	}
	return -1
}

func (f *finder) kindAt(i int) bool { return i >= 0 && kinds[string(f.text.words[i].text)] }

// commune aligns the text with a commune alone.
func (f *finder) commune(c uint32) fit {
	out := fit{strong: true, last: -1}
	left := f.town(&out, c, f.text.all)
	f.number(&out, left, -1) // of a street that is not found
	noise := f.weigh(left, -1)
	town := f.x.communes[c].weight
	got := town * out.inTown
	out.text = 2 * got / (2*town + noise)
	if rest := left & f.text.all; rest>>(len(f.text.words)-1)&1 == 1 { // communes come last
		out.text = max(out.text-gapCost, 0)
	}
	out.name = out.text
	return out
}
