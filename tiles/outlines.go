package tiles

import (
	"math"
	"slices"

	"socle/tiles/mvt"
)

// outlines are the lines and polygons of a layer as the tiles of one zoom write them: on its
// home tile, and on those around that show it.
type outlines struct {
	block []byte
	ends  []uint32 // those of position k are block[ends[k]:ends[k+1]]
}

// of gives the outlines of a position, each behind the way to its tile, that at home first.
func (o *outlines) of(k int) []byte { return o.block[o.ends[k]:o.ends[k+1]] }

// size tells about how many bytes the outline of a position takes on any tile; 0 when there is
// none.
func (o *outlines) size(k int) int {
	all := o.of(k)
	if len(all) == 0 {
		return 0
	}
	return mvt.OutlineSize(all[1:])
}

func (o *outlines) bytes() int { return len(o.block) + 4*len(o.ends) }

// way leads from the home tile of a feature to another, or to itself. The columns and rows
// between them, from -1 to 1, are in two bits each.
type way byte

// repaired marks the way to an outline whose rings were made anew.
const repaired way = 1 << 4

func wayTo(columns, rows uint32) way { return way((columns+1)<<2 | (rows + 1)) }

// home gives the tile that holds the middle of a box.
func (r *rect) home(zoom uint32) (x, y uint32) {
	shift := worldBits - zoom
	return (r.left + (r.right-r.left)/2) >> shift, (r.top + (r.bottom-r.top)/2) >> shift
}

// on gives the outline of a position on a tile, or nil when it must be drawn vertex by vertex,
// and tells whether it was repaired.
func (o *outlines) on(f *frame, r *rect, k int) (outline []byte, anew bool) {
	all := o.of(k)
	if len(all) == 0 {
		return nil, false
	}
	x, y := r.home(f.z)
	columns, rows := f.x-x, f.y-y
	if columns+1 > 2 || rows+1 > 2 {
		return nil, false
	}
	for to := wayTo(columns, rows); len(all) > 0; {
		end := 1 + mvt.OutlineSize(all[1:])
		if w := way(all[0]); w&^repaired == to {
			return all[1:end], w != to
		}
		all = all[end:]
	}
	return nil, false
}

// outlineShare bounds the memory of all outlines: so many times that of the vertices.
const outlineShare = 4

// outline makes the outlines of the zooms of the policy, as far as there is room for them,
// the deepest first.
func (l *layer) outline() {
	least, most := int(l.policy.MinZoom), int(l.policy.MaxZoom)
	l.outlines = make([]outlines, most-least+1)
	room := outlineShare * 4 * len(l.xy)
	for zoom := most; zoom >= least && room > 0; zoom-- {
		o := l.outlinesOf(uint8(zoom))
		if room -= o.bytes(); room >= 0 {
			l.outlines[zoom-least] = o
		}
	}
}

func (l *layer) outlinesOf(zoom uint8) outlines {
	n := len(l.rows)
	ends := make([]uint32, n+1)
	runs := make([][]byte, (n+runLength-1)/runLength)
	inRuns(n, func(from, to int) {
		p := pen{frame: frame{z: uint32(zoom), shift: worldBits - extentBits - int(zoom)}, detail: zoom}
		p.begin(&drawing{layer: l})
		var run []byte
		for k := from; k < to; k++ {
			run = p.appendOutlines(run, l, k)
			ends[k+1] = uint32(len(run))
		}
		runs[from/runLength] = run
	})
	block := slices.Concat(runs...)
	if uint64(len(block)) > math.MaxUint32 {
		return outlines{}
	}
	for run := 1; run < len(runs); run++ {
		first := run * runLength
		for k := first; k < min(n, first+runLength); k++ {
			ends[k+1] += ends[first]
		}
	}
	return outlines{block, ends}
}

// outlinesAt gives the outlines for a zoom with the detail of one; nil when there are none.
func (l *layer) outlinesAt(zoom uint32, detail uint8) *outlines {
	k := int(zoom) - int(l.policy.MinZoom)
	if k < 0 || k >= len(l.outlines) || uint32(detail) != zoom || l.outlines[k].ends == nil {
		return nil
	}
	return &l.outlines[k]
}

// appendOutlines appends the outlines of a position to dst. Tiles draw vertex by vertex what
// is larger than they are, as far too many show it.
func (p *pen) appendOutlines(dst []byte, l *layer, k int) []byte {
	r := &l.boxes[0][k]
	x, y := r.home(p.frame.z)
	p.frame.x, p.frame.y = x, y
	b := p.frame.box(r)
	if most := p.box.maxX - p.box.minX; l.dims[k] == 0 || max(b.maxX-b.minX, b.maxY-b.minY) > most {
		return dst
	}
	dst = p.appendOutline(dst, l, k, 0, 0)
	left, right := p.beside(b.minX, b.maxX)
	above, below := p.beside(b.minY, b.maxY)
	for rows := above; rows <= below; rows++ {
		for columns := left; columns <= right; columns++ {
			p.frame.x, p.frame.y = x+uint32(columns), y+uint32(rows)
			if rows|columns != 0 && p.frame.x>>p.frame.z == 0 && p.frame.y>>p.frame.z == 0 {
				dst = p.appendOutline(dst, l, k, columns, rows)
			}
		}
	}
	return dst
}

// beside gives the first and the last of the tiles around one, -1 to 1, that show a part of
// what spans low to high on it.
func (p *pen) beside(low, high int64) (first, last int) {
	if low <= p.box.maxX-mvt.Extent {
		first = -1
	}
	if high >= p.box.minX+mvt.Extent {
		last = 1
	}
	return first, last
}

// appendOutline appends the outline of a position on the tile of p.frame. What rounding spoils
// is left to those who ask for the tile: to make it anew takes long.
func (p *pen) appendOutline(dst []byte, l *layer, k, columns, rows int) []byte {
	if l.dims[k] == 2 && l.shades[k].rough>>p.frame.z&1 != 0 {
		return dst
	}
	before := p.encoder.Repaired()
	var ignored Stats
	if !p.drawShape(l, k, &ignored) {
		return dst
	}
	to := wayTo(uint32(columns), uint32(rows))
	if p.encoder.Repaired() > before {
		to |= repaired
	}
	return p.encoder.AppendOutline(append(dst, byte(to)))
}
