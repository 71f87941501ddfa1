package topology

import (
	"context"
	"fmt"
	"slices"

	"socle/geo"
)

// NoRegion marks faces that belong to no region.
const NoRegion = ^uint32(0)

// Trace gives the outlines of n regions, each a set of faces that hang together along
// edges: region tells of each face which. They are valid polygons that share the vertices
// of their common borders.
func (m *Arrangement) Trace(ctx context.Context, region []uint32, n int) ([]geo.Geometry, error) {
	halves := m.borders(region, n)
	out := make([]geo.Geometry, n)
	var failed [shares]error
	err := eachShare(ctx, n, func(share, from, to int) {
		var t tracer
		for r := from; r < to && failed[share] == nil; r++ {
			failed[share] = t.trace(m, region, uint32(r), halves.of(r), &out[r])
		}
	})
	if err != nil {
		return nil, err
	}
	for _, err := range failed {
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// borders gives the half-edges that have each region on their left and not on their right.
func (m *Arrangement) borders(region []uint32, n int) *bins {
	b := &bins{starts: make([]uint32, n+1)}
	isBorder := func(h int) (uint32, bool) {
		r := region[m.faceOf[h]]
		return r, r != NoRegion && r != region[m.faceOf[h^1]]
	}
	for h := range m.faceOf {
		if r, ok := isBorder(h); ok {
			b.starts[r+1]++
		}
	}
	for k := 1; k < len(b.starts); k++ {
		b.starts[k] += b.starts[k-1]
	}
	b.items = make([]uint32, b.starts[n])
	fill := slices.Clone(b.starts)
	for h := range m.faceOf {
		if r, ok := isBorder(h); ok {
			b.items[fill[r]] = uint32(h)
			fill[r]++
		}
	}
	return b
}

// tracer holds what one worker needs.
type tracer struct {
	done  map[uint32]bool // half-edges walked
	at    map[uint32]int  // of the vertices on the path, where
	path  []uint32        // vertices
	holes [][]uint32      // rings that turn clockwise
	shell []uint32
}

// trace walks along the border of a region, through the region around every vertex, and
// cuts the way into rings wherever it comes back to a vertex: holes that touch the shell
// or each other come out as rings of their own.
func (t *tracer) trace(m *Arrangement, region []uint32, r uint32, halves []uint32, out *geo.Geometry) error {
	t.done, t.at = make(map[uint32]bool, len(halves)), make(map[uint32]int, len(halves))
	t.holes, t.shell = nil, nil
	for _, start := range halves {
		if t.done[start] {
			continue
		}
		t.path = t.path[:0]
		clear(t.at)
		for h := start; !t.done[h]; h = nextBorder(m, region, r, h) {
			t.done[h] = true
			v := m.first(h)
			if k, again := t.at[v]; again {
				if err := t.cut(m, r, k); err != nil {
					return err
				}
			}
			t.at[v] = len(t.path)
			t.path = append(t.path, v)
		}
		if err := t.cut(m, r, 0); err != nil {
			return err
		}
	}
	if t.shell == nil {
		return fmt.Errorf("region %d has no outline", r)
	}
	out.Type = geo.Polygon
	appendRing(m, out, t.shell)
	for _, hole := range t.holes {
		appendRing(m, out, hole)
	}
	out.EndPart()
	return nil
}

func nextBorder(m *Arrangement, region []uint32, r, h uint32) uint32 {
	g := m.next[h]
	for region[m.faceOf[g^1]] == r {
		g = m.next[g^1]
	}
	return g
}

// cut takes the end of the path from k on as a ring.
func (t *tracer) cut(m *Arrangement, r uint32, k int) error {
	ring := slices.Clone(t.path[k:])
	for _, v := range ring {
		delete(t.at, v)
	}
	t.path = t.path[:k]
	var twice Steps
	for i := range ring {
		twice = twice.Plus(turnOf(m.points[ring[0]], m.points[ring[i]], m.points[ring[(i+1)%len(ring)]]))
	}
	switch {
	case twice.sign() < 0:
		t.holes = append(t.holes, ring)
	case t.shell != nil:
		return fmt.Errorf("region %d is in several pieces", r)
	default:
		t.shell = ring
	}
	return nil
}

func appendRing(m *Arrangement, out *geo.Geometry, ring []uint32) {
	add := func(v uint32) { out.Add(float64(m.points[v].x)/m.perUnit, float64(m.points[v].y)/m.perUnit) }
	for _, v := range ring {
		add(v)
	}
	add(ring[0])
	out.EndRing()
}
