package mvt

import (
	"cmp"
	"math"
	"slices"
)

// trace joins the steps to rings that pass no vertex twice.
func (r *repairer) trace() {
	r.used = append(r.used[:0], make([]bool, len(r.steps))...)
	if r.onPath == nil {
		r.onPath = map[vertex]int{}
	}
	for i := range r.steps {
		if !r.used[i] {
			r.walk(i)
		}
	}
	r.sortRings()
}

// walk follows steps until it is back, and cuts off a ring whenever it meets its own path.
func (r *repairer) walk(i int) {
	start := r.steps[i].from
	r.path = append(r.path[:0], start)
	clear(r.onPath)
	r.onPath[start] = 0
	for i >= 0 {
		r.used[i] = true
		at := r.steps[i].to
		if k, ok := r.onPath[at]; ok {
			for _, v := range r.path[k:] {
				r.xy = append(r.xy, v.x, v.y)
			}
			r.ends = append(r.ends, int32(len(r.xy)/2))
			for _, v := range r.path[k+1:] {
				delete(r.onPath, v)
			}
			r.path = r.path[:k+1]
			if k == 0 {
				return
			}
		} else {
			r.onPath[at] = len(r.path)
			r.path = append(r.path, at)
		}
		i = r.next(at, r.path[len(r.path)-2])
	}
}

// next gives the step from a vertex that turns most to the right of those that are left.
func (r *repairer) next(at, before vertex) int {
	k, _ := slices.BinarySearchFunc(r.steps, at, func(s step, v vertex) int { return s.from.compare(v) })
	best, most := -1, math.Inf(-1)
	for ; k < len(r.steps) && r.steps[k].from == at; k++ {
		if r.used[k] {
			continue
		}
		to := r.steps[k].to
		cross, dot := turn(before.x, before.y, at.x, at.y, to.x, to.y)
		if angle := math.Atan2(float64(cross), float64(dot)); angle > most {
			best, most = k, angle
		}
	}
	return best
}

// sortRings puts each hole behind the least shell around it, and drops what has no area.
func (r *repairer) sortRings() {
	type ring struct {
		xy     []int32
		area   int64
		shell  int
		number int
	}
	rings := make([]ring, 0, len(r.ends))
	first := int32(0)
	for k, end := range r.ends {
		xy := r.xy[2*first : 2*end]
		first = end
		if area := DoubleArea(xy); area != 0 {
			rings = append(rings, ring{xy, area, k, k})
		}
	}
	for i := range rings {
		if rings[i].area > 0 {
			continue
		}
		rings[i].shell = -1
		least := int64(math.MaxInt64)
		for k := range rings {
			if s := &rings[k]; s.area > 0 && s.area < least && surrounds(s.xy, rings[i].xy) {
				least, rings[i].shell = s.area, s.number
			}
		}
	}
	slices.SortStableFunc(rings, func(a, b ring) int {
		return cmp.Or(cmp.Compare(a.shell, b.shell), cmp.Compare(b.area, a.area))
	})
	xy, ends := make([]int32, 0, len(r.xy)), r.ends[:0]
	for _, ring := range rings {
		if ring.shell >= 0 {
			xy = append(xy, ring.xy...)
			ends = append(ends, int32(len(xy)/2))
		}
	}
	r.xy, r.ends = xy, ends
}

// surrounds tells whether the middle of the first side of a ring is inside another, whose
// sides it is not on.
func surrounds(xy, inner []int32) bool {
	x, y := int64(inner[0])+int64(inner[2]), int64(inner[1])+int64(inner[3])
	inside := false
	n := len(xy)
	px, py := 2*int64(xy[n-2]), 2*int64(xy[n-1])
	for i := 0; i < n; i += 2 {
		qx, qy := 2*int64(xy[i]), 2*int64(xy[i+1])
		if (py <= y) != (qy <= y) {
			if right := (qx-px)*(y-py) > (x-px)*(qy-py); right == (qy > py) {
				inside = !inside
			}
		}
		px, py = qx, qy
	}
	return inside
}
