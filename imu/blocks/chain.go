package blocks

import (
	"math"
	"slices"

	"socle/geo/topology"
	"socle/geo/voronoi"
)

// chain joins ridges end to end into lines, as long as two meet and no more.
func chain(ridges []voronoi.Ridge) [][]float64 {
	at := make(map[[2]float64][]int, 2*len(ridges))
	ends := func(k int) (p, q [2]float64) {
		r := &ridges[k]
		return [2]float64{r.X0, r.Y0}, [2]float64{r.X1, r.Y1}
	}
	for k := range ridges {
		p, q := ends(k)
		at[p], at[q] = append(at[p], k), append(at[q], k)
	}
	used := make([]bool, len(ridges))
	var lines [][]float64
	follow := func(k int, from [2]float64) {
		line := append([]float64(nil), from[:]...)
		for {
			used[k] = true
			p, q := ends(k)
			if from == q {
				q = p
			}
			line = append(line, q[:]...)
			from = q
			meet := at[q]
			if len(meet) != 2 {
				break
			}
			if k = meet[0]; used[k] {
				k = meet[1]
			}
			if used[k] {
				break
			}
		}
		lines = append(lines, line)
	}
	for k := range ridges { // those that begin where others meet, then the rings
		p, q := ends(k)
		if !used[k] && len(at[p]) != 2 {
			follow(k, p)
		} else if !used[k] && len(at[q]) != 2 {
			follow(k, q)
		}
	}
	for k := range ridges {
		if !used[k] {
			p, _ := ends(k)
			follow(k, p)
		}
	}
	return lines
}

// simplify leaves out vertices of a line that are no further than a tolerance from what is
// left (Douglas and Peucker); its ends stay.
func simplify(line []float64, tolerance float64) []float64 {
	n := len(line) / 2
	if n < 3 || tolerance == 0 {
		return line
	}
	keep := make([]bool, n)
	keep[0], keep[n-1] = true, true
	todo := [][2]int{{0, n - 1}}
	for len(todo) > 0 {
		from, to := todo[len(todo)-1][0], todo[len(todo)-1][1]
		todo = todo[:len(todo)-1]
		far, most := -1, tolerance
		for k := from + 1; k < to; k++ {
			if d := offSegment(line[2*from:2*from+2], line[2*to:2*to+2], line[2*k:2*k+2]); d > most {
				far, most = k, d
			}
		}
		if far >= 0 {
			keep[far] = true
			todo = append(todo, [2]int{from, far}, [2]int{far, to})
		}
	}
	out := make([]float64, 0, len(line))
	for k := range n {
		if keep[k] {
			out = append(out, line[2*k:2*k+2]...)
		}
	}
	return out
}

// offSegment is how far a point is from a segment, or from its end where that is a point.
func offSegment(a, b, p []float64) float64 {
	dx, dy := b[0]-a[0], b[1]-a[1]
	share, square := 0.0, dx*dx+dy*dy
	if square > 0 {
		share = min(max(((p[0]-a[0])*dx+(p[1]-a[1])*dy)/square, 0), 1)
	}
	return math.Hypot(p[0]-a[0]-share*dx, p[1]-a[1]-share*dy)
}

// appendCrossings adds where along a segment an outline crosses it, as shares, in order.
func appendCrossings(shares []float64, o *topology.Outline, p, q [2]float64) []float64 {
	first := len(shares)
	dx, dy := q[0]-p[0], q[1]-p[1]
	o.EachEdgeIn(windowOf(p, q), func(ax, ay, bx, by float64) {
		ex, ey := bx-ax, by-ay
		det := dx*ey - dy*ex
		if det == 0 {
			return
		}
		along := ((ax-p[0])*ey - (ay-p[1])*ex) / det
		on := ((ax-p[0])*dy - (ay-p[1])*dx) / det
		if along > 0 && along < 1 && on >= -1e-9 && on <= 1+1e-9 {
			shares = append(shares, along)
		}
	})
	slices.Sort(shares[first:])
	return shares
}
