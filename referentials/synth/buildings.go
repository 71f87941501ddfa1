package synth

import (
	"math"
	"math/rand/v2"
)

// building is a footprint with what the registers say of it.
type building struct {
	ring   []pt // turns left, not repeated at the end
	usage  string
	levels int
	height float64 // at the gutter, m
	ground float64 // altitude, m
	ridge  float64
	year   int
	homes  int // dwellings
	houses int
	side   int32
	lots   int // addresses it has
}

// address is an entrance with the people behind it.
type address struct {
	at       pt
	side     int32
	number   numbering
	degrees  float64 // of the street, in (-90, 90]
	building int32   // of its block, -1 for none
	homes    int
	house    bool
	people
}

// plot is a block being built.
type plot struct {
	*town
	fr        *fronts
	face      int32
	zone      zone
	r         *rand.Rand
	buildings []building
	addresses []address
	ring      []pt
	points    []pt // storage of footprints
	bounds    [][4]float64
	cuts      []float64
}

// build fills a block with buildings and addresses.
func (p *plot) build(f int32) {
	p.face, p.zone = f, p.faces[f].zone
	p.r = stream(p.seed, "buildings", int(f))
	p.buildings, p.addresses, p.points, p.bounds = p.buildings[:0], p.addresses[:0], p.points[:0], p.bounds[:0]
	p.ring = p.outline(p.town.ring(f, nil), p.ring[:0])
	rg := p.fr.blocks[f]
	for s := rg[0]; s < rg[1]; s++ {
		if p.fr.sides[s].n > 0 {
			p.buildSide(s)
		}
	}
	p.furnish()
}

// front is the geometry of a side: its line and the directions across it.
type front struct {
	points []pt
	along  []float64 // position of each point
	across []pt      // per point, towards the block, scaled to keep parallels parallel
	normal []pt      // per segment
}

func (p *plot) frontOf(s *side) front {
	var f front
	h := s.first
	at := 0.0
	for range s.count {
		a, b := p.at[p.org[h]], p.at[p.dst(h)]
		f.points, f.along = append(f.points, a), append(f.along, at)
		f.normal = append(f.normal, b.sub(a).unit().left())
		at += a.dist(b)
		h = p.next[h]
	}
	f.points, f.along = append(f.points, p.at[p.org[h]]), append(f.along, at)
	for i := range f.points {
		n1, n2 := f.normal[max(i-1, 0)], f.normal[min(i, len(f.normal)-1)]
		f.across = append(f.across, n1.add(n2).mul(1/(1+n1.dot(n2))))
	}
	return f
}

// ray gives the place at s along the front and the direction into the block there.
func (f *front) ray(s float64) (pt, pt) {
	i := 0
	for i < len(f.normal)-1 && f.along[i+1] < s {
		i++
	}
	for _, k := range []int{i, i + 1} {
		if k > 0 && k < len(f.points)-1 && math.Abs(f.along[k]-s) < 0.01 {
			return f.points[k], f.across[k]
		}
	}
	t := (s - f.along[i]) / (f.along[i+1] - f.along[i])
	return lerp(f.points[i], f.points[i+1], t), f.normal[i]
}

// bends tells whether the front turns between two positions.
func (f *front) bends(from, to float64) bool {
	for k := 1; k < len(f.points)-1; k++ {
		if f.along[k] > from+0.01 && f.along[k] < to-0.01 && f.normal[k-1].dot(f.normal[k]) < 0.9997 {
			return true
		}
	}
	return false
}

func (p *plot) buildSide(si int32) {
	s := &p.fr.sides[si]
	f := p.frontOf(s)
	p.cuts = s.lots(p.r, p.cuts[:0])
	base := len(p.addresses)
	for k := range int(s.n) {
		mid := (p.cuts[k] + p.cuts[k+1]) / 2
		at, in := f.ray(mid)
		deg := math.Atan2(-in.x, in.y) * 180 / math.Pi
		if deg <= -90 {
			deg += 180
		} else if deg > 90 {
			deg -= 180
		}
		p.addresses = append(p.addresses, address{at: at.add(in.mul(s.front + 1)).round(), side: si, degrees: deg, building: -1})
	}
	number := s.start
	for k := range int(s.n) {
		if s.backward {
			k = int(s.n) - 1 - k
		}
		number.advance()
		p.addresses[base+k].number = number
	}
	switch specs[p.zone].pattern {
	case terraces:
		p.terraces(s, &f, si, base)
	case houses:
		p.houses(s, &f, si, base)
	case slabs:
		p.slabs(s, &f, si, base)
	case sheds:
		p.sheds(s, &f, si, base)
	}
	p.adopt(base)
}

