package cache

import (
	"bytes"
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
	"pgregory.net/rapid"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/snapshot"
	"socle/tiles"
)

// around gives the tiles of a zoom that the land of the tests meets, and those beside.
func around(z uint32) [][2]uint32 {
	a := maptile.At(orb.Point{rennes[0], rennes[1] + 0.2}, maptile.Zoom(z))
	b := maptile.At(orb.Point{rennes[0] + 0.2, rennes[1]}, maptile.Zoom(z))
	var out [][2]uint32
	for x := a.X - 1; x <= b.X+1; x++ {
		for y := a.Y - 1; y <= b.Y+1; y++ {
			out = append(out, [2]uint32{x, y})
		}
	}
	return out
}

// TestCachedIsFresh edits and publishes at random, and holds every tile of the cache
// against the same tile drawn afresh. Many must not have been drawn again.
func TestCachedIsFresh(t *testing.T) {
	hits, again := uint64(0), uint64(0)
	rapid.Check(t, func(rt *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		side := rapid.IntRange(2, 12).Draw(rt, "side")
		drawn := tiles.Options{Bytes: rapid.SampledFrom([]int{0, 3000}).Draw(rt, "bytes")}
		s := newTerritory(t, Options{}, tiles.New(drawn), city(rapid.IntRange(0, 200).Draw(rt, "points"), side, side*side, 200))
		looked, first := uint64(0), uint64(0)
		for range rapid.IntRange(2, 5).Draw(rt, "editions") {
			tiler := tiles.New(drawn)
			for _, list := range [][]string{{"points"}, {"cells", "points"}, {"houses"}, {"streets", "houses"}} {
				for _, z := range []uint32{8, 11, 12, 13} {
					for _, at := range around(z) {
						got, err := s.cache.Tile(t.Context(), list, z, at[0], at[1])
						if err != nil {
							rt.Fatal(err)
						}
						want, _, err := tiler.Tile(t.Context(), nil, s.public(), list, z, at[0], at[1])
						if err != nil {
							rt.Fatal(err)
						}
						if !bytes.Equal(got.Body(), want) {
							rt.Fatalf("tile %d/%d/%d of %v: %d bytes are kept, %d drawn", z, at[0], at[1], list, len(got.Body()), len(want))
						}
						looked++
					}
				}
			}
			if first == 0 {
				first = looked
			}
			edit(rt, r, s, side)
			s.settle(rt)
		}
		hits += s.cache.Stats().Hits
		again += looked - first
	})
	if hits < again/5 {
		t.Errorf("only %d of %d tiles hold after an edition", hits, again)
	}
}

// edit changes something of one layer.
func edit(rt *rapid.T, r *rand.Rand, s *territory, side int) {
	of := rapid.SampledFrom([]struct {
		id    string
		shape geo.Type
		n     int
	}{{"points", geo.Point, 200}, {"cells", geo.Polygon, side * side}, {"streets", geo.LineString, side * side}, {"houses", geo.MultiPolygon, 200}}).Draw(rt, "layer")
	id, shape, n := of.id, of.shape, of.n
	key := r.IntN(n)
	switch rapid.IntRange(0, 4).Draw(rt, "edit") {
	case 0:
		s.apply(id, referentials.Change{Op: referentials.Delete, Key: referentials.IntegerValue(int64(key))})
	case 1, 2:
		next := row(r, shape, key, side)
		s.apply(id, referentials.Change{Op: referentials.Upsert, Key: next.Values[0], Row: next})
	case 3: // the same rows, one of them at another place, another changed
		s.mu.Lock()
		c := s.kept[id]
		rows, d := slices.Clone(c.rows), c.state.Descriptor
		s.mu.Unlock()
		if len(rows) > 2 {
			rows = append(rows[1:], rows[0])
			k := r.IntN(len(rows))
			rows[k] = row(r, shape, int(rows[k].Values[0].Int()), side)
		}
		s.publish(d, rows)
	case 4: // another policy
		s.mu.Lock()
		c := s.kept[id]
		rows, d := c.rows, c.state.Descriptor.Clone()
		s.mu.Unlock()
		d.Tiles.MinZoom = uint8(r.IntN(12))
		s.publish(d, rows)
	}
}

