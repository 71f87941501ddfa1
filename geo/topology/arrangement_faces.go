package topology

import (
	"cmp"
	"context"
	"errors"
	"slices"
)

// unplaced marks the half-edges of a cycle whose face is not known yet.
const unplaced = ^uint32(0)

func (m *Arrangement) first(half uint32) uint32 {
	if half&1 == 0 {
		return m.edges[half/2].a
	}
	return m.edges[half/2].b
}

// findFaces walks around every face. A walk that encloses area makes a face; the others
// run around the outside of a piece of the net, and belong to the face it lies in.
func (m *Arrangement) findFaces(ctx context.Context) error {
	m.turnAround()
	halves := uint32(2 * len(m.edges))
	m.next, m.faceOf = make([]uint32, halves), make([]uint32, halves)
	for h := range halves {
		// The one before the way back, counterclockwise: the sharpest turn to the left.
		v := m.first(h ^ 1)
		at := m.place[h^1]
		if at == m.starts[v] {
			at = m.starts[v+1]
		}
		m.next[h] = m.around[at-1]
		m.faceOf[h] = unplaced
	}
	m.twice = []Steps{{}}
	type walk struct {
		start  uint32 // the half-edge to be marked
		corner uint32 // its first vertex, by x then y
		twice  Steps
	}
	var outer []walk
	seen := make([]bool, halves)
	for h := range halves {
		if seen[h] {
			continue
		}
		w := walk{h, m.first(h), Steps{}}
		origin := m.points[w.corner]
		for g := h; !seen[g]; g = m.next[g] {
			seen[g] = true
			w.corner = min(w.corner, m.first(g))
			w.twice = w.twice.Plus(turnOf(origin, m.points[m.first(g)], m.points[m.first(g^1)]))
		}
		if w.twice.sign() <= 0 {
			outer = append(outer, w)
			continue
		}
		m.mark(h, uint32(len(m.twice)))
		m.twice = append(m.twice, w.twice)
	}
	// From left to right: what a piece of the net lies in is known before it.
	slices.SortFunc(outer, func(v, w walk) int { return cmp.Compare(v.corner, w.corner) })
	grid := m.cells()
	near := m.edgeBins(&grid)
	for k, w := range outer {
		if k%1024 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		face := uint32(0)
		if e, ok := m.leftOf(&grid, near, m.points[w.corner]); ok {
			face = m.faceOf[e]
		}
		if face == unplaced {
			return errors.New("a piece of the net lies in no face")
		}
		m.mark(w.start, face)
		if face != 0 {
			m.twice[face] = m.twice[face].Plus(w.twice)
		}
	}
	return nil
}

func (m *Arrangement) mark(half, face uint32) {
	for g := half; m.faceOf[g] == unplaced; g = m.next[g] {
		m.faceOf[g] = face
	}
}

// turnAround puts the half-edges of every vertex in counterclockwise order.
func (m *Arrangement) turnAround() {
	halves := uint32(2 * len(m.edges))
	m.starts = make([]uint32, len(m.points)+1)
	for h := range halves {
		m.starts[m.first(h)+1]++
	}
	for k := 1; k < len(m.starts); k++ {
		m.starts[k] += m.starts[k-1]
	}
	m.around, m.place = make([]uint32, halves), make([]uint32, halves)
	fill := slices.Clone(m.starts)
	for h := range halves {
		v := m.first(h)
		m.around[fill[v]] = h
		fill[v]++
	}
	for v := range m.points {
		list := m.around[m.starts[v]:m.starts[v+1]]
		slices.SortFunc(list, m.compareDirections)
		for k, h := range list {
			m.place[h] = m.starts[v] + uint32(k)
		}
	}
}

// compareDirections orders half-edges of one vertex counterclockwise from the right.
func (m *Arrangement) compareDirections(g, h uint32) int {
	o := m.points[m.first(g)]
	p, q := m.points[m.first(g^1)], m.points[m.first(h^1)]
	lower := func(r gridPoint) bool { return r.y < o.y || r.y == o.y && r.x < o.x }
	switch below, belowToo := lower(p), lower(q); {
	case below != belowToo && below:
		return 1
	case below != belowToo:
		return -1
	}
	return -sideOf(o, p, q)
}

