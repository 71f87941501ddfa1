package topology

import "socle/geo"

// place is where a point lies to a polygon.
type place uint8

const (
	outside place = iota
	onBorder
	inside
)

// locator tells where points lie to one polygon or multipolygon. It keeps the edges by
// horizontal bands, so that a point meets few of them.
type locator struct {
	low, perUnit float64 // of the lowest band; bands in one unit
	starts       []uint32
	edges        []edge // of band k: edges[starts[k]:starts[k+1]]
}

type edge struct{ x0, y0, x1, y1 float64 }

// mostBands bounds the memory of a locator; an edge may stand in all of them.
const mostBands = 1024

func newLocator(g *geo.Geometry) *locator {
	box := g.Bound()
	bands := min(max(g.NumVertices(), 1), mostBands)
	l := &locator{low: box.Min[1], starts: make([]uint32, bands+1)}
	if height := box.Max[1] - box.Min[1]; height > 0 {
		l.perUnit = float64(bands) / height
	}
	each := func(do func(band int, e edge)) {
		for i := range g.Ends {
			ring := g.Ring(i)
			for k := 2; k < len(ring); k += 2 {
				e := edge{ring[k-2], ring[k-1], ring[k], ring[k+1]}
				from, to := l.band(min(e.y0, e.y1)), l.band(max(e.y0, e.y1))
				for band := from; band <= to; band++ {
					do(band, e)
				}
			}
		}
	}
	each(func(band int, _ edge) { l.starts[band+1]++ })
	for k := range bands {
		l.starts[k+1] += l.starts[k]
	}
	l.edges = make([]edge, l.starts[bands])
	next := append([]uint32(nil), l.starts...)
	each(func(band int, e edge) {
		l.edges[next[band]] = e
		next[band]++
	})
	return l
}

// band gives the band of a height; it never falls as y rises.
func (l *locator) band(y float64) int {
	return int(min(max((y-l.low)*l.perUnit, 0), float64(len(l.starts)-2)))
}

// locate places a point that lies in the box of the polygon.
func (l *locator) locate(x, y float64) place {
	k := l.band(y)
	odd := false
	for _, e := range l.edges[l.starts[k]:l.starts[k+1]] {
		if e.x0 < x && e.x1 < x {
			continue
		}
		crossed, on := crosses(e.x0, e.y0, e.x1, e.y1, x, y)
		if on {
			return onBorder
		}
		odd = odd != crossed
	}
	if odd {
		return inside
	}
	return outside
}