// terraces builds wall to wall: the wall between two lots is shared, vertex for vertex.
func (p *plot) terraces(s *side, f *front, si int32, base int) {
	sp := &specs[p.zone]
	n := int(s.n)
	// Walls stand on bends of the street rather than beside them.
	for k := 1; k < n; k++ {
		for j := 1; j < len(f.points)-1; j++ {
			if gap := min(p.cuts[k+1]-p.cuts[k], p.cuts[k]-p.cuts[k-1]); math.Abs(f.along[j]-p.cuts[k]) < gap*0.45 {
				p.cuts[k] = f.along[j]
			}
		}
	}
	setback := math.Round(between(p.r, sp.setback[0], sp.setback[1])*2) / 2
	type house struct {
		from, to int
		depth    float64
		gap      bool
	}
	var row []house
	for k := 0; k < n; {
		take := 1 + draw(p.r, []float64{2.6, 4, 3, 1.8})
		m := k + 1
		for m < n && m < k+take && p.cuts[m+1]-p.cuts[k] < 34 && !f.bends(p.cuts[k], p.cuts[m+1]) {
			m++
		}
		row = append(row, house{k, m, math.Round(between(p.r, sp.depth[0], sp.depth[1])*4) / 4, p.r.IntN(14) == 0})
		k = m
	}
	for i, h := range row {
		a, na := f.ray(p.cuts[h.from])
		b, nb := f.ray(p.cuts[h.to])
		near := s.front + setback
		corner := func(o, n pt, d float64) pt { return o.add(n.mul(d)).round() }
		if h.gap { // a passage to the yard
			b, nb = f.ray(p.cuts[h.to] - min(3, (p.cuts[h.to]-p.cuts[h.from])*0.3))
		}
		for _, depth := range []float64{h.depth, h.depth * 0.7, h.depth * 0.5} {
			ring := p.points[len(p.points):]
			ring = append(ring, corner(a, na, near), corner(b, nb, near))
			// A shallower neighbour's back corner is a vertex of the shared wall.
			if !h.gap && i+1 < len(row) && row[i+1].depth < depth-0.2 {
				ring = append(ring, corner(b, nb, near+row[i+1].depth))
			}
			ring = append(ring, corner(b, nb, near+depth), corner(a, na, near+depth))
			if i > 0 && !row[i-1].gap && row[i-1].depth < depth-0.2 {
				ring = append(ring, corner(a, na, near+row[i-1].depth))
			}
			if p.place(ring, si, base+h.from, base+h.to) {
				row[i].depth = depth
				break
			}
		}
	}
}

// houses builds detached houses and pairs of them behind front gardens.
func (p *plot) houses(s *side, f *front, si int32, base int) {
	sp := &specs[p.zone]
	n := int(s.n)
	setback := between(p.r, sp.setback[0], sp.setback[1])
	for k := 0; k < n; {
		from, to := p.cuts[k], p.cuts[k+1]
		m := k + 1
		for m < n && m < k+3 && p.zone == suburb && p.r.Float64() < 0.36 && !f.bends(from, p.cuts[m+1]) {
			to = p.cuts[m+1] // one house of a pair or a row
			m++
		}
		room := to - from
		width := min(room*between(p.r, 0.62, 0.86), float64(m-k)*between(p.r, 8.5, 12.5))
		mid := (from + to) / 2
		if m == k+1 && room > width+4 {
			mid += between(p.r, -0.5, 0.5) * (room - width - 3)
		}
		depth := between(p.r, sp.depth[0], sp.depth[1])
		near := s.front + setback + between(p.r, 0, 1.5)
		if p.zone == country {
			near = s.front + between(p.r, sp.setback[0], sp.setback[1])
		}
		if !p.house(f, mid, width, near, depth, si, base+k, base+m) {
			p.house(f, (from+to)/2, min(width, 8), s.front+sp.setback[0], sp.depth[0]*0.85, si, base+k, base+m)
		}
		if p.zone == country && p.r.Float64() < 0.3 { // a barn behind
			p.barn(f, mid, near+depth+between(p.r, 10, 22), si)
		}
		k = m
	}
}

