package address

import (
	"bytes"
	"slices"
	"sort"
)

// lexicon is the words of all names, numbered in alphabetical order.
type lexicon struct {
	text    []byte
	offsets []uint32 // of each word in text, and the end
	number  map[string]uint32
	weight  []float32 // how much a word tells: the rarer, the more
	article []bool
	kind    []bool
	unknown float32 // weight of a word that no name has

	deletions bag // the hash of each word, and of it without one letter
	sounds    bag // the hash of how each word sounds
	joins     bag // the hash of two words written as one: the first of them in pairs
	pairs     [][2]uint32
}

func (x *lexicon) len() int { return len(x.weight) }

func (x *lexicon) word(i uint32) []byte { return x.text[x.offsets[i]:x.offsets[i+1]] }

// find gives the number of a word.
func (x *lexicon) find(w []byte) (uint32, bool) {
	i, ok := x.number[string(w)]
	return i, ok
}

// prefixed gives the range of words that begin with w.
func (x *lexicon) prefixed(w []byte) (from, to uint32) {
	n := x.len()
	a := sort.Search(n, func(i int) bool { return bytes.Compare(x.word(uint32(i)), w) >= 0 })
	b := a + sort.Search(n-a, func(i int) bool { return !bytes.HasPrefix(x.word(uint32(a+i)), w) })
	return uint32(a), uint32(b)
}

// newLexicon numbers words. pairs are words that follow each other in some name.
func newLexicon(words map[string]uint32, pairs [][2]string) lexicon {
	sorted := make([]string, 0, len(words))
	for w := range words {
		sorted = append(sorted, w)
	}
	slices.Sort(sorted)
	x := lexicon{number: words, offsets: make([]uint32, 0, len(sorted)+1)}
	var deletions, sounds, joins []bagEntry
	var sound []byte
	for i, w := range sorted {
		words[w] = uint32(i)
		x.offsets = append(x.offsets, uint32(len(x.text)))
		x.text = append(x.text, w...)
		x.article, x.kind = append(x.article, articles[w]), append(x.kind, kinds[w])
		if w[0] <= '9' {
			continue // numbers are right or wrong
		}
		b := []byte(w)
		if len(b) >= minFuzzy {
			deletions = append(deletions, bagEntry{mix(hashOf(b)), uint32(i)})
			for k := range b {
				deletions = append(deletions, bagEntry{mix(hashWithout(b, k)), uint32(i)})
			}
		}
		if len(b) >= minSound {
			sound = phonetic(sound[:0], b)
			sounds = append(sounds, bagEntry{mix(hashOf(sound)), uint32(i)})
		}
	}
	x.offsets = append(x.offsets, uint32(len(x.text)))
	x.weight = make([]float32, len(sorted))
	x.deletions, x.sounds = makeBag(deletions), makeBag(sounds)
	slices.SortFunc(pairs, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	for _, p := range slices.Compact(pairs) {
		joins = append(joins, bagEntry{mix(hashMore(hashOf([]byte(p[0])), []byte(p[1]))), uint32(len(x.pairs))})
		x.pairs = append(x.pairs, [2]uint32{words[p[0]], words[p[1]]})
	}
	x.joins = makeBag(joins)
	return x
}

// The shortest words that are looked for with typing errors, and by how they sound.
const (
	minFuzzy = 2
	minSound = 4
)

func hashWithout(w []byte, k int) uint32 { return hashMore(hashOf(w[:k]), w[k+1:]) }

// near calls found with words that are at most a few typing errors away from w, and how
// alike they are, then with those that sound the same. A word may come more than once.
func (x *lexicon) near(w []byte, found func(i uint32, alike float32)) {
	if len(w) >= minFuzzy && len(w) <= maxFuzzy {
		look := func(hash uint32) {
			for _, e := range x.deletions.of(mix(hash)) {
				if alike := alikeness(w, x.word(e.value)); alike > 0 {
					found(e.value, alike)
				}
			}
		}
		look(hashOf(w))
		for k := range w {
			look(hashWithout(w, k))
		}
	}
	if len(w) < minSound || len(w) > maxPhonetic {
		return
	}
	var room, other [2 * maxPhonetic]byte
	sound := phonetic(room[:0], w)
	for _, e := range x.sounds.of(mix(hashOf(sound))) {
		if bytes.Equal(phonetic(other[:0], x.word(e.value)), sound) {
			found(e.value, soundsAlike)
		}
	}
}

// soundsAlike is how alike words are that only sound the same.
const soundsAlike = 0.8

// split gives the two words that w is when a blank is put in the right place.
func (x *lexicon) split(w []byte) (a, b uint32, ok bool) {
	for _, e := range x.joins.of(mix(hashOf(w))) {
		p := x.pairs[e.value]
		first, second := x.word(p[0]), x.word(p[1])
		if len(first)+len(second) == len(w) && bytes.HasPrefix(w, first) && bytes.HasSuffix(w, second) {
			return p[0], p[1], true
		}
	}
	return 0, 0, false
}

const maxFuzzy = 32

// alikeness tells how alike two words are, 0 when they are too far apart: one error in
// words of three to seven letters, two in longer ones.
func alikeness(a, b []byte) float32 {
	n := max(len(a), len(b))
	allowed := 1
	if n >= 8 {
		allowed = 2
	}
	d := distance(a, b, allowed)
	if d > allowed {
		return 0
	}
	alike := 1 - float32(d)/float32(n)
	if a[0] != b[0] {
		alike -= 0.05 // people seldom err in the first letter
	}
	return alike
}

// distance counts the letters to insert, leave out, replace or swap with their neighbour
// to get from a to b, more than most when that is more than most.
func distance(a, b []byte, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most || len(a) > maxFuzzy || len(b) > maxFuzzy {
		return most + 1
	}
	var rows [3][maxFuzzy + 1]uint8
	two, one, now := &rows[0], &rows[1], &rows[2]
	for j := 0; j <= len(b); j++ {
		one[j] = uint8(j)
	}
	for i := 1; i <= len(a); i++ {
		now[0] = uint8(i)
		least := now[0]
		for j := 1; j <= len(b); j++ {
			d := one[j-1]
			if a[i-1] != b[j-1] {
				d++
			}
			d = min(d, one[j]+1, now[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, two[j-2]+1)
			}
			now[j] = d
			least = min(least, d)
		}
		if int(least) > most {
			return most + 1
		}
		two, one, now = one, now, two
	}
	return int(one[len(b)])
}
