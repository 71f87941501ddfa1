package arcs

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

type vertex [2]uint32

// mesh is a grid of n by n cells with crooked sides: what is drawn from u decides how much.
// Sides stay within a narrow lozenge around the straight way, so that none cross.
func mesh(n, steps int, u func() float64) (rings [][]vertex) {
	const spacing = 1 << 18
	node := func(i, k int) [2]float64 {
		return [2]float64{1<<30 + float64(i)*spacing, 1<<30 + float64(k)*spacing}
	}
	nodes := map[[2]int][2]float64{}
	for i := range n + 1 {
		for k := range n + 1 {
			p := node(i, k)
			nodes[[2]int{i, k}] = [2]float64{p[0] + 0.2*spacing*(u()-0.5), p[1] + 0.2*spacing*(u()-0.5)}
		}
	}
	sides := map[[4]int][]vertex{}
	side := func(i, k, j, l int) []vertex {
		if s, ok := sides[[4]int{j, l, i, k}]; ok {
			s = slices.Clone(s)
			slices.Reverse(s)
			return s
		}
		a, b := nodes[[2]int{i, k}], nodes[[2]int{j, l}]
		var s []vertex
		for step := range steps + 1 {
			f := float64(step) / float64(steps)
			off := 0.7 * (u() - 0.5) * min(f, 1-f)
			s = append(s, vertex{
				uint32(a[0] + f*(b[0]-a[0]) - off*(b[1]-a[1])),
				uint32(a[1] + f*(b[1]-a[1]) + off*(b[0]-a[0])),
			})
		}
		sides[[4]int{i, k, j, l}] = s
		return s
	}
	for i := range n {
		for k := range n {
			var ring []vertex
			for _, s := range [][]vertex{side(i, k, i+1, k), side(i+1, k, i+1, k+1), side(i+1, k+1, i, k+1), side(i, k+1, i, k)} {
				ring = append(ring, s[:len(s)-1]...)
			}
			rings = append(rings, ring)
		}
	}
	return rings
}

func pathsOf(rings [][]vertex) (p Paths) {
	for _, ring := range rings {
		for _, v := range ring {
			p.XY = append(p.XY, v[0], v[1])
		}
		p.Ends = append(p.Ends, uint32(len(p.XY)/2))
	}
	return p
}

// at gives the rings of a zoom.
func at(rings [][]vertex, from []uint8, zoom uint8) (out [][]vertex) {
	for _, ring := range rings {
		var kept []vertex
		for i, v := range ring {
			if from[i] <= zoom {
				kept = append(kept, v)
			}
		}
		from = from[len(ring):]
		out = append(out, kept)
	}
	return out
}

func doubleArea(ring []vertex) (sum int64) {
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		sum += (int64(a[0])-1<<30)*(int64(b[1])-1<<30) - (int64(b[0])-1<<30)*(int64(a[1])-1<<30)
	}
	return sum
}

func turn(a, b, c vertex) int64 {
	return (int64(b[0])-int64(a[0]))*(int64(c[1])-int64(a[1])) - (int64(b[1])-int64(a[1]))*(int64(c[0])-int64(a[0]))
}

// touches finds two sides of rings that have more in common than an end.
func touches(rings [][]vertex) (found [][4]vertex) {
	known := map[[2]vertex]bool{}
	var sides [][2]vertex
	for _, ring := range rings {
		for i, a := range ring {
			b := ring[(i+1)%len(ring)]
			if !known[[2]vertex{b, a}] && !known[[2]vertex{a, b}] {
				sides = append(sides, [2]vertex{a, b})
			}
			known[[2]vertex{a, b}] = true
		}
	}
	on := func(a, b, p vertex) bool {
		return turn(a, b, p) == 0 && p != a && p != b && min(a[0], b[0]) <= p[0] && p[0] <= max(a[0], b[0]) && min(a[1], b[1]) <= p[1] && p[1] <= max(a[1], b[1])
	}
	opposite := func(x, y int64) bool { return x < 0 && y > 0 || x > 0 && y < 0 }
	for i, s := range sides {
		for _, t := range sides[i+1:] {
			if max(s[0][0], s[1][0]) < min(t[0][0], t[1][0]) || max(t[0][0], t[1][0]) < min(s[0][0], s[1][0]) {
				continue
			}
			if on(s[0], s[1], t[0]) || on(s[0], s[1], t[1]) || on(t[0], t[1], s[0]) || on(t[0], t[1], s[1]) ||
				opposite(turn(s[0], s[1], t[0]), turn(s[0], s[1], t[1])) && opposite(turn(t[0], t[1], s[0]), turn(t[0], t[1], s[1])) {
				found = append(found, [4]vertex{s[0], s[1], t[0], t[1]})
			}
		}
	}
	return found
}

