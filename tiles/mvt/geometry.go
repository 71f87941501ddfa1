package mvt

import (
	"encoding/binary"
	"slices"
)

// Commands of the geometry encoding.
const (
	moveTo    = 1
	lineTo    = 2
	closePath = 7
)

func command(id, count int) uint64 { return uint64(count<<3 | id) }

// geometry collects the commands of one feature.
type geometry struct {
	commands []byte
	points   []byte // of a point feature, whose one MoveTo counts them all
	x, y     int32  // the cursor
	vertices int
	path     []int32 // scratch: the line or ring at work, tidied

	// The polygon at work: its rings, tidied, of which the first is the shell.
	rings    []int32
	ends     []int32
	lost     bool    // its shell was left out
	border   *Border // that its rings, simple before, were cut at; nil when they must be judged whole
	judge    Judge
	repairer repairer
	repaired int // polygons of the layer
}

func (g *geometry) reset() {
	g.commands, g.points = g.commands[:0], g.points[:0]
	g.rings, g.ends = g.rings[:0], g.ends[:0]
	g.x, g.y, g.vertices, g.lost = 0, 0, 0, false
}

// finish gives the commands.
func (g *geometry) finish() []byte {
	if len(g.points) > 0 {
		g.commands = binary.AppendUvarint(g.commands[:0], command(moveTo, g.vertices))
		g.commands = append(g.commands, g.points...)
	}
	return g.commands
}

// mostBytes is how many a number of a geometry takes at most.
const mostBytes = 5

// step appends the way from the cursor to a vertex, and moves it there.
func (g *geometry) step(dst []byte, x, y int32) []byte {
	dx, dy := x-g.x, y-g.y
	g.x, g.y = x, y
	g.vertices++
	return appendWay(appendWay(dst, dx), dy)
}

// appendWay appends a difference of coordinates: one byte, or two, nearly always.
func appendWay(dst []byte, d int32) []byte {
	v := uint32(d<<1) ^ uint32(d>>31)
	switch {
	case v < 1<<7:
		return append(dst, byte(v))
	case v < 1<<14:
		return append(dst, byte(v)|0x80, byte(v>>7))
	}
	return binary.AppendUvarint(dst, uint64(v))
}

// AppendOutline appends to dst the type and the geometry of the feature at work, as a layer
// writes them: its outline, for [Encoder.BeginOutline]. It appends nothing when nothing is
// left of the feature.
func (e *Encoder) AppendOutline(dst []byte) []byte {
	if !e.HasGeometry() {
		return dst
	}
	commands := e.geometry.finish()
	dst = appendUvarint(append(dst, featureType, byte(e.geomType), featureGeometry), uint64(len(commands)))
	return append(dst, commands...)
}

// PointOutline gives the outline of a point. It is good until the feature that takes it is
// ended.
func (e *Encoder) PointOutline(x, y int32) []byte {
	b := &e.batch
	const length, head = 3, 5
	n := len(b.outlines)
	b.outlines = append(b.outlines, featureType, byte(Point), featureGeometry, 0, 1<<3|moveTo)
	b.outlines = appendWay(appendWay(b.outlines, x), y)
	outline := b.outlines[n:]
	outline[length] = byte(1 + len(outline) - head)
	return outline
}

// OutlineSize tells how many bytes the outline that b begins with takes.
func OutlineSize(b []byte) int {
	const head = 3 // type, and the field of the geometry
	if n := b[head]; n < 1<<7 {
		return head + 1 + int(n)
	}
	size, n := binary.Uvarint(b[head:])
	return head + n + int(size)
}

func (g *geometry) walk(xy []int32) {
	b := slices.Grow(g.commands, mostBytes*(len(xy)+4))
	b = append(b, 1<<3|moveTo)
	b = g.step(b, xy[0], xy[1])
	b = appendUvarint(b, command(lineTo, len(xy)/2-1))
	x, y := g.x, g.y
	for i := 2; i+1 < len(xy); i += 2 {
		nx, ny := xy[i], xy[i+1]
		b = appendWay(appendWay(b, nx-x), ny-y)
		x, y = nx, ny
	}
	g.x, g.y = x, y
	g.vertices += len(xy)/2 - 1
	g.commands = b
}

