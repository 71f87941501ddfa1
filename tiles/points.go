package tiles

import (
	"socle/geo"
	"socle/referentials/snapshot"
)

// OfPoints tells whether all that can be drawn of a collection are single points. These stand
// for each other from afar; beside another shape they do not.
func OfPoints(c *snapshot.PublicCollection) bool {
	if c.Descriptor().Geometry == geo.Point {
		return true
	}
	for i := range c.Len() {
		if g := c.Geometry(i); inWorld(c.Box(i)) && (g.Type.Dimension() != 0 || len(g.XY) != 2) {
			return false
		}
	}
	return true
}

// scatter mixes the bits of a place (the finalizer of MurmurHash3). Whoever is chosen by it
// is chosen by where it is, whatever rows come before it in a version.
func scatter(x, y uint32) uint64 {
	v := uint64(x)<<32 | uint64(y)
	v ^= v >> 33
	v *= 0xff51afd7ed558ccd
	v ^= v >> 33
	v *= 0xc4ceb9fe1a85ec53
	return v ^ v>>33
}

// thin leaves of the points at found one for each cell of 1<<bits world units, and counts
// those it stands for. Cells follow each other along the curve. A point that is shown at
// one zoom is shown at all that follow, as whoever stands for a cell stands for the part of
// it where it is.
func (p *pen) thin(l *layer, bits int) {
	p.picks = p.picks[:0]
	var x, y uint32
	var best uint64
	for i, k := range p.found {
		wx, wy := l.xy[2*k], l.xy[2*k+1]
		cx, cy := wx>>bits, wy>>bits
		if i == 0 || cx != x || cy != y {
			x, y = cx, cy
			p.picks = append(p.picks, pick{k, 1})
			continue
		}
		last := &p.picks[len(p.picks)-1]
		if last.count == 1 {
			best = scatter(l.xy[2*last.position], l.xy[2*last.position+1])
		}
		last.count++
		if worth := scatter(wx, wy); worth < best {
			best, last.position = worth, k
		}
	}
}
