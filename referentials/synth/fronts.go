package synth

import (
	"math"
	"math/rand/v2"
)

// side is one front of a block: a run of half-edges along one way, without a corner.
// Positions along it are metres from its start on the line of the street.
type side struct {
	block    int32 // face
	way      int32 // -1 where nothing runs
	first    int32 // first half-edge; count of them
	count    int32
	length   float64
	front    float64 // from the street line to the edge of the block's own ground
	from, to float64 // where addresses may stand
	n        int32   // addresses
	start    numbering
	backward bool // numbers run against the side
}

// fronts are all the sides of a town.
type fronts struct {
	sides  []side
	of     []int32    // per half-edge: its side, -1 for none
	blocks [][2]int32 // per face: its range of sides
}

// sharp is the cosine of the turn from which a vertex is a corner.
const sharp = 0.87

// makeFronts lists the sides of all blocks, in the order of blocks.
func (t *town) makeFronts() *fronts {
	fr := &fronts{of: make([]int32, len(t.org)), blocks: make([][2]int32, len(t.head))}
	for h := range fr.of {
		fr.of[h] = -1
	}
	var hs []int32
	for _, f := range t.blocks {
		from := int32(len(fr.sides))
		hs = t.ring(f, hs[:0])
		fr.sides = t.sidesOf(f, hs, fr.sides)
		for s := from; s < int32(len(fr.sides)); s++ {
			h := fr.sides[s].first
			for range fr.sides[s].count {
				fr.of[h] = s
				h = t.next[h]
			}
		}
		fr.blocks[f] = [2]int32{from, int32(len(fr.sides))}
		t.trimCorners(fr.sides[from:])
	}
	return fr
}

func (t *town) sidesOf(f int32, hs []int32, sides []side) []side {
	n := len(hs)
	corner := func(i int) bool {
		a, b := hs[(i+n-1)%n], hs[i]
		return t.line[a>>1] != t.line[b>>1] || t.direction(a).dot(t.direction(b)) < sharp
	}
	begin := 0
	for i := range n {
		if corner(i) {
			begin = i
			break
		}
	}
	for k := range n {
		i := (begin + k) % n
		h := hs[i]
		if k == 0 || corner(i) {
			s := side{block: f, way: t.line[h>>1], first: h, front: nothing.half()}
			if s.way >= 0 {
				s.front = t.ways[s.way].class.half()
			}
			sides = append(sides, s)
		}
		s := &sides[len(sides)-1]
		s.count++
		s.length += t.at[t.org[h]].dist(t.at[t.dst(h)])
	}
	return sides
}

func (t *town) direction(h int32) pt { return t.at[t.dst(h)].sub(t.at[t.org[h]]).unit() }

// trimCorners sets where building may start and end on each side of a block: a side owns
// its first corner and leaves the last one, down to the depth of buildings, to the next.
func (t *town) trimCorners(sides []side) {
	z := t.faces[sides[0].block].zone
	deep := specs[z].depth[1]*0.85 + specs[z].setback[1]
	for i := range sides {
		s := &sides[i]
		s.from, s.to = 0, s.length
		if len(sides) == 1 {
			continue
		}
		before, after := &sides[(i+len(sides)-1)%len(sides)], &sides[(i+1)%len(sides)]
		in := t.direction(s.first)
		back := t.direction(t.last(before)).mul(-1)
		s.from = cornerReach(in, back, before.front, s.front, deep)
		out := t.direction(t.last(s)).mul(-1)
		ahead := t.direction(after.first)
		s.to = s.length - cornerReach(ahead, out, after.front+deep, s.front, deep)
	}
}

// cornerReach is how far along one leg of a corner a strip of the given front and depth
// must start to keep off the other leg by off metres. The corner turns left from leg in
// (leaving it) to leg back (leaving it too).
func cornerReach(in, back pt, off, front, deep float64) float64 {
	sin, cos := in.cross(back), in.dot(back)
	if sin <= 0.35 { // nearly straight, or a reflex corner
		if cos > 0 {
			return math.Inf(1) // a spike
		}
		return 0
	}
	y := front
	if cos > 0 {
		y += deep
	}
	return max(0, (off+y*cos)/sin)
}

func (t *town) last(s *side) int32 {
	h := s.first
	for range s.count - 1 {
		h = t.next[h]
	}
	return h
}

// shareAddresses spreads exactly total addresses over the sides. Each side gets its
// frontage over the usual lot of its district, all scaled by one factor, within what fits.
func (t *town) shareAddresses(fr *fronts, total int) (scale float64, ok bool) {
	want, most := make([]float64, len(fr.sides)), make([]float64, len(fr.sides))
	sum := 0.0
	r := stream(t.seed, "shares", 0)
	for i := range fr.sides {
		s := &fr.sides[i]
		jitter := between(r, 0.75, 1.25)
		sp := &specs[t.faces[s.block].zone]
		if s.way < 0 || sp.pattern == empty || !t.ways[s.way].class.open() || t.ways[s.way].commune != t.faces[s.block].commune {
			continue
		}
		usable := s.to - s.from
		if usable < sp.least {
			continue
		}
		want[i] = usable / sp.lot * jitter
		most[i] = math.Floor(usable / sp.least)
		sum += most[i]
	}
	if sum < float64(total) {
		return sum / float64(total), false
	}
	lo, hi := 0.0, 1.0
	given := func(k float64) float64 {
		g := 0.0
		for i := range want {
			g += min(want[i]*k, most[i])
		}
		return g
	}
	for given(hi) < float64(total) && hi < 1e6 {
		hi *= 2
	}
	for range 60 {
		if k := (lo + hi) / 2; given(k) < float64(total) {
			lo = k
		} else {
			hi = k
		}
	}
	// Rounding the running total gives each side its floor or one more, and the sum.
	running, done := 0.0, 0
	norm := float64(total) / given(hi)
	for i := range fr.sides {
		running += min(want[i]*hi, most[i]) * norm
		n := int(math.Round(running)) - done
		fr.sides[i].n = int32(n)
		done += n
	}
	for i := len(fr.sides) - 1; done < total && i >= 0; i-- { // what a last half may leave
		if want[i] > 0 {
			fr.sides[i].n++
			done++
		}
	}
	return hi, true
}

// orderWays lists the edges of every way in the order of a walk along it.
func (t *town) orderWays() {
	byWay := make([][]int32, len(t.ways))
	for e, w := range t.line {
		if w >= 0 {
			byWay[w] = append(byWay[w], int32(e))
		}
	}
	for w, edges := range byWay {
		if len(edges) == 0 {
			continue
		}
		runs := t.runs(edges)
		// A street may be broken by another that took over its middle: its longest piece is
		// the street, the others are streets of their own.
		for i, run := range runs {
			if i == 0 {
				t.ways[w].edges = run
				continue
			}
			v := t.ways[w]
			v.edges, v.goal = run, -1
			for _, h := range run {
				t.line[h>>1] = int32(len(t.ways))
			}
			t.ways = append(t.ways, v)
		}
	}
	for w := range t.ways {
		v := &t.ways[w]
		v.length = 0
		for _, h := range v.edges {
			v.length += t.at[t.org[h]].dist(t.at[t.dst(h)])
		}
	}
}

// lots cuts the usable part of a side into its addresses' frontages.
func (s *side) lots(r *rand.Rand, dst []float64) []float64 {
	n := int(s.n)
	step := (s.to - s.from) / float64(n)
	dst = append(dst, s.from)
	for k := 1; k < n; k++ {
		dst = append(dst, s.from+step*(float64(k)+between(r, -0.2, 0.2)))
	}
	return append(dst, s.to)
}