func (g *geometry) walkRing(xy []int32) {
	g.walk(xy)
	g.commands = append(g.commands, 1<<3|closePath)
}

// AddPoint adds a point to a Point feature.
func (e *Encoder) AddPoint(x, y int32) {
	e.geometry.points = e.geometry.step(e.geometry.points, x, y)
}

// AddLine adds a line of flat x, y pairs to a LineString feature, without its repeated
// and needless vertices. A line without length is left out.
func (e *Encoder) AddLine(xy []int32) {
	g := &e.geometry
	g.path = tidyLine(g.path[:0], xy)
	if len(g.path) >= 4 {
		g.walk(g.path)
	}
}

// AddRing adds a ring of flat x, y pairs to a Polygon feature: the shell of a polygon, or
// a hole in the last one. Its first vertex may be repeated at its end and it may turn
// either way. A ring without area is left out, and with a shell its holes. Rings that touch
// or cross themselves or each other are made anew, so that what is drawn stays the same.
func (e *Encoder) AddRing(xy []int32, hole bool) { e.addRing(xy, hole, nil) }

// AddCutRing is AddRing for a ring of a polygon that was cut at a border and whose rings before
// neither touched nor crossed themselves or each other. All rings of the polygon are given so.
func (e *Encoder) AddCutRing(xy []int32, hole bool, border *Border) { e.addRing(xy, hole, border) }

func (e *Encoder) addRing(xy []int32, hole bool, border *Border) {
	g := &e.geometry
	if !hole {
		g.endPolygon()
		g.lost, g.border = false, border
	}
	if g.lost {
		return
	}
	g.path = tidyRing(g.path[:0], xy)
	if len(g.path) < len(xy) {
		g.border = nil // a side may have come about within
	}
	if len(g.path) < 6 {
		g.lost = !hole
		return
	}
	if (DoubleArea(g.path) < 0) != hole {
		reverse(g.path)
	}
	g.rings = append(g.rings, g.path...)
	g.ends = append(g.ends, int32(len(g.rings)/2))
}

// endPolygon writes the polygon at work.
func (g *geometry) endPolygon() {
	if len(g.ends) == 0 {
		return
	}
	xy, ends := g.rings, g.ends
	var simple bool
	if g.border != nil {
		simple = g.judge.simpleCut(xy, ends, g.border)
	} else {
		simple = g.judge.Simple(xy, ends)
	}
	if !simple || !nested(xy, ends) {
		g.repairer.repair(xy, ends)
		xy, ends = g.repairer.xy, g.repairer.ends
		g.repaired++
	}
	first := int32(0)
	for _, end := range ends {
		g.walkRing(xy[2*first : 2*end])
		first = end
	}
	g.rings, g.ends = g.rings[:0], g.ends[:0]
}

// nested tells whether holes that touch nothing are inside their shell and not inside each
// other.
func nested(xy []int32, ends []int32) bool {
	for k := 1; k < len(ends); k++ {
		hole := xy[2*ends[k-1] : 2*ends[k]]
		if !surrounds(xy[:2*ends[0]], hole) {
			return false
		}
		for i := 1; i < len(ends); i++ {
			if i != k && surrounds(xy[2*ends[i-1]:2*ends[i]], hole) {
				return false
			}
		}
	}
	return true
}

// AddSimpleRing adds a ring that is known to be right: open, of three vertices or more that
// differ from those beside them, neither touching nor crossing itself or the rings of the
// same polygon, with a [DoubleArea] that is positive for a shell and negative for a hole.
func (e *Encoder) AddSimpleRing(xy []int32) {
	e.geometry.endPolygon()
	e.geometry.walkRing(xy)
}
