package cache

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"socle/referentials/snapshot"
	"socle/tiles"
)

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
