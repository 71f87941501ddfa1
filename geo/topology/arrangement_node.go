package topology

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
)

// mostRounds bounds the repetition of node; two are rare already.
const mostRounds = 12

// record is a piece of a source along an edge.
type record struct {
	a, b   uint32
	source uint32
	turn   int8
}

// node cuts segments where they meet, by snap rounding: all ends and crossings become
// points of the grid, and every segment is led through the points it passes within half a
// step of. No two edges cross then, which is checked, and none moves further than that.
func (m *Arrangement) node(ctx context.Context, segments []segment) error {
	for m.Rounds = 1; m.Rounds <= mostRounds; m.Rounds++ {
		low, high := spanOf(segments)
		if max(high.x-low.x, high.y-low.y) >= maxSpan {
			return fmt.Errorf("the lines are %g wide and %g high, too far apart for a grid of %g",
				float64(high.x-low.x)/m.perUnit, float64(high.y-low.y)/m.perUnit, 1/m.perUnit)
		}
		grid := newCellGrid(low, high, len(segments), func(i int) (a, b gridPoint) { return segments[i].a, segments[i].b })
		if err := m.collectPoints(ctx, &grid, segments); err != nil {
			return err
		}
		records, err := m.leadThrough(ctx, &grid, segments)
		if err != nil {
			return err
		}
		m.group(records)
		clean, err := m.isNoded(ctx)
		if err != nil || clean {
			return err
		}
		segments = segments[:0:0]
		for _, r := range records {
			segments = append(segments, segment{m.points[r.a], m.points[r.b], r.source, r.turn})
		}
	}
	return errors.New("the lines still cross after being put on the grid again and again")
}

func spanOf(segments []segment) (low, high gridPoint) {
	low, high = segments[0].a, segments[0].a
	for k := range segments {
		for _, p := range [2]gridPoint{segments[k].a, segments[k].b} {
			low = gridPoint{min(low.x, p.x), min(low.y, p.y)}
			high = gridPoint{max(high.x, p.x), max(high.y, p.y)}
		}
	}
	return low, high
}

// collectPoints gathers the ends of segments and the points where they cross.
func (m *Arrangement) collectPoints(ctx context.Context, grid *cellGrid, segments []segment) error {
	near := grid.fill(len(segments), func(i int, do func(int)) { grid.eachCell(segments[i].a, segments[i].b, do) })
	var found [shares][]gridPoint
	err := eachShare(ctx, grid.cols*grid.rows, func(share, from, to int) {
		for cell := from; cell < to; cell++ {
			list := near.of(cell)
			for i, k := range list {
				s := &segments[k]
				for _, l := range list[i+1:] {
					if p, ok := crossing(s.a, s.b, segments[l].a, segments[l].b); ok {
						found[share] = append(found[share], p)
					}
				}
			}
		}
	})
	if err != nil {
		return err
	}
	points := make([]gridPoint, 0, 2*len(segments))
	for k := range segments {
		points = append(points, segments[k].a, segments[k].b)
	}
	for k := range found {
		points = append(points, found[k]...)
	}
	slices.SortFunc(points, comparePoints)
	m.points = slices.Clip(slices.Compact(points))
	return nil
}

// leadThrough gives the pieces of each segment between the points it passes.
func (m *Arrangement) leadThrough(ctx context.Context, grid *cellGrid, segments []segment) ([]record, error) {
	near := grid.fill(len(m.points), func(i int, do func(int)) { do(grid.at(m.points[i])) })
	var found [shares][]record
	err := eachShare(ctx, len(segments), func(share, from, to int) {
		var on []uint32
		for k := from; k < to; k++ {
			s := &segments[k]
			on = on[:0]
			grid.eachCell(s.a, s.b, func(cell int) {
				for _, p := range near.of(cell) {
					if passes(s.a, s.b, m.points[p]) {
						on = append(on, p)
					}
				}
			})
			slices.SortFunc(on, func(p, q uint32) int { // along the segment
				to, from := m.points[p], m.points[q]
				if c := signOfCross(s.b.x-s.a.x, s.b.y-s.a.y, from.y-to.y, to.x-from.x); c != 0 {
					return c
				}
				return cmp.Compare(p, q)
			})
			found[share] = appendPieces(found[share], m.points, on, s)
		}
	})
	var records []record
	for k := range found {
		records = append(records, found[k]...)
	}
	return records, err
}

