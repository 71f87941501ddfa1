package tiles

import (
	"socle/tiles/mvt"
)

// outlines are the lines and polygons of a layer as tiles of one zoom write them, less where
// they are: the grid that they are rounded to is the same for all tiles.
type outlines struct {
	runs [][]byte // of runLength positions each
	ends []uint32 // where the outline of each position ends in its run; one without bytes is drawn vertex by vertex
}

// of gives the outline of a position; places are from the corner of its box.
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

// appendOutline appends the outline of a position to dst, or nothing where tiles must draw it
// vertex by vertex: what is too small, what rounding spoils, what fits in no tile.
func (p *pen) appendOutline(dst []byte, l *layer, k int) []byte {
	r := &l.boxes[0][k]
	left, top := p.frame.place(r.left, r.top)
	right, bottom := p.frame.place(r.right, r.bottom)
	if most := int64(mvt.Extent) + 2*int64(l.policy.Buffer); right-left > most || bottom-top > most {
		return dst
	}
	switch zoom := uint8(p.frame.z); l.dims[k] {
	case 0:
		return dst
	case 1:
		p.encoder.BeginFeature(mvt.LineString)
	default:
		if l.isSmall(k, zoom) || l.shades[k].rough>>zoom&1 != 0 {
			return dst
		}
		p.encoder.BeginFeature(mvt.Polygon)
	}
	for path := l.first[k]; path < l.first[k+1]; path++ {
		p.take(l, path)
		for i := 0; i < len(p.path); i += 2 {
			p.path[i] -= int32(uint32(left))
			p.path[i+1] -= int32(uint32(top))
		}
		if l.dims[k] == 1 {
			p.encoder.AddLine(p.path)
		} else {
			p.encoder.AddSimpleRing(p.opened())
		}
	}
	return p.encoder.AppendOutline(dst)
}
