package mvt

import "encoding/binary"

// Commands of the geometry encoding.
const (
	moveTo    = 1
	lineTo    = 2
	closePath = 7
)

func command(id, count int) uint64 { return uint64(count<<3 | id) }

// geometry collects the commands of one feature.
type geometry struct {
	commands  []byte
	points    []byte // of a point feature, whose one MoveTo counts them all
	x, y      int32  // the cursor
	vertices  int
	lostShell bool    // the shell of the polygon at work was left out
	path      []int32 // scratch: the line or ring at work, tidied
}

func (g *geometry) reset() {
	g.commands, g.points = g.commands[:0], g.points[:0]
	g.x, g.y, g.vertices, g.lostShell = 0, 0, 0, false
}

// finish gives the commands.
func (g *geometry) finish() []byte {
	if len(g.points) > 0 {
		g.commands = binary.AppendUvarint(g.commands[:0], command(moveTo, g.vertices))
		g.commands = append(g.commands, g.points...)
	}
	return g.commands
}

// step appends the way from the cursor to a vertex, and moves it there.
func (g *geometry) step(dst []byte, x, y int32) []byte {
	dx, dy := x-g.x, y-g.y
	g.x, g.y = x, y
	g.vertices++
	dst = binary.AppendUvarint(dst, uint64(uint32(dx<<1)^uint32(dx>>31)))
	return binary.AppendUvarint(dst, uint64(uint32(dy<<1)^uint32(dy>>31)))
}

func (g *geometry) walk(xy []int32) {
	g.commands = binary.AppendUvarint(g.commands, command(moveTo, 1))
	g.commands = g.step(g.commands, xy[0], xy[1])
	g.commands = binary.AppendUvarint(g.commands, command(lineTo, len(xy)/2-1))
	for i := 2; i < len(xy); i += 2 {
		g.commands = g.step(g.commands, xy[i], xy[i+1])
	}
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
// either way. A ring without area is left out, and with a shell its holes.
func (e *Encoder) AddRing(xy []int32, hole bool) {
	g := &e.geometry
	if hole && g.lostShell {
		return
	}
	g.path = tidyRing(g.path[:0], xy)
	area := DoubleArea(g.path)
	if !hole {
		g.lostShell = area == 0
	}
	if area == 0 {
		return
	}
	if (area < 0) != hole {
		reverse(g.path)
	}
	g.walk(g.path)
	g.commands = binary.AppendUvarint(g.commands, command(closePath, 1))
}