// TestMeshesStayPartitions thins random meshes, some with islands in their cells and some
// cells put together: at every zoom no two sides touch but at ends, no cell turns over or
// vanishes, and neighbours share their borders, so that the areas sum up to that of the
// outline.
func TestMeshesStayPartitions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		n, steps := rapid.IntRange(1, 4).Draw(t, "n"), rapid.IntRange(1, 24).Draw(t, "steps")
		rings := mesh(n, steps, rng.Float64)
		p := pathsOf(rings)
		from := Appearances(p, 0, 16)
		if bad := touches(rings); len(bad) > 0 {
			t.Fatalf("the mesh itself is wrong: %v", bad[0])
		}
		kept := len(from)
		for zoom := 15; zoom >= 0; zoom-- {
			thinned := at(rings, from, uint8(zoom))
			if bad := touches(thinned); len(bad) > 0 {
				t.Fatalf("zoom %d: sides touch: %v", zoom, bad[0])
			}
			count := map[[2]vertex]int{}
			now, sum := 0, int64(0)
			for k, ring := range thinned {
				now += len(ring)
				area := doubleArea(ring)
				if area <= 0 {
					t.Fatalf("zoom %d: cell %d has area %d", zoom, k, area)
				}
				sum += area
				for i, a := range ring {
					count[[2]vertex{a, ring[(i+1)%len(ring)]}]++
				}
			}
			if now > kept {
				t.Fatalf("zoom %d has more vertices than the next", zoom)
			}
			kept = now
			outline := int64(0)
			for s, c := range count {
				if c != 1 {
					t.Fatalf("zoom %d: a side is there %d times", zoom, c)
				}
				if count[[2]vertex{s[1], s[0]}] == 0 {
					outline += doubleArea([]vertex{{1 << 30, 1 << 30}, s[0], s[1]})
				}
			}
			if sum != outline {
				t.Fatalf("zoom %d: the cells cover %d of %d", zoom, sum, outline)
			}
		}
		if steps > 2 && kept >= len(from) {
			t.Fatal("nothing was thinned")
		}
	})
}

// TestStrayRing adds one ring at the other end of the world, as a file with a wrong place has it:
// the mesh is thinned as without, and in about the same time, not in minutes.
func TestStrayRing(t *testing.T) {
	far := []vertex{{10, 10}, {2000, 10}, {2000, 2000}, {10, 2000}}
	for _, n := range []int{1, 4, 16, 60} {
		rng := rand.New(rand.NewPCG(uint64(n), 1))
		rings := mesh(n, 16, rng.Float64)
		for _, ring := range rings { // a town
			for i, v := range ring {
				ring[i] = vertex{1<<31 + (v[0]-1<<29)/16, 1<<31 + (v[1]-1<<29)/16}
			}
		}
		begin := time.Now()
		want := Appearances(pathsOf(rings), 0, 16)
		alone := time.Since(begin)
		got := Appearances(pathsOf(append(rings, far)), 0, 16)
		if !slices.Equal(got[:len(want)], want) {
			t.Errorf("%d cells are thinned in another way", n*n)
		}
		if with := time.Since(begin) - alone; with > 20*alone+time.Second {
			t.Errorf("%d cells: %v, and %v alone", n*n, with, alone)
		}
	}
}

// TestNarrowGapsStayOpen thins jagged rings that lie close inside each other: none ever
// touches the next, though a straight way between two teeth would.
func TestNarrowGapsStayOpen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		n := rapid.IntRange(8, 60).Draw(t, "n")
		gap := rapid.SampledFrom([]float64{0.99, 0.95, 0.8}).Draw(t, "gap")
		rings := make([][]vertex, 3)
		for i := range n {
			a, r := 2*math.Pi*float64(i)/float64(n), (1+rng.Float64())*1e6
			for k := range rings {
				rings[k] = append(rings[k], vertex{uint32(1<<30 + r*math.Cos(a)), uint32(1<<30 + r*math.Sin(a))})
				r *= gap
			}
		}
		if len(touches(rings)) > 0 {
			t.Fatal("the rings themselves touch")
		}
		from := Appearances(pathsOf(rings), 0, 16)
		for zoom := range uint8(16) {
			if bad := touches(at(rings, from, zoom)); len(bad) > 0 {
				t.Fatalf("zoom %d: sides touch: %v", zoom, bad[0])
			}
		}
	})
}

