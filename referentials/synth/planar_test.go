package synth

import (
	"context"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// checkMap tells what is wrong with a map: links, faces, or edges that cross.
func checkMap(t interface{ Fatalf(string, ...any) }, m *planar) {
	for h := range m.org {
		h := int32(h)
		if m.prev[m.next[h]] != h || m.next[m.prev[h]] != h {
			t.Fatalf("half-edge %d: next and prev disagree", h)
		}
		if m.org[m.next[h]] != m.dst(h) {
			t.Fatalf("half-edge %d does not lead to the next", h)
		}
		if m.face[m.next[h]] != m.face[h] {
			t.Fatalf("half-edge %d: the face changes", h)
		}
	}
	for f := 1; f < len(m.head); f++ {
		if a := signedArea(m.polygon(int32(f))); a <= 0 {
			t.Fatalf("face %d has an area of %g", f, a)
		}
	}
	var lines []polyline
	for e := range m.line {
		lines = append(lines, polyline{[]pt{m.at[m.org[2*e]], m.at[m.org[2*e+1]]}, 0})
	}
	// Where edges crossed, noding them again would find new vertices.
	if at, links := cutCrossings(lines); len(links) != len(m.line) {
		t.Fatalf("%d edges become %d when cut at their crossings (%d vertices, were %d)", len(m.line), len(links), len(at), len(m.at))
	}
}

func TestMapsArePlanar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(MinAddresses, 2000).Draw(t, "addresses")
		seed := rapid.Uint64().Draw(t, "seed")
		m, err := survey(context.Background(), n, seed)
		if err != nil {
			t.Fatalf("%v", err)
		}
		checkMap(t, m.planar)
		sum := 0.0
		for f := 1; f < len(m.head); f++ {
			sum += signedArea(m.polygon(int32(f)))
			info := m.faces[f]
			if info.commune < 0 || info.iris < 0 || m.iris[info.iris].commune != info.commune {
				t.Fatalf("face %d is of commune %d and IRIS %d", f, info.commune, info.iris)
			}
		}
		if whole := signedArea(m.outerLimit()); math.Abs(sum-whole) > 1e-3*whole {
			t.Fatalf("faces cover %g of %g m²", sum, whole)
		}
		total := 0
		for _, s := range m.fronts.sides {
			total += int(s.n)
			if s.n > 0 && !m.ways[s.way].class.named() {
				t.Fatalf("addresses on a way without a name")
			}
		}
		if total != n {
			t.Fatalf("%d addresses are shared out, want %d", total, n)
		}
	})
}

// squares is a map of w by h unit squares of side 10.
func squares(w, h int) *planar {
	var lines []polyline
	for x := 0; x <= w; x++ {
		lines = append(lines, polyline{[]pt{{float64(10 * x), 0}, {float64(10 * x), float64(10 * h)}}, 0})
	}
	for y := 0; y <= h; y++ {
		lines = append(lines, polyline{[]pt{{0, float64(10 * y)}, {float64(10 * w), float64(10 * y)}}, 0})
	}
	return newPlanar(node(lines))
}

func (m *planar) faceAt(p pt) int32 {
	for f := 1; f < len(m.head); f++ {
		if inside(m.polygon(int32(f)), p) {
			return int32(f)
		}
	}
	return 0
}

func TestNodingAndPruning(t *testing.T) {
	m := squares(3, 3)
	checkMap(t, m)
	if len(m.head) != 10 || len(m.at) != 16 || len(m.line) != 24 {
		t.Errorf("%d faces, %d vertices, %d edges; want 10, 16, 24", len(m.head), len(m.at), len(m.line))
	}
	// A line that sticks out on both sides keeps only what is between faces.
	loose := newPlanar(node([]polyline{
		{[]pt{{0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 0}}, 0},
		{[]pt{{-5, 5}, {20, 5}, {30, 8}}, 1},
	}))
	checkMap(t, loose)
	if len(loose.head) != 3 || len(loose.line) != 7 {
		t.Errorf("%d faces and %d edges, want 3 and 7", len(loose.head), len(loose.line))
	}
}

func TestSplits(t *testing.T) {
	m := squares(2, 1)
	f := m.faceAt(pt{5, 5})
	hs := m.ring(f, nil)
	bottom, top := int32(-1), int32(-1)
	for _, h := range hs {
		a, b := m.at[m.org[h]], m.at[m.dst(h)]
		if a.y == 0 && b.y == 0 {
			bottom = h
		}
		if a.y == 10 && b.y == 10 {
			top = h
		}
	}
	a, b := m.splitEdge(bottom, pt{4, 0}), m.splitEdge(top, pt{6, 10})
	g := m.splitFace(a, b, []pt{{5, 5}}, 7)
	checkMap(t, m)
	left, right := signedArea(m.polygon(f)), signedArea(m.polygon(g))
	if left != 50 || right != 50 || !inside(m.polygon(f), pt{1, 5}) {
		t.Errorf("parts of %g and %g m²; the left one should keep the face's number", left, right)
	}
	if n := slices.Index(m.line, 7); n < 0 || m.line[n+1] != 7 {
		t.Error("the cut's edges do not bear its line")
	}
}

func TestDissolve(t *testing.T) {
	m := squares(3, 3)
	take := func(places ...pt) ([]int32, func(int32) bool) {
		set := map[int32]bool{}
		var faces []int32
		for _, p := range places {
			f := m.faceAt(p)
			set[f] = true
			faces = append(faces, f)
		}
		return faces, func(f int32) bool { return set[f] }
	}
	middle := pt{15, 15}
	var frame []pt
	for x := 5.0; x < 30; x += 10 {
		for y := 5.0; y < 30; y += 10 {
			if (pt{x, y}) != middle {
				frame = append(frame, pt{x, y})
			}
		}
	}
	for _, c := range []struct {
		name   string
		places []pt
		rings  []int // of each part
	}{
		{"one face", []pt{middle}, []int{1}},
		{"a row", []pt{{5, 5}, {15, 5}, {25, 5}}, []int{1}},
		{"a frame around a hole", frame, []int{2}},
		{"two faces that touch at a corner", []pt{{5, 5}, {15, 15}}, []int{1, 1}},
		{"a horseshoe", []pt{{5, 5}, {15, 5}, {25, 5}, {25, 15}, {25, 25}, {5, 15}, {5, 25}}, []int{1}},
		{"a ring closed only at a corner", slices.DeleteFunc(slices.Clone(frame), func(p pt) bool { return p == pt{5, 25} }), []int{2}},
	} {
		faces, in := take(c.places...)
		parts := m.polygons(m.dissolve(faces, in))
		var rings []int
		sum := 0.0
		for _, part := range parts {
			rings = append(rings, len(part))
			for _, r := range part {
				sum += signedArea(m.outline(r, nil))
				seen := map[int32]bool{}
				for _, h := range r {
					if seen[m.org[h]] {
						t.Errorf("%s: a ring touches itself", c.name)
					}
					seen[m.org[h]] = true
				}
			}
		}
		if !slices.Equal(rings, c.rings) || sum != float64(100*len(c.places)) {
			t.Errorf("%s: rings %v and %g m², want %v and %d", c.name, rings, sum, c.rings, 100*len(c.places))
		}
	}
}
