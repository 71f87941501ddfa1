package synth

// dissolve gives the outline of a connected set of faces: the rings of half-edges that have
// the set on their left and something else on their right. Outer rings turn left, holes
// right; a ring that touches itself at a vertex is cut there, so each ring is simple.
func (m *planar) dissolve(faces []int32, in func(face int32) bool) [][]int32 {
	done := map[int32]bool{}
	var rings [][]int32
	var hs []int32
	for _, f := range faces {
		hs = m.ring(f, hs[:0])
		for _, h := range hs {
			if done[h] || in(m.face[twin(h)]) {
				continue
			}
			var ring []int32
			for g := h; !done[g]; {
				done[g] = true
				ring = append(ring, g)
				// Turn round the end of g, through the set, to its next outer edge.
				for g = m.next[g]; in(m.face[twin(g)]); g = m.next[twin(g)] {
				}
			}
			rings = m.cutTouches(ring, rings)
		}
	}
	return rings
}

// cutTouches cuts a ring wherever it comes back to a vertex.
func (m *planar) cutTouches(ring []int32, rings [][]int32) [][]int32 {
	at := make(map[int32]int, len(ring))
	var open []int32
	for _, h := range ring {
		v := m.org[h]
		if i, ok := at[v]; ok {
			loop := append([]int32(nil), open[i:]...)
			for _, g := range loop {
				delete(at, m.org[g])
			}
			rings = append(rings, loop)
			open = open[:i]
		}
		at[v] = len(open)
		open = append(open, h)
	}
	return append(rings, open)
}

// polygons groups rings into polygons: each outer ring followed by its holes.
func (m *planar) polygons(rings [][]int32) [][][]int32 {
	var outer, holes [][]int32
	for _, r := range rings {
		if signedArea(m.outline(r, nil)) > 0 {
			outer = append(outer, r)
		} else {
			holes = append(holes, r)
		}
	}
	parts := make([][][]int32, len(outer))
	shapes := make([][]pt, len(outer))
	for i, r := range outer {
		parts[i] = [][]int32{r}
		shapes[i] = m.outline(r, nil)
	}
	for _, hole := range holes {
		// A point just outside the hole, on the set's side: the hole's own left.
		a, b := m.at[m.org[hole[0]]], m.at[m.dst(hole[0])]
		p := lerp(a, b, 0.5).add(b.sub(a).unit().left().mul(0.005))
		best := 0
		for i := range shapes {
			if inside(shapes[i], p) && (best == i || !inside(shapes[best], p) || signedArea(shapes[i]) < signedArea(shapes[best])) {
				best = i
			}
		}
		parts[best] = append(parts[best], hole)
	}
	return parts
}
