package tiles

import (
	"math"

	"github.com/paulmach/orb"

	"socle/referentials"
	"socle/tiles/mvt"
)

// MaxZoom is the deepest zoom served: a unit of a tile is then a fifth of a world unit.
const MaxZoom = 22

// maxLatitude is where the square world of Web Mercator ends.
const maxLatitude = 85.05112877980659

// worldSize is the world across, in world units.
const (
	worldBits = 32
	worldSize = 1 << worldBits
)

// project gives the world units of a longitude and latitude: unsigned 32-bit Web
// Mercator, x to the east, y to the south, held within the world.
func project(lon, lat float64) (x, y uint32) {
	sin := math.Sin(lat * (math.Pi / 180))
	fx := lon/360 + 0.5
	fy := 0.5 - math.Log((1+sin)/(1-sin))/(4*math.Pi)
	return toUnit(fx), toUnit(fy)
}

// toUnit rounds a fraction of the world to a unit. Poles come as infinities.
func toUnit(f float64) uint32 {
	return uint32(max(0, min(worldSize-1, math.Round(f*worldSize))))
}

// unproject gives the longitude and latitude of a place in world units.
func unproject(x, y float64) orb.Point {
	return orb.Point{
		(x/worldSize - 0.5) * 360,
		math.Atan(math.Sinh((0.5-y/worldSize)*(2*math.Pi))) * (180 / math.Pi),
	}
}

// frame takes world units to the coordinates of one tile.
type frame struct {
	z, x, y uint32
	shift   int // world units to tile units: right when positive
}

func newFrame(z, x, y uint32) (frame, error) {
	if z > MaxZoom || x>>z != 0 || y>>z != 0 {
		return frame{}, referentials.Errorf(referentials.NotFound, "there is no tile %d/%d/%d", z, x, y).
			Do("zooms go from 0 to %d, rows and columns from 0 to 2^zoom-1", MaxZoom)
	}
	return frame{z, x, y, worldBits - extentBits - int(z)}, nil
}

// Check tells whether there is a tile z/x/y; the error is NotFound.
func Check(z, x, y uint32) error {
	_, err := newFrame(z, x, y)
	return err
}

const extentBits = 12 // mvt.Extent is 1<<12

// window gives the box of the tile and its buffer, of buffer tile units, in world units,
// widened to whole cells of 1<<bits world units. What lies beyond the square world is in no
// window.
func (f *frame) window(buffer int64, bits int) rect {
	side := int64(worldSize) >> f.z
	// One unit more than the buffer, for what is rounded into it.
	margin := (side*(buffer+1) + mvt.Extent - 1) / mvt.Extent
	low := func(tile uint32) uint32 { return uint32(max(0, int64(tile)*side-margin) >> bits << bits) }
	high := func(tile uint32) uint32 {
		return uint32(min(worldSize-1, int64(tile)*side+side+margin|(1<<bits-1)))
	}
	return rect{low(f.x), low(f.y), high(f.x), high(f.y)}
}

// place gives the tile coordinates of a world place. The grid is the same for all tiles of
// a zoom, so that what tiles or shapes share stays shared.
func (f *frame) place(x, y uint32) (int64, int64) {
	return f.along(x, f.x), f.along(y, f.y)
}

func (f *frame) along(v, tile uint32) int64 {
	origin := int64(tile) << extentBits
	if f.shift <= 0 {
		return int64(v)<<-f.shift - origin
	}
	return (int64(v)+1<<(f.shift-1))>>f.shift - origin
}
