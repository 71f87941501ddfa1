package crosswalk

import (
	"context"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"socle/geo"
	"socle/geo/crs"
	"socle/geo/topology"
	"socle/imu/parallel"
	"socle/referentials/snapshot"
)

// none is the row of no cell.
const none = math.MaxUint32

// cells finds the polygons of a collection by place: a grid of squares, each with the rows
// whose boxes meet it, ascending. A uniform grid is made in two passes over the boxes,
// which no tree is, and a square of a partition holds few boxes.
type cells struct {
	outlines []topology.Outline // those of rows without area hold and measure nothing
	boxes    []orb.Bound

	low              orb.Point
	perX, perY       float64 // squares in one unit
	columns, rows    int
	starts, contents []uint32 // of square k: contents[starts[k]:starts[k+1]]
}

// squaresPerCell makes a square about half as wide as a cell; mostPerCell bounds how many
// squares the boxes of all cells stand in, for meshes whose boxes overlap.
const (
	squaresPerCell = 4
	mostPerCell    = 16
	mostSquares    = 1 << 22
)

// newCells reads the polygons of c in a system, to be measured or only to hold points.
func newCells(ctx context.Context, c *snapshot.Collection, system crs.CRS, ways *crs.Cache, measured bool) (*cells, error) {
	l, err := newLayer(c, system, ways)
	if err != nil {
		return nil, err
	}
	x := &cells{outlines: make([]topology.Outline, c.Len()), boxes: make([]orb.Bound, c.Len())}
	// Shapes that were converted live as long as x does: each chunk keeps its own.
	err = parallel.Each(ctx, c.Len(), chunkRows, func() *shapes { return new(shapes) }, func(s *shapes, _, from, to int) error {
		if l.way != nil {
			s = new(shapes)
		}
		if err := l.read(s, from, to); err != nil {
			return err
		}
		for k := range s.list {
			x.boxes[from+k] = geo.EmptyBound()
			g := &s.list[k]
			if g.Type.Dimension() != 2 {
				continue
			}
			o := &x.outlines[from+k]
			if measured {
				o.Measure(g)
			} else {
				o.Place(g)
			}
			x.boxes[from+k] = o.Bound()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	x.lay()
	return x, nil
}

// lay makes the grid, as fine as the number of cells asks for, or coarser where boxes
// overlap so much that it would hold too many of them.
func (x *cells) lay() {
	extent, n := geo.EmptyBound(), 0
	for _, b := range x.boxes {
		if b.Min[0] <= b.Max[0] {
			extent = geo.Union(extent, b)
			n++
		}
	}
	if n == 0 {
		x.columns, x.rows, x.starts = 0, 0, []uint32{0}
		return
	}
	x.low = extent.Min
	width, height := extent.Max[0]-extent.Min[0], extent.Max[1]-extent.Min[1]
	for squares := float64(min(squaresPerCell*n, mostSquares)); ; squares = max(squares/4, 1) {
		side := math.Sqrt(width * height / squares)
		x.columns, x.rows = 1, 1
		if side > 0 {
			x.columns = int(min(max(width/side, 1), squares))
			x.rows = int(min(max(height/side, 1), squares))
		}
		x.perX, x.perY = perUnit(x.columns, width), perUnit(x.rows, height)
		if x.fill(mostPerCell*n + 64) {
			return
		}
	}
}

// fill puts the boxes into the squares, unless they are more than most in all.
func (x *cells) fill(most int) bool {
	x.starts = make([]uint32, x.columns*x.rows+1)
	total := 0
	for _, b := range x.boxes {
		if !(b.Min[0] <= b.Max[0]) {
			continue
		}
		c0, r0, c1, r1 := x.squares(b)
		if total += (c1 - c0 + 1) * (r1 - r0 + 1); total > most && len(x.starts) > 2 {
			return false
		}
		for r := r0; r <= r1; r++ {
			for k := r*x.columns + c0; k <= r*x.columns+c1; k++ {
				x.starts[k+1]++
			}
		}
	}
	for k := 1; k < len(x.starts); k++ {
		x.starts[k] += x.starts[k-1]
	}
	x.contents = make([]uint32, total)
	next := slices.Clone(x.starts)
	for i, b := range x.boxes {
		if !(b.Min[0] <= b.Max[0]) {
			continue
		}
		c0, r0, c1, r1 := x.squares(b)
		for r := r0; r <= r1; r++ {
			for k := r*x.columns + c0; k <= r*x.columns+c1; k++ {
				x.contents[next[k]] = uint32(i)
				next[k]++
			}
		}
	}
	return true
}

// squares gives the columns and rows that a box reaches. Both never fall as a coordinate
// rises, so that what lies in a box lies in its squares.
func (x *cells) squares(b orb.Bound) (c0, r0, c1, r1 int) {
	return x.column(b.Min[0]), x.row(b.Min[1]), x.column(b.Max[0]), x.row(b.Max[1])
}

func (x *cells) column(at float64) int { return step((at-x.low[0])*x.perX, x.columns) }

func (x *cells) row(at float64) int { return step((at-x.low[1])*x.perY, x.rows) }

// step cuts v down to one of n steps, whatever v is.
func step(v float64, n int) int {
	if !(v > 0) {
		return 0
	}
	return int(min(v, float64(n-1)))
}

// perUnit gives how many of n steps a unit of a length has.
func perUnit(n int, length float64) float64 {
	if length > 0 {
		return float64(n) / length
	}
	return 0
}

// square gives the square of a place.
func (x *cells) square(px, py float64) int { return x.row(py)*x.columns + x.column(px) }

// at gives the lowest row whose polygon covers a place, its border included: a place on a
// shared border belongs to one cell only, always the same.
func (x *cells) at(px, py float64) uint32 {
	if x.columns == 0 {
		return none
	}
	return x.within(x.square(px, py), px, py)
}

func (x *cells) within(square int, px, py float64) uint32 {
	for _, i := range x.contents[x.starts[square]:x.starts[square+1]] {
		b := &x.boxes[i]
		if px >= b.Min[0] && px <= b.Max[0] && py >= b.Min[1] && py <= b.Max[1] && x.outlines[i].Covers(px, py) {
			return i
		}
	}
	return none
}

// near appends the rows whose boxes meet a box, ascending.
func (x *cells) near(dst []uint32, b orb.Bound) []uint32 {
	if x.columns == 0 || !(b.Min[0] <= b.Max[0]) {
		return dst
	}
	first := len(dst)
	c0, r0, c1, r1 := x.squares(b)
	for r := r0; r <= r1; r++ {
		for c := c0; c <= c1; c++ {
			k := r*x.columns + c
			for _, i := range x.contents[x.starts[k]:x.starts[k+1]] {
				box := &x.boxes[i]
				if box.Min[0] > b.Max[0] || box.Max[0] < b.Min[0] || box.Min[1] > b.Max[1] || box.Max[1] < b.Min[1] {
					continue
				}
				// Of the squares that both reach, the first one tells.
				if c == max(c0, x.column(box.Min[0])) && r == max(r0, x.row(box.Min[1])) {
					dst = append(dst, i)
				}
			}
		}
	}
	slices.Sort(dst[first:])
	return dst
}
