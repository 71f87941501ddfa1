package mvt

import (
	"cmp"
	"slices"
)

// repairer makes simple rings of any: what is inside the shell, however often and whatever
// way it goes round, and not inside the holes. Holes are counted as if they went round the
// same way; where a tangled one goes round against the others, they cancel out. It keeps
// its memory between calls.
type repairer struct {
	edges  []edge
	splits []split
	parts  []edge
	steps  []step
	used   []bool
	path   []vertex
	onPath map[vertex]int

	xy   []int32 // rings of the result, open
	ends []int32 // vertices up to the end of each
}

type vertex struct{ x, y int32 }

func (v vertex) compare(w vertex) int { return cmp.Or(cmp.Compare(v.x, w.x), cmp.Compare(v.y, w.y)) }

// edge goes from the lesser to the greater of its ends. Its counts tell how often the
// rings go along it, less how often they go back.
type edge struct {
	a, b        vertex
	shell, hole int
}

// split is a place where an edge is to be cut.
type split struct {
	edge int
	at   vertex
}

// step is an edge of the result, with the inside to its right as drawn, y down.
type step struct{ from, to vertex }

// mostRounds bounds the search for crossings: cutting an edge bends it, which may make it
// cross another.
const mostRounds = 256

// repair replaces rings of which the first is the shell. The result is in r.xy and r.ends,
// each shell before its holes, and empty when nothing is left.
func (r *repairer) repair(xy []int32, ends []int32) {
	r.edges, r.xy, r.ends = r.edges[:0], r.xy[:0], r.ends[:0]
	first := int32(0)
	for k, end := range ends {
		turn := 1
		if k > 0 && DoubleArea(xy[2*first:2*end]) < 0 {
			turn = -1
		}
		for i := first; i < end; i++ {
			next := i + 1
			if next == end {
				next = first
			}
			e := edge{a: vertex{xy[2*i], xy[2*i+1]}, b: vertex{xy[2*next], xy[2*next+1]}}
			way := 1
			if e.a.compare(e.b) > 0 {
				e.a, e.b, way = e.b, e.a, -1
			}
			if k == 0 {
				e.shell = way
			} else {
				e.hole = way * turn
			}
			r.edges = append(r.edges, e)
		}
		first = end
	}
	for range mostRounds {
		r.merge()
		if !r.cross() {
			r.direct()
			r.trace()
			return
		}
		r.cut()
	}
}

// merge makes one edge of those that fall together and drops those that bound nothing.
func (r *repairer) merge() {
	slices.SortFunc(r.edges, func(e, f edge) int { return cmp.Or(e.a.compare(f.a), e.b.compare(f.b)) })
	out := r.edges[:0]
	for _, e := range r.edges {
		if n := len(out) - 1; n >= 0 && out[n].a == e.a && out[n].b == e.b {
			out[n].shell += e.shell
			out[n].hole += e.hole
		} else if e.a != e.b {
			out = append(out, e)
		}
	}
	r.edges = slices.DeleteFunc(out, func(e edge) bool { return e.shell == 0 && e.hole == 0 })
}

// cross finds where edges must be cut and tells whether there is such a place.
func (r *repairer) cross() bool {
	r.splits = r.splits[:0]
	for i := range r.edges {
		e := &r.edges[i]
		for k := i + 1; k < len(r.edges) && r.edges[k].a.x <= e.b.x; k++ {
			f := &r.edges[k]
			if touch(e.a.x, e.a.y, e.b.x, e.b.y, f.a.x, f.a.y, f.b.x, f.b.y) {
				r.meet(i, k)
			}
		}
	}
	return len(r.splits) > 0
}

func (r *repairer) meet(i, k int) {
	e, f := &r.edges[i], &r.edges[k]
	touched := false
	for _, v := range [2]vertex{f.a, f.b} {
		touched = r.splitAt(i, v) || touched
	}
	for _, v := range [2]vertex{e.a, e.b} {
		touched = r.splitAt(k, v) || touched
	}
	if touched || e.a == f.a || e.a == f.b || e.b == f.a || e.b == f.b {
		return
	}
	// They cross, at a place that is rounded.
	ux, uy := float64(e.b.x)-float64(e.a.x), float64(e.b.y)-float64(e.a.y)
	vx, vy := float64(f.b.x)-float64(f.a.x), float64(f.b.y)-float64(f.a.y)
	wx, wy := float64(f.a.x)-float64(e.a.x), float64(f.a.y)-float64(e.a.y)
	share := (float64(wx*vy) - float64(wy*vx)) / (float64(ux*vy) - float64(uy*vx))
	at := vertex{e.a.x + round(float64(share*ux)), e.a.y + round(float64(share*uy))}
	for _, n := range [2]int{i, k} {
		if at != r.edges[n].a && at != r.edges[n].b {
			r.splits = append(r.splits, split{n, at})
		}
	}
}

