package synth

import (
	"math"
	"math/rand/v2"
)

// growStreets cuts the frame's faces into districts, gives each a kind, and cuts the
// districts into blocks.
func (t *town) growStreets() {
	shake := field(mix(t.seed ^ 0x5eed))
	for f := int32(1); f < int32(len(t.head)); f++ {
		if !t.faces[f].final {
			t.cutDistricts(f, shake)
		}
	}
	for f := int32(1); f < int32(len(t.head)); f++ {
		if !t.faces[f].final {
			t.cutBlocks(f)
		}
	}
}

// cutDistricts cuts a face of the frame down to districts and chooses their kinds.
func (t *town) cutDistricts(f int32, shake field) {
	r := stream(t.seed, "districts", int(f))
	todo := []int32{f}
	for len(todo) > 0 {
		g := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		ring := t.polygon(g)
		v := &t.communes[t.faces[g].commune]
		area, near := signedArea(ring), reach(ring, v.centre)
		urban := near < v.radius*0.8
		cut := cutting{tilt: 0.12, spread: 0.2, bend: 0.05, slender: 1.7, snap: 70, class: mainStreet}
		goal := v.districtArea()
		if !urban {
			goal = min(specs[country].block, v.radius*v.radius*4+60_000)
			cut = cutting{tilt: 0.25, spread: 0.25, bend: 0.07, slender: 1.8, snap: 90, class: track}
		}
		if area > goal*between(r, 1.1, 1.9) {
			if h, ok := t.cut(g, cut, r); ok {
				t.faces[h] = t.faces[g]
				todo = append(todo, h, g)
				continue
			}
		}
		c := interior(ring)
		u := c.dist(v.centre) / v.radius * (1 + 0.16*shake.at(c.x/900, c.y/900))
		z := pick(r, t.faces[g].commune == 0, u)
		t.faces[g].zone = z
	}
}

// districtArea is the usual area of a district of a commune.
func (c *commune) districtArea() float64 {
	return min(max(c.radius*c.radius*0.05, 14_000), 130_000)
}

// reach is the distance from a place to a ring, 0 inside.
func reach(ring []pt, p pt) float64 {
	if inside(ring, p) {
		return 0
	}
	d := math.Inf(1)
	for i, a := range ring {
		d = min(d, toSegment(p, a, ring[(i+1)%len(ring)]))
	}
	return d
}

// cutBlocks cuts a district into blocks.
func (t *town) cutBlocks(f int32) {
	r := stream(t.seed, "blocks", int(f))
	s := specs[t.faces[f].zone]
	cl := street
	switch t.faces[f].zone {
	case suburb, estate, oldTown:
		cl = lane
	case country, wood:
		cl = track
	}
	cut := cutting{tilt: s.tilt, spread: s.spread, bend: s.bend, slender: s.slender, snap: 0.3 * math.Sqrt(s.block), class: cl}
	goal := s.block * between(r, 0.85, 1.15)
	todo := []int32{f}
	for len(todo) > 0 {
		g := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		t.faces[g].final = true
		if signedArea(t.polygon(g)) < goal*between(r, 1.15, 1.75) {
			continue
		}
		if h, ok := t.cut(g, cut, r); ok {
			t.faces[h] = t.faces[g]
			todo = append(todo, h, g)
		}
	}
}

// cutting is how faces are cut: see spec. Ends of a cut within snap of a vertex move to it.
type cutting struct {
	tilt, spread, bend, slender, snap float64
	class                             class
}

// end is where a cut meets the ring: on edge i, at that vertex or within.
type end struct {
	i      int
	vertex bool
	p      pt
	stem   bool // another street comes to it from the other side
}

