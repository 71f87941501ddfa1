package encode

import (
	"math"
	"strconv"

	"socle/geo/crs"
)

// Precision is how coordinates are written as decimals: the most digits after the point,
// trailing zeros left out.
type Precision int

const (
	// Exact writes the shortest decimal that reads back as the same float64.
	Exact Precision = 0

	// Degrees rounds to 9 decimals, at most 0.06 mm on the ground.
	Degrees Precision = 9

	// Metres rounds to 4 decimals, 0.05 mm.
	Metres Precision = 4
)

// PrecisionOf chooses how the rows of an answer write their coordinates: exactly when
// they are in the storage CRS, rounded below what any survey resolves when they were
// derived from it, so that the noise of a transformation does not double the output.
func PrecisionOf(h Header) Precision {
	switch {
	case h.CRS == h.Descriptor.CRS:
		return Exact
	case IsLonLat(h.CRS):
		return Degrees
	case isMetric(h.CRS):
		return Metres
	}
	return Exact
}

// IsLonLat tells whether coordinates are degrees in one of the systems that this region
// of the world is served in. A short list, and not PROJ's database, because it is asked
// for every answer; an unlisted system is only written longer than needed.
func IsLonLat(c crs.CRS) bool {
	switch c {
	case crs.CRS84, crs.EPSG(4326), crs.EPSG(4171), crs.EPSG(4258), crs.EPSG(4275), crs.EPSG(9777), crs.EPSG(9782):
		return true
	}
	return false
}

// isMetric is as [IsLonLat] for planes in metres.
func isMetric(c crs.CRS) bool {
	code := c.SRID()
	between := func(from, to int32) bool { return from <= code && code <= to }
	switch {
	case c.Authority != "EPSG":
		return false
	case code == 2154, code == 9793, code == 9794, // Lambert-93
		between(3942, 3950), between(9822, 9830), between(9842, 9850), // the conic zones CC42 to CC50
		between(27561, 27564), between(27571, 27574), // the older Lambert zones
		code == 3034, code == 3035, code == 3857, // Europe, Web Mercator
		code == 2056, code == 21781, // Switzerland
		between(25828, 25838), between(32601, 32660), between(32701, 32760): // UTM
		return true
	}
	return false
}

// Append appends v, which must be finite: otherwise what is appended ends in a letter.
func (p Precision) Append(dst []byte, v float64) []byte {
	if p == Degrees && math.Abs(v) < 1e6 {
		return appendNano(dst, math.RoundToEven(v*1e9), 1)
	}
	// A decimal of at most 15 significant digits is the only one of its length that reads
	// back as its float64. So when v is the float64 nearest to r/10⁴, r/10⁴ is also the
	// shortest decimal of v, found without the general algorithm.
	if math.Abs(v) < 1e11 {
		if r := math.RoundToEven(v * 1e4); p == Metres || r/1e4 == v {
			return appendTenThousandths(dst, r)
		}
		if math.Abs(v) < 1e6 {
			if r := math.RoundToEven(v * 1e9); r/1e9 == v {
				return appendNano(dst, r, 1)
			}
		} else if math.Abs(v) < 1e8 {
			if r := math.RoundToEven(v * 1e7); r/1e7 == v {
				return appendNano(dst, r, 100)
			}
		}
	}
	return strconv.AppendFloat(dst, v, 'f', -1, 64)
}

const digitPairs = "00010203040506070809" +
	"10111213141516171819" +
	"20212223242526272829" +
	"30313233343536373839" +
	"40414243444546474849" +
	"50515253545556575859" +
	"60616263646566676869" +
	"70717273747576777879" +
	"80818283848586878889" +
	"90919293949596979899"

// appendNano appends r·scale·10⁻⁹, |r| < 10¹⁵.
func appendNano(dst []byte, r float64, scale uint64) []byte {
	dst, n := appendSign(dst, r)
	n *= scale
	whole, frac := n/1e9, uint32(n%1e9)
	dst = strconv.AppendUint(dst, whole, 10)
	if frac == 0 {
		return dst
	}
	a, b, c, d := frac/1e7, frac/1e5%100, frac/1e3%100, frac/10%100
	dst = append(dst, '.',
		digitPairs[2*a], digitPairs[2*a+1],
		digitPairs[2*b], digitPairs[2*b+1],
		digitPairs[2*c], digitPairs[2*c+1],
		digitPairs[2*d], digitPairs[2*d+1],
		byte('0'+frac%10))
	return trimZeros(dst)
}

// appendTenThousandths appends r·10⁻⁴, |r| < 10¹⁵.
func appendTenThousandths(dst []byte, r float64) []byte {
	dst, n := appendSign(dst, r)
	whole, frac := n/1e4, uint32(n%1e4)
	dst = strconv.AppendUint(dst, whole, 10)
	if frac == 0 {
		return dst
	}
	a, b := frac/100, frac%100
	dst = append(dst, '.', digitPairs[2*a], digitPairs[2*a+1], digitPairs[2*b], digitPairs[2*b+1])
	return trimZeros(dst)
}

func appendSign(dst []byte, r float64) ([]byte, uint64) {
	if r < 0 {
		return append(dst, '-'), uint64(-r)
	}
	return dst, uint64(r)
}

func trimZeros(dst []byte) []byte {
	n := len(dst)
	for dst[n-1] == '0' {
		n--
	}
	return dst[:n]
}
