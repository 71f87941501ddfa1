package address

import (
	"math/bits"
	"slices"
)

// finder is the memory of one search, used again for the next.
type finder struct {
	x       *Index
	speller speller
	words   []word
	text    text
	alikes  [maxWords][]alike
	room    []byte

	scope    []span32 // communes that answers must lie in; nil: any
	inText   []mention
	whole    bool // some street explains every word
	far      bool // nothing of the text may be answered here
	filtered bool // the caller names the communes
	vague    bool // more communes begin as the text ends than are looked at: it names none

	mask    []uint64 // by street: the words it shares with the text
	touched []uint32
	best    []candidate
	found   []Result
}

// span32 is a range of communes.
type span32 struct{ from, to uint32 }

// mention is a commune whose name is in the text: all of it, or what the text ends with.
type mention struct {
	commune uint32
	words   uint64
	core    uint64 // the words that are no articles
	exact   bool
	begun   float32 // 0 for a whole name; of one that is only begun, how well that names the commune
}

// plain tells whether the commune is named without an error of spelling.
func (m *mention) plain() bool { return m.exact || m.begun > 0 }

// candidate is a street with the words it shares.
type candidate struct {
	street uint32
	mask   uint64
	worth  float32
}

func newFinder(x *Index) *finder {
	return &finder{x: x, mask: make([]uint64, len(x.streets))}
}

// Bounds of what one search looks at, so that no text takes long.
const (
	maxGathered   = 20_000 // postings read for a word without a commune
	maxCandidates = 48     // streets that are aligned
)

// scopeOf makes ranges of the communes that filters and postcodes leave, and tells whether
// there is one.
func (f *finder) scopeOf(q *Query) bool {
	f.scope, f.far = f.scope[:0], false
	x := f.x
	restrict := func(list []uint32) {
		f.scope = f.scope[:0]
		for _, c := range list {
			f.scope = append(f.scope, span32{c, c + 1})
		}
	}
	var list []uint32
	if len(q.CityCodes) > 0 {
		for _, code := range q.CityCodes {
			if c, ok := x.byCode[code]; ok {
				list = append(list, c)
			}
		}
		slices.Sort(list)
		list = slices.Compact(list)
		restrict(list)
		if len(list) == 0 {
			return false
		}
	}
	if q.Postcode != "" {
		p, ok := x.byPost[q.Postcode]
		if !ok {
			return false
		}
		list = both(list, x.postcodes[p].communes, len(q.CityCodes) > 0)
		restrict(list)
		if len(list) == 0 {
			return false
		}
	}
	return true
}

// both intersects, unless the first is no restriction.
func both(a, b []uint32, restricted bool) []uint32 {
	if !restricted {
		return b
	}
	var out []uint32
	for _, v := range a {
		if slices.Contains(b, v) {
			out = append(out, v)
		}
	}
	return out
}

func (f *finder) inScope(c uint32) bool {
	if len(f.scope) == 0 {
		return true
	}
	for _, s := range f.scope {
		if c >= s.from && c < s.to {
			return true
		}
	}
	return false
}

// mentions finds the communes whose names are in the text, the longest names only.
func (f *finder) mentions() {
	f.inText, f.vague = f.inText[:0], false
	t := &f.text
	for i := range t.words {
		if t.all>>i&1 == 0 || t.words[i].article {
			continue
		}
		info := &t.info[i]
		if info.known {
			f.mentionsFrom(i, info.id)
		}
		for _, a := range info.alike {
			f.mentionsFrom(i, a.id)
		}
		for id := info.from; id < info.to; id++ {
			f.mentionsFrom(i, id)
		}
	}
	if f.vague {
		f.inText = slices.DeleteFunc(f.inText, func(m mention) bool { return m.begun > 0 })
	}
	kept := f.inText[:0]
	for k, m := range f.inText {
		inside := slices.ContainsFunc(f.inText, func(o mention) bool {
			return o.words&m.words == m.words && (o.words != m.words && (o.exact || !m.exact) || o.begun == 0 && m.begun > 0)
		})
		if !inside && !slices.Contains(f.inText[:k], m) {
			kept = append(kept, m)
		}
	}
	f.inText = kept
}

const maxMentions = 64

// mentionsFrom adds the communes whose first word that is no article is word i.
func (f *finder) mentionsFrom(i int, id uint32) {
	for _, c := range f.x.inCommunes.of(id) {
		if len(f.inText) == maxMentions {
			f.vague = true
			return
		}
		names := f.x.communes[c].words
		k := 0
		for k < len(names)-1 && f.x.words.article[names[k]] {
			k++
		}
		if names[k] != id {
			continue
		}
		if words, exact, begun, ok := f.follow(i, names[k:]); ok {
			for j := i - 1; j >= 0 && k > 0 && f.text.words[j].article; j-- { // Le Rheu
				words |= 1 << j & f.text.all
				k--
			}
			f.inText = append(f.inText, mention{c, words, words &^ f.text.articles, exact, begun})
		}
	}
}

