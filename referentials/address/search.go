package address

import (
	"cmp"
	"math"
	"slices"
)

// enough is how well a street must agree for words not to be taken for misspelled ones.
const enough = 0.97

// Search appends the answers to q to dst, the best first. Nothing in a text is an error:
// what means nothing has no answer.
func (x *Index) Search(q *Query, dst []Result) []Result {
	f, _ := x.finders.Get().(*finder)
	defer x.finders.Put(f)
	limit := q.Limit
	if limit <= 0 {
		limit = 5
	}
	if !f.scopeOf(q) {
		return dst
	}
	filtered := len(f.scope)
	f.filtered = filtered > 0
	f.read(q.Text)
	if f.text.all == 0 && len(f.text.postcode) == 0 || len(f.text.words) == 0 {
		return dst
	}
	f.found = f.found[:0]
	for pass := range 3 {
		switch pass {
		case 0:
			if q.Autocomplete {
				f.begin()
			}
		case 1:
			f.widen()
		case 2:
			if !f.resplit() {
				continue
			}
			f.widen()
		}
		f.found = f.found[:0]
		f.scope = f.scope[:filtered]
		f.mentions()
		f.narrow()
		f.gather()
		f.answer(q)
		if len(f.found) > 0 && (f.found[0].Text >= enough || f.whole && q.Autocomplete) {
			break // while a name is typed, what agrees so far is no error
		}
	}
	f.rank(q)
	return append(dst, f.found[:min(len(f.found), min(limit, MaxLimit))]...)
}

// narrow restricts the search to the communes of the postcodes in the text, and to those it
// names beside them when the two disagree.
func (f *finder) narrow() {
	t := &f.text
	f.far = false
	if f.filtered {
		return
	}
	var list []uint32
	for _, p := range t.postcode {
		list = append(list, f.x.postcodes[p].communes...)
	}
	agree := false
	for _, m := range f.inText {
		agree = agree || m.plain() && slices.Contains(list, m.commune)
	}
	if t.hasDept && len(list) == 0 {
		// A postcode that nobody knows says at least where it is not.
		for i := range f.x.communes {
			if code := f.x.str(f.x.communes[i].code); len(code) >= 2 && code[0] == t.dept[0] && code[1] == t.dept[1] {
				list = append(list, uint32(i))
			}
		}
		f.far = len(list) == 0
	} else if len(list) > 0 && !agree {
		for _, m := range f.inText {
			if m.plain() {
				list = append(list, m.commune)
			}
		}
	}
	slices.Sort(list)
	for _, c := range slices.Compact(list) {
		if n := len(f.scope); n > 0 && f.scope[n-1].to == c {
			f.scope[n-1].to++
			continue
		}
		f.scope = append(f.scope, span32{c, c + 1})
	}
}

// answer aligns what was gathered and makes results of what agrees.
func (f *finder) answer(q *Query) {
	f.whole = false
	if f.far {
		return
	}
	for _, c := range f.best {
		s := &f.x.streets[c.street]
		if !f.inScope(s.commune) {
			continue
		}
		fit, ok := f.street(s, q.Autocomplete)
		least := float32(leastName)
		if q.Autocomplete && fit.last == len(f.text.words)-1 {
			least = leastUnfinished
		}
		if !ok || fit.name < least || !fit.strong && !(q.Autocomplete && fit.last == len(f.text.words)-1) {
			continue
		}
		f.whole = f.whole || fit.whole
		f.house(c.street, &fit)
	}
	f.towns(len(f.found) > 0)
	slices.SortFunc(f.found, compareText)
}

func compareText(a, b Result) int { return cmp.Compare(b.Text, a.Text) }

// towns adds the communes that the text names, or those of its postcode. One whose name is only
// begun is meant where the text says nothing else.
func (f *finder) towns(beside bool) {
	add := func(c uint32, exact bool, begun float32) {
		if !f.inScope(c) || slices.ContainsFunc(f.found, func(r Result) bool { return r.Level == Municipality && r.CityCode == f.x.str(f.x.communes[c].code) }) {
			return
		}
		fit := f.commune(c)
		if fit.inTown == 0 || (beside || !exact) && fit.text < leastName || fit.text < begun-gapCost {
			return
		}
		f.municipality(c, &fit)
	}
	for _, m := range f.inText {
		add(m.commune, m.exact, m.begun)
	}
	if f.text.all == 0 || !beside && len(f.found) == 0 {
		for _, p := range f.text.postcode {
			for _, c := range f.x.postcodes[p].communes {
				add(c, true, 0)
			}
		}
	}
}

func (f *finder) municipality(c uint32, fit *fit) {
	town := &f.x.communes[c]
	if town.at == nowhere {
		return
	}
	r := f.ofCommune(c)
	r.Text, r.Score = float64(fit.text), float64(fit.text)
	if fit.number.value > 0 {
		r.Number = Missing
	}
	if f.text.all == 0 {
		r.Text, r.Score = 1, 1
	}
	f.found = append(f.found, r)
}

// rank sorts the answers, leaves out kinds that are not wanted, and tells their margins.
func (f *finder) rank(q *Query) {
	if q.Kinds != nil {
		f.found = slices.DeleteFunc(f.found, func(r Result) bool { return !slices.Contains(q.Kinds, r.Level.Kind()) })
	}
	if q.Near != nil {
		at := spotOf(*q.Near)
		shrink := math.Cos(q.Near.Lat * math.Pi / 180)
		for i := range f.found {
			f.found[i].Distance = metres(spotOf(f.found[i].Position), at, shrink)
		}
	}
	slices.SortStableFunc(f.found, func(a, b Result) int {
		if d := cmp.Compare(math.Round(b.Score*scoreSteps), math.Round(a.Score*scoreSteps)); d != 0 {
			return d
		}
		if q.Near != nil {
			if d := cmp.Compare(a.Distance, b.Distance); d != 0 {
				return d
			}
		}
		return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(b.Importance, a.Importance), cmp.Compare(a.CityCode, b.CityCode), cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.House, b.House), cmp.Compare(a.Building, b.Building), cmp.Compare(a.ID, b.ID))
	})
	for i := range f.found {
		next := 0.0
		if i+1 < len(f.found) {
			next = f.found[i+1].Score
		}
		f.found[i].Margin = max(f.found[i].Score-next, 0)
	}
}

