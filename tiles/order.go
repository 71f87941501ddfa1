package tiles

import (
	"cmp"
	"runtime"
	"slices"

	"github.com/paulmach/orb"

	"socle/geo/workers"
)

// hilbert gives how far along a Hilbert curve of the world a place is. All places of a
// tile, of whatever zoom, follow each other on it.
func hilbert(x, y uint32) uint64 {
	var d uint64
	for s := uint32(1) << 31; s > 0; s >>= 1 {
		right, below := x&s != 0, y&s != 0
		switch {
		case !right && below:
			d += 1
		case right && below:
			d += 2
		case right:
			d += 3
		}
		if s > 1 {
			d <<= 2
		}
		if !below {
			if right {
				x, y = ^x, ^y
			}
			x, y = y, x
		}
	}
	return d
}

// placed is a row with its place on the curve.
type placed struct {
	key uint64
	row uint32
}

// order gives the rows that are somewhere in the square world along the curve, by the
// middle of their boxes.
func (l *layer) order() []placed {
	var out []placed
	for i := range l.collection.Len() {
		if inWorld(l.collection.Box(i)) {
			out = append(out, placed{row: uint32(i)})
		}
	}
	inRuns(len(out), func(from, to int) {
		for k := from; k < to; k++ {
			out[k].key = hilbert(l.middle(int(out[k].row)))
		}
	})
	slices.SortFunc(out, func(a, b placed) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.row, b.row)) })
	return out
}

// inWorld tells whether a box in CRS84 is somewhere in the square world.
func inWorld(b orb.Bound) bool {
	return b.Min[0] <= b.Max[0] && b.Min[1] <= maxLatitude && b.Max[1] >= -maxLatitude
}

// middle gives the middle of the box of a row in world units: of a point, where it is.
func (l *layer) middle(row int) (x, y uint32) {
	if l.grid == nil {
		b := l.collection.Box(row)
		return project((b.Min[0]+b.Max[0])/2, (b.Min[1]+b.Max[1])/2)
	}
	g := l.collection.Geometry(row)
	b := g.Bound()
	at := []float64{(b.Min[0] + b.Max[0]) / 2, (b.Min[1] + b.Max[1]) / 2}
	l.toGrid(at)
	return l.grid.units(at[0], at[1])
}

// runLength is how many rows a worker takes at a time.
const runLength = 8192

// inRuns lets workers do n things in runs.
func inRuns(n int, do func(from, to int)) {
	var group workers.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for from := 0; from < n; from += runLength {
		group.Go(func() error {
			do(from, min(n, from+runLength))
			return nil
		})
	}
	_ = group.Wait() // no worker fails
}