// follow matches a name word by word from word i on; articles may be missing on either side.
// The text may end before the name does: people say Cesson for Cesson-Sévigné, and type.
func (f *finder) follow(i int, names []uint32) (words uint64, exact bool, begun float32, ok bool) {
	t := &f.text
	exact = true
	var named, missing float32
	open, misspelled := false, false
	for k, id := range names {
		for i < len(t.words) && t.all>>i&1 == 1 && t.words[i].article && t.stands(i, id) == 0 {
			words |= 1 << i
			i++
		}
		by := float32(0)
		if i < len(t.words) && t.all>>i&1 == 1 {
			by = t.stands(i, id)
		}
		weight := f.x.words.weight[id]
		switch {
		case by > 0:
			exact = exact && by == 1
			open = open || t.begins(i, id)
			misspelled = misspelled || by < 1 && !t.begins(i, id)
			named += weight * by
			words |= 1 << i
			i++
		case f.x.words.article[id]:
		case k > 0 && t.all>>i == 0 && !misspelled:
			missing += weight
		default:
			return 0, false, 0, false
		}
	}
	if open && len(t.words[i-1].text) < leastBegun {
		return 0, false, 0, false
	}
	if open || missing > 0 {
		return words, false, 2 * named / (2*named + unfinished*missing), true
	}
	return words, exact, 0, true
}

// leastBegun is how many letters of a word begin a name; fewer may be a suffix or anything.
const leastBegun = 3

// gather finds the streets that share words with the text, the most promising first.
func (f *finder) gather() {
	for _, s := range f.touched {
		f.mask[s] = 0
	}
	f.touched, f.best = f.touched[:0], f.best[:0]
	t := &f.text
	for i := range t.words {
		if t.all>>i&1 == 0 || t.words[i].article {
			continue
		}
		info := &t.info[i]
		if info.known {
			f.touch(i, info.id)
		}
		for _, a := range info.alike {
			f.touch(i, a.id)
		}
		for id := info.from; id < info.to && len(f.touched) < maxGathered; id++ {
			f.touch(i, id)
		}
	}
	for _, s := range f.touched {
		f.promise(s)
	}
	slices.SortFunc(f.best, func(a, b candidate) int { return compareWorth(a, b) })
}

// touch marks the streets that have a word. Where communes are named their streets are
// always looked at, others only as long as the list is short.
func (f *finder) touch(i int, id uint32) {
	list := f.x.postings.of(id)
	if len(f.scope) > 0 {
		for _, s := range f.scope {
			f.mark(i, f.part(list, s.from, s.to))
		}
		return
	}
	if len(list) <= maxGathered {
		f.mark(i, list)
		return
	}
	for _, m := range f.inText {
		f.mark(i, f.part(list, m.commune, m.commune+1))
	}
	f.mark(i, list[:maxGathered])
}

// part is what a postings list has in a range of communes.
func (f *finder) part(list []uint32, from, to uint32) []uint32 {
	first, end := ^uint32(0), uint32(0)
	for c := from; c < to; c++ {
		if c := &f.x.communes[c]; c.end > c.first {
			first, end = min(first, c.first), max(end, c.end)
		}
	}
	if first >= end {
		return nil
	}
	return within(list, first, end)
}

func (f *finder) mark(i int, list []uint32) {
	bit := uint64(1) << i
	for _, s := range list {
		if f.mask[s] == 0 {
			f.touched = append(f.touched, s)
		}
		f.mask[s] |= bit
	}
}

// promise keeps a street when the words it shares may make it one of the best. Words that
// only are kinds of streets promise nothing by themselves.
func (f *finder) promise(s uint32) {
	t := &f.text
	c := candidate{street: s, mask: f.mask[s]}
	for m := c.mask; m != 0; m &= m - 1 {
		c.worth += t.info[bits.TrailingZeros64(m)].weight
	}
	c.worth = 2 * c.worth / (c.worth + f.x.streets[s].weight)
	named, other := false, false
	for _, m := range f.inText {
		if m.core&^c.mask != 0 {
			named = named || m.commune == f.x.streets[s].commune
			other = true
		}
	}
	if other && !named { // the text speaks of another commune, as far as one can tell from here
		c.worth--
	}
	if len(f.best) < maxCandidates {
		f.best = append(f.best, c)
		if len(f.best) == maxCandidates { // the least first from here on
			slices.SortFunc(f.best, func(a, b candidate) int { return compareWorth(b, a) })
		}
		return
	}
	if compareWorth(c, f.best[0]) >= 0 {
		return
	}
	k := 1
	for k < len(f.best) && compareWorth(c, f.best[k]) < 0 {
		f.best[k-1] = f.best[k]
		k++
	}
	f.best[k-1] = c
}

func compareWorth(a, b candidate) int {
	switch {
	case a.worth > b.worth:
		return -1
	case a.worth < b.worth:
		return 1
	case a.street < b.street:
		return -1
	case a.street > b.street:
		return 1
	}
	return 0
}
