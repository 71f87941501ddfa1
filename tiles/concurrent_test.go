package tiles

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/snapshot"
)

func TestConcurrentTiles(t *testing.T) {
	m := new(memory)
	m.add("iris", geo.MultiPolygon, referentials.TilePolicy{MaxZoom: 15}, readIRIS(t)...)
	m.add("adresses", geo.Point, referentials.TilePolicy{MaxZoom: 17}, manyPoints(2000)...)
	p, tiler := m.public(t), New(Options{})
	ids := []string{"adresses", "iris"}
	x, y := tileAt(rennes, 12)
	want, layers, _ := drawn(t, New(Options{}), p, ids, 12, x, y)
	if len(layers) != 2 || layers[0].Name != "adresses" {
		t.Fatal("the layers are not in the order asked for")
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 5 {
				got, _, err := tiler.Tile(context.Background(), nil, p, ids, 12, x, y)
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("other bytes (%v)", err)
				}
			}
		})
	}
	all.Wait()
}

// TestPrepare builds every layer before a tile is asked for.
func TestPrepare(t *testing.T) {
	m := new(memory)
	m.add("iris", geo.MultiPolygon, referentials.TilePolicy{MaxZoom: 15}, readIRIS(t)...)
	m.add("adresses", geo.Point, referentials.TilePolicy{MaxZoom: 17}, manyPoints(2000)...)
	p, tiler := m.public(t), New(Options{})
	if err := tiler.Prepare(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"iris", "adresses"} {
		select {
		case <-tiler.layers[id].ready:
		default:
			t.Errorf("%s is not ready", id)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := New(Options{}).Prepare(ctx, p); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled, it gives %v", err)
	}
}

// TestPanicWhileBuilding gives a bug in building a layer, or in a worker of it, as an error to
// all who wait for the layer, and tells the log of it once.
func TestPanicWhileBuilding(t *testing.T) {
	m := new(memory)
	m.add("adresses", geo.Point, referentials.TilePolicy{MaxZoom: 17}, manyPoints(20)...)
	p := m.public(t)
	broken := func(list []int) int { return list[len(list)] }
	for name, bug := range map[string]func(){
		"build":  func() { broken(nil) },
		"worker": func() { inRuns(1, func(int, int) { broken(nil) }) },
	} {
		var log bytes.Buffer
		tiler := New(Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		tiler.making = func(*snapshot.PublicCollection) (*layer, error) { bug(); return nil, nil }
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if _, _, err := tiler.Tile(t.Context(), nil, p, []string{"adresses"}, 17, 0, 0); referentials.CodeOf(err) != referentials.Internal {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		all.Wait()
		if text := log.String(); strings.Count(text, "level=ERROR") != 1 || !strings.Contains(text, "TestPanicWhileBuilding") {
			t.Errorf("%s: the log says %s", name, text)
		}
	}
}