// TestOnlyWhatChanged publishes a layer again with one point elsewhere: the tiles near it
// are drawn again, the others keep their names.
func TestOnlyWhatChanged(t *testing.T) {
	s := newTerritory(t, Options{}, tiles.New(tiles.Options{}), town(500, 4))
	const z = 15
	tags := map[[2]uint32]string{}
	see := func() (renamed int) {
		for _, at := range around(z) {
			tile, err := s.cache.Tile(t.Context(), []string{"points"}, z, at[0], at[1])
			if err != nil {
				t.Fatal(err)
			}
			if before, ok := tags[at]; ok && before != tile.ETag()[0] {
				renamed++
			}
			tags[at] = tile.ETag()[0]
		}
		return renamed
	}
	see()
	first := s.cache.Stats().Drawn
	rows := slices.Clone(s.kept["points"].rows)
	rows[17].Geom = geo.Geometry{Type: geo.Point, XY: []float64{rennes[0] + 0.1, rennes[1] + 0.1}}
	d := s.kept["points"].state.Descriptor
	d.Title.FR, d.Vintage = "Points", "2027"
	s.publish(d, rows)
	s.settle(t)
	renamed := see()
	again := s.cache.Stats().Drawn - first
	if renamed < 2 || renamed > 8 || again > 8 {
		t.Errorf("%d tiles of %d are drawn again and %d renamed for one point that moved", again, first, renamed)
	}
}

// drawerFunc is a drawer.
type drawerFunc func(dst []byte) ([]byte, tiles.Stats, error)

func (f drawerFunc) Tile(_ context.Context, dst []byte, _ *snapshot.Public, _ []string, _, _, _ uint32) ([]byte, tiles.Stats, error) {
	return f(dst)
}

func TestErrors(t *testing.T) {
	failing := true
	s := newTerritory(t, Options{}, drawerFunc(func(dst []byte) ([]byte, tiles.Stats, error) {
		if failing {
			var none []int
			dst = append(dst, byte(none[0]))
		}
		return append(dst, "x"...), tiles.Stats{}, nil
	}), town(5, 1))
	for _, test := range []struct {
		ids     []string
		z, x, y uint32
		want    referentials.Code
	}{
		{[]string{"points"}, 2, 4, 0, referentials.NotFound},
		{[]string{"points"}, 23, 0, 0, referentials.NotFound},
		{[]string{"nothing"}, 0, 0, 0, referentials.NotFound},
		{[]string{"points", "points"}, 0, 0, 0, referentials.Invalid},
		{nil, 0, 0, 0, referentials.Invalid},
		{[]string{"points"}, 0, 0, 0, referentials.Internal}, // the drawer panics
	} {
		if _, err := s.cache.Tile(t.Context(), test.ids, test.z, test.x, test.y); referentials.CodeOf(err) != test.want {
			t.Errorf("%v %d/%d/%d: %v", test.ids, test.z, test.x, test.y, err)
		}
		if _, ok := s.cache.Lookup(strings.Join(test.ids, ","), test.z, test.x, test.y); ok {
			t.Errorf("%v %d/%d/%d is kept", test.ids, test.z, test.x, test.y)
		}
	}
	failing = false
	if _, err := s.cache.Tile(t.Context(), []string{"points"}, 0, 0, 0); err != nil {
		t.Error("an error is kept:", err)
	}
}

// TestBudget asks for more than there is room for.
func TestBudget(t *testing.T) {
	const most = 100 << 10
	s := newTerritory(t, Options{Bytes: most}, drawerFunc(func(dst []byte) ([]byte, tiles.Stats, error) {
		return append(dst, make([]byte, 5000)...), tiles.Stats{}, nil
	}), town(5, 1))
	for x := range uint32(200) {
		tile, err := s.cache.Tile(t.Context(), []string{"points"}, 9, x, 1)
		if err != nil {
			t.Fatal(err)
		}
		s.cache.Encoded(tile, Gzip)
	}
	s.cache.kept.CleanUp()
	if n := s.cache.Stats(); n.Bytes > most || n.Tiles < 5 || n.Drawn != 200 {
		t.Errorf("%+v", n)
	}
}