// scoreSteps is how finely scores are told apart.
const scoreSteps = 200

// importance is that of a street in its commune, by how many addresses they have.
func (x *Index) importance(c *commune, s *street) float64 {
	all := math.Log(2 + float64(max(len(x.number), 1)))
	weight := float64(max(c.addresses, c.population))
	v := math.Log(1+weight) / (2 * max(all, math.Log(1+weight)))
	if s != nil {
		return v + math.Log(1+float64(s.end-s.first))/(2*all)
	}
	return v + 0.5
}

// post gives the postcode that a street or commune is told to have.
func (x *Index) post(n uint32) string {
	if n == 0 {
		return ""
	}
	return x.postcodes[n-1].code
}

// The shares of a score that an answer keeps when its number is not the one asked for.
const (
	keptNearest = 0.92
	keptMissing = 0.80
)

// house makes results of a street and the number that is asked of it.
func (f *finder) house(k uint32, fit *fit) {
	x := f.x
	s := &x.streets[k]
	r := f.ofStreet(k)
	r.Text, r.Score = float64(fit.text), float64(fit.text)
	n := fit.number
	if n.value > 0 {
		first, last := n.ends()
		if f.exact(s, first, r) || last.value > 0 && f.exact(s, last, r) {
			return
		}
		if f.nearest(s, n, &r) {
			r.Score *= keptNearest
			f.found = append(f.found, r)
			return
		}
		r.Number = Missing
		r.Score *= keptMissing
	}
	if s.at != nowhere {
		f.found = append(f.found, r)
	}
}

// of makes r a result for address a.
func (x *Index) of(r Result, a uint32) Result {
	r.ID = x.id(a)
	r.House, r.Suffix, r.Building = x.number[a], suffixTexts[x.suffix[a]], x.buildings[x.building[a]]
	if x.at[a] != nowhere {
		r.Position = x.at[a].position()
	}
	return r
}

func (x *Index) id(a uint32) string { return x.arena[x.ids[a]:x.ids[a+1]] }

// run gives the addresses of a street with a number.
func (x *Index) run(s *street, value int32) (from, to uint32) {
	numbers := x.number[s.first:s.end]
	a, _ := slices.BinarySearch(numbers, value)
	b, _ := slices.BinarySearch(numbers, value+1)
	return s.first + uint32(a), s.first + uint32(b)
}

// maxSame bounds the buildings of one number that are told.
const maxSame = 8

// exact adds the addresses of the very number, suffix and building that are asked for. A
// single letter may be a suffix, stand for one, or be a building.
func (f *finder) exact(s *street, n numberAsked, r Result) bool {
	x := f.x
	from, to := x.run(s, n.value)
	if from == to {
		return false
	}
	r.Level, r.Number = Housenumber, Exact
	letter := ""
	if n.suffix >= suffixA {
		letter = string(rune('A' + n.suffix - suffixA))
	}
	type wanted struct {
		suffix   uint8
		building string
		any      bool // any building
	}
	ways := [...]wanted{{n.suffix, n.building, false}, {noSuffix, letter, false}, {meant(n.suffix), n.building, false}, {n.suffix, "", n.building == ""}}
	for k, w := range ways {
		if k == 1 && (letter == "" || n.building != "") || k == 2 && w.suffix == noSuffix || k == 3 && n.building != "" {
			continue
		}
		added := 0
		for a := from; a < to && added < maxSame; a++ {
			if x.suffix[a] == w.suffix && (w.any || x.buildings[x.building[a]] == w.building) && x.at[a] != nowhere {
				f.found = append(f.found, x.of(r, a))
				added++
			}
		}
		if added > 0 {
			return true
		}
	}
	return false
}

// nearest puts r at the number without its suffix, or between the numbers of the same side
// of the street around the one asked for.
func (f *finder) nearest(s *street, n numberAsked, r *Result) bool {
	x := f.x
	if from, to := x.run(s, n.value); from < to && x.at[from] != nowhere {
		*r = x.of(*r, from)
		r.Level, r.Number = Interpolated, Nearest
		return true
	}
	below, above := absent, absent
	from, _ := x.run(s, n.value)
	for a := from; a > s.first && below == absent; a-- {
		if (x.number[a-1]-n.value)%2 == 0 && x.at[a-1] != nowhere && x.number[a-1] > 0 {
			below = a - 1
		}
	}
	for a := from; a < s.end && above == absent; a++ {
		if (x.number[a]-n.value)%2 == 0 && x.at[a] != nowhere {
			above = a
		}
	}
	if below == absent || above == absent {
		return false
	}
	share := float64(n.value-x.number[below]) / float64(x.number[above]-x.number[below])
	a := below
	if share > 0.5 {
		a = above
	}
	p, q := x.at[below], x.at[above]
	*r = x.of(*r, a)
	r.Level, r.Number = Interpolated, Nearest
	r.Position = spot{p.x + int32(math.Round(share*float64(q.x-p.x))), p.y + int32(math.Round(share*float64(q.y-p.y)))}.position()
	return true
}

// CityCode tells whether there is a commune of a code.
func (x *Index) CityCode(code string) bool {
	_, ok := x.byCode[code]
	return ok
}
