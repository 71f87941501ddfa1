package mvt

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// isSimple judges a ring by comparing each side with each, in exact arithmetic of its own.
func isSimple(ring []int32) bool {
	type pt struct{ x, y int64 }
	var r []pt
	for i := 0; i < len(ring); i += 2 {
		r = append(r, pt{int64(ring[i]), int64(ring[i+1])})
	}
	area := func(a, b, c pt) int64 { return (b.x-a.x)*(c.y-a.y) - (b.y-a.y)*(c.x-a.x) }
	on := func(a, b, p pt) bool {
		return area(a, b, p) == 0 && min(a.x, b.x) <= p.x && p.x <= max(a.x, b.x) && min(a.y, b.y) <= p.y && p.y <= max(a.y, b.y)
	}
	opposite := func(u, v int64) bool { return u < 0 && v > 0 || u > 0 && v < 0 }
	n := len(r)
	for i := range n {
		a, b := r[i], r[(i+1)%n]
		if a == b {
			return false
		}
		for k := i + 1; k < n; k++ {
			c, d := r[k], r[(k+1)%n]
			switch {
			case k == i+1:
				if on(a, b, d) || on(c, d, a) {
					return false
				}
			case i == 0 && k == n-1:
				if on(c, d, b) || on(a, b, c) {
					return false
				}
			case on(a, b, c) || on(a, b, d) || on(c, d, a) || on(c, d, b),
				opposite(area(a, b, c), area(a, b, d)) && opposite(area(c, d, a), area(c, d, b)):
				return false
			}
		}
	}
	return n >= 3
}

// turns counts how often a ring goes round a place that is not on it.
func turns(ring []int32, x, y float64) (n int) {
	for i := range len(ring) / 2 {
		k := (i + 1) % (len(ring) / 2)
		ax, ay, bx, by := float64(ring[2*i]), float64(ring[2*i+1]), float64(ring[2*k]), float64(ring[2*k+1])
		if (ay <= y) == (by <= y) || ax+(bx-ax)*(y-ay)/(by-ay) < x {
			continue
		}
		if ay <= y {
			n++
		} else {
			n--
		}
	}
	return n
}

func distance(ring []int32, x, y float64) float64 {
	least := math.Inf(1)
	for i := range len(ring) / 2 {
		k := (i + 1) % (len(ring) / 2)
		ax, ay, bx, by := float64(ring[2*i]), float64(ring[2*i+1]), float64(ring[2*k]), float64(ring[2*k+1])
		f := 0.0
		if l := (bx-ax)*(bx-ax) + (by-ay)*(by-ay); l > 0 {
			f = max(0, min(1, ((x-ax)*(bx-ax)+(y-ay)*(by-ay))/l))
		}
		least = min(least, math.Hypot(ax+f*(bx-ax)-x, ay+f*(by-ay)-y))
	}
	return least
}

// TestPolygonsAreMadeSimple gives the encoder whatever rings: each one it writes is simple,
// shells hold their holes, and what is covered is what was, but for what rounding moves.
func TestPolygonsAreMadeSimple(t *testing.T) {
	var e Encoder
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.SampledFrom([]int32{4, 12, 400}).Draw(t, "most")
		coord := rapid.Int32Range(0, most)
		var rings [][]int32
		for range rapid.IntRange(1, 3).Draw(t, "rings") {
			var ring []int32
			for range rapid.IntRange(3, 14).Draw(t, "n") {
				ring = append(ring, coord.Draw(t, "x"), coord.Draw(t, "y"))
			}
			rings = append(rings, ring)
		}
		e.BeginLayer("l", nil)
		e.BeginFeature(Polygon)
		for k, ring := range rings {
			e.AddRing(ring, k > 0)
		}
		e.EndFeature()
		layers, err := Decode(e.EndLayer(nil))
		if err != nil {
			t.Fatal(err)
		}
		var got [][]int32
		if len(layers) > 0 {
			got = layers[0].Features[0].Paths
		}
		shell := []int32(nil)
		for _, ring := range got {
			if !isSimple(ring) {
				t.Fatalf("%v becomes %v: %v is not simple", rings, got, ring)
			}
			if DoubleArea(ring) > 0 {
				shell = ring
			} else if x, y := float64(ring[0]), float64(ring[1]); distance(shell, x, y) > 0 && turns(shell, x, y) == 0 {
				t.Fatalf("%v becomes %v: hole %v is outside its shell", rings, got, ring)
			}
		}
		for range 30 {
			x := rapid.Float64Range(0, float64(most)).Draw(t, "px")
			y := rapid.Float64Range(0, float64(most)).Draw(t, "py")
			near, inside, inHoles := math.Inf(1), 0, 0
			for k, ring := range rings {
				near = min(near, distance(ring, x, y))
				switch n := turns(ring, x, y); {
				case k == 0:
				case DoubleArea(ring) < 0:
					inHoles -= n
				default:
					inHoles += n
				}
			}
			want := turns(rings[0], x, y) != 0 && inHoles == 0
			if near < 4 {
				continue
			}
			for _, ring := range got {
				inside += turns(ring, x, y)
			}
			if is := inside != 0; is != want || inside*inside > 1 {
				t.Fatalf("%g %g is in %v %d times, want %v", x, y, got, inside, want)
			}
		}
	})
}