func round(v float64) int32 {
	if v < 0 {
		return -int32(0.5 - v)
	}
	return int32(v + 0.5)
}

// splitAt cuts an edge at a vertex that lies on it and is not an end.
func (r *repairer) splitAt(n int, v vertex) bool {
	e := &r.edges[n]
	if v == e.a || v == e.b || orient(e.a.x, e.a.y, e.b.x, e.b.y, v.x, v.y) != 0 ||
		v.compare(e.a) < 0 || v.compare(e.b) > 0 {
		return false
	}
	r.splits = append(r.splits, split{n, v})
	return true
}

// cut makes the parts of the edges that are to be cut.
func (r *repairer) cut() {
	slices.SortFunc(r.splits, func(s, t split) int {
		if s.edge != t.edge {
			return cmp.Compare(s.edge, t.edge)
		}
		e := &r.edges[s.edge]
		return cmp.Or(cmp.Compare(e.along(s.at), e.along(t.at)), s.at.compare(t.at))
	})
	r.parts = r.parts[:0]
	k := 0
	for i, e := range r.edges {
		from := e.a
		for ; k < len(r.splits) && r.splits[k].edge == i; k++ {
			r.part(from, r.splits[k].at, e)
			from = r.splits[k].at
		}
		r.part(from, e.b, e)
	}
	r.edges, r.parts = r.parts, r.edges
}

func (e *edge) along(v vertex) int64 {
	return (int64(v.x)-int64(e.a.x))*(int64(e.b.x)-int64(e.a.x)) + (int64(v.y)-int64(e.a.y))*(int64(e.b.y)-int64(e.a.y))
}

func (r *repairer) part(from, to vertex, e edge) {
	switch e.a, e.b = from, to; from.compare(to) {
	case 0:
		return
	case 1:
		e.a, e.b, e.shell, e.hole = to, from, -e.shell, -e.hole
	}
	r.parts = append(r.parts, e)
}

// direct keeps the edges with the inside on one side only, and turns them.
func (r *repairer) direct() {
	r.steps = r.steps[:0]
	for i := range r.edges {
		e := &r.edges[i]
		shell, hole := r.around(i)
		first := shell != 0 && hole == 0
		second := shell+e.shell != 0 && hole+e.hole == 0
		switch {
		case second && !first:
			r.steps = append(r.steps, step{e.a, e.b})
		case first && !second:
			r.steps = append(r.steps, step{e.b, e.a})
		}
	}
	slices.SortFunc(r.steps, func(s, t step) int { return cmp.Or(s.from.compare(t.from), s.to.compare(t.to)) })
}

// around counts how often the rings go round the place left of the middle of an edge, as
// drawn. To its right it is as often as that and as the edge counts.
func (r *repairer) around(i int) (shell, hole int) {
	e := &r.edges[i]
	// In halves, so that the middle is whole.
	x, y := int64(e.a.x)+int64(e.b.x), int64(e.a.y)+int64(e.b.y)
	if e.a.x == e.b.x {
		// It goes down: its left is to the east, where the ray goes on.
		for k := range r.edges {
			f := &r.edges[k]
			top, bottom, way := 2*int64(f.a.y), 2*int64(f.b.y), 1
			if top > bottom {
				top, bottom, way = bottom, top, -1
			}
			if k != i && top <= y && y < bottom && f.side(x, y)*way > 0 {
				shell += way * f.shell
				hole += way * f.hole
			}
		}
		return shell, hole
	}
	for k := range r.edges {
		f := &r.edges[k]
		if k != i && 2*int64(f.a.x) <= x && x < 2*int64(f.b.x) && f.side(x, y) > 0 {
			shell += f.shell
			hole += f.hole
		}
	}
	return shell, hole
}

// side is positive for a place, in halves, to the right of the edge as drawn.
func (e *edge) side(x, y int64) int {
	ux, uy := int64(e.b.x)-int64(e.a.x), int64(e.b.y)-int64(e.a.y)
	return cmp.Compare(ux*(y-2*int64(e.a.y)), uy*(x-2*int64(e.a.x)))
}
