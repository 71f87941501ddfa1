package tiles

import "slices"

// rect is a closed box of world units.
type rect struct{ left, top, right, bottom uint32 }

func (r *rect) meets(s *rect) bool { return r.apart(s) >= 0 }

// apart is negative where two boxes have nothing in common. Whether they do, along an edge of
// a tile, no processor foresees: it is made out without a jump.
func (r *rect) apart(s *rect) int64 {
	return (int64(s.right) - int64(r.left)) | (int64(r.right) - int64(s.left)) |
		(int64(s.bottom) - int64(r.top)) | (int64(r.bottom) - int64(s.top))
}

func (r *rect) holds(s *rect) bool {
	return s.left >= r.left && s.right <= r.right && s.top >= r.top && s.bottom <= r.bottom
}

func (r *rect) add(s *rect) {
	r.left, r.top = min(r.left, s.left), min(r.top, s.top)
	r.right, r.bottom = max(r.right, s.right), max(r.bottom, s.bottom)
}

// noRect holds nothing and meets nothing.
var noRect = rect{left: 1<<32 - 1, top: 1<<32 - 1}

// branch is how many boxes one box of the level above holds.
const (
	branchBits = 4
	branch     = 1 << branchBits
)

// boxes finds boxes that are along a curve: a tree whose nodes are runs of them.
type boxes [][]rect // by level, those of the layer first

func newBoxes(leaves []rect) boxes {
	t := boxes{leaves}
	for below := leaves; len(below) > branch; {
		level := make([]rect, (len(below)+branch-1)/branch)
		for i := range level {
			level[i] = noRect
			for k := i * branch; k < min(len(below), (i+1)*branch); k++ {
				level[i].add(&below[k])
			}
		}
		t = append(t, level)
		below = level
	}
	return t
}

// search appends the positions of the boxes that meet a window, in order.
func (t boxes) search(window *rect, dst []uint32) []uint32 {
	top := len(t) - 1
	return t.searchRun(top, 0, len(t[top]), window, dst)
}

func (t boxes) searchRun(level, from, to int, window *rect, dst []uint32) []uint32 {
	run := t[level][from:to]
	if level == 0 {
		n := len(dst)
		dst = slices.Grow(dst, len(run))[:n+len(run)]
		for i := range run {
			dst[n] = uint32(from + i)
			n += int(^uint64(run[i].apart(window)) >> 63)
		}
		return dst[:n]
	}
	for i := range run {
		switch r := &run[i]; {
		case !r.meets(window):
		case window.holds(r):
			dst = t.appendAll(level, from+i, dst)
		default:
			first := (from + i) << branchBits
			dst = t.searchRun(level-1, first, min(len(t[level-1]), first+branch), window, dst)
		}
	}
	return dst
}

// appendAll appends the positions that are below a box.
func (t boxes) appendAll(level, i int, dst []uint32) []uint32 {
	first := i << (level * branchBits)
	n, more := len(dst), min(len(t[0])-first, 1<<(level*branchBits))
	dst = slices.Grow(dst, more)[:n+more]
	for k := range dst[n:] {
		dst[n+k] = uint32(first + k)
	}
	return dst
}
