package address

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unsafe"
)

// maxStreetWords bounds the words of a name that count.
const maxStreetWords = 24

// Build makes the index of what was added, which the Builder must not be used for again.
// The tag names what it was made of.
func (b *Builder) Build(tag string) *Index {
	x := &Index{tag: tag, byCode: map[string]uint32{}, byPost: map[string]uint32{}, buildings: b.building}
	var arena strings.Builder
	keep := func(s string) span {
		at := arena.Len()
		arena.WriteString(s)
		return span{uint32(at), uint16(len(s))}
	}

	codes := make([]string, 0, len(b.communes))
	for code := range b.communes {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, s := range b.streets {
		if b.communes[s.city] == nil { // of a street without addresses
			b.communes[s.city] = &newCommune{Commune: Commune{Code: s.city, Name: s.city, Position: NoPosition}}
			codes = append(codes, s.city)
		}
	}
	slices.Sort(codes)
	for i, code := range codes {
		c := b.communes[code]
		c.number = uint32(i)
		x.communes = append(x.communes, commune{code: keep(c.Code), name: keep(c.Name), at: spotOf(c.Position), population: uint32(max(min(c.Population, math.MaxUint32), 0))})
		x.byCode[code] = uint32(i)
	}
	b.layPostcodes(x, codes)
	order := b.orderStreets()
	dictionary := b.layWords(x, order, codes)
	b.layStreets(x, order, keep)
	b.layAddresses(x, keep)
	x.arena = arena.String()
	x.weigh(dictionary)
	x.settle()
	x.tree = plant(x.at)
	x.stats = Stats{
		Addresses: len(x.number), Streets: len(x.streets), Communes: len(x.communes), Words: x.words.len(),
		Postcodes: len(x.postcodes), Dropped: b.dropped,
	}
	x.stats.Bytes = x.bytes()
	x.finders.New = func() any { return newFinder(x) }
	return x
}

// A postcode is one of a commune when at least this share of those who write it name that
// commune, unless they write another one so many times more often, and others this one.
const (
	observed = 0.05
	slips    = 4
)

// layPostcodes gives each postcode the communes it is of: as the referential tells, else as
// others write it.
func (b *Builder) layPostcodes(x *Index, codes []string) {
	of := map[string][]uint32{}
	for i, code := range codes {
		for _, p := range b.communes[code].Postcodes {
			if p != "" {
				of[p] = append(of[p], uint32(i))
			}
		}
	}
	named := map[string][]uint32{}
	if len(b.seen) > 0 {
		for i, code := range codes {
			name := b.plain(b.communes[code].Name)
			named[name] = append(named[name], uint32(i))
		}
	}
	told := map[string]bool{}
	for code := range of {
		told[code] = true
	}
	total, most, usual := map[string]int{}, map[string]int{}, map[string]int{}
	for pair, n := range b.seen {
		total[pair.postcode] += n
		most[pair.postcode] = max(most[pair.postcode], n)
		usual[pair.city] = max(usual[pair.city], n)
	}
	for pair, n := range b.seen {
		seldom := float64(n) < observed*float64(total[pair.postcode])
		slip := n < most[pair.postcode] && n*slips <= usual[pair.city]
		if !told[pair.postcode] && len(named[pair.city]) == 1 && !seldom && !slip {
			of[pair.postcode] = append(of[pair.postcode], named[pair.city][0])
		}
	}
	for code, communes := range of {
		slices.Sort(communes)
		x.postcodes = append(x.postcodes, postcode{strings.Clone(code), slices.Compact(communes)})
	}
	slices.SortFunc(x.postcodes, func(p, q postcode) int { return cmp.Compare(p.code, q.code) })
	for i, p := range x.postcodes {
		x.byPost[p.code] = uint32(i)
		for _, c := range p.communes {
			x.communes[c].postcodes = append(x.communes[c].postcodes, uint32(i))
		}
	}
	for i, code := range codes {
		if own := b.communes[code].Postcodes; len(own) > 0 && !slices.ContainsFunc(own, func(p string) bool { return p != own[0] }) {
			x.communes[i].sole = 1 + x.byPost[own[0]]
		}
	}
}

// orderStreets sorts streets by commune, name and id, and the addresses by street.
func (b *Builder) orderStreets() []uint32 {
	order := make([]uint32, len(b.streets))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(i, j uint32) int {
		s, t := &b.streets[i], &b.streets[j]
		return cmp.Or(cmp.Compare(s.city, t.city), cmp.Compare(s.name, t.name), cmp.Compare(s.id, t.id))
	})
	first := 0
	for _, k := range order {
		s := &b.streets[k]
		s.first, first = first, first+s.end
		s.end = s.first
	}
	sorted := make([]newAddress, len(b.rows))
	for i := range b.rows {
		s := &b.streets[b.rows[i].street]
		sorted[s.end] = b.rows[i]
		s.end++
	}
	b.rows = sorted
	for _, k := range order {
		s := &b.streets[k]
		slices.SortFunc(b.rows[s.first:s.end], func(p, q newAddress) int {
			return cmp.Or(cmp.Compare(p.number, q.number), cmp.Compare(p.suffix, q.suffix), cmp.Compare(b.building[p.building], b.building[q.building]),
				cmp.Compare(string(b.ids[p.id:p.id+uint32(p.idLen)]), string(b.ids[q.id:q.id+uint32(q.idLen)])))
		})
	}
	return order
}

