package topology

import (
	"context"
	"math"
	"slices"
)

// lineEnd is an end of a line: a point, and the segments of the line, of which one has it.
type lineEnd struct {
	at        gridPoint
	from, to  int
	lastPiece int
}

// CloseGaps prolongs lines that end short of another line or ring, by no more than reach:
// straight to its nearest point. Ends that meet something stay as they are, and what is
// added by one end is no goal for another. It tells how many ends it prolonged and by how
// much together, in units of the coordinates.
//
// It also mends what the grid itself parts: an end that lies on a long segment may be left
// a step beside it when both are rounded.
func (a *Arranger) CloseGaps(ctx context.Context, reach float64) (ends int, length float64, err error) {
	if len(a.ends) == 0 || !(reach > 0) {
		return 0, 0, nil
	}
	steps := int64(reach * a.perUnit)
	low, high := spanOf(a.segments)
	grid := newCellGrid(low, high, len(a.segments), func(i int) (p, q gridPoint) { return a.segments[i].a, a.segments[i].b })
	near := grid.fill(len(a.segments), func(i int, do func(int)) { grid.eachCell(a.segments[i].a, a.segments[i].b, do) })
	endOf := make(map[uint32]*lineEnd, len(a.ends)) // by the last piece
	for k := range a.ends {
		endOf[uint32(a.ends[k].lastPiece)] = &a.ends[k]
	}
	goals := make([]gridPoint, len(a.ends))
	err = eachShare(ctx, len(a.ends), func(_, from, to int) {
		for k := from; k < to; k++ {
			goals[k] = a.goalOf(&grid, near, &a.ends[k], steps, endOf)
		}
	})
	if err != nil {
		return 0, 0, err
	}
	for k, goal := range goals {
		end := &a.ends[k]
		if goal == end.at {
			continue
		}
		a.segments = append(a.segments, segment{end.at, goal, a.segments[end.from].source, 0})
		ends++
		length += math.Hypot(float64(goal.x-end.at.x), float64(goal.y-end.at.y)) / a.perUnit
	}
	return ends, length, nil
}

// goalOf gives the point an end is led to: itself where it meets something or where
// nothing is within reach. A line drawn twice does not meet itself.
func (a *Arranger) goalOf(grid *cellGrid, near *bins, end *lineEnd, reach int64, endOf map[uint32]*lineEnd) gridPoint {
	own := []*lineEnd{end} // and those drawn over it
	meets := grid.eachAround(end.at, reach, near, func(k uint32) bool {
		s := &a.segments[k]
		switch {
		case int(k) == end.lastPiece:
			return false
		case s.a == end.at || s.b == end.at:
			other := endOf[k]
			if other == nil || !a.leaveAlike(end, other) {
				return true
			}
			own = append(own, other)
			return false
		}
		return passes(s.a, s.b, end.at)
	})
	if meets {
		return end.at
	}
	goal, least, chosen := end.at, math.Inf(1), uint32(0)
	grid.eachAround(end.at, reach, near, func(k uint32) bool {
		if slices.ContainsFunc(own, func(e *lineEnd) bool { return int(k) >= e.from && int(k) < e.to }) {
			return false // its own line is always near
		}
		s := &a.segments[k]
		p, far := nearestOn(s.a, s.b, end.at)
		if far < least || far == least && k < chosen {
			goal, least, chosen = p, far, k
		}
		return false
	})
	if least > float64(reach) {
		return end.at
	}
	return goal
}

// leaveAlike tells whether the last pieces of two lines lie on each other at an end.
func (a *Arranger) leaveAlike(e, f *lineEnd) bool {
	away := func(l *lineEnd) gridPoint {
		if s := &a.segments[l.lastPiece]; s.a != e.at {
			return s.a
		}
		return a.segments[l.lastPiece].b
	}
	p, q := away(e), away(f)
	return sideOf(e.at, p, q) == 0 && (p.x < e.at.x) == (q.x < e.at.x) && (p.y < e.at.y) == (q.y < e.at.y)
}

// nearestOn gives the point of the grid a segment passes that is nearest to p, and how far
// the segment is, in steps.
func nearestOn(a, b, p gridPoint) (gridPoint, float64) {
	dx, dy := float64(b.x-a.x), float64(b.y-a.y)
	share := (float64(p.x-a.x)*dx + float64(p.y-a.y)*dy) / (dx*dx + dy*dy)
	share = min(max(share, 0), 1)
	x, y := share*dx, share*dy
	far := math.Hypot(x-float64(p.x-a.x), y-float64(p.y-a.y))
	q := gridPoint{a.x + int64(math.Round(x)), a.y + int64(math.Round(y))}
	if q == a || q == b || passes(a, b, q) {
		return q, far
	}
	// Rounding chose a square that the segment only touches: a neighbour is passed.
	for _, d := range [4]gridPoint{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
		if r := (gridPoint{q.x + d.x, q.y + d.y}); passes(a, b, r) {
			return r, far
		}
	}
	return q, far
}
