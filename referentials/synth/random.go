package synth

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
)

// stream gives the random numbers of one purpose and one thing (a block, a street). They
// depend on nothing drawn before, so a new file or another order of work changes no other.
func stream(seed uint64, purpose string, index int) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(purpose))
	return rand.New(rand.NewPCG(mix(seed^h.Sum64()), mix(uint64(index)+0x9e3779b97f4a7c15)))
}

// mix scatters the bits of x (the finaliser of splitmix64).
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// between draws evenly in [lo, hi).
func between(r *rand.Rand, lo, hi float64) float64 { return lo + (hi-lo)*r.Float64() }

// field is smooth noise over the plane, in [-1, 1], with features of about one unit.
type field uint64

func (f field) corner(x, y int64) float64 {
	return float64(mix(uint64(f)^mix(uint64(x)*0x9e3779b97f4a7c15^mix(uint64(y)))))/math.MaxUint64*2 - 1
}

func (f field) at(x, y float64) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	ix, iy := int64(fx), int64(fy)
	u, v := smooth(x-fx), smooth(y-fy)
	lower := f.corner(ix, iy)*(1-u) + f.corner(ix+1, iy)*u
	upper := f.corner(ix, iy+1)*(1-u) + f.corner(ix+1, iy+1)*u
	return lower*(1-v) + upper*v
}

func smooth(t float64) float64 { return t * t * (3 - 2*t) }

// draw picks an index with a probability proportional to its weight.
func draw(r *rand.Rand, weights []float64) int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	x := r.Float64() * sum
	for i, w := range weights {
		if x < w {
			return i
		}
		x -= w
	}
	return len(weights) - 1
}
