package tiles

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"

	"socle/geo"
	"socle/referentials"
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
