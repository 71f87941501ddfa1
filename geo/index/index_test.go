package index

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"socle/geo"
)

func boxGen() *rapid.Generator[orb.Bound] {
	side := rapid.IntRange(-1, 8)
	place := rapid.IntRange(-20, 20)
	return rapid.Custom(func(t *rapid.T) orb.Bound {
		x, y := float64(place.Draw(t, "x")), float64(place.Draw(t, "y"))
		return orb.Bound{
			Min: orb.Point{x, y},
			Max: orb.Point{x + float64(side.Draw(t, "w")), y + float64(side.Draw(t, "h"))}, // -1 is empty
		}
	})
}

func search(t *Tree, window orb.Bound) (ids []uint32) {
	t.Search(window, func(id uint32) bool { ids = append(ids, id); return true })
	slices.Sort(ids)
	return ids
}

func bruteForce(boxes map[uint32]orb.Bound, window orb.Bound) (ids []uint32) {
	if empty(window) {
		return nil
	}
	for id, b := range boxes {
		if !empty(b) && b.Min[0] <= window.Max[0] && b.Max[0] >= window.Min[0] && b.Min[1] <= window.Max[1] && b.Max[1] >= window.Min[1] {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func TestSearchAgainstBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		boxes := rapid.SliceOfN(boxGen(), 0, 300).Draw(t, "boxes")
		tree, known := Build(boxes), map[uint32]orb.Bound{}
		extent, filled := geo.EmptyBound(), 0
		for i, b := range boxes {
			known[uint32(i)] = b
			if !empty(b) {
				extent, filled = geo.Union(extent, b), filled+1
			}
		}
		if tree.Len() != filled || tree.Bound() != extent {
			t.Fatalf("%d boxes in %v, want %d in %v", tree.Len(), tree.Bound(), filled, extent)
		}
		check := func(tree *Tree, known map[uint32]orb.Bound) {
			window := boxGen().Draw(t, "window")
			if got, want := search(tree, window), bruteForce(known, window); !slices.Equal(got, want) {
				t.Fatalf("%v gives %v, want %v", window, got, want)
			}
		}
		check(tree, known)

		changed := tree.Copy()
		edited := map[uint32]orb.Bound{}
		for id, b := range known {
			edited[id] = b
		}
		for range rapid.IntRange(0, 20).Draw(t, "edits") {
			id := uint32(rapid.IntRange(0, 320).Draw(t, "id"))
			if b, ok := edited[id]; ok {
				changed.Delete(b, id)
				delete(edited, id)
				continue
			}
			b := boxGen().Draw(t, "box")
			changed.Insert(b, id)
			edited[id] = b
		}
		check(changed, edited)
		check(tree, known)
	})
}

func TestSearchStops(t *testing.T) {
	tree := Build(slices.Repeat([]orb.Bound{{Max: orb.Point{1, 1}}}, 100))
	n := 0
	tree.Search(orb.Bound{Max: orb.Point{1, 1}}, func(uint32) bool { n++; return n < 3 })
	if n != 3 {
		t.Errorf("found was called %d times, want 3", n)
	}
}

// town makes n building boxes of about 12 m on a territory of 700 km², in metres.
func town(n int) []orb.Bound {
	rng := rand.New(rand.NewPCG(1, 1))
	boxes := make([]orb.Bound, n)
	for i := range boxes {
		x, y := rng.Float64()*26500, rng.Float64()*26500
		boxes[i] = orb.Bound{Min: orb.Point{x, y}, Max: orb.Point{x + 8 + rng.Float64()*8, y + 8 + rng.Float64()*8}}
	}
	return boxes
}

func BenchmarkSearch(b *testing.B) {
	tree := Build(town(250_000))
	for _, side := range []float64{1, 500} {
		b.Run(fmt.Sprintf("%gm", side), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(2, 2))
			found := 0
			count := func(uint32) bool { found++; return true }
			b.ReportAllocs()
			for b.Loop() {
				x, y := rng.Float64()*26000, rng.Float64()*26000
				tree.Search(orb.Bound{Min: orb.Point{x, y}, Max: orb.Point{x + side, y + side}}, count)
			}
			b.ReportMetric(float64(found)/float64(b.N), "found/op")
		})
	}
}

func BenchmarkBuild(b *testing.B) {
	boxes := town(250_000)
	b.ReportAllocs()
	for b.Loop() {
		Build(boxes)
	}
}

func BenchmarkCopyAndInsert(b *testing.B) {
	tree := Build(town(250_000))
	box := orb.Bound{Min: orb.Point{13000, 13000}, Max: orb.Point{13010, 13010}}
	b.ReportAllocs()
	for b.Loop() {
		tree.Copy().Insert(box, 250_000)
	}
}
