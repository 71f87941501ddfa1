package address

import (
	"math"
)

// tree is a balanced k-d tree over spots: the median of each range is its root, ranges are
// split by longitude and latitude in turn.
type tree struct {
	order []uint32 // addresses
}

func plant(at []spot) tree {
	t := tree{order: make([]uint32, 0, len(at))}
	for i, s := range at {
		if s != nowhere {
			t.order = append(t.order, uint32(i))
		}
	}
	split(t.order, at, false)
	return t
}

func split(order []uint32, at []spot, byLat bool) {
	for len(order) > leaf {
		mid := len(order) / 2
		choose(order, at, mid, byLat)
		split(order[:mid], at, !byLat)
		order, byLat = order[mid+1:], !byLat
	}
}

// leaf is how many spots are looked through rather than split.
const leaf = 8

func along(s spot, byLat bool) int32 {
	if byLat {
		return s.y
	}
	return s.x
}

// choose puts the k-th of order by one coordinate in its place, smaller ones before it.
func choose(order []uint32, at []spot, k int, byLat bool) {
	low, high := 0, len(order)-1
	for low < high {
		pivot := along(at[order[(low+high)/2]], byLat)
		i, j := low, high
		for i <= j {
			for along(at[order[i]], byLat) < pivot {
				i++
			}
			for along(at[order[j]], byLat) > pivot {
				j--
			}
			if i <= j {
				order[i], order[j] = order[j], order[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			high = j
		case k >= i:
			low = i
		default:
			return
		}
	}
}

// Metres per unit of a spot along a meridian, by the mean radius of the Earth.
const metresPerUnit = 6_371_008.8 * math.Pi / 180 / unitsPerDegree

// near is an address and how far it is.
type near struct {
	address uint32
	metres  float64
}

// search walks from the nearest to farther addresses, roughly, and calls found with those
// nearer than found's last answer, which is the distance from which on nothing matters.
func (t *tree) search(at []spot, from spot, most float64, found func(near) float64) {
	shrink := math.Cos(float64(from.y) / unitsPerDegree * math.Pi / 180)
	look := func(i uint32) {
		if d := metres(at[i], from, shrink); d < most {
			most = found(near{i, d})
		}
	}
	var walk func(order []uint32, byLat bool)
	walk = func(order []uint32, byLat bool) {
		if len(order) <= leaf {
			for _, i := range order {
				look(i)
			}
			return
		}
		mid := len(order) / 2
		gap := float64(along(from, byLat)) - float64(along(at[order[mid]], byLat))
		off := math.Abs(gap) * metresPerUnit
		if !byLat {
			off *= shrink
		}
		first, second := order[:mid], order[mid+1:]
		if gap > 0 {
			first, second = second, first
		}
		walk(first, !byLat)
		look(order[mid])
		if off < most {
			walk(second, !byLat)
		}
	}
	walk(t.order, false)
}

// metres is the distance of two spots on a sphere that is flat around them; shrink is the
// cosine of the latitude.
func metres(a, b spot, shrink float64) float64 {
	return math.Hypot(float64(int64(a.x)-int64(b.x))*shrink, float64(int64(a.y)-int64(b.y))) * metresPerUnit
}

// squared compares distances around one latitude, in no unit.
func squared(a, b spot) float64 {
	shrink := math.Cos(float64(b.y) / unitsPerDegree * math.Pi / 180)
	dx, dy := float64(int64(a.x)-int64(b.x))*shrink, float64(int64(a.y)-int64(b.y))
	return dx*dx + dy*dy
}
