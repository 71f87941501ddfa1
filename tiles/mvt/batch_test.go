package mvt

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestRowsOfATable draws layers of more features than wait at once, with values from a table,
// values given one by one, neither, and features that are never ended, and reads them back.
func TestRowsOfATable(t *testing.T) {
	var e Encoder
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(1, 700).Draw(t, "rows")
		width := rapid.IntRange(0, 5).Draw(t, "width")
		keys := []string{"extra"}
		lists, local := make([]List, width), make([][]uint32, width)
		words := make([]int, width) // how many values a column has
		for k := range lists {
			keys = append(keys, fmt.Sprint("k", k))
			words[k] = rapid.SampledFrom([]int{1, 3, 200, 40_000}).Draw(t, "words")
			for row := range rows {
				code := uint32(0)
				if v := row * 7919 % (words[k] + 1); v > 0 {
					code = lists[k].Int(int64(v))
				}
				local[k] = append(local[k], code)
			}
		}
		values, joined := Join(lists)
		table := &Table{Values: values, Codes: make([]uint32, rows*width), Width: width}
		var columns []Column
		for k := range lists {
			columns = append(columns, Column{Key: k + 1, Code: k})
			for row, code := range local[k] {
				if code > 0 {
					table.Codes[row*width+k] = joined[k][code-1]
				}
			}
		}
		e.BeginLayer("l", keys)
		e.UseTable(table, columns)
		var want [][]Tag
		for row := range rows {
			e.BeginFeature(Point)
			kind := rapid.IntRange(0, 3).Draw(t, "kind")
			var tags []Tag
			if kind != 1 {
				e.Row(row)
				for k := range width {
					if v := row * 7919 % (words[k] + 1); v > 0 {
						tags = append(tags, Tag{keys[k+1], uint64(v)})
					}
				}
			}
			if kind != 2 {
				e.Int(0, int64(row%5))
				tags = append(tags, Tag{"extra", uint64(row % 5)})
			}
			if kind == 3 {
				continue // nothing is left of it
			}
			e.AddPoint(1, 1)
			e.SetID(uint64(row))
			if !e.EndFeature() {
				t.Fatal("a point is lost")
			}
			want = append(want, tags)
		}
		size := e.Size()
		tile := e.EndLayer(nil)
		if size != len(tile) {
			t.Fatalf("%d bytes, %d were told", len(tile), size)
		}
		layers, err := Decode(tile)
		if err != nil {
			t.Fatal(err)
		}
		var got [][]Tag
		for _, l := range layers {
			for _, f := range l.Features {
				got = append(got, f.Tags)
			}
		}
		if len(got) != len(want) {
			t.Fatalf("%d features, want %d", len(got), len(want))
		}
		for i := range got {
			if !slices.Equal(got[i], want[i]) {
				t.Fatalf("feature %d: got %v, want %v", i, got[i], want[i])
			}
		}
	})
}

func TestPackedNumbers(t *testing.T) {
	for _, n := range []uint32{0, 1, 127, 128, 300, 1<<14 - 1, 1 << 14, 1<<21 - 1, 1 << 21, 1<<28 - 1} {
		packed := packVarint(n)
		if got := unpackVarint(packed); got != n {
			t.Errorf("%d comes back as %d", n, got)
		}
		if got, _ := binary.Uvarint(binary.LittleEndian.AppendUint32(nil, packed)); got != uint64(n) {
			t.Errorf("%d is written as %d", n, got)
		}
	}
}

// TestPlace checks that an outline is written at any place as it would be drawn there.
func TestPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.Int32Range(-70_000, 70_000)
		dx, dy := at.Draw(t, "dx"), at.Draw(t, "dy")
		ring := []int32{5, 3, 200, 0, 180, 170, 0, 160}
		hole := []int32{50, 50, 50, 60, 60, 60}
		draw := func(e *Encoder, x, y int32) {
			for k, ring := range [][]int32{ring, hole} {
				moved := slices.Clone(ring)
				for i := range moved {
					moved[i] += []int32{x, y}[i%2]
				}
				e.AddRing(moved, k > 0)
			}
		}
		var e Encoder
		e.BeginLayer("l", nil)
		e.BeginFeature(Polygon)
		draw(&e, 0, 0)
		outline := e.AppendOutline(nil)
		layer := func(draw func()) []byte {
			e.BeginLayer("l", nil)
			e.BeginFeature(Polygon)
			draw()
			e.EndFeature()
			return e.EndLayer(nil)
		}
		want := layer(func() { draw(&e, dx, dy) })
		if got := layer(func() { e.Place(outline, dx, dy) }); !slices.Equal(got, want) {
			t.Fatalf("%x, want %x", got, want)
		}
	})
}
