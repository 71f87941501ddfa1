package synth

import (
	"slices"
)

// planar is a map of the plane as half-edges: edge e is the pair 2e, 2e+1, each with its
// face on the left. Blocks, IRIS and communes are all unions of its faces, so their
// borders share every vertex.
type planar struct {
	at   []pt
	org  []int32 // per half-edge: the vertex it leaves
	next []int32
	prev []int32
	face []int32
	line []int32 // per edge: what runs there, an index of the maker's choice, -1 for nothing
	head []int32 // per face: one of its half-edges; face 0 is the outside
}

func twin(h int32) int32 { return h ^ 1 }

func (m *planar) dst(h int32) int32 { return m.org[h^1] }

// ring appends the half-edges around a face, in order.
func (m *planar) ring(f int32, dst []int32) []int32 {
	for h := m.head[f]; ; {
		dst = append(dst, h)
		if h = m.next[h]; h == m.head[f] {
			return dst
		}
	}
}

func (m *planar) outline(hs []int32, dst []pt) []pt {
	for _, h := range hs {
		dst = append(dst, m.at[m.org[h]])
	}
	return dst
}

func (m *planar) polygon(f int32) []pt { return m.outline(m.ring(f, nil), nil) }

// degree counts the edges at the vertex h leaves.
func (m *planar) degree(h int32) int {
	n := 0
	for g := h; ; {
		n++
		if g = m.next[twin(g)]; g == h {
			return n
		}
	}
}

// link is one piece of frame before the map is built.
type link struct{ a, b, line int32 }

// newPlanar builds the map of links between points; links meet only at their ends.
// Dead ends are dropped.
func newPlanar(at []pt, links []link) *planar {
	links = prune(len(at), links)
	m := &planar{at: at}
	around := make([][]int32, len(at))
	for _, l := range links {
		h := int32(len(m.org))
		m.org = append(m.org, l.a, l.b)
		m.line = append(m.line, l.line)
		around[l.a] = append(around[l.a], h)
		around[l.b] = append(around[l.b], h+1)
	}
	n := len(m.org)
	m.next, m.prev, m.face = make([]int32, n), make([]int32, n), make([]int32, n)
	for _, out := range around {
		slices.SortFunc(out, func(a, b int32) int {
			x, y := m.bearing(a), m.bearing(b)
			switch {
			case x < y:
				return -1
			case x > y:
				return 1
			}
			return 0
		})
		// Arriving by the twin of out[i+1], the next edge to the right is out[i].
		for i, h := range out {
			in := twin(out[(i+1)%len(out)])
			m.next[in], m.prev[h] = h, in
		}
	}
	m.traceFaces()
	return m
}

func (m *planar) bearing(h int32) float64 { return m.at[m.dst(h)].sub(m.at[m.org[h]]).angle() }

func (m *planar) traceFaces() {
	for h := range m.face {
		m.face[h] = -1
	}
	m.head = append(m.head, -1)
	var hs []int32
	var ps []pt
	for h := range m.face {
		if m.face[h] >= 0 {
			continue
		}
		hs = hs[:0]
		for g := int32(h); ; {
			hs = append(hs, g)
			if g = m.next[g]; g == int32(h) {
				break
			}
		}
		ps = m.outline(hs, ps[:0])
		f := int32(0)
		if signedArea(ps) > 0 {
			f = int32(len(m.head))
			m.head = append(m.head, int32(h))
		} else {
			m.head[0] = int32(h)
		}
		for _, g := range hs {
			m.face[g] = f
		}
	}
}

// prune drops dead ends, links of no length and repeated ones.
func prune(n int, links []link) []link {
	seen := make(map[[2]int32]bool, len(links))
	kept := links[:0:0]
	for _, l := range links {
		k := [2]int32{min(l.a, l.b), max(l.a, l.b)}
		if l.a != l.b && !seen[k] {
			seen[k] = true
			kept = append(kept, l)
		}
	}
	degree := make([]int, n)
	for _, l := range kept {
		degree[l.a]++
		degree[l.b]++
	}
	for again := true; again; {
		again = false
		kept = slices.DeleteFunc(kept, func(l link) bool {
			if degree[l.a] > 1 && degree[l.b] > 1 {
				return false
			}
			degree[l.a]--
			degree[l.b]--
			again = true
			return true
		})
	}
	return kept
}

// splitEdge puts a vertex on the edge of h; h then ends there. It gives the half-edge
// that goes on.
func (m *planar) splitEdge(h int32, p pt) int32 {
	v := int32(len(m.at))
	m.at = append(m.at, p)
	t := twin(h)
	n := int32(len(m.org))
	m.org = append(m.org, v, m.org[t])
	m.face = append(m.face, m.face[h], m.face[t])
	m.line = append(m.line, m.line[h>>1])
	m.next = append(m.next, m.next[h], t)
	m.prev = append(m.prev, h, m.prev[t])
	m.prev[m.next[h]] = n
	m.next[m.prev[t]] = n + 1
	m.next[h], m.prev[t] = n, n+1
	m.org[t] = v
	return n
}

// splitFace draws a path inside a face from the vertex that a leaves to the one that b
// leaves, through the given points. The side left of the path keeps the face's number;
// the other one is new and is given.
func (m *planar) splitFace(a, b int32, through []pt, line int32) int32 {
	f := m.face[a]
	g := int32(len(m.head))
	va, vb := m.org[a], m.org[b]
	pa, pb := m.prev[a], m.prev[b]
	first, last := int32(-1), int32(-1)
	from := va
	for i := 0; i <= len(through); i++ {
		to := vb
		if i < len(through) {
			to = int32(len(m.at))
			m.at = append(m.at, through[i])
		}
		h := int32(len(m.org))
		m.org = append(m.org, from, to)
		m.face = append(m.face, f, g)
		m.line = append(m.line, line)
		m.next = append(m.next, -1, last^1)
		m.prev = append(m.prev, last, -1)
		if last >= 0 {
			m.next[last] = h
			m.prev[last^1] = h + 1
		} else {
			first = h
		}
		from, last = to, h
	}
	// Left of the path: … → pa → path → b …; right of it: … → pb → path back → a …
	m.next[pa], m.prev[first] = first, pa
	m.next[last], m.prev[b] = b, last
	m.next[pb], m.prev[last^1] = last^1, pb
	m.next[first^1], m.prev[a] = a, first^1
	m.head[f] = first
	m.head = append(m.head, first^1)
	for h := first ^ 1; ; {
		m.face[h] = g
		if h = m.next[h]; h == first^1 {
			return g
		}
	}
}
