package arcs

import "math"

// thinner is the scratch memory of a worker. It takes vertices away in the order of the
// area they make (Visvalingam and Whyatt).
type thinner struct {
	*graph
	grid  *grid
	limit float64 // twice the area from which a vertex stays
	zoom  uint8   // from which those that go appear

	before, after []int32 // of each node of the arc, by position
	area          []float64
	heap          []candidate
}

// candidate is a vertex that may go.
type candidate struct {
	area  float64
	place uint64 // breaks ties, whatever way the arc is walked
	at    int32
}

func (c *candidate) less(d *candidate) bool {
	return c.area < d.area || c.area == d.area && c.place < d.place
}

func (t *thinner) thin(a *arc, number uint32) {
	n := int32(len(a.nodes))
	inner := int(n)
	if !a.loop {
		inner -= 2
	}
	if inner <= a.least {
		return
	}
	t.link(a, n)
	for i := range n {
		t.propose(a, i)
	}
	if len(t.heap) == 0 {
		return
	}
	gone := false
	for len(t.heap) > 0 && inner > a.least {
		c := t.pop()
		i := c.at
		if t.area[i] != c.area || !t.mayGo(a, i, number) {
			continue
		}
		t.from[a.nodes[i]] = t.zoom
		t.area[i] = -1
		b, f := t.before[i], t.after[i]
		t.after[b], t.before[f] = f, b
		t.propose(a, b)
		t.propose(a, f)
		inner--
		gone = true
	}
	t.heap = t.heap[:0]
	if gone {
		left := a.nodes[:0]
		for i, node := range a.nodes {
			if t.area[i] >= 0 {
				left = append(left, node)
			}
		}
		a.nodes = left
	}
}

// link lays the arc out as a list.
func (t *thinner) link(a *arc, n int32) {
	t.before, t.after, t.area = t.before[:0], t.after[:0], t.area[:0]
	for i := range n {
		t.before, t.after, t.area = append(t.before, i-1), append(t.after, i+1), append(t.area, math.Inf(1))
	}
	t.after[n-1] = -1
	if a.loop {
		t.before[0], t.after[n-1] = n-1, 0
	}
}

func (t *thinner) at(n uint32) place { return place{int64(t.xy[2*n]), int64(t.xy[2*n+1])} }

// propose makes a vertex a candidate if it makes too little difference.
func (t *thinner) propose(a *arc, i int32) {
	b, f := t.before[i], t.after[i]
	if b < 0 || f < 0 {
		return // an end
	}
	node := a.nodes[i]
	p, q, r := t.at(a.nodes[b]), t.at(node), t.at(a.nodes[f])
	area := math.Abs(product(q.x-p.x, r.y-p.y) - product(r.x-p.x, q.y-p.y))
	if area == 0 && product(q.x-p.x, r.x-q.x)+product(q.y-p.y, r.y-q.y) < 0 {
		area = math.Inf(1) // the tip of a way out and back
	}
	t.area[i] = area
	if area < t.limit {
		t.push(candidate{area, uint64(t.xy[2*node])<<32 | uint64(t.xy[2*node+1]), i})
	}
}

// product rounds, so that no machine joins it with the sum it is part of.
func product(a, b int64) float64 { return float64(float64(a) * float64(b)) }

// mayGo tells whether nothing lies between the way by a vertex and the straight way.
func (t *thinner) mayGo(a *arc, i int32, number uint32) bool {
	an, bn, cn := a.nodes[t.before[i]], a.nodes[i], a.nodes[t.after[i]]
	tri := triangle{t.at(an), t.at(bn), t.at(cn)}
	if tri.size() > 31 {
		return false
	}
	if cross(tri.a, tri.b, tri.c) == 0 {
		return true // on the straight way
	}
	return t.grid.isFree(&tri, t.graph, func(n uint32) bool {
		return n != an && n != bn && n != cn && !(t.owner[n] == number && t.from[n] != 0)
	})
}

func (t *thinner) push(c candidate) {
	t.heap = append(t.heap, c)
	h := t.heap
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if !h[i].less(&h[up]) {
			return
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
}

func (t *thinner) pop() candidate {
	h := t.heap
	top := h[0]
	last := len(h) - 1
	h[0] = h[last]
	h = h[:last]
	t.heap = h
	for i := 0; ; {
		least := i
		for _, down := range [2]int{2*i + 1, 2*i + 2} {
			if down < last && h[down].less(&h[least]) {
				least = down
			}
		}
		if least == i {
			return top
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}