// leftOf gives the half-edge seen from p by looking left, the one that has p on its left.
func (m *Arrangement) leftOf(grid *cellGrid, near *bins, p gridPoint) (half uint32, ok bool) {
	cell := grid.at(p)
	row, col := cell/grid.cols, cell%grid.cols
	var best uint32
	for ; col >= 0; col-- {
		for _, e := range near.of(row*grid.cols + col) {
			low, high := m.upwards(e)
			if low.y > p.y || high.y <= p.y || sideOf(low, high, p) >= 0 {
				continue // it does not pass p's height, or not on its left
			}
			if !ok || e != best && m.rightOf(e, best) {
				best, ok = e, true
			}
		}
		if ok {
			// An edge further left may still reach over the one found, but only as far as
			// its own cells go: the row is left once the best is wholly to the right.
			low, high := m.upwards(best)
			if x := crossAt(low, high, p.y) - float64(low.x-grid.fold(low).x); x >= float64(grid.min.x+int64(col)*grid.side) {
				break
			}
		}
	}
	if !ok {
		return 0, false
	}
	if m.points[m.edges[best].a].y < m.points[m.edges[best].b].y {
		return 2*best + 1, true // it runs down, with what is on its right on its left
	}
	return 2 * best, true
}

func crossAt(low, high gridPoint, y int64) float64 {
	return float64(low.x) + float64(high.x-low.x)*(float64(y-low.y)/float64(high.y-low.y))
}

// upwards gives the ends of an edge, the lower first.
func (m *Arrangement) upwards(e uint32) (low, high gridPoint) {
	low, high = m.points[m.edges[e].a], m.points[m.edges[e].b]
	if low.y > high.y {
		low, high = high, low
	}
	return low, high
}

// rightOf tells whether of two edges that pass one height e is on the right, just above it.
func (m *Arrangement) rightOf(e, f uint32) bool {
	a, b := m.upwards(e)
	c, d := m.upwards(f)
	if a.y >= c.y {
		if t := sideOf(c, d, a); t != 0 {
			return t < 0
		}
	} else if t := sideOf(a, b, c); t != 0 {
		return t > 0
	}
	if b.y <= d.y {
		return sideOf(c, d, b) < 0
	}
	return sideOf(a, b, d) > 0
}

// windFaces finds how often each polygon winds around each face, from the unbounded face
// inwards: crossing an edge changes what turns along it, whatever rounding did.
func (m *Arrangement) windFaces() error {
	m.covering = make([][]cover, len(m.twice))
	known := make([]bool, len(m.twice))
	known[0] = true
	byFace := m.halvesByFace()
	queue := []uint32{0}
	for len(queue) > 0 {
		face := queue[0]
		queue = queue[1:]
		for _, h := range byFace.of(int(face)) {
			other := m.faceOf[h^1]
			if known[other] {
				continue
			}
			known[other] = true
			m.covering[other] = crossOver(m.covering[face], m.strandsOf(int(h/2)), h&1 == 0)
			queue = append(queue, other)
		}
	}
	if slices.Contains(known, false) {
		return errors.New("a face cannot be reached")
	}
	return nil
}

func (m *Arrangement) halvesByFace() *bins {
	b := &bins{starts: make([]uint32, len(m.twice)+1), items: make([]uint32, len(m.faceOf))}
	for _, f := range m.faceOf {
		b.starts[f+1]++
	}
	for k := 1; k < len(b.starts); k++ {
		b.starts[k] += b.starts[k-1]
	}
	fill := slices.Clone(b.starts)
	for h, f := range m.faceOf {
		b.items[fill[f]] = uint32(h)
		fill[f]++
	}
	return b
}

// crossOver gives what covers the other side of an edge, from its left to its right or back.
func crossOver(from []cover, along []strand, fromLeft bool) []cover {
	if !slices.ContainsFunc(along, func(s strand) bool { return s.turn != 0 }) {
		return from
	}
	to := make([]cover, 0, len(from)+1)
	for len(from) > 0 || len(along) > 0 {
		switch {
		case len(along) == 0 || len(from) > 0 && from[0].source < along[0].source:
			to, from = append(to, from[0]), from[1:]
			continue
		case len(from) > 0 && from[0].source == along[0].source:
			if turn := from[0].turn + change(along[0].turn, fromLeft); turn != 0 {
				to = append(to, cover{along[0].source, turn})
			}
			from, along = from[1:], along[1:]
		default:
			if turn := change(along[0].turn, fromLeft); turn != 0 {
				to = append(to, cover{along[0].source, turn})
			}
			along = along[1:]
		}
	}
	return to
}

func change(turn int32, fromLeft bool) int32 {
	if fromLeft {
		return -turn
	}
	return turn
}
