package tiles

import (
	"socle/referentials"
	"socle/tiles/mvt"
)

// pen draws the rows of a layer on one tile. It is the scratch memory of a request.
type pen struct {
	encoder mvt.Encoder
	frame   frame
	box     box        // of the tile and its buffer
	border  mvt.Border // of box
	detail  uint8      // vertices of this zoom are drawn
	deepest int        // bytes that no tile may pass

	outlines *outlines // of the layer at this detail; nil when there are none

	raw, spare []int64 // the line or ring at work, before it is cut
	path       []int32 // and after
	found      []uint32
	picks      []pick
	places     []uint64 // of picks, and the same in another order
	shuffled   []uint64
	first      []byte // layers that did not fit together
}

// pick is a feature to be drawn and, of points, how many it stands for.
type pick struct{ position, count uint32 }

// draw encodes a feature and tells whether anything of it can be seen.
func (p *pen) draw(l *layer, at pick, a *attributes, s *Stats) bool {
	k := int(at.position)
	var outline []byte
	if l.points {
		if outline = p.point(l.xy[2*k], l.xy[2*k+1]); outline == nil {
			return false
		}
	} else if p.outlines != nil {
		var anew bool
		if outline, anew = p.outlines.on(&p.frame, &l.boxes[0][k], k); anew {
			s.Repaired++
		}
	}
	switch {
	case outline == nil:
		if !p.drawShape(l, k, s) {
			return false
		}
	case a.plain && at.count == 1:
		p.encoder.AddFeature(outline, l.id(k), k)
		return true
	default:
		p.encoder.BeginOutline(outline)
	}
	a.write(&p.encoder, l, at, s)
	return p.encoder.EndFeature()
}

// drawShape draws a feature vertex by vertex and tells whether anything of it is left.
func (p *pen) drawShape(l *layer, k int, s *Stats) bool {
	switch l.dims[k] {
	case 0:
		p.encoder.BeginFeature(mvt.Point)
		p.drawPoints(l, k)
	case 1:
		p.encoder.BeginFeature(mvt.LineString)
		for path := l.first[k]; path < l.first[k+1]; path++ {
			p.drawLine(l, path)
		}
	default:
		p.encoder.BeginFeature(mvt.Polygon)
		if zoom := uint8(p.frame.z); !l.isSmall(k, zoom) {
			p.drawPolygon(l, k)
		} else if l.shades[k].pixel>>zoom&1 != 0 {
			p.drawPixel(l, k)
		} else {
			if l.policy.Small == referentials.MergedSmall {
				s.Merged++
			}
			return false
		}
	}
	return p.encoder.HasGeometry()
}

// point gives the outline of a feature that is a single point; nil when it is out of sight.
func (p *pen) point(wx, wy uint32) []byte {
	x, y := p.frame.place(wx, wy)
	if x < p.box.minX || x > p.box.maxX || y < p.box.minY || y > p.box.maxY {
		return nil
	}
	return p.encoder.PointOutline(int32(x), int32(y))
}

func (p *pen) drawPoints(l *layer, k int) {
	from, to := l.path(l.first[k])
	for v := from; v < to; v++ {
		x, y := p.frame.place(l.xy[2*v], l.xy[2*v+1])
		if x >= p.box.minX && x <= p.box.maxX && y >= p.box.minY && y <= p.box.maxY {
			p.encoder.AddPoint(int32(x), int32(y))
		}
	}
}

// box gives a box in tile coordinates.
func (f *frame) box(r *rect) box {
	left, top := f.place(r.left, r.top)
	right, bottom := f.place(r.right, r.bottom)
	return box{left, top, right, bottom}
}

// take places the vertices of a path that fits, as far as they are drawn at this zoom.
func (p *pen) take(l *layer, path uint32) {
	a, b := l.path(path)
	xy, from := l.xy[2*a:2*b], l.from[a:b]
	if n := len(xy); cap(p.path) < n {
		p.path = make([]int32, 2*n)
	}
	out := p.path[:len(xy)]
	n := 0
	f := &p.frame
	if f.shift <= 0 {
		for i := range from {
			x, y := f.place(xy[2*i], xy[2*i+1])
			out[n], out[n+1] = int32(x), int32(y)
			n += 2
		}
		p.path = out[:n]
		return
	}
	zoom, shift := p.detail, f.shift
	half := uint64(1) << (shift - 1)
	left, top := f.x<<extentBits, f.y<<extentBits
	px, py := int32(-1<<31), int32(-1<<31)
	for i, z := range from {
		if z > zoom {
			continue
		}
		x := int32(uint32((uint64(xy[2*i])+half)>>shift) - left)
		y := int32(uint32((uint64(xy[2*i+1])+half)>>shift) - top)
		if x == px && y == py {
			continue
		}
		px, py = x, y
		out[n], out[n+1] = x, y
		n += 2
	}
	p.path = out[:n]
}

