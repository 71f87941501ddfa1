package address

import (
	"math"
	"slices"
	"sync"
)

// Index answers searches. It is immutable and safe for concurrent use.
type Index struct {
	tag   string
	words lexicon

	arena     string // ids and names
	communes  []commune
	byCode    map[string]uint32
	postcodes []postcode // sorted by code
	byPost    map[string]uint32

	streets     []street // sorted by commune, then name
	streetWords []uint32 // of all streets, in order
	postings    postings // streets by word
	inCommunes  postings // communes by word

	// Addresses, those of a street together and sorted by number, suffix and building.
	number    []int32
	suffix    []uint8
	building  []uint16
	at        []spot
	ids       []uint32 // offsets in arena, and the end
	buildings []string

	tree    tree
	stats   Stats
	finders sync.Pool
}

// Stats tells what an index is made of.
type Stats struct {
	Addresses int `json:"addresses"`
	Streets   int `json:"streets"` // with localities
	Communes  int `json:"communes"`
	Words     int `json:"words"`
	Postcodes int `json:"postcodes"`
	Dropped   int `json:"dropped"` // rows without what an address needs: an id, a name, a commune
	Bytes     int `json:"bytes"`   // memory held, about
}

// Stats tells what x is made of.
func (x *Index) Stats() Stats { return x.stats }

// Tag names what x was made of: two indexes of one tag answer alike.
func (x *Index) Tag() string { return x.tag }

// span is a piece of the arena.
type span struct {
	at  uint32
	len uint16
}

func (x *Index) str(s span) string { return x.arena[s.at : s.at+uint32(s.len)] }

// spot is longitude and latitude in units of 1e-7 degree, a centimetre.
type spot struct{ x, y int32 }

const unitsPerDegree = 1e7

func spotOf(p Position) spot {
	if !(math.Abs(p.Lon) <= 180 && math.Abs(p.Lat) <= 90) {
		return nowhere
	}
	return spot{int32(math.Round(p.Lon * unitsPerDegree)), int32(math.Round(p.Lat * unitsPerDegree))}
}

func (s spot) position() Position {
	return Position{Lon: float64(s.x) / unitsPerDegree, Lat: float64(s.y) / unitsPerDegree}
}

// nowhere is the spot of what has none.
var nowhere = spot{math.MinInt32, math.MinInt32}

type commune struct {
	code, name span
	words      []uint32
	weight     float32 // of its words
	first, end uint32  // its streets
	addresses  uint32
	population uint32
	at         spot
	postcodes  []uint32 // that it is known to have
	sole       uint32   // 1 + the postcode all its addresses have for certain, 0 for none
}

type postcode struct {
	code     string
	communes []uint32
}

type street struct {
	id, name   span
	words      uint32 // the first of its words
	commune    uint32
	first, end uint32 // its addresses
	at         spot
	weight     float32 // of its words
	postcode   uint32  // 1 + its postcode, 0 when it is not told
	count      uint8   // words
	locality   bool
}

func (x *Index) wordsOf(s *street) []uint32 { return x.streetWords[s.words : s.words+uint32(s.count)] }

// postings are sorted lists of numbers by word.
type postings struct {
	offsets []uint32
	list    []uint32
}

func (p *postings) of(w uint32) []uint32 { return p.list[p.offsets[w]:p.offsets[w+1]] }

// within gives the part of a postings list in a range.
func within(list []uint32, from, to uint32) []uint32 {
	a, _ := slices.BinarySearch(list, from)
	b, _ := slices.BinarySearch(list[a:], to)
	return list[a : a+b]
}

// invert makes postings of the words of each of n things.
func invert(words, n int, of func(i int) []uint32) postings {
	p := postings{offsets: make([]uint32, words+1)}
	for pass := range 2 {
		last := make([]int32, words) // a word counts once for each thing
		for i := range n {
			for _, w := range of(i) {
				if last[w] == int32(i)+1 {
					continue
				}
				last[w] = int32(i) + 1
				if pass == 0 {
					p.offsets[w+1]++
				} else {
					p.list[p.offsets[w]] = uint32(i)
					p.offsets[w]++
				}
			}
		}
		if pass == 0 {
			for w := range words {
				p.offsets[w+1] += p.offsets[w]
			}
			p.list = make([]uint32, p.offsets[words])
		}
	}
	copy(p.offsets[1:], p.offsets[:words]) // each was moved to the end of its list
	p.offsets[0] = 0
	return p
}