// cut draws a street across a face, the best of a few tries. It gives the new face.
func (t *town) cut(f int32, c cutting, r *rand.Rand) (int32, bool) {
	hs := t.ring(f, nil)
	ring := t.outline(hs, nil)
	area := signedArea(ring)
	centre, axis, long, short := box(ring)
	var best [2]end
	var bestPath []pt
	score := math.Inf(-1)
	for try := range 7 {
		along := axis
		if long < short*c.slender*between(r, 0.6, 1) && try%2 == 0 || long < short*1.1 && try%3 == 1 {
			along = axis.left() // the other way, for long narrow blocks
		}
		extent := long
		if along != axis {
			extent = short
		}
		turn := between(r, -c.tilt, c.tilt)
		if try == 6 {
			turn = 0
		}
		dir := along.left()
		dir = pt{dir.x*math.Cos(turn) - dir.y*math.Sin(turn), dir.x*math.Sin(turn) + dir.y*math.Cos(turn)}
		origin := centre.add(along.mul(extent * c.spread * between(r, -0.5, 0.5)))
		a, b, ok := t.ends(hs, ring, origin, dir, c.snap)
		if !ok || !square(ring, a, b.p) || !square(ring, b, a.p) {
			continue
		}
		path, ok := t.path(ring, a, b, c.bend*between(r, -1, 1), r)
		if !ok {
			continue
		}
		part := leftArea(ring, a, b, path) / area
		if part < 0.22 || part > 0.78 {
			continue
		}
		s := -2*math.Abs(part-0.5) - 0.3*a.p.dist(b.p)/long
		if a.stem {
			s += 0.25
		}
		if b.stem {
			s += 0.25
		}
		if s > score {
			score, best, bestPath = s, [2]end{a, b}, path
		}
	}
	if math.IsInf(score, -1) {
		return 0, false
	}
	line := t.lineFor(hs, best, bestPath, c.class, t.faces[f].commune)
	ha, hb := t.anchor(hs, best[0]), t.anchor(hs, best[1])
	g := t.splitFace(ha, hb, bestPath, line)
	t.faces = append(t.faces, faceInfo{})
	return g, true
}

// anchor gives the half-edge that leaves the end's vertex, making the vertex if need be.
func (t *town) anchor(hs []int32, e end) int32 {
	if e.vertex {
		return hs[e.i]
	}
	return t.splitEdge(hs[e.i], e.p)
}

// ends finds where the longest run of a line inside the face meets its ring.
func (t *town) ends(hs []int32, ring []pt, origin, dir pt, snap float64) (a, b end, ok bool) {
	type hit struct {
		s float64
		i int
	}
	var hits []hit
	n := dir.left()
	for i := range ring {
		p, q := ring[i].sub(origin), ring[(i+1)%len(ring)].sub(origin)
		dp, dq := p.dot(n), q.dot(n)
		if (dp > 0) == (dq > 0) {
			continue
		}
		h := hit{lerp(p, q, dp/(dp-dq)).dot(dir), i}
		k := len(hits)
		hits = append(hits, h)
		for ; k > 0 && hits[k-1].s > h.s; k-- {
			hits[k] = hits[k-1]
		}
		hits[k] = h
	}
	best := -1
	for k := 0; k+1 < len(hits); k += 2 {
		if best < 0 || hits[k+1].s-hits[k].s > hits[best+1].s-hits[best].s {
			best = k
		}
	}
	if best < 0 {
		return a, b, false
	}
	a = t.snapped(hs, ring, hits[best].i, origin.add(dir.mul(hits[best].s)), snap)
	b = t.snapped(hs, ring, hits[best+1].i, origin.add(dir.mul(hits[best+1].s)), snap)
	same := a.i == b.i || a.p.dist(b.p) < 12
	return a, b, !same
}

// snapped moves a place on edge i to a vertex of the ring: always to one within 9 m, and
// to one within snap where a street comes from the other side, which then goes on.
func (t *town) snapped(hs []int32, ring []pt, i int, p pt, snap float64) end {
	n := len(ring)
	best, far := end{i: i, p: p.round()}, math.Inf(1)
	for k := -3; k <= 4; k++ {
		j := ((i+k)%n + n) % n
		d := ring[j].dist(p)
		stem := t.degree(hs[j]) > 2 && straight(ring, j)
		limit := 9.0
		if stem {
			limit = max(snap, limit)
		}
		if k < 0 || k > 1 {
			if !stem {
				continue
			}
		}
		if d < limit && d < far {
			best, far = end{i: j, vertex: true, p: ring[j], stem: stem}, d
		}
	}
	return best
}

// straight tells whether the ring hardly turns at vertex j, so that what comes to it from
// outside comes from the other side of one street.
func straight(ring []pt, j int) bool {
	n := len(ring)
	a, b := ring[j].sub(ring[(j+n-1)%n]).unit(), ring[(j+1)%n].sub(ring[j]).unit()
	return a.dot(b) > 0.8
}