// TestWithdrawn has what may no longer be seen leave the cache at once, memory included.
func TestWithdrawn(t *testing.T) {
	for name, withdraw := range map[string]func(*territory){
		"dropped": func(s *territory) { s.drop("cells") },
		"restricted": func(s *territory) {
			d := s.kept["cells"].state.Descriptor.Clone()
			d.Access = referentials.Restricted
			s.publish(d, s.kept["cells"].rows)
		},
		"a field": func(s *territory) {
			d := s.kept["cells"].state.Descriptor.Clone()
			d.Fields[1].Disclosure = referentials.Confidential
			s.publish(d, s.kept["cells"].rows)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTerritory(t, Options{}, tiles.New(tiles.Options{}), town(5, 3))
			at := maptile.At(orb.Point{rennes[0] + 0.1, rennes[1] + 0.1}, 9)
			for _, ids := range [][]string{{"cells"}, {"points", "cells"}, {"points"}} {
				if _, err := s.cache.Tile(t.Context(), ids, 9, at.X, at.Y); err != nil {
					t.Fatal(err)
				}
			}
			withdraw(s)
			s.settle(t)
			for _, list := range []string{"cells", "points,cells"} {
				if _, ok := s.cache.Lookup(list, 9, at.X, at.Y); ok {
					t.Errorf("%s is still there", list)
				}
			}
			if _, ok := s.cache.Lookup("points", 9, at.X, at.Y); !ok {
				t.Error("points are gone too")
			}
			n := 0
			for range s.cache.kept.Keys() {
				n++
			}
			if n != 1 {
				t.Errorf("%d tiles are in memory", n)
			}
			tile, err := s.cache.Tile(t.Context(), []string{"cells"}, 9, at.X, at.Y)
			if name != "a field" {
				if referentials.CodeOf(err) != referentials.NotFound {
					t.Error(err)
				}
				return
			}
			if err != nil || tile.Empty() || bytes.Contains(tile.Body(), []byte("rue ")) {
				t.Errorf("%q, %v", tile.Body(), err)
			}
		})
	}
}

// TestLists bounds what is remembered of lists, whoever makes them up.
func TestLists(t *testing.T) {
	s := newTerritory(t, Options{}, drawerFunc(func(dst []byte) ([]byte, tiles.Stats, error) { return append(dst, 1), tiles.Stats{}, nil }), func(m *memory) {
		for i := range maxLists + 20 {
			m.publish(describe("c"+strings.Repeat("x", i%60)+string(rune('a'+i/60)), geo.Point), nil)
		}
	})
	all := s.public().Collections()
	for _, c := range all {
		if _, err := s.cache.Tile(t.Context(), []string{c.ID()}, 0, 0, 0); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.cache.now().lists); n > maxLists {
		t.Errorf("%d lists are remembered", n)
	}
	if _, ok := s.cache.Lookup(all[len(all)-1].ID(), 0, 0, 0); !ok {
		t.Error("the last one is forgotten")
	}
}