// TestJudge compares the verdict on rings with that of the slow judge, below and above the
// size from which sides are sorted.
func TestJudge(t *testing.T) {
	var j Judge
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{3, 4, 6, 26, 40}).Draw(t, "n")
		var ring []int32
		for i := range n {
			// A star is simple until its rays are disturbed.
			angle, ray := 2*math.Pi*float64(i)/float64(n), rapid.Float64Range(300, 3000).Draw(t, "ray")
			x, y := int32(ray*math.Cos(angle)), int32(ray*math.Sin(angle))
			if rapid.IntRange(0, 2*n).Draw(t, "disturb") == 0 {
				x, y = rapid.Int32Range(-3000, 3000).Draw(t, "x"), rapid.Int32Range(-3000, 3000).Draw(t, "y")
			}
			ring = append(ring, x, y)
		}
		if rapid.Bool().Draw(t, "touch") {
			k := rapid.IntRange(0, n-1).Draw(t, "k")
			ring = append(ring, ring[2*k], ring[2*k+1])
		}
		if got, want := j.Simple(ring, []int32{int32(len(ring) / 2)}), isSimple(ring); got != want {
			t.Fatalf("%v is simple: %v, want %v", ring, got, want)
		}
	})
	square, hole := []int32{0, 0, 9, 0, 9, 9, 0, 9}, []int32{2, 2, 2, 4, 4, 4}
	for _, c := range []struct {
		name string
		hole []int32
		want bool
	}{{"apart", hole, true}, {"a corner on a side", []int32{0, 2, 2, 4, 4, 4}, false}, {"across", []int32{-2, 2, 2, 4, 4, 4}, false}} {
		if got := j.Simple(slices.Concat(square, c.hole), []int32{4, 7}); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// TestListedValues checks that values taken by code read back as themselves, once each,
// also those that several fields have in common and integers given one by one.
func TestListedValues(t *testing.T) {
	lists := make([]List, 5)
	ints := []uint32{lists[0].Int(7), lists[0].Int(-7), lists[0].Int(300), lists[0].Int(7)}
	more := []uint32{lists[1].Int(300), lists[1].Int(1)}
	texts := []uint32{lists[2].String("é"), lists[2].NewString("b")}
	truth := lists[3].Bool(true)
	number := lists[4].Double(2.5)
	values, codes := Join(lists)
	if ints[0] != ints[3] || values.Len() != 8 {
		t.Fatalf("%d values, codes %v", values.Len(), ints)
	}
	var e Encoder
	for range 2 {
		e.BeginLayer("l", []string{"a", "b", "c", "d", "e", "n"})
		e.UseValues(values)
		e.BeginFeature(Point)
		e.AddPoint(1, 1)
		for _, f := range []struct {
			key  int
			code uint32
		}{{0, ints[2]}, {1, more[0]}, {2, texts[0]}, {3, truth}, {4, number}} {
			e.Value(f.key, codes[f.key][f.code-1])
		}
		e.Int(5, 300)
		e.EndFeature()
		e.BeginFeature(Point)
		e.AddPoint(1, 1)
		e.Value(0, codes[0][ints[1]-1])
		e.Int(5, 12)
		e.Value(2, codes[2][texts[1]-1])
		e.EndFeature()
		layers, err := Decode(e.EndLayer(nil))
		if err != nil {
			t.Fatal(err)
		}
		want := [][]Tag{
			{{"a", uint64(300)}, {"b", uint64(300)}, {"c", "é"}, {"d", true}, {"e", 2.5}, {"n", uint64(300)}},
			{{"a", int64(-7)}, {"n", uint64(12)}, {"c", "b"}},
		}
		for i, f := range layers[0].Features {
			if !slices.Equal(f.Tags, want[i]) {
				t.Errorf("got %v, want %v", f.Tags, want[i])
			}
		}
	}
}
