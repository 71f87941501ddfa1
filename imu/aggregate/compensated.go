package aggregate

import "math"

// compensated is a sum beside what rounding took of it: it loses no digits over many terms.
type compensated struct{ total, lost float64 }

// add is Knuth's exact sum of two, which asks nothing of which is larger: processors foresee
// it.
func (c *compensated) add(v float64) {
	t := c.total + v
	part := t - c.total
	c.lost += (c.total - (t - part)) + (v - part)
	c.total = t
}

func (c *compensated) sum() float64 { return c.total + c.lost }

// decimals is how many digits of a decimal a float64 carries whatever they are. What was
// written with as many, and added up without loss, is itself again when it is rounded to
// them: 0.03 and 0.26 are 0.29, not 0.29000000000000004.
const decimals = 15

// exactPower is the largest power of ten that a float64 is.
const exactPower = 22

// rounded gives the nearest number of that many digits. What is too large or too small for
// that stays as it is.
func rounded(v float64) float64 {
	size := math.Abs(v)
	if !(size >= 1e-7 && size < 1e15) || v == math.Trunc(v) {
		return v
	}
	// Its power of ten, from that of two.
	ten := (int(math.Float64bits(size)>>52) - 1023) * 1233 >> 12
	if size >= math.Pow10(ten+1) {
		ten++
	}
	power := decimals - 1 - ten
	if power > exactPower {
		return v
	}
	scale := math.Pow10(power)
	return math.RoundToEven(v*scale) / scale
}
