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
	}
	return Metres
}

// IsLonLat tells whether the coordinates of a system are degrees.
func IsLonLat(c crs.CRS) bool {
	switch c {
	case crs.CRS84, crs.EPSG(4326), crs.EPSG(4171), crs.EPSG(4258), crs.EPSG(4269), crs.EPSG(4979), crs.EPSG(9777), crs.EPSG(9782):
		return true
	}
	return false
}

// Append appends v, which must be finite: otherwise what is appended ends in a letter.
func (p Precision) Append(dst []byte, v float64) []byte {
	if p == Degrees && math.Abs(v) < 1e5 {
		return appendNano(dst, math.RoundToEven(v*1e9))
	}
	// A decimal of at most 15 significant digits is the only one of its length that reads
	// back as its float64. So when v is the float64 nearest to r/10⁴, r/10⁴ is also the
	// shortest decimal of v, found without the general algorithm.
	if math.Abs(v) < 1e11 {
		if r := math.RoundToEven(v * 1e4); p == Metres || r/1e4 == v {
			return appendTenThousandths(dst, r)
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

// appendNano appends r·10⁻⁹, |r| < 10¹⁴.
func appendNano(dst []byte, r float64) []byte {
	dst, n := appendSign(dst, r)
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