// TestOrderDoesNotMatter thins the same rings in another order, turned and begun elsewhere.
func TestOrderDoesNotMatter(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	rings := mesh(6, 20, rng.Float64)
	// Teeth that are all alike: which goes first must not hang on where the ring begins.
	var saw []vertex
	for i := range uint32(41) {
		saw = append(saw, vertex{1<<29 + 3000*i, 1<<29 + 900*(i%2)})
	}
	rings = append(rings, append(saw, vertex{1<<29 + 120_000, 1<<29 + 90_000}, vertex{1 << 29, 1<<29 + 90_000}))
	zooms := map[vertex]uint8{}
	p := pathsOf(rings)
	for v, z := range Appearances(p, 0, 16) {
		zooms[vertex{p.XY[2*v], p.XY[2*v+1]}] = z
	}
	for range 5 {
		rng.Shuffle(len(rings), func(i, k int) { rings[i], rings[k] = rings[k], rings[i] })
		for k, ring := range rings {
			if at := rng.IntN(len(ring)); at > 0 {
				rings[k] = slices.Concat(ring[at:], ring[:at])
			}
			if rng.IntN(2) == 0 {
				slices.Reverse(rings[k])
			}
		}
		p := pathsOf(rings)
		for v, z := range Appearances(p, 0, 16) {
			if at := (vertex{p.XY[2*v], p.XY[2*v+1]}); zooms[at] != z {
				t.Fatalf("%v appears from zoom %d, then from %d", at, zooms[at], z)
			}
		}
	}
}

func TestWhatStays(t *testing.T) {
	circle := func(x, y, r float64, n int) (ring []vertex) {
		for i := range n {
			a := 2 * math.Pi * float64(i) / float64(n)
			ring = append(ring, vertex{uint32(x + r*math.Cos(a)), uint32(y + r*math.Sin(a))})
		}
		return ring
	}
	// Two half discs that share a diameter: their outer arcs have the same ends.
	whole := circle(1<<30, 1<<30, 5000, 64)
	upper, lower := slices.Clone(whole[:33]), append(slices.Clone(whole[32:]), whole[0])
	slices.Reverse(lower)
	line := circle(1<<30, 1<<29, 5000, 64)[:40]
	for _, c := range []struct {
		name string
		path Paths
		want []int // vertices of each path that stay at zoom 0
	}{
		{"a ring keeps a box", pathsOf([][]vertex{circle(1<<30, 1<<30, 5000, 64)}), []int{4}},
		{"a triangle", pathsOf([][]vertex{circle(1<<30, 1<<30, 5000, 3)}), []int{3}},
		{"half discs do not fall together", pathsOf([][]vertex{upper, lower}), []int{3, 3}},
		{"a ring fills a hole", pathsOf([][]vertex{circle(1<<30, 1<<30, 9000, 64), circle(1<<30, 1<<30, 1000, 64), circle(1<<30, 1<<30, 1000, 64)}), []int{4, 4, 4}},
		{"a line keeps its ends", Paths{XY: pathsOf([][]vertex{line}).XY, Ends: []uint32{40}, Lines: []bool{true}}, []int{2}},
		{"nothing", Paths{}, nil},
		{"one place", Paths{XY: []uint32{1, 1, 1, 1}, Ends: []uint32{2}}, []int{2}},
		{"a way out and back", Paths{XY: []uint32{0, 0, 900, 0, 500, 0}, Ends: []uint32{3}, Lines: []bool{true}}, []int{3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			from := Appearances(c.path, 0, 16)
			first := uint32(0)
			for i, end := range c.path.Ends {
				n := 0
				for _, z := range from[first:end] {
					if z == 0 {
						n++
					}
				}
				first = end
				if n != c.want[i] {
					t.Errorf("path %d keeps %d vertices, want %d", i, n, c.want[i])
				}
			}
		})
	}
	// Where lines meet, all of them keep the vertex.
	cross := Paths{
		XY:    []uint32{0, 100, 500, 101, 1000, 100, 501, 900, 500, 101},
		Ends:  []uint32{3, 5},
		Lines: []bool{true, true},
	}
	if from := Appearances(cross, 0, 16); from[1] != 0 || from[4] != 0 {
		t.Errorf("a junction of lines appears from zoom %d", from[1])
	}
}

func BenchmarkAppearances(b *testing.B) {
	rng := rand.New(rand.NewPCG(5, 5))
	rings := mesh(150, 10, rng.Float64) // 22,500 cells
	p := pathsOf(rings)
	b.ReportAllocs()
	for b.Loop() {
		Appearances(p, 9, 16)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(p.XY)/2), "ns/vertex")
}