// house places a rectangle, or an L, whose front is centred at mid.
func (p *plot) house(f *front, mid, width, near, depth float64, si int32, from, to int) bool {
	o, in := f.ray(mid)
	in = in.unit()
	along := pt{in.y, -in.x}
	at := func(x, y float64) pt { return o.add(along.mul(x)).add(in.mul(y)).round() }
	w := width / 2
	ring := p.points[len(p.points):]
	if to == from+1 && width > 9 && p.r.IntN(3) == 0 {
		// The wing's recess is kept as two convex parts would be: place tests the hull.
		cut := width * between(p.r, 0.35, 0.5)
		back := depth * between(p.r, 0.3, 0.45)
		if p.r.IntN(2) == 0 {
			ring = append(ring, at(-w, near), at(w, near), at(w, near+depth), at(w-cut, near+depth), at(w-cut, near+depth-back), at(-w, near+depth-back))
		} else {
			ring = append(ring, at(-w, near), at(w, near), at(w, near+depth-back), at(-w+cut, near+depth-back), at(-w+cut, near+depth), at(-w, near+depth))
		}
	} else {
		ring = append(ring, at(-w, near), at(w, near), at(w, near+depth), at(-w, near+depth))
	}
	return p.place(ring, si, from, to)
}

func (p *plot) barn(f *front, mid, near float64, si int32) {
	length := between(p.r, 16, 40)
	if p.house(f, mid+between(p.r, -15, 15), length, near, between(p.r, 9, 16), si, 0, 0) {
		b := &p.buildings[len(p.buildings)-1]
		b.usage, b.levels = "Agricole", 1
	}
}

// slabs builds long buildings of a few entrances, and towers.
func (p *plot) slabs(s *side, f *front, si int32, base int) {
	sp := &specs[p.zone]
	n := int(s.n)
	for k := 0; k < n; {
		m := min(n, k+4+p.r.IntN(4))
		if n-m < 3 {
			m = n
		}
		from, to := p.cuts[k], p.cuts[m]
		near := s.front + between(p.r, sp.setback[0], sp.setback[1])
		mid := (from + to) / 2
		if to-from > 24 && p.r.IntN(5) == 0 {
			side := between(p.r, 18, 24)
			if p.house2(f, mid, side, near, side, si, base+k, base+m) {
				k = m
				continue
			}
		}
		length := max(8, to-from-between(p.r, 6, 16))
		if !p.house2(f, mid, length, near, between(p.r, sp.depth[0], sp.depth[1]), si, base+k, base+m) {
			p.house2(f, mid, length*0.6, s.front+4, sp.depth[0], si, base+k, base+m)
		}
		k = m
	}
}

// house2 places a plain rectangle.
func (p *plot) house2(f *front, mid, width, near, depth float64, si int32, from, to int) bool {
	o, in := f.ray(mid)
	in = in.unit()
	along := pt{in.y, -in.x}
	at := func(x, y float64) pt { return o.add(along.mul(x)).add(in.mul(y)).round() }
	w := width / 2
	ring := append(p.points[len(p.points):], at(-w, near), at(w, near), at(w, near+depth), at(-w, near+depth))
	return p.place(ring, si, from, to)
}

