package tiles

import (
	"math"
	"testing"
)

// TestForecast compares what tiles of a city are thought to take with what they take.
func TestForecast(t *testing.T) {
	m := city()
	p := m.public(t)
	tiler := New(Options{Bytes: 1 << 30, Deepest: 1 << 30})
	seen := 0
	for _, at := range cityTiles(m) {
		for _, id := range cityLayers {
			if c, _ := p.Collection(id); int(at[0]) < int(policyOf(c.Descriptor()).MinZoom) {
				continue
			}
			tile, _, err := tiler.Tile(t.Context(), nil, p, []string{id}, at[0], at[1], at[2])
			if err != nil {
				t.Fatal(err)
			}
			l := &drawing{layer: tiler.layers[id].layer}
			pen := &pen{}
			pen.frame, _ = newFrame(at[0], at[1], at[2])
			cells := pen.begin(l)
			pen.detail = uint8(at[0])
			if pen.gather(l, cells) < 4*sample {
				continue
			}
			seen++
			a := attributesOf(l.layer, nil, at[0], cells > 0)
			got, want := pen.forecast(l, a), len(tile)
			if math.Abs(float64(got-want)) > 0.12*float64(want) {
				t.Errorf("%s in %v: %d bytes of %d features are thought to be %d", id, at, want, len(pen.picks), got)
			}
			if !pen.mayPass(l, a, want*3/4) {
				t.Errorf("%s in %v: %d bytes are thought to be fewer than %d", id, at, want, want*3/4)
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d layers were large enough", seen)
	}
}