// layWords spells every name, numbers the words, and makes the postings. It gives how many
// streets have each word.
func (b *Builder) layWords(x *Index, order []uint32, codes []string) []uint32 {
	spelled := map[string]string{} // one copy of each word
	var all []string               // words of the streets in order, then of the communes
	var counts []uint8
	var pairs [][2]string
	take := func(name string) {
		words := b.speller.spell(name)
		words = words[:min(len(words), maxStreetWords)]
		for i, w := range words {
			s, ok := spelled[string(w.text)]
			if !ok {
				s = string(w.text)
				spelled[s] = s
			}
			all = append(all, s)
			if i > 0 && w.value < 0 && words[i-1].value < 0 && !w.article && !words[i-1].article {
				pairs = append(pairs, [2]string{all[len(all)-2], all[len(all)-1]})
			}
		}
		counts = append(counts, uint8(len(words)))
	}
	for _, k := range order {
		take(b.streets[k].name)
	}
	for _, code := range codes {
		take(b.communes[code].Name)
	}
	known := make(map[string]uint32, len(spelled))
	for w := range spelled {
		known[w] = 0
	}
	x.words = newLexicon(known, pairs)
	x.streetWords = make([]uint32, len(all))
	for i, w := range all {
		x.streetWords[i] = x.words.number[w]
	}
	of := make([][]uint32, len(counts))
	at := 0
	for i, n := range counts {
		of[i] = x.streetWords[at : at+int(n)]
		at += int(n)
	}
	x.streets = make([]street, len(order))
	at = 0
	for i := range order {
		x.streets[i].words, x.streets[i].count = uint32(at), counts[i]
		at += int(counts[i])
	}
	for i := range codes {
		x.communes[i].words = of[len(order)+i]
	}
	x.postings = invert(x.words.len(), len(order), func(i int) []uint32 { return of[i] })
	x.inCommunes = invert(x.words.len(), len(codes), func(i int) []uint32 { return of[len(order)+i] })
	frequency := make([]uint32, x.words.len())
	for w := range frequency {
		frequency[w] = x.postings.offsets[w+1] - x.postings.offsets[w]
	}
	return frequency
}

func (b *Builder) layStreets(x *Index, order []uint32, keep func(string) span) {
	for i, k := range order {
		from, to := &b.streets[k], &x.streets[i]
		to.id, to.name = keep(from.id), keep(from.name)
		to.commune = b.communes[from.city].number
		to.first, to.end = uint32(from.first), uint32(from.end)
		to.at = spotOf(from.at)
		if from.postcode != "" && !from.mixed {
			to.postcode = 1 + x.byPost[from.postcode]
		} else if from.postcode == "" {
			to.postcode = x.communes[to.commune].sole
		}
		c := &x.communes[to.commune]
		if c.end == 0 {
			c.first = uint32(i)
		}
		c.end = uint32(i) + 1
		c.addresses += to.end - to.first
	}
}

