package synth

import "math"

// terraces builds wall to wall: the wall between two lots is shared, vertex for vertex.
func (p *plot) terraces(s *side, f *front, base int) {
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
		row = append(row, house{k, m, math.Round(between(p.r, sp.depth[0], sp.depth[1])*4) / 4, p.r.IntN(14) == 0 && p.cuts[m]-p.cuts[k] > 9})
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
			if p.place(ring, base+h.from, base+h.to) {
				row[i].depth = depth
				break
			}
		}
	}
}

// houses builds detached houses and pairs of them behind front gardens.
func (p *plot) houses(s *side, f *front, base int) {
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
		if !p.house(f, mid, width, near, depth, base+k, base+m) {
			p.house(f, (from+to)/2, min(width, 8), s.front+sp.setback[0], sp.depth[0]*0.85, base+k, base+m)
		}
		if p.zone == country && p.r.Float64() < 0.3 { // a barn behind
			p.barn(f, mid, near+depth+between(p.r, 10, 22))
		}
		k = m
	}
}

// house places a rectangle, or an L, whose front is centred at mid.
func (p *plot) house(f *front, mid, width, near, depth float64, from, to int) bool {
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
	return p.place(ring, from, to)
}

func (p *plot) barn(f *front, mid, near float64) {
	length := between(p.r, 16, 40)
	if p.house(f, mid+between(p.r, -15, 15), length, near, between(p.r, 9, 16), 0, 0) {
		b := &p.buildings[len(p.buildings)-1]
		b.usage, b.levels = "Agricole", 1
	}
}

// slabs builds long buildings of a few entrances, and towers.
func (p *plot) slabs(s *side, f *front, base int) {
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
			if p.hall(f, mid, side, near, side, base+k, base+m) {
				k = m
				continue
			}
		}
		length := max(8, to-from-between(p.r, 6, 16))
		if !p.hall(f, mid, length, near, between(p.r, sp.depth[0], sp.depth[1]), base+k, base+m) {
			p.hall(f, mid, length*0.6, s.front+4, sp.depth[0], base+k, base+m)
		}
		k = m
	}
}

// hall places a plain rectangle whose front is centred at mid.
func (p *plot) hall(f *front, mid, width, near, depth float64, from, to int) bool {
	o, in := f.ray(mid)
	in = in.unit()
	along := pt{in.y, -in.x}
	at := func(x, y float64) pt { return o.add(along.mul(x)).add(in.mul(y)).round() }
	w := width / 2
	ring := append(p.points[len(p.points):], at(-w, near), at(w, near), at(w, near+depth), at(-w, near+depth))
	return p.place(ring, from, to)
}

// sheds builds halls, or the wings of schools and hospitals.
func (p *plot) sheds(s *side, f *front, base int) {
	sp := &specs[p.zone]
	for k := range int(s.n) {
		from, to := p.cuts[k], p.cuts[k+1]
		for _, scale := range []float64{1, 0.6, 0.35} {
			width := (to - from) * between(p.r, 0.55, 0.85)
			depth := max(9, between(p.r, sp.depth[0], sp.depth[1])*scale)
			near := s.front + between(p.r, sp.setback[0], sp.setback[1])
			if p.hall(f, (from+to)/2, width, near, depth, base+k, base+k+1) {
				if p.zone == campus {
					p.hall(f, (from+to)/2+between(p.r, -6, 6), width*0.5, near+depth+12, 18, base+k, base+k+1)
				}
				break
			}
		}
	}
}
