package tiles

import (
	"math"
	"math/bits"

	"socle/referentials"
	"socle/tiles/mvt"
)

// shade says how a polygon is seen from afar.
type shade struct {
	visible uint8  // zoom from which it is large enough to be drawn as it is
	pixel   uint32 // zooms, as bits, at which it is drawn as a pixel, for itself and others
	rough   uint32 // zooms, as bits, at which rounding spoils its rings
}

// A polygon of less than speckArea, in square tile units, is not drawn as it is above the
// deepest zoom, but is part of a square of that area.
const (
	speckBits = 3
	speckSide = 1 << speckBits
	speckArea = speckSide * speckSide
)

// shade sees to the polygons. Along the curve, whenever the small ones passed since the
// last pixel make half of one or more, a pixel is drawn. It starts anew in each tile, so
// that an edit changes nothing far away.
func (l *layer) shade(order []placed) {
	n := len(l.rows)
	l.shades = make([]shade, n)
	areas := make([]float64, n) // square world units
	inRuns(n, func(from, to int) {
		var j roundness
		for k := from; k < to; k++ {
			if l.dims[k] != 2 {
				continue
			}
			for path := l.first[k]; path < l.first[k+1]; path++ {
				a, b := l.path(path)
				areas[k] += doubleArea(l.xy[2*a:2*b]) / 2
			}
			s := &l.shades[k]
			for s.visible < MaxZoom && areas[k] < speckArea*squareUnit(int(s.visible)) {
				s.visible++
			}
			for z := l.policy.MinZoom; z <= l.policy.MaxZoom; z++ {
				if !l.isSmall(k, z) && !j.isFine(l, k, z) {
					s.rough |= 1 << z
				}
			}
		}
	})
	for z := int(l.policy.MinZoom); z < int(l.policy.MaxZoom) && l.policy.Small == referentials.MergedSmall; z++ {
		l.spread(order, areas, z)
	}
}

// squareUnit is the area of a square tile unit, in square world units.
func squareUnit(zoom int) float64 { return math.Ldexp(1, 2*(worldBits-extentBits-zoom)) }

// isSmall tells whether a polygon is not drawn as it is at a zoom.
func (l *layer) isSmall(k int, zoom uint8) bool {
	return zoom < l.shades[k].visible && zoom < l.policy.MaxZoom && l.policy.Small != referentials.KeptSmall
}

// isMesh tells whether all polygons belong together.
func (l *layer) isMesh() bool {
	return l.policy.Small == referentials.KeptSmall && l.collection.Descriptor().Mesh
}

// spread chooses the polygons that are pixels at a zoom.
func (l *layer) spread(order []placed, areas []float64, z int) {
	pixel := speckArea * squareUnit(z)
	sum, tile := 0.0, uint64(0)
	for k := range order {
		s := &l.shades[k]
		if int(s.visible) <= z || l.dims[k] != 2 {
			continue
		}
		if at := order[k].key >> (64 - 2*z); z > 0 && at != tile {
			sum, tile = 0, at
		}
		if sum += areas[k]; sum >= pixel/2 {
			s.pixel |= 1 << z
			sum -= pixel
		}
	}
}

// roundness finds out what rounding does to rings.
type roundness struct {
	judge mvt.Judge
	xy    []int32
	ends  []int32
}

// isFine tells whether the rings of a polygon at a zoom are still simple and wound as they
// should when they are rounded. The answer is the same for all tiles, as their grid is.
func (j *roundness) isFine(l *layer, k int, zoom uint8) bool {
	box := l.boxes[0][k]
	f := frame{z: uint32(zoom), shift: worldBits - extentBits - int(zoom)}
	if bits.Len32(max(box.right-box.left, box.bottom-box.top))-f.shift > 28 {
		return false
	}
	left, top := f.place(box.left, box.top)
	for path, end := l.first[k], l.first[k+1]; path < end; {
		next := l.ringsOf(path, end)
		j.xy, j.ends = j.xy[:0], j.ends[:0]
		for ; path < next; path++ {
			a, b := l.path(path)
			begin := len(j.xy)
			for v := a; v < b; v++ {
				if l.from[v] > zoom {
					continue
				}
				x, y := f.place(l.xy[2*v], l.xy[2*v+1])
				px, py := int32(x-left), int32(y-top)
				if n := len(j.xy); n == begin || j.xy[n-2] != px || j.xy[n-1] != py {
					j.xy = append(j.xy, px, py)
				}
			}
			if n := len(j.xy); n > begin+2 && j.xy[n-2] == j.xy[begin] && j.xy[n-1] == j.xy[begin+1] {
				j.xy = j.xy[:n-2]
			}
			if area := mvt.DoubleArea(j.xy[begin:]); area == 0 || (area < 0) != l.holes[path] {
				return false
			}
			j.ends = append(j.ends, int32(len(j.xy)/2))
		}
		if !j.judge.Simple(j.xy, j.ends) {
			return false
		}
	}
	return true
}