// TestListsOfOneClient has a client ask for collections in every order: what others ask for
// stays at hand.
func TestListsOfOneClient(t *testing.T) {
	ids := []string{"a", "b", "c", "d", "e", "f"}
	s := newTerritory(t, Options{}, drawerFunc(func(dst []byte) ([]byte, tiles.Stats, error) { return append(dst, 1), tiles.Stats{}, nil }), func(m *memory) {
		for _, id := range ids {
			m.publish(describe(id, geo.Point), nil)
		}
	})
	if _, err := s.cache.Tile(t.Context(), ids[:1], 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for range 3 * maxLists {
		rng.Shuffle(len(ids), func(i, k int) { ids[i], ids[k] = ids[k], ids[i] })
		if _, err := s.cache.Tile(t.Context(), ids, 0, 0, 0); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.cache.now().lists); n != maxLists {
		t.Errorf("%d lists are remembered, not %d", n, maxLists)
	}
	if _, ok := s.cache.Lookup("a", 0, 0, 0); !ok {
		t.Error("the tile of a single collection has to be drawn again")
	}
}

// TestStats counts what was asked for and what became of features.
func TestStats(t *testing.T) {
	s := newTerritory(t, Options{}, tiles.New(tiles.Options{}), town(50, 1))
	for range 3 {
		if _, err := s.cache.Tile(t.Context(), []string{"points"}, 0, 0, 0); err != nil {
			t.Fatal(err)
		}
	}
	s.cache.kept.CleanUp()
	n := s.cache.Stats()
	if n.Hits != 2 || n.Misses != 1 || n.Drawn != 1 || n.Ahead != 0 || n.Tiles != 1 || n.Bytes < overhead || n.Features.Features+n.Features.Thinned != 50 {
		t.Errorf("%+v", n)
	}
}

// TestNoAllocation has a warm tile cost none.
func TestNoAllocation(t *testing.T) {
	s := newTerritory(t, Options{}, tiles.New(tiles.Options{}), town(100, 3))
	if _, err := s.cache.Tile(t.Context(), []string{"points"}, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(1000, func() {
		tile, _ := s.cache.Lookup("points", 0, 0, 0)
		s.cache.Encoded(tile, Gzip)
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkLookup(b *testing.B) {
	s := newTerritory(b, Options{}, tiles.New(tiles.Options{}), town(100, 3))
	if _, err := s.cache.Tile(b.Context(), []string{"points", "cells"}, 0, 0, 0); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			tile, ok := s.cache.Lookup("points,cells", 0, 0, 0)
			if !ok {
				b.Fatal("cold")
			}
			s.cache.Encoded(tile, Gzip)
		}
	})
}

// TestPublishedWithoutTheFirst publishes points that stand for each other again without the
// first row: the others have other numbers, and far from it tiles are what they were, kept or
// drawn afresh.
func TestPublishedWithoutTheFirst(t *testing.T) {
	const z = 12
	list := []string{"points"}
	s := newTerritory(t, Options{}, tiles.New(tiles.Options{}), town(20_000, 2))
	see := func() {
		tiler := tiles.New(tiles.Options{})
		for _, at := range around(z) {
			got, err := s.cache.Tile(t.Context(), list, z, at[0], at[1])
			if err != nil {
				t.Fatal(err)
			}
			want, stats, err := tiler.Tile(t.Context(), nil, s.public(), list, z, at[0], at[1])
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Body(), want) {
				t.Errorf("tile %d/%d/%d, where %d points are thinned: %d bytes are kept, %d drawn", z, at[0], at[1], stats.Thinned, len(got.Body()), len(want))
			}
		}
	}
	see()
	first := s.cache.Stats()
	if first.Features.Thinned == 0 {
		t.Fatal("no point stands for another")
	}
	s.publish(s.kept["points"].state.Descriptor, slices.Clone(s.kept["points"].rows[1:]))
	s.settle(t)
	see()
	if again := s.cache.Stats().Drawn - first.Drawn; again > 9 {
		t.Errorf("%d tiles are drawn again for one point that is gone", again)
	}
}

// TestOneOfManyPlaces has a feature of several points take the place of one, among others of
// one point each: none of them stand for each other from then on, far from it too.
func TestOneOfManyPlaces(t *testing.T) {
	const z = 12
	d := describe("sites", geo.MultiPoint)
	rows := rowsOf(1, geo.Point, 20_000, 1)
	for i := range rows {
		rows[i].Geom.Type = geo.MultiPoint
	}
	s := newTerritory(t, Options{}, tiles.New(tiles.Options{}), func(m *memory) { m.publish(d, rows) })
	see := func() {
		tiler := tiles.New(tiles.Options{})
		for _, at := range around(z) {
			got, err := s.cache.Tile(t.Context(), []string{"sites"}, z, at[0], at[1])
			if err != nil {
				t.Fatal(err)
			}
			want, _, err := tiler.Tile(t.Context(), nil, s.public(), []string{"sites"}, z, at[0], at[1])
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Body(), want) {
				t.Errorf("tile %d/%d/%d: %d bytes are kept, %d drawn", z, at[0], at[1], len(got.Body()), len(want))
			}
		}
	}
	see()
	next := rows[5]
	next.Geom = geo.Geometry{Type: geo.MultiPoint, XY: append(slices.Clone(rows[5].Geom.XY), rennes[0], rennes[1])}
	s.apply("sites", referentials.Change{Op: referentials.Upsert, Key: next.Values[0], Row: next})
	s.settle(t)
	see()
}
