package cache

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"socle/geo"
	"socle/referentials"
	"socle/tiles"
)

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
