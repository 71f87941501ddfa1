package index

const hilbertOrder = 16 // bits of each coordinate along the curve

// hilbertScale takes a length between lo and hi to the curve's grid.
func hilbertScale(lo, hi float64) float64 {
	if !(hi > lo) {
		return 0
	}
	return (1<<hilbertOrder - 1) / (hi - lo)
}

// hilbert gives the distance along the Hilbert curve of a cell of its grid.
func hilbert(x, y uint32) uint32 {
	var d uint32
	for s := uint32(1) << (hilbertOrder - 1); s > 0; s >>= 1 {
		var rx, ry uint32
		if x&s != 0 {
			rx = 1
		}
		if y&s != 0 {
			ry = 1
		}
		d += s * s * ((3 * rx) ^ ry)
		if ry == 0 { // turn the quadrant so that the curve goes on unbroken
			if rx == 1 {
				x, y = s-1-x&(s-1), s-1-y&(s-1)
			}
			x, y = y, x
		}
	}
	return d
}