// square tells whether a cut from e towards q leaves the ring at no less than about 38°.
func square(ring []pt, e end, q pt) bool {
	n := len(ring)
	before, after := ring[e.i], ring[(e.i+1)%n]
	if e.vertex {
		before = ring[(e.i+n-1)%n]
	}
	d := q.sub(e.p).unit()
	const least = 0.79
	return d.dot(before.sub(e.p).unit()) < least && d.dot(after.sub(e.p).unit()) < least
}

// path gives the points of a cut between its ends: an arc or an S of the given bend, or a
// straight line if that would leave the face.
func (t *town) path(ring []pt, a, b end, bend float64, r *rand.Rand) ([]pt, bool) {
	d := b.p.sub(a.p)
	length := d.len()
	waves := 1.0
	if r.IntN(4) == 0 {
		waves = 2
	}
	for _, k := range []float64{bend, bend / 2, 0} {
		var through []pt
		if math.Abs(k)*length > 1.5 {
			n := min(9, int(length/28))
			side := d.unit().left()
			for i := 1; i <= n; i++ {
				s := float64(i) / float64(n+1)
				through = append(through, a.p.add(d.mul(s)).add(side.mul(k*length*math.Sin(math.Pi*waves*s))).round())
			}
		}
		if clear(ring, a, b, through) {
			return through, true
		}
	}
	return nil, false
}

// clear tells whether a path stays inside the ring and off it by a few metres.
func clear(ring []pt, a, b end, through []pt) bool {
	from := a.p
	for i := 0; i <= len(through); i++ {
		to := b.p
		if i < len(through) {
			to = through[i]
		}
		for j, p := range ring {
			q := ring[(j+1)%len(ring)]
			atA := touches(ring, a, j) && i == 0
			atB := touches(ring, b, j) && i == len(through)
			if atA || atB {
				// The edge it leaves from or comes to: the far end must be off it.
				if i < len(through) && toSegment(to, p, q) < 6 {
					return false
				}
				continue
			}
			if _, hit := crossing(from, to, p, q); hit {
				return false
			}
			if i < len(through) && toSegment(to, p, q) < 8 || toSegment(p, from, to) < 6 && p != a.p && p != b.p {
				return false
			}
		}
		from = to
	}
	mid := lerp(a.p, b.p, 0.5)
	if len(through) > 0 {
		mid = through[len(through)/2]
	}
	return inside(ring, mid)
}

// touches tells whether edge j of the ring has the end on it.
func touches(ring []pt, e end, j int) bool {
	if j == e.i {
		return true
	}
	return e.vertex && j == (e.i+len(ring)-1)%len(ring)
}

// leftArea is the area of the part left of the path from a to b.
func leftArea(ring []pt, a, b end, through []pt) float64 {
	part := append([]pt{a.p}, through...)
	part = append(part, b.p)
	for k := b.i + 1; ; k++ {
		j := k % len(ring)
		if j == a.i && a.vertex {
			break
		}
		part = append(part, ring[j])
		if j == a.i {
			break
		}
	}
	return signedArea(part)
}

// lineFor gives the way a cut belongs to: the street that it prolongs, or a new one.
func (t *town) lineFor(hs []int32, ends [2]end, through []pt, cl class, commune int32) int32 {
	length := ends[0].p.dist(ends[1].p)
	for k, e := range ends {
		if !e.stem {
			continue
		}
		toward := ends[1-k].p
		if len(through) > 0 {
			toward = through[k*(len(through)-1)]
		}
		out := toward.sub(e.p).unit()
		for h := hs[e.i]; ; {
			l := t.line[h>>1]
			if l >= 0 && t.ways[l].class == cl && t.ways[l].commune == commune && t.ways[l].length+length < 900 &&
				t.at[t.dst(h)].sub(e.p).unit().dot(out) < -0.85 && t.lineEnds(h) {
				t.ways[l].length += length
				return l
			}
			if h = t.next[twin(h)]; h == hs[e.i] {
				break
			}
		}
	}
	t.ways = append(t.ways, way{class: cl, commune: commune, goal: -1, length: length})
	return int32(len(t.ways) - 1)
}

// lineEnds tells whether the way of h has no other edge at the vertex h leaves.
func (t *town) lineEnds(h int32) bool {
	for g := t.next[twin(h)]; g != h; g = t.next[twin(g)] {
		if t.line[g>>1] == t.line[h>>1] {
			return false
		}
	}
	return true
}
