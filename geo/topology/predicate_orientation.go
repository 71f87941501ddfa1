package topology

import (
	"math"
	"math/big"

	"github.com/paulmach/orb"
)

// orientation tells on which side of the line ab the point p lies: 1 to the left, -1 to
// the right, 0 on it. It is exact.
func orientation(ax, ay, bx, by, px, py float64) int {
	if (ax == px || by == py) && (ay == py || bx == px) {
		return 0
	}
	left, right := (ax-px)*(by-py), (ay-py)*(bx-px)
	det := left - right
	switch bound := orientError * (math.Abs(left) + math.Abs(right)); {
	case bound < tinyProduct: // and NaN below
	case det > bound:
		return 1
	case det < -bound:
		return -1
	case onGrid(ax, ay, bx, by, px, py) && left == right:
		return sign(math.FMA(ax-px, by-py, -left) - math.FMA(ay-py, bx-px, -right))
	}
	return exactOrientation(ax, ay, bx, by, px, py)
}

// tinyProduct is where products begin to lose digits to underflow.
const tinyProduct = 1e-280

// onGrid tells whether the differences to p are exact, as they are for coordinates of
// about the same size: then a point on the line, or within a digit of it, is told without
// big numbers.
func onGrid(ax, ay, bx, by, px, py float64) bool {
	return exact(ax, px) && exact(ay, py) && exact(bx, px) && exact(by, py)
}

// exact tells whether a-b has no rounding error (Knuth's two-sum).
func exact(a, b float64) bool {
	d := a - b
	virtual := a - d
	return (a-(d+virtual))+(virtual-b) == 0
}

func sign(v float64) int {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

func exactOrientation(ax, ay, bx, by, px, py float64) int {
	difference := func(a, b float64) *big.Rat {
		x, y := new(big.Rat).SetFloat64(a), new(big.Rat).SetFloat64(b)
		if x == nil || y == nil { // not finite: no side
			return new(big.Rat)
		}
		return x.Sub(x, y)
	}
	left := difference(ax, px)
	left.Mul(left, difference(by, py))
	right := difference(ay, py)
	right.Mul(right, difference(bx, px))
	return left.Cmp(right)
}

// boxesApart tells whether two boxes have no point in common. An empty one is apart from all.
func boxesApart(a, b orb.Bound) bool {
	return !(a.Min[0] <= b.Max[0] && b.Min[0] <= a.Max[0] && a.Min[1] <= b.Max[1] && b.Min[1] <= a.Max[1])
}
