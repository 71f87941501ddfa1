package topology

import (
	"cmp"
	"math"
	"math/bits"
)

// Steps is twice an area in square steps of a grid, exactly: a whole number of 128 bits,
// of which the products of an arrangement need 85. Its zero value is zero.
type Steps struct {
	high int64
	low  uint64
}

// Plus adds.
func (s Steps) Plus(t Steps) Steps {
	low, carry := bits.Add64(s.low, t.low, 0)
	return Steps{s.high + t.high + int64(carry), low}
}

// Compare orders by size: below 0 where s is less than t, above 0 where it is more.
func (s Steps) Compare(t Steps) int {
	if c := cmp.Compare(s.high, t.high); c != 0 {
		return c
	}
	return cmp.Compare(s.low, t.low)
}

func (s Steps) sign() int { return s.Compare(Steps{}) }

func (s Steps) minus(t Steps) Steps {
	low, borrow := bits.Sub64(s.low, t.low, 0)
	return Steps{s.high - t.high - int64(borrow), low}
}

func (s Steps) magnitude() Steps {
	if s.high < 0 {
		return Steps{}.minus(s)
	}
	return s
}

// float64 is s rounded, within a unit in the last place.
func (s Steps) float64() float64 {
	if s.high < 0 {
		return -s.magnitude().float64()
	}
	return math.Ldexp(float64(s.high), 64) + float64(s.low)
}

// product is a·b.
func product(a, b int64) Steps {
	high, low := bits.Mul64(uint64(a), uint64(b))
	// Read as unsigned, a negative factor is 2⁶⁴ too large.
	return Steps{int64(high) - a>>63&b - b>>63&a, low}
}

// times is s·n, for neither below 0.
func (s Steps) times(n int64) Steps {
	high, low := bits.Mul64(s.low, uint64(n))
	return Steps{int64(high) + s.high*n, low}
}

// over is s/divisor rounded down, for s ≥ 0 and divisor > 0 whose quotient fits 63 bits.
func (s Steps) over(divisor Steps) int64 {
	if divisor.high == 0 {
		quotient, _ := bits.Div64(uint64(s.high), s.low, divisor.low)
		return int64(quotient)
	}
	// Knuth's estimate from the leading 64 bits of the divisor is at most one too large
	// (The Art of Computer Programming, vol. 2, 4.3.1); it is made one less and corrected.
	shift := bits.LeadingZeros64(uint64(divisor.high))
	leading := uint64(divisor.high)<<shift | divisor.low>>(64-shift)
	estimate, _ := bits.Div64(uint64(s.high)>>1, uint64(s.high)<<63|s.low>>1, leading)
	quotient := estimate >> (63 - shift)
	if quotient > 0 {
		quotient--
	}
	high, low := bits.Mul64(quotient, divisor.low)
	rest := s.minus(Steps{int64(high + quotient*uint64(divisor.high)), low})
	for rest.Compare(divisor) >= 0 {
		rest = rest.minus(divisor)
		quotient++
	}
	return int64(quotient)
}
