// Package arcs tells from which zoom each vertex of a layer is worth drawing.
//
// The borders of a layer are cut into arcs at their junctions, the vertices where not all
// shapes go the same way, and each arc is thinned once for all shapes that share it. So
// neighbours keep a common border at every zoom. No vertex goes while another lies in the
// triangle that it makes with those before and after it: arcs that did not cross do not
// begin to.
//
// Places are world units, unsigned 32-bit integers; see package tiles.
package arcs

import (
	"runtime"

	"socle/geo/workers"
)

// Paths are the rings and lines of a layer.
type Paths struct {
	XY    []uint32 // x, y of every vertex; rings are open
	Ends  []uint32 // vertices up to the end of each path
	Lines []bool   // which paths are lines and not rings; nil when none is
}

// Tolerance is how much area a vertex must make a difference of, in square tile units of
// 4096 to a tile: half the square of a pixel where a tile is 512 pixels wide.
const Tolerance = 32

// worldBits less the zoom is the size of a tile unit, as a power of two of world units.
const worldBits = 20

// Appearances gives for each vertex the least zoom it is drawn at, between least and most:
// those that always are, junctions and ends first, have 0, and from zoom most on there is
// everything. The same paths in any order and direction give the same zooms.
func Appearances(p Paths, least, most int) []uint8 {
	out := make([]uint8, len(p.XY)/2)
	if least >= most || len(out) == 0 {
		return out
	}
	g := newGraph(p)
	g.cut(p)
	for zoom := most - 1; zoom >= least; zoom-- {
		g.thin(zoom)
	}
	for v, n := range g.nodes {
		out[v] = g.from[n]
	}
	return out
}

// arcsAtOnce is how many arcs a worker takes at a time.
const arcsAtOnce = 512

// thin takes away what is not worth a zoom. Each arc is thinned against the others as they
// were before: whatever of them goes at the same time, what is left is a part of that.
func (g *graph) thin(zoom int) {
	unit := float64(uint64(1) << (worldBits - min(zoom, worldBits)))
	limit := 2 * Tolerance * unit * unit
	field := newGrid(g)
	var group workers.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for first := 0; first < len(g.arcs); first += arcsAtOnce {
		group.Go(func() error {
			t := thinner{graph: g, grid: field, limit: limit, zoom: uint8(zoom + 1)}
			for k := first; k < min(len(g.arcs), first+arcsAtOnce); k++ {
				t.thin(&g.arcs[k], uint32(k))
			}
			return nil
		})
	}
	_ = group.Wait() // no worker fails
}
