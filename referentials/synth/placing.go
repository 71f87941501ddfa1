package synth

import "math"

// place keeps a footprint if it stands within the block, off its streets, and off the
// buildings already there; addresses from…to are then its own.
func (p *plot) place(ring []pt, from, to int) bool {
	if signedArea(ring) < 12 || !simple(ring) {
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
	p.buildings = append(p.buildings, building{ring: kept, lots: to - from})
	p.bounds = append(p.bounds, [4]float64{lo.x, lo.y, hi.x, hi.y})
	for k := from; k < to; k++ {
		if a := &p.addresses[k]; a.building < 0 {
			a.building = int32(len(p.buildings) - 1)
			if p.zone == oldTown || p.zone == faubourg && p.r.IntN(3) > 0 {
				// In town the number hangs inside the footprint, as in the register.
				a.at = p.doorstep(a.at, p.inward(a), 2)
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

// simple tells whether no two edges of a ring cross.
func simple(ring []pt) bool {
	n := len(ring)
	for i := range n {
		for j := i + 2; j < n && j < i+n-1; j++ {
			if _, ok := crossing(ring[i], ring[(i+1)%n], ring[j], ring[(j+1)%n]); ok {
				return false
			}
		}
	}
	return true
}
