package address

import (
	"cmp"
	"slices"
)

// Farthest is how far an answer may be from the point of a reverse search, in metres.
const Farthest = 2000

// ReverseQuery is what is searched for near a position.
type ReverseQuery struct {
	Position  Position
	CityCodes []string
	Postcode  string
	Kinds     []string // housenumber, street, locality or municipality; nil: housenumber
	Limit     int      // 1 when 0, at most MaxLimit
}

// Reverse appends the addresses, or what else is asked for, nearest a position to dst.
// Streets and communes are as far as their nearest address.
func (x *Index) Reverse(q *ReverseQuery, dst []Result) []Result {
	at := spotOf(q.Position)
	if at == nowhere {
		return dst
	}
	f, _ := x.finders.Get().(*finder)
	defer x.finders.Put(f)
	if !f.scopeOf(&Query{CityCodes: q.CityCodes, Postcode: q.Postcode}) {
		return dst
	}
	limit := min(max(q.Limit, 1), MaxLimit)
	kind := func(l Level) bool { return slices.Contains(q.Kinds, l.Kind()) }
	start := len(dst)
	if len(q.Kinds) == 0 || kind(Housenumber) {
		for _, h := range f.around(at, closest{limit: limit}, nil) {
			r := x.of(f.ofStreet(h.street), h.address)
			r.Level, r.Number, r.Distance = Housenumber, Exact, h.metres
			dst = append(dst, r)
		}
	}
	if kind(Street) || kind(Locality) {
		for _, h := range f.around(at, closest{limit: limit, once: true}, func(s *street) bool { return s.locality && kind(Locality) || !s.locality && kind(Street) }) {
			r := f.ofStreet(h.street)
			r.Distance = h.metres
			dst = append(dst, r)
		}
	}
	if kind(Municipality) {
		for _, h := range f.around(at, closest{limit: 1}, nil) {
			r := f.ofCommune(x.streets[h.street].commune)
			r.Distance = h.metres
			dst = append(dst, r)
		}
	}
	found := dst[start:]
	slices.SortStableFunc(found, func(a, b Result) int { return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.ID, b.ID)) })
	for i := range found {
		found[i].Score = 1 - found[i].Distance/Farthest
		found[i].Text = found[i].Score
		if i+1 < len(found) {
			found[i].Margin = (found[i+1].Distance - found[i].Distance) / Farthest
		}
	}
	return dst[:start+min(len(found), limit)]
}

func (f *finder) ofStreet(k uint32) Result {
	x := f.x
	s := &x.streets[k]
	c := &x.communes[s.commune]
	r := Result{Level: Street, ID: x.str(s.id), StreetID: x.str(s.id), Name: x.str(s.name), CityCode: x.str(c.code), City: x.str(c.name),
		Postcode: x.post(s.postcode), Position: s.at.position(), Distance: -1, Importance: x.importance(c, s)}
	if s.locality {
		r.Level = Locality
	}
	return r
}

func (f *finder) ofCommune(k uint32) Result {
	x := f.x
	c := &x.communes[k]
	return Result{Level: Municipality, ID: x.str(c.code), Name: x.str(c.name), CityCode: x.str(c.code), City: x.str(c.name), Postcode: x.post(c.sole),
		Position: c.at.position(), Distance: -1, Importance: x.importance(c, nil)}
}

// around gives the addresses nearest a spot in streets that are wanted; nil wants all.
func (f *finder) around(at spot, c closest, wanted func(*street) bool) []hit {
	x := f.x
	x.tree.search(x.at, at, Farthest, func(n near) float64 {
		k := x.streetOf(n.address)
		if s := &x.streets[k]; f.inScope(s.commune) && (wanted == nil || wanted(s)) {
			c.add(hit{n, k})
		}
		return c.bound()
	})
	return c.hits
}

type hit struct {
	near
	street uint32
}

// closest keeps the nearest few hits in order, with once the nearest one of each street.
type closest struct {
	limit int
	once  bool
	hits  []hit
}

func (c *closest) add(h hit) {
	if c.once {
		if i := slices.IndexFunc(c.hits, func(o hit) bool { return o.street == h.street }); i >= 0 {
			if c.hits[i].metres <= h.metres {
				return
			}
			c.hits = slices.Delete(c.hits, i, i+1)
		}
	}
	i, _ := slices.BinarySearchFunc(c.hits, h, func(a, b hit) int { return cmp.Or(cmp.Compare(a.metres, b.metres), cmp.Compare(a.address, b.address)) })
	c.hits = slices.Insert(c.hits, i, h)
	c.hits = c.hits[:min(len(c.hits), c.limit)]
}

// bound is the distance from which on nothing matters.
func (c *closest) bound() float64 {
	if len(c.hits) < c.limit {
		return Farthest
	}
	return c.hits[len(c.hits)-1].metres
}

// streetOf gives the street of an address.
func (x *Index) streetOf(a uint32) uint32 {
	k, _ := slices.BinarySearchFunc(x.streets, a, func(s street, a uint32) int {
		switch {
		case s.end <= a:
			return -1
		case s.first > a:
			return 1
		}
		return 0
	})
	return uint32(k)
}
