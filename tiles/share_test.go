package tiles

import (
	"bytes"
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// drawnAnew is pen.tile without what it keeps of its first try.
func drawnAnew(t *testing.T, p *pen, layers []drawing, most int) ([]byte, Stats) {
	draw := func(dst []byte, l drawing, most, room int) ([]byte, Stats) {
		dst, s, err := p.layer(t.Context(), dst, &l, most, room)
		if err != nil {
			t.Fatal(err)
		}
		return dst, s
	}
	var tile []byte
	var total Stats
	fit := true
	for _, l := range layers {
		var s Stats
		tile, s = draw(tile, l, most, most-len(tile))
		if fit = len(tile) <= most && s != tooMuch; !fit {
			break
		}
		total.Add(s)
	}
	if fit {
		return tile, total
	}
	order, wants := []int{}, []int{}
	for i, l := range layers {
		order, wants = append(order, i), append(wants, p.want(&l))
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(wants[a], wants[b]) })
	parts := make([][]byte, len(layers))
	size := 0
	total = Stats{}
	for k, i := range order {
		var s Stats
		parts[i], s = draw(nil, layers[i], (most-size)/(len(order)-k), math.MaxInt)
		size += len(parts[i])
		total.Add(s)
	}
	return slices.Concat(parts...), total
}

// TestShare checks that layers that do not fit together come out as if what was drawn of them
// before that was seen were forgotten.
func TestShare(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 5))
	m := city()
	for i := range m.descriptors {
		if m.descriptors[i].ID == "blocks" {
			m.descriptors[i].Tiles.Labels = true
		}
	}
	p, tiler := m.public(t), New(Options{})
	if err := tiler.Prepare(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	shared := 0
	for _, at := range cityTiles(m) {
		if at[0] > 14 || rng.IntN(8) > 0 {
			continue
		}
		var layers []drawing
		for _, id := range cityLayers {
			if l := tiler.layers[id].layer; at[0] >= uint32(l.policy.MinZoom) {
				layers = append(layers, drawing{layer: l, labelled: l.policy.Labels})
			}
		}
		rng.Shuffle(len(layers), func(i, k int) { layers[i], layers[k] = layers[k], layers[i] })
		if len(layers) < 2 {
			continue
		}
		pen := &pen{}
		pen.frame, _ = newFrame(at[0], at[1], at[2])
		all, _ := drawnAnew(t, pen, layers, math.MaxInt32)
		for range 8 {
			most := len(all)/4 + rng.IntN(len(all)*3/4)
			pen.deepest = most
			want, s := drawnAnew(t, pen, layers, most)
			got, s2, err := pen.tile(t.Context(), []byte("before"), slices.Clone(layers), most)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, append([]byte("before"), want...)) || s != s2 {
				t.Fatalf("%v in %d bytes: %d bytes, %+v; want %d, %+v", at, most, len(got), s2, len(want), s)
			}
			if s.Dropped > 0 {
				shared++
			}
		}
	}
	if shared < 30 {
		t.Errorf("%d tiles were too large", shared)
	}
}
