package arcs

import "math/bits"

// grid finds the nodes in a box. It holds those that are left at one moment.
type grid struct {
	x, y          uint32 // of the corner
	shift         int    // the side of a cell, as a power of two
	columns, rows uint32
	starts        []uint32 // of each cell in nodes, row by row, and the end
	nodes         []uint32
}

// nodesPerCell is about how many nodes a cell should hold where they spread evenly.
const nodesPerCell = 2

func newGrid(g *graph) *grid {
	f := &grid{x: none, y: none}
	var right, bottom uint32
	n := 0
	for i, z := range g.from {
		if z == 0 {
			x, y := g.xy[2*i], g.xy[2*i+1]
			f.x, f.y = min(f.x, x), min(f.y, y)
			right, bottom = max(right, x), max(bottom, y)
			n++
		}
	}
	width, height := right-f.x, bottom-f.y
	for f.shift = 0; (uint64(width>>f.shift)+1)*(uint64(height>>f.shift)+1) > uint64(n/nodesPerCell+1); {
		f.shift++
	}
	f.columns, f.rows = width>>f.shift+1, height>>f.shift+1
	f.starts = make([]uint32, f.columns*f.rows+1)
	f.nodes = make([]uint32, n)
	for i, z := range g.from {
		if z == 0 {
			f.starts[f.cell(g.xy[2*i], g.xy[2*i+1])]++
		}
	}
	sum := uint32(0)
	for c, count := range f.starts {
		sum += count
		f.starts[c] = sum
	}
	for i := len(g.from) - 1; i >= 0; i-- {
		if g.from[i] == 0 {
			c := f.cell(g.xy[2*i], g.xy[2*i+1])
			f.starts[c]--
			f.nodes[f.starts[c]] = uint32(i)
		}
	}
	return f
}

func (f *grid) cell(x, y uint32) uint32 {
	return (y-f.y)>>f.shift*f.columns + (x-f.x)>>f.shift
}

// mostCells bounds the search for one triangle. A vertex that makes a larger one stays.
const mostCells = 4096

// triangle is a vertex between the two beside it.
type triangle struct{ a, b, c place }

type place struct{ x, y int64 }

// cross is twice the signed area of a triangle. It does not overflow where no side is as
// long as half the world.
func cross(a, b, c place) int64 { return (b.x-a.x)*(c.y-a.y) - (c.x-a.x)*(b.y-a.y) }

// holds tells whether a place is in the triangle or on its sides.
func (t *triangle) holds(p place) bool {
	ab, bc, ca := cross(t.a, t.b, p), cross(t.b, t.c, p), cross(t.c, t.a, p)
	return ab >= 0 && bc >= 0 && ca >= 0 || ab <= 0 && bc <= 0 && ca <= 0
}

// size is the wider side of the box of the triangle, as bits.
func (t *triangle) size() int {
	width := max(t.a.x, t.b.x, t.c.x) - min(t.a.x, t.b.x, t.c.x)
	height := max(t.a.y, t.b.y, t.c.y) - min(t.a.y, t.b.y, t.c.y)
	return bits.Len64(uint64(width | height))
}

// isFree tells whether no node that counts is in the triangle.
func (f *grid) isFree(t *triangle, g *graph, counts func(n uint32) bool) bool {
	left, right := uint32(min(t.a.x, t.b.x, t.c.x))-f.x, uint32(max(t.a.x, t.b.x, t.c.x))-f.x
	top, bottom := uint32(min(t.a.y, t.b.y, t.c.y))-f.y, uint32(max(t.a.y, t.b.y, t.c.y))-f.y
	left, right, top, bottom = left>>f.shift, right>>f.shift, top>>f.shift, bottom>>f.shift
	if uint64(right-left+1)*uint64(bottom-top+1) > mostCells {
		return false
	}
	for row := top; row <= bottom; row++ {
		at := row * f.columns
		for _, n := range f.nodes[f.starts[at+left]:f.starts[at+right+1]] {
			if t.holds(place{int64(g.xy[2*n]), int64(g.xy[2*n+1])}) && counts(n) {
				return false
			}
		}
	}
	return true
}