// appendPieces joins the points on a segment. Where several lie beside an end within a
// step, the way still begins and ends where the segment does.
func appendPieces(dst []record, points []gridPoint, on []uint32, s *segment) []record {
	first := slices.IndexFunc(on, func(p uint32) bool { return points[p] == s.a })
	last := slices.IndexFunc(on, func(p uint32) bool { return points[p] == s.b })
	if first < 0 || last < first {
		return dst
	}
	if first > 0 {
		a := on[first]
		copy(on[1:first+1], on[:first])
		on[0] = a
	}
	if last < len(on)-1 {
		b := on[last]
		copy(on[last:], on[last+1:])
		on[len(on)-1] = b
	}
	for k := 1; k < len(on); k++ {
		dst = append(dst, record{on[k-1], on[k], s.source, s.turn})
	}
	return dst
}

// group makes edges of the pieces that run between the same points.
func (m *Arrangement) group(records []record) {
	slices.SortFunc(records, func(r, s record) int {
		if c := cmp.Compare(min(r.a, r.b), min(s.a, s.b)); c != 0 {
			return c
		}
		if c := cmp.Compare(max(r.a, r.b), max(s.a, s.b)); c != 0 {
			return c
		}
		return cmp.Compare(r.source, s.source)
	})
	m.edges, m.strands = m.edges[:0], m.strands[:0]
	for _, r := range records {
		a, b, turn := r.a, r.b, int32(r.turn)
		if a > b {
			a, b, turn = b, a, -turn
		}
		if n := len(m.edges); n == 0 || m.edges[n-1].a != a || m.edges[n-1].b != b {
			m.edges = append(m.edges, arcEdge{a, b, uint32(len(m.strands))})
			m.strands = append(m.strands, strand{r.source, turn})
		} else if s := &m.strands[len(m.strands)-1]; s.source == r.source {
			s.turn += turn
		} else {
			m.strands = append(m.strands, strand{r.source, turn})
		}
	}
}

// isNoded tells whether edges meet at their ends only.
func (m *Arrangement) isNoded(ctx context.Context) (bool, error) {
	grid := m.cells()
	near := m.edgeBins(&grid)
	var crossed [shares]bool
	err := eachShare(ctx, grid.cols*grid.rows, func(share, from, to int) {
		for cell := from; cell < to; cell++ {
			list := near.of(cell)
			for i, k := range list {
				for _, l := range list[i+1:] {
					if m.meetWithin(k, l) {
						crossed[share] = true
						return
					}
				}
			}
		}
	})
	return !slices.Contains(crossed[:], true), err
}

// meetWithin tells whether two edges have a point in common that is not an end of both.
func (m *Arrangement) meetWithin(k, l uint32) bool {
	e, f := m.edges[k], m.edges[l]
	a, b, c, d := m.points[e.a], m.points[e.b], m.points[f.a], m.points[f.b]
	if boxesMiss(a, b, c, d) {
		return false
	}
	toC, toD, toA, toB := sideOf(a, b, c), sideOf(a, b, d), sideOf(c, d, a), sideOf(c, d, b)
	if toC*toD < 0 && toA*toB < 0 {
		return true
	}
	on := func(turn int, p, q, r gridPoint) bool { // r strictly within pq
		return turn == 0 && r != p && r != q && !boxesMiss(p, q, r, r)
	}
	return on(toC, a, b, c) || on(toD, a, b, d) || on(toA, c, d, a) || on(toB, c, d, b)
}

func (m *Arrangement) cells() cellGrid {
	low, high := m.points[0], m.points[0]
	for _, p := range m.points {
		low = gridPoint{min(low.x, p.x), min(low.y, p.y)}
		high = gridPoint{max(high.x, p.x), max(high.y, p.y)}
	}
	return newCellGrid(low, high, len(m.edges), func(i int) (a, b gridPoint) { return m.points[m.edges[i].a], m.points[m.edges[i].b] })
}

func (m *Arrangement) edgeBins(grid *cellGrid) *bins {
	return grid.fill(len(m.edges), func(i int, do func(int)) {
		grid.eachCell(m.points[m.edges[i].a], m.points[m.edges[i].b], do)
	})
}
