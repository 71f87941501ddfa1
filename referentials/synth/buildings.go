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
		p.addresses = append(p.addresses, address{at: p.doorstep(at, in, s.front+1), side: si, degrees: deg, building: -1})
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
		p.terraces(s, &f, base)
	case houses:
		p.houses(s, &f, base)
	case slabs:
		p.slabs(s, &f, base)
	case sheds:
		p.sheds(s, &f, base)
	}
	p.adopt(base)
}

// doorstep is the place so deep in the block, or less deep where the block is that thin.
func (p *plot) doorstep(at, in pt, deep float64) pt {
	for _, d := range []float64{deep, deep / 2, 1} {
		if q := at.add(in.mul(d)).round(); inside(p.ring, q) {
			return q
		}
	}
	return at.add(in.mul(0.2)).round()
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