// opened gives the ring at work without a last vertex that repeats the first.
func (p *pen) opened() []int32 {
	if n := len(p.path); p.path[0] == p.path[n-2] && p.path[1] == p.path[n-1] {
		p.path = p.path[:n-2]
	}
	return p.path
}

// place is take for a path that may not fit, into p.raw, and gives its box.
func (p *pen) place(l *layer, path uint32) box {
	raw := p.raw[:0]
	var b box
	a, end := l.path(path)
	for v := a; v < end; v++ {
		if l.from[v] > p.detail {
			continue
		}
		x, y := p.frame.place(l.xy[2*v], l.xy[2*v+1])
		switch n := len(raw); {
		case n == 0:
			b = box{x, y, x, y}
		case raw[n-2] == x && raw[n-1] == y:
			continue
		}
		b.minX, b.maxX = min(b.minX, x), max(b.maxX, x)
		b.minY, b.maxY = min(b.minY, y), max(b.maxY, y)
		raw = append(raw, x, y)
	}
	p.raw = raw
	return b
}

func (b *box) holds(c *box) bool {
	return c.minX >= b.minX && c.maxX <= b.maxX && c.minY >= b.minY && c.maxY <= b.maxY
}

func (b *box) misses(c *box) bool {
	return c.maxX < b.minX || c.minX > b.maxX || c.maxY < b.minY || c.minY > b.maxY
}

// narrow gives 32-bit coordinates, which those within the buffer are.
func (p *pen) narrow(xy []int64) []int32 {
	p.path = p.path[:0]
	for _, v := range xy {
		p.path = append(p.path, int32(v))
	}
	return p.path
}

func (p *pen) drawLine(l *layer, path uint32) {
	b := p.place(l, path)
	if p.box.misses(&b) {
		return
	}
	if p.box.holds(&b) {
		p.encoder.AddLine(p.narrow(p.raw))
		return
	}
	p.path = p.path[:0]
	for v := 2; v < len(p.raw); v += 2 {
		ax, ay, bx, by, ok := p.box.clipSegment(p.raw[v-2], p.raw[v-1], p.raw[v], p.raw[v+1])
		if !ok {
			continue
		}
		n := len(p.path)
		if n == 0 || int64(p.path[n-2]) != ax || int64(p.path[n-1]) != ay {
			p.encoder.AddLine(p.path)
			p.path = append(p.path[:0], int32(ax), int32(ay))
		}
		p.path = append(p.path, int32(bx), int32(by))
	}
	p.encoder.AddLine(p.path)
}

// drawPolygon draws the rings of a feature. Those of nearly all need neither cutting nor
// judging: what rounding does to them is known.
func (p *pen) drawPolygon(l *layer, k int) {
	zoom := p.frame.z
	fine := zoom <= uint32(l.policy.MaxZoom) && uint32(p.detail) == zoom && l.shades[k].rough>>zoom&1 == 0
	b := p.frame.box(&l.boxes[0][k])
	fits := p.box.holds(&b)
	for path := l.first[k]; path < l.first[k+1]; path++ {
		switch {
		case !fits:
			p.cutRing(l, path, fine)
		case fine:
			p.take(l, path)
			p.encoder.AddSimpleRing(p.opened())
		default:
			p.take(l, path)
			p.encoder.AddRing(p.path, l.holes[path])
		}
	}
}

// cutRing draws a ring that may not fit; fine tells that those of its polygon are right before
// they are cut.
func (p *pen) cutRing(l *layer, path uint32, fine bool) {
	p.path = p.path[:0]
	b := p.place(l, path)
	switch {
	case p.box.misses(&b):
	case p.box.holds(&b):
		p.narrow(p.raw)
	default:
		p.raw, p.spare = p.box.clipRing(p.raw, p.spare)
		p.narrow(p.raw)
	}
	if fine {
		p.encoder.AddCutRing(p.path, l.holes[path], &p.border)
	} else {
		p.encoder.AddRing(p.path, l.holes[path])
	}
}

// drawPixel draws a square for a feature that is too small.
func (p *pen) drawPixel(l *layer, k int) {
	r := &l.boxes[0][k]
	x, y := p.frame.place(r.left/2+r.right/2, r.top/2+r.bottom/2)
	x, y = x>>speckBits<<speckBits, y>>speckBits<<speckBits
	if p.box.holds(&box{x, y, x + speckSide, y + speckSide}) {
		x, y := int32(x), int32(y)
		p.path = append(p.path[:0], x, y, x+speckSide, y, x+speckSide, y+speckSide, x, y+speckSide)
		p.encoder.AddSimpleRing(p.path)
	}
}
