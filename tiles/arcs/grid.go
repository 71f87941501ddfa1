package arcs

import (
	"math/bits"
	"slices"
)

// grid finds the nodes in a box. It holds those that are left at one moment.
type grid struct {
	x, y          uint32 // of the corner
	right, bottom uint32 // of the corner opposite
	shift         int    // the side of a cell, as a power of two
	columns, rows uint32
	starts        []uint32 // of each cell in nodes, row by row, and the end
	nodes         []uint32
	crowded       map[uint32]*grid // of cells with too many nodes: a layer may be a town and a place far away
}

const (
	// nodesPerCell is about how many nodes a cell should hold where they spread evenly.
	nodesPerCell = 2
	// fullCell is from how many nodes on a cell has a grid of its own.
	fullCell = 128
)

func newGrid(g *graph) *grid {
	var left []uint32
	for i, z := range g.from {
		if z == 0 {
			left = append(left, uint32(i))
		}
	}
	return gridOf(g, left)
}

// gridOf makes a grid of some nodes. Those of one crowded cell are in many of the next grid, since
// no two nodes are in one place.
func gridOf(g *graph, nodes []uint32) *grid {
	f := &grid{x: none, y: none}
	n := len(nodes)
	for _, i := range nodes {
		x, y := g.xy[2*i], g.xy[2*i+1]
		f.x, f.y = min(f.x, x), min(f.y, y)
		f.right, f.bottom = max(f.right, x), max(f.bottom, y)
	}
	width, height := f.right-f.x, f.bottom-f.y
	for f.shift = 0; (uint64(width>>f.shift)+1)*(uint64(height>>f.shift)+1) > uint64(n/nodesPerCell+1); {
		f.shift++
	}
	f.columns, f.rows = width>>f.shift+1, height>>f.shift+1
	f.starts = make([]uint32, f.columns*f.rows+1)
	f.nodes = make([]uint32, n)
	for _, i := range nodes {
		f.starts[f.cell(g.xy[2*i], g.xy[2*i+1])]++
	}
	sum := uint32(0)
	for c, count := range f.starts {
		sum += count
		f.starts[c] = sum
	}
	for k := n - 1; k >= 0; k-- {
		i := nodes[k]
		c := f.cell(g.xy[2*i], g.xy[2*i+1])
		f.starts[c]--
		f.nodes[f.starts[c]] = i
	}
	for c := range f.columns * f.rows {
		if in := f.nodes[f.starts[c]:f.starts[c+1]]; len(in) >= fullCell {
			if f.crowded == nil {
				f.crowded = map[uint32]*grid{}
			}
			f.crowded[c] = gridOf(g, in)
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

// isFree tells whether no node that counts is in the triangle, whose corners are in the grid.
func (f *grid) isFree(t *triangle, g *graph, counts func(n uint32) bool) bool {
	left, right, top, bottom := f.cellsOf(t)
	return uint64(right-left+1)*uint64(bottom-top+1) <= mostCells && f.holdsNone(t, g, counts)
}

// cellsOf gives the columns and rows that a triangle which meets the box of the grid reaches.
func (f *grid) cellsOf(t *triangle) (left, right, top, bottom uint32) {
	column := func(x int64) uint32 { return (uint32(min(max(x, int64(f.x)), int64(f.right))) - f.x) >> f.shift }
	row := func(y int64) uint32 { return (uint32(min(max(y, int64(f.y)), int64(f.bottom))) - f.y) >> f.shift }
	return column(min(t.a.x, t.b.x, t.c.x)), column(max(t.a.x, t.b.x, t.c.x)), row(min(t.a.y, t.b.y, t.c.y)), row(max(t.a.y, t.b.y, t.c.y))
}

func (f *grid) holdsNone(t *triangle, g *graph, counts func(n uint32) bool) bool {
	anyOf := func(from, to uint32) bool {
		return slices.ContainsFunc(f.nodes[f.starts[from]:f.starts[to]], func(n uint32) bool {
			return t.holds(place{int64(g.xy[2*n]), int64(g.xy[2*n+1])}) && counts(n)
		})
	}
	left, right, top, bottom := f.cellsOf(t)
	for row := top; row <= bottom; row++ {
		at := row * f.columns
		if f.crowded == nil {
			if anyOf(at+left, at+right+1) {
				return false
			}
			continue
		}
		for c := at + left; c <= at+right; c++ {
			if in := f.crowded[c]; in != nil {
				if !in.holdsNone(t, g, counts) {
					return false
				}
			} else if anyOf(c, c+1) {
				return false
			}
		}
	}
	return true
}
