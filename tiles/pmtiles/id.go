// Package pmtiles writes and reads archives of PMTiles version 3: a pyramid of vector
// tiles in one file, found through directories of Hilbert numbers.
package pmtiles

import "math/bits"

// MaxZoom is the deepest zoom of an archive: its tiles are the last whose numbers and
// columns fit their integers.
const MaxZoom = 31

// firstID gives the number of the first tile of a zoom: how many there are above it.
func firstID(z uint32) uint64 { return (uint64(1)<<(2*z) - 1) / 3 }

// ID numbers the tile z/x/y: zoom after zoom, along a Hilbert curve in each. The tile must
// exist, z up to MaxZoom, x and y less than 2^z.
func ID(z, x, y uint32) uint64 {
	var along uint64
	for k := int(z) - 1; k >= 0; k-- {
		right, below := x>>k&1, y>>k&1
		along = along<<2 | uint64(3*right^below)
		x, y = turn(x, y, right, below)
	}
	return firstID(z) + along
}

// turn takes a place to the curve of the quarter it is in. Only the bits below those of
// the quarter matter from then on.
func turn(x, y, right, below uint32) (uint32, uint32) {
	if below == 1 {
		return x, y
	}
	if right == 1 {
		x, y = ^x, ^y
	}
	return y, x
}

// Place gives the tile of a number less than that of the zoom after MaxZoom.
func Place(id uint64) (z, x, y uint32) {
	z = zoomOf(id)
	along := id - firstID(z)
	for k := uint32(0); k < z; k++ {
		digit := uint32(along >> (2 * k) & 3)
		right := digit >> 1
		below := (digit ^ right) & 1
		if below == 0 {
			if right == 1 {
				x, y = 1<<k-1-x, 1<<k-1-y
			}
			x, y = y, x
		}
		x, y = x|right<<k, y|below<<k
	}
	return z, x, y
}

// Below gives the number of the first of the four tiles that a tile is made of at the next
// zoom; the others follow it.
func Below(id uint64) uint64 {
	z := zoomOf(id)
	return firstID(z+1) + 4*(id-firstID(z))
}

// zoomOf gives the zoom of a number.
func zoomOf(id uint64) uint32 { return uint32(bits.Len64(3*id+1)-1) / 2 }

// endID is the number after the last tile of MaxZoom.
const endID = (1<<64 - 1) / 3
