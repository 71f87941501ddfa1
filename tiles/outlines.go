package tiles

import (
	"socle/tiles/mvt"
)

// outlines are the lines and polygons of a layer as their home tiles of one zoom write them.
// What is whole there is the same elsewhere but for its first step: the grid that all is
// rounded to is that of all tiles.
type outlines struct {
	runs [][]byte // of runLength positions each
	ends []uint32 // where the outline of each position ends in its run; one without bytes is drawn vertex by vertex
}

// of gives the outline of a position.
func (o *outlines) of(k int) []byte {
	from := uint32(0)
	if k%runLength > 0 {
		from = o.ends[k-1]
	}
	return o.runs[k/runLength][from:o.ends[k]]
}

func (o *outlines) bytes() int {
	n := 4 * len(o.ends)
	for _, run := range o.runs {
		n += len(run)
	}
	return n
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
	o := outlines{runs: make([][]byte, (n+runLength-1)/runLength), ends: make([]uint32, n)}
	inRuns(n, func(from, to int) {
		p := pen{frame: frame{z: uint32(zoom), shift: worldBits - extentBits - int(zoom)}, detail: zoom}
		p.begin(drawing{layer: l})
		var run []byte
		for k := from; k < to; k++ {
			run = p.appendOutline(run, l, k)
			o.ends[k] = uint32(len(run))
		}
		o.runs[from/runLength] = append([]byte(nil), run...)
	})
	return o
}

// outlinesAt gives the outlines for a zoom with the detail of one; nil when there are none.
func (l *layer) outlinesAt(zoom uint32, detail uint8) *outlines {
	k := int(zoom) - int(l.policy.MinZoom)
	if k < 0 || k >= len(l.outlines) || uint32(detail) != zoom || l.outlines[k].ends == nil {
		return nil
	}
	return &l.outlines[k]
}

// home gives the tile that holds the middle of a box.
func (r *rect) home(zoom uint32) (x, y uint32) {
	shift := worldBits - zoom
	return (r.left + (r.right-r.left)/2) >> shift, (r.top + (r.bottom-r.top)/2) >> shift
}

// appendOutline appends the outline of a position to dst, or nothing where tiles must draw it
// vertex by vertex: what is too small, what rounding spoils, what fits in no tile.
func (p *pen) appendOutline(dst []byte, l *layer, k int) []byte {
	r := &l.boxes[0][k]
	most := (mvt.Extent + 2*uint64(l.policy.Buffer)) << max(0, p.frame.shift) >> max(0, -p.frame.shift)
	if l.dims[k] == 0 || uint64(max(r.right-r.left, r.bottom-r.top)) > most {
		return dst
	}
	if zoom := uint8(p.frame.z); l.dims[k] == 2 && (l.isSmall(k, zoom) || l.shades[k].rough>>zoom&1 != 0) {
		return dst
	}
	p.frame.x, p.frame.y = r.home(p.frame.z)
	repaired := p.encoder.Repaired()
	if !p.drawShape(l, k, nil) || p.encoder.Repaired() > repaired {
		return dst // each tile tells what it repaired
	}
	return p.encoder.AppendOutline(dst)
}
