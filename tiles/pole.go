package tiles

import (
	"container/heap"
	"math"
)

// seeker finds the pole of inaccessibility of polygons: the place inside that is farthest
// from the border, by halving squares as long as one may hold a better place (Mapbox's
// polylabel).
type seeker struct {
	xy      []float64 // of the polygon, from its left and top
	ends    []int
	patches patches
}

// precision is how near the best the place is, as a part of the longer side of the box.
const precision = 1.0 / 64

// patch is a square by its middle and half its side.
type patch struct {
	x, y, half float64
	distance   float64 // of the middle from the border, negative outside
}

func (s *patch) best() float64 { return s.distance + s.half*math.Sqrt2 }

type patches []patch

func (q patches) Len() int           { return len(q) }
func (q patches) Less(i, k int) bool { return q[i].best() > q[k].best() }
func (q patches) Swap(i, k int)      { q[i], q[k] = q[k], q[i] }
func (q *patches) Push(v any)        { *q = append(*q, v.(patch)) }
func (q *patches) Pop() any {
	last := len(*q) - 1
	v := (*q)[last]
	*q = (*q)[:last]
	return v
}

// mostPatches bounds the search.
const mostPatches = 4096

// seek gives the place, in world units, for the largest polygon of a feature.
func (s *seeker) seek(l *layer, k int) (x, y uint32) {
	from, to := largest(l, k)
	first, _ := l.path(from)
	box := noRect
	a, b := l.path(from)
	for v := a; v < b; v++ {
		x, y := l.xy[2*v], l.xy[2*v+1]
		box.add(&rect{x, y, x, y})
	}
	s.xy, s.ends = s.xy[:0], s.ends[:0]
	for path := from; path < to; path++ {
		_, b := l.path(path)
		for v := first; v < b; v++ {
			s.xy = append(s.xy, float64(l.xy[2*v])-float64(box.left), float64(l.xy[2*v+1])-float64(box.top))
		}
		first = b
		s.ends = append(s.ends, len(s.xy))
	}
	width, height := float64(box.right-box.left), float64(box.bottom-box.top)
	found := s.search(width, height)
	return box.left + uint32(min(width, max(0, found.x))), box.top + uint32(min(height, max(0, found.y)))
}

// largest gives the paths of the polygon with the largest shell.
func largest(l *layer, k int) (from, to uint32) {
	most := -1.0
	for path, end := l.first[k], l.first[k+1]; path < end; {
		next := l.ringsOf(path, end)
		a, b := l.path(path)
		if area := math.Abs(doubleArea(l.xy[2*a : 2*b])); area > most {
			most, from, to = area, path, next
		}
		path = next
	}
	return from, to
}

func (s *seeker) search(width, height float64) patch {
	side := min(width, height)
	best := s.at(width/2, height/2, 0)
	if side <= 0 {
		return best
	}
	side = max(side, max(width, height)/32) // of squares, for long shapes
	s.patches = s.patches[:0]
	for x := 0.0; x < width; x += side {
		for y := 0.0; y < height; y += side {
			heap.Push(&s.patches, s.at(x+side/2, y+side/2, side/2))
		}
	}
	enough := max(width, height) * precision
	for seen := 0; len(s.patches) > 0 && seen < mostPatches; seen++ {
		q := heap.Pop(&s.patches).(patch)
		if q.distance > best.distance {
			best = q
		}
		if q.best()-best.distance <= enough {
			break
		}
		h := q.half / 2
		for _, d := range [4][2]float64{{-h, -h}, {h, -h}, {-h, h}, {h, h}} {
			heap.Push(&s.patches, s.at(q.x+d[0], q.y+d[1], h))
		}
	}
	return best
}

func (s *seeker) at(x, y, half float64) patch {
	inside := false
	least := math.Inf(1)
	first := 0
	for _, end := range s.ends {
		ring := s.xy[first:end]
		first = end
		n := len(ring)
		px, py := ring[n-2], ring[n-1]
		for i := 0; i < n; i += 2 {
			qx, qy := ring[i], ring[i+1]
			if (py > y) != (qy > y) && x < float64((qx-px)*(y-py))/(qy-py)+px {
				inside = !inside
			}
			least = min(least, toSegment(x, y, px, py, qx, qy))
			px, py = qx, qy
		}
	}
	distance := math.Sqrt(least)
	if !inside {
		distance = -distance
	}
	return patch{x, y, half, distance}
}

// toSegment is the square of the distance of a place from a segment.
func toSegment(x, y, ax, ay, bx, by float64) float64 {
	dx, dy := bx-ax, by-ay
	if length := float64(dx*dx) + float64(dy*dy); length > 0 {
		f := max(0, min(1, (float64((x-ax)*dx)+float64((y-ay)*dy))/length))
		ax, ay = ax+float64(f*dx), ay+float64(f*dy)
	}
	return float64((x-ax)*(x-ax)) + float64((y-ay)*(y-ay))
}
