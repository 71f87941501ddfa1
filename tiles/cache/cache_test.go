package cache

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
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
		s := newTerritory(t, Options{}, tiles.New(tiles.Options{}), town(rapid.IntRange(0, 200).Draw(rt, "points"), side))
		looked, first := uint64(0), uint64(0)
		for range rapid.IntRange(2, 5).Draw(rt, "editions") {
			tiler := tiles.New(tiles.Options{})
			for _, list := range [][]string{{"points"}, {"cells", "points"}} {
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
	id, shape, n := "points", geo.Point, 200
	if rapid.Bool().Draw(rt, "cells") {
		id, shape, n = "cells", geo.Polygon, side*side
	}
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

// gate is a drawer that waits to be let through.
type gate struct {
	begun   chan string
	through chan struct{}
	drawn   atomic.Int32
}

func newGate() *gate { return &gate{begun: make(chan string, 100), through: make(chan struct{})} }

func (g *gate) Tile(ctx context.Context, dst []byte, _ *snapshot.Public, ids []string, _, _, _ uint32) ([]byte, tiles.Stats, error) {
	g.begun <- ids[0]
	select {
	case <-g.through:
	case <-ctx.Done():
		return dst, tiles.Stats{}, ctx.Err()
	}
	g.drawn.Add(1)
	return append(dst, ids[0]...), tiles.Stats{Features: 1}, nil
}

// TestDrawnOnce lets many ask for one tile; the first goes away before it is drawn.
func TestDrawnOnce(t *testing.T) {
	g := newGate()
	s := newTerritory(t, Options{}, g, town(5, 1))
	ctx, leave := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() {
		_, err := s.cache.Tile(ctx, []string{"points"}, 3, 1, 1)
		first <- err
	}()
	<-g.begun
	var others sync.WaitGroup
	for range 20 {
		others.Go(func() {
			if tile, err := s.cache.Tile(t.Context(), []string{"points"}, 3, 1, 1); err != nil || string(tile.Body()) != "points" {
				t.Error(tile, err)
			}
		})
	}
	eventually(t, "all others wait", func() bool { return s.cache.Stats().Shared == 20 })
	leave()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Error("the first got", err)
	}
	close(g.through)
	others.Wait()
	if n := g.drawn.Load(); n != 1 {
		t.Errorf("the tile is drawn %d times", n)
	}
	if _, ok := s.cache.Lookup("points", 3, 1, 1); !ok {
		t.Error("the tile is not kept")
	}
}

// TestAbandoned has all who wait go away: what has begun is kept, what has not is dropped.
func TestAbandoned(t *testing.T) {
	g := newGate()
	s := newTerritory(t, Options{Draws: 1}, g, town(5, 1))
	ctx, leave := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	ask := func(id string) {
		waiting.Go(func() {
			if _, err := s.cache.Tile(ctx, []string{id}, 3, 1, 1); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
	}
	ask("points")
	<-g.begun
	ask("cells")
	eventually(t, "both wait", func() bool { return s.cache.Stats().Misses == 2 })
	leave()
	waiting.Wait()
	close(g.through)
	eventually(t, "the tile is kept", func() bool { _, ok := s.cache.Lookup("points", 3, 1, 1); return ok })
	s.cache.workers.Wait()
	if n := g.drawn.Load(); n != 1 {
		t.Errorf("%d tiles are drawn", n)
	}
	if tile, err := s.cache.Tile(t.Context(), []string{"cells"}, 3, 1, 1); err != nil || string(tile.Body()) != "cells" {
		t.Error(tile, err)
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

func TestEncodings(t *testing.T) {
	body := bytes.Repeat([]byte("une tuile "), 1000)
	random := make([]byte, 5000)
	for i := range random {
		random[i] = byte(rand.Uint32())
	}
	for name, want := range map[string][]byte{"text": body, "random": random, "small": body[:100], "empty": nil} {
		t.Run(name, func(t *testing.T) {
			s := newTerritory(t, Options{}, drawerFunc(func(dst []byte) ([]byte, tiles.Stats, error) {
				return append(dst, want...), tiles.Stats{}, nil
			}), town(5, 1))
			tile, err := s.cache.Tile(t.Context(), []string{"points"}, 0, 0, 0)
			if err != nil {
				t.Fatal(err)
			}
			s.cache.kept.CleanUp()
			before := s.cache.Stats().Bytes
			for range 2 {
				for e := range encodings {
					f := s.cache.Encoded(tile, e)
					got := f.Body
					switch {
					case f.Encoding == nil:
					case f.Encoding[0] == "gzip":
						r, err := gzip.NewReader(bytes.NewReader(got))
						if err != nil {
							t.Fatal(err)
						}
						if got, err = io.ReadAll(r); err != nil {
							t.Fatal(err)
						}
					case f.Encoding[0] == "zstd":
						r, err := zstd.NewReader(nil)
						if err != nil {
							t.Fatal(err)
						}
						if got, err = r.DecodeAll(got, nil); err != nil {
							t.Fatal(err)
						}
						r.Close()
					}
					if !bytes.Equal(got, want) {
						t.Errorf("encoding %d gives %d bytes of %d", e, len(got), len(want))
					}
					if (f.Encoding != nil) != (name == "text" && e != Identity) {
						t.Errorf("encoding %d is %v", e, f.Encoding)
					}
				}
			}
			if tile.Empty() != (name == "empty") {
				t.Error("empty:", tile.Empty())
			}
			s.cache.kept.CleanUp()
			if after := s.cache.Stats().Bytes; (after > before) != (name == "text") {
				t.Errorf("the tile weighed %d, and %d with all encodings", before, after)
			}
		})
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

// TestAhead draws the pyramids ahead, then again what an edit has changed.
func TestAhead(t *testing.T) {
	s := newTerritory(t, Options{Settle: time.Millisecond}, tiles.New(tiles.Options{}), town(2000, 10))
	if _, err := s.cache.Tile(t.Context(), []string{"cells", "points"}, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.cache.Run(ctx) }()
	warm := func() bool {
		for z := uint32(0); z <= 13; z++ {
			for _, list := range []string{"points", "cells", "cells,points"} {
				x, y := maptile.At(orb.Point{rennes[0] + 0.1, rennes[1] + 0.1}, maptile.Zoom(z)).X, maptile.At(orb.Point{rennes[0] + 0.1, rennes[1] + 0.1}, maptile.Zoom(z)).Y
				tile, ok := s.cache.Lookup(list, z, x, y)
				if !ok || tile.forms[Gzip].Load() == nil {
					return false
				}
			}
		}
		return true
	}
	eventually(t, "all is warm", warm)
	first := s.cache.Stats().Ahead
	next := row(rand.New(rand.NewPCG(1, 1)), geo.Point, 4, 1)
	s.apply("points", referentials.Change{Op: referentials.Upsert, Key: next.Values[0], Row: next})
	s.settle(t)
	eventually(t, "all is warm again", warm)
	again := s.cache.Stats().Ahead - first
	if again == 0 || again > first*2/3 {
		t.Errorf("%d tiles are drawn ahead, %d again after one edit", first, again)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestAheadStops leaves room and yields to requests.
func TestAheadStops(t *testing.T) {
	const most = 200 << 10
	s := newTerritory(t, Options{Bytes: most, Settle: time.Millisecond}, drawerFunc(func(dst []byte) ([]byte, tiles.Stats, error) {
		return append(dst, make([]byte, 5000)...), tiles.Stats{}, nil
	}), town(500, 10))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.cache.urgent.Add(1)
	go func() { _ = s.cache.Run(ctx) }()
	time.Sleep(50 * time.Millisecond)
	if n := s.cache.Stats().Drawn; n != 0 {
		t.Errorf("%d tiles are drawn while a request waits", n)
	}
	s.cache.urgent.Add(-1)
	eventually(t, "tiles are drawn", func() bool { return s.cache.Stats().Bytes > most/10*9-10_000 })
	time.Sleep(20 * time.Millisecond)
	s.cache.kept.CleanUp()
	n := s.cache.Stats()
	if n.Bytes > most || uint64(n.Tiles) != n.Drawn {
		t.Errorf("tiles made room for others: %+v", n)
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