func (b *Builder) layAddresses(x *Index, keep func(string) span) {
	n := len(b.rows)
	x.number, x.suffix, x.building = make([]int32, n), make([]uint8, n), make([]uint16, n)
	x.at, x.ids = make([]spot, n), make([]uint32, n+1)
	for i := range b.rows {
		r := &b.rows[i]
		x.number[i], x.suffix[i], x.building[i], x.at[i] = r.number, r.suffix, r.building, r.at
		x.ids[i] = keep(string(b.ids[r.id : r.id+uint32(r.idLen)])).at
	}
	x.ids[n] = keep("").at
}

// The weights of words. A word that one street in n has weighs about ln n.
const (
	articleWeight = 0.1
	mostKind      = 2.0 // what kind of street it is tells less than its name, however rare the kind
	unknownShare  = 0.8 // of the weight of the rarest words
)

func (x *Index) weigh(frequency []uint32) {
	n := float64(len(x.streets))
	rarest := math.Log(1 + max(n, 1))
	for w := range frequency {
		weight := math.Log(1 + max(n, 1)/max(float64(frequency[w]), 1))
		if x.words.article[w] {
			weight = articleWeight
		}
		x.words.weight[w] = float32(weight)
	}
	x.words.unknown = float32(rarest * unknownShare)
	for i := range x.streets {
		s := &x.streets[i]
		first := true
		for _, w := range x.wordsOf(s) {
			weight := x.words.weight[w]
			if first && !x.words.article[w] {
				first = false
				s.locality = !x.words.kind[w]
				if x.words.kind[w] {
					weight = min(weight, mostKind)
				}
			}
			s.weight += weight
		}
	}
	for i := range x.communes {
		for _, w := range x.communes[i].words {
			x.communes[i].weight += x.words.weight[w]
		}
	}
}

// settle puts each street at the address nearest the middle of its addresses, and each
// commune without a position at the middle of its streets.
func (x *Index) settle() {
	for i := range x.streets {
		s := &x.streets[i]
		if m := middleOf(x.at[s.first:s.end]); m != nowhere {
			s.at = nearestOf(x.at[s.first:s.end], m)
		}
	}
	var spots []spot
	for i := range x.communes {
		c := &x.communes[i]
		if c.at != nowhere {
			continue
		}
		spots = spots[:0]
		for _, s := range x.streets[c.first:c.end] {
			spots = append(spots, s.at)
		}
		c.at = middleOf(spots)
	}
}

func middleOf(spots []spot) spot {
	var x, y, n int64
	for _, s := range spots {
		if s != nowhere {
			x, y, n = x+int64(s.x), y+int64(s.y), n+1
		}
	}
	if n == 0 {
		return nowhere
	}
	return spot{int32(x / n), int32(y / n)}
}

func nearestOf(spots []spot, m spot) spot {
	best, least := m, math.Inf(1)
	for _, s := range spots {
		if d := squared(s, m); s != nowhere && d < least {
			best, least = s, d
		}
	}
	return best
}

func (x *Index) bytes() int {
	perAddress := 4 + 1 + 2 + int(unsafe.Sizeof(spot{})) + 4 + 4
	return len(x.arena) + len(x.number)*perAddress + len(x.streets)*int(unsafe.Sizeof(street{})) + len(x.communes)*int(unsafe.Sizeof(commune{})) +
		4*(len(x.streetWords)+len(x.postings.list)+len(x.postings.offsets)+len(x.inCommunes.list)+len(x.inCommunes.offsets)) +
		8*(len(x.words.deletions.entries)+len(x.words.sounds.entries)+len(x.words.joins.entries)+len(x.words.pairs)) +
		4*(len(x.words.deletions.starts)+len(x.words.sounds.starts)+len(x.words.joins.starts)) +
		len(x.words.text) + 60*x.words.len() // the map among them
}
