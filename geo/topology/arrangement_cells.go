package topology

import (
	"context"
	"math"
	"runtime"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// cellGrid divides the box of an arrangement into squares, and finds what is near. Its squares
// are those of places moved together over the voids.
type cellGrid struct {
	min            gridPoint
	side           int64
	cols, rows     int
	xVoids, yVoids voids
}

// newCellGrid covers segments with about as many cells as there are of them.
func newCellGrid(low, high gridPoint, n int, ends func(i int) (a, b gridPoint)) cellGrid {
	c := cellGrid{min: low}
	c.xVoids = findVoids(low.x, high.x, n, func(i int) (int64, int64) { a, b := ends(i); return a.x, b.x })
	c.yVoids = findVoids(low.y, high.y, n, func(i int) (int64, int64) { a, b := ends(i); return a.y, b.y })
	high = c.fold(high)
	width, height := high.x-low.x+1, high.y-low.y+1
	side := int64(math.Sqrt(float64(width)*float64(height)/float64(max(n, 1)))) + 1
	c.side = max(side, 4, max(width, height)/(1<<14))
	c.cols, c.rows = int(width/c.side)+1, int(height/c.side)+1
	return c
}

// fold moves a place together with the others.
func (c *cellGrid) fold(p gridPoint) gridPoint {
	return gridPoint{c.xVoids.fold(p.x), c.yVoids.fold(p.y)}
}

func (c *cellGrid) clamp(col, row int64) (int, int) {
	return int(min(max(col, 0), int64(c.cols-1))), int(min(max(row, 0), int64(c.rows-1)))
}

func (c *cellGrid) at(p gridPoint) int {
	p = c.fold(p)
	col, row := c.clamp((p.x-c.min.x)/c.side, (p.y-c.min.y)/c.side)
	return row*c.cols + col
}

// eachCell tells the cells a segment comes near, a few too many rather than one too few.
func (c *cellGrid) eachCell(a, b gridPoint, do func(cell int)) {
	const margin = 2
	a, b = c.fold(a), c.fold(b)
	if a.y > b.y {
		a, b = b, a
	}
	_, first := c.clamp(0, floorDiv(a.y-margin-c.min.y, c.side))
	_, last := c.clamp(0, floorDiv(b.y+margin-c.min.y, c.side))
	left, right := min(a.x, b.x), max(a.x, b.x)
	slope := 0.0
	if b.y > a.y {
		slope = float64(b.x-a.x) / float64(b.y-a.y)
	}
	for row := first; row <= last; row++ {
		low, high := left, right
		if b.y > a.y && last > first {
			floor := c.min.y + int64(row)*c.side
			x0 := float64(a.x) + slope*float64(max(floor-margin, a.y)-a.y)
			x1 := float64(a.x) + slope*float64(min(floor+c.side+margin, b.y)-a.y)
			low = max(left, int64(math.Floor(min(x0, x1)))-margin)
			high = min(right, int64(math.Ceil(max(x0, x1)))+margin)
		}
		from, _ := c.clamp(floorDiv(low-margin-c.min.x, c.side), 0)
		to, _ := c.clamp(floorDiv(high+margin-c.min.x, c.side), 0)
		for col := from; col <= to; col++ {
			do(row*c.cols + col)
		}
	}
}

// eachAround tells what is in the cells near a point, again where it is in several, until do is
// true of something, and whether it was.
func (c *cellGrid) eachAround(p gridPoint, reach int64, near *bins, do func(item uint32) bool) bool {
	p = c.fold(p)
	fromCol, fromRow := c.clamp(floorDiv(p.x-reach-c.min.x, c.side), floorDiv(p.y-reach-c.min.y, c.side))
	toCol, toRow := c.clamp(floorDiv(p.x+reach-c.min.x, c.side), floorDiv(p.y+reach-c.min.y, c.side))
	for row := fromRow; row <= toRow; row++ {
		for col := fromCol; col <= toCol; col++ {
			if slices.ContainsFunc(near.of(row*c.cols+col), do) {
				return true
			}
		}
	}
	return false
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// bins holds numbers by cell.
type bins struct {
	starts []uint32
	items  []uint32
}

func (b *bins) of(cell int) []uint32 { return b.items[b.starts[cell]:b.starts[cell+1]] }

// fill makes the bins of n things, each of which tells its cells.
func (c *cellGrid) fill(n int, cells func(i int, do func(cell int))) *bins {
	b := &bins{starts: make([]uint32, c.cols*c.rows+1)}
	count := func(cell int) { b.starts[cell+1]++ }
	for i := range n {
		cells(i, count)
	}
	for k := 1; k < len(b.starts); k++ {
		b.starts[k] += b.starts[k-1]
	}
	b.items = make([]uint32, b.starts[len(b.starts)-1])
	fill := append([]uint32(nil), b.starts...)
	for i := range n {
		cells(i, func(cell int) {
			b.items[fill[cell]] = uint32(i)
			fill[cell]++
		})
	}
	return b
}

// shares is into how many parts work is cut; the parts, and so the result, are the same on
// any number of processors.
const shares = 64

// eachShare hands the parts of n things out to the processors.
func eachShare(ctx context.Context, n int, work func(share, from, to int)) error {
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range max(1, min(runtime.GOMAXPROCS(0), shares)) {
		group.Go(func() error {
			for {
				k := int(next.Add(1)) - 1
				if k >= shares {
					return nil
				}
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				work(k, k*n/shares, (k+1)*n/shares)
			}
		})
	}
	return group.Wait()
}
