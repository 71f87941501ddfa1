package tiles

import (
	"socle/geo"
	"socle/referentials"
	"socle/tiles/mvt"
)

// pen draws the rows of a layer on one tile. It is the scratch memory of a request.
type pen struct {
	encoder mvt.Encoder
	frame   frame
	box     box // of the tile and its buffer
	coarse  int // vertices snap to a grid of 1<<coarse tile units

	specks specks

	raw, spare []int64 // the line or ring at work
	path       []int32
	ids        []uint32
	ranks      []rank
}

// coarseness says how much coarser than the tile's own grid that of its vertices is, in
// bits. At the deepest zoom, which clients magnify, they are the same; then the grid grows
// to a quarter of a pixel of 256 to a tile. Shapes that share a border snap alike, so no
// gap opens.
func coarseness(zoom, maxZoom uint32) int {
	if zoom >= maxZoom {
		return 0
	}
	return min(2, int(maxZoom-zoom+1)/2)
}

// longestText bounds an attribute: a map has no use for more, and one text must not fill
// a tile.
const longestText = 4096

// draw encodes row i as a feature and tells whether anything of it can be seen.
func (p *pen) draw(l *layer, i int, s *Stats) bool {
	g := l.collection.LonLat(i)
	xy := l.vertices(i)
	switch g.Type.Dimension() {
	case 0:
		p.encoder.BeginFeature(mvt.Point)
		p.drawPoints(xy)
	case 1:
		p.encoder.BeginFeature(mvt.LineString)
		from := uint32(0)
		for _, end := range g.Ends {
			p.drawLine(xy[2*from : 2*end])
			from = end
		}
	case 2:
		p.encoder.BeginFeature(mvt.Polygon)
		p.drawPolygons(&g, xy)
		if !p.encoder.HasGeometry() {
			p.drawSpeck()
		}
	default:
		return false
	}
	if !p.encoder.HasGeometry() {
		return false
	}
	p.attributes(l, i, s)
	return p.encoder.EndFeature()
}

func (p *pen) drawPoints(xy []uint32) {
	for v := 0; v < len(xy); v += 2 {
		x, y := p.frame.place(xy[v], xy[v+1], 0)
		if x >= p.box.minX && x <= p.box.maxX && y >= p.box.minY && y <= p.box.maxY {
			p.encoder.AddPoint(int32(x), int32(y))
		}
	}
}

// place takes world vertices to the tile and gives the box of what p.raw then holds.
func (p *pen) place(xy []uint32) box {
	raw := p.raw[:0]
	x, y := p.frame.place(xy[0], xy[1], p.coarse)
	raw = append(raw, x, y)
	b := box{x, y, x, y}
	for v := 2; v < len(xy); v += 2 {
		nx, ny := p.frame.place(xy[v], xy[v+1], p.coarse)
		if nx == x && ny == y {
			continue
		}
		x, y = nx, ny
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

func (p *pen) drawLine(xy []uint32) {
	b := p.place(xy)
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

func (p *pen) drawPolygons(g *geo.Geometry, xy []uint32) {
	p.specks.met = false
	from := uint32(0)
	for part := range g.Parts {
		ring, end := g.RingsOf(part)
		shell := ring
		for ; ring < end; ring++ {
			to := g.Ends[ring]
			p.drawRing(xy[2*from:2*to], ring != shell)
			from = to
		}
	}
}

func (p *pen) drawRing(xy []uint32, hole bool) {
	p.path = p.path[:0]
	b := p.place(xy)
	switch {
	case p.box.misses(&b):
	case p.isSpeck(&b):
		p.specks.meet(b.minX, b.minY)
	case p.box.holds(&b):
		p.narrow(p.raw)
	default:
		p.raw, p.spare = p.box.clipRing(p.raw, p.spare)
		p.narrow(p.raw)
	}
	p.encoder.AddRing(p.path, hole)
}

// attributes gives the feature its number and values. Null is left out: a vector tile has
// no other way to say it.
func (p *pen) attributes(l *layer, i int, s *Stats) {
	if l.key >= 0 {
		if id := l.collection.Value(i, l.key).Int(); id >= 0 {
			p.encoder.SetID(uint64(id))
		}
	}
	for k, field := range l.fields {
		switch v := l.collection.Value(i, field); v.Type() {
		case "":
		case referentials.Integer:
			p.encoder.Int(k, v.Int())
		case referentials.Number:
			p.encoder.Double(k, v.Float())
		case referentials.Boolean:
			p.encoder.Bool(k, v.Bool())
		case referentials.String, referentials.JSON:
			if len(v.Str()) > longestText {
				s.LongTexts++
				continue
			}
			p.encoder.String(k, v.Str())
		default:
			p.encoder.String(k, v.String())
		}
	}
}