// sheds builds halls, or the wings of schools and hospitals.
func (p *plot) sheds(s *side, f *front, si int32, base int) {
	sp := &specs[p.zone]
	for k := range int(s.n) {
		from, to := p.cuts[k], p.cuts[k+1]
		for _, scale := range []float64{1, 0.6, 0.35} {
			width := (to - from) * between(p.r, 0.55, 0.85)
			depth := max(9, between(p.r, sp.depth[0], sp.depth[1])*scale)
			near := s.front + between(p.r, sp.setback[0], sp.setback[1])
			if p.house2(f, (from+to)/2, width, near, depth, si, base+k, base+k+1) {
				if p.zone == campus {
					p.house2(f, (from+to)/2+between(p.r, -6, 6), width*0.5, near+depth+12, 18, si, base+k, base+k+1)
				}
				break
			}
		}
	}
}

// place keeps a footprint if it stands within the block, off its streets, and off the
// buildings already there; addresses from…to are then its own.
func (p *plot) place(ring []pt, si int32, from, to int) bool {
	if signedArea(ring) < 12 {
		return false
	}
	lo, hi := ring[0], ring[0]
	for _, q := range ring {
		lo, hi = pt{min(lo.x, q.x), min(lo.y, q.y)}, pt{max(hi.x, q.x), max(hi.y, q.y)}
	}
	shape := hull(ring)
	if signedArea(shape) > signedArea(ring)*1.6 {
		return false
	}
	const apart = 0.02 // two roundings to the centimetre
	for i, b := range p.bounds {
		if lo.x < b[2] && b[0] < hi.x && lo.y < b[3] && b[1] < hi.y && !disjoint(shape, hull(p.buildings[i].ring), apart) {
			return false
		}
	}
	if !p.offStreets(ring) {
		return false
	}
	p.points = append(p.points, ring...)
	kept := p.points[len(p.points)-len(ring) : len(p.points) : len(p.points)]
	p.buildings = append(p.buildings, building{ring: kept, side: si, lots: to - from})
	p.bounds = append(p.bounds, [4]float64{lo.x, lo.y, hi.x, hi.y})
	for k := from; k < to; k++ {
		if a := &p.addresses[k]; a.building < 0 {
			a.building = int32(len(p.buildings) - 1)
			if p.zone == oldTown || p.zone == faubourg && p.r.IntN(3) > 0 {
				// In town the number hangs inside the footprint, as in the register.
				a.at = lerp(a.at, a.at.add(p.inward(a).mul(2)), 1).round()
			}
		}
	}
	return true
}

func (p *plot) inward(a *address) pt {
	s := &p.fr.sides[a.side]
	best, d := pt{}, math.Inf(1)
	h := s.first
	for range s.count {
		u, v := p.at[p.org[h]], p.at[p.dst(h)]
		if e := toSegment(a.at, u, v); e < d {
			best, d = v.sub(u).unit().left(), e
		}
		h = p.next[h]
	}
	return best
}

// offStreets tells whether a ring is inside the block and keeps off the ground of the ways
// around it.
func (p *plot) offStreets(ring []pt) bool {
	for _, q := range ring {
		if !inside(p.ring, q) {
			return false
		}
	}
	rg := p.fr.blocks[p.face]
	for s := rg[0]; s < rg[1]; s++ {
		sd := &p.fr.sides[s]
		h := sd.first
		for range sd.count {
			a, b := p.at[p.org[h]], p.at[p.dst(h)]
			for i, q := range ring {
				if toSegment(q, a, b) < sd.front-0.03 || toSegment(a, q, ring[(i+1)%len(ring)]) < sd.front-0.03 {
					return false
				}
			}
			h = p.next[h]
		}
	}
	return true
}

// hull is the ring without its reflex vertices: the convex hull of the simple shapes
// buildings have.
func hull(ring []pt) []pt {
	var out []pt
	n := len(ring)
	for i, q := range ring {
		if q.sub(ring[(i+n-1)%n]).cross(ring[(i+1)%n].sub(q)) >= 0 {
			out = append(out, q)
		}
	}
	return out
}

// adopt gives the addresses whose building found no room the one next door.
func (p *plot) adopt(base int) {
	list := p.addresses[base:]
	last := int32(-1)
	for i := range list {
		if list[i].building < 0 {
			list[i].building = last
		}
		last = list[i].building
	}
	last = -1
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].building < 0 {
			list[i].building = last
		}
		last = list[i].building
	}
}
