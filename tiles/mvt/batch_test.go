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

// TestOutlines checks that a feature with an outline is written as the one it is of.
func TestOutlines(t *testing.T) {
	for _, c := range []struct {
		name string
		kind GeomType
		add  func(e *Encoder)
	}{
		{"points", Point, func(e *Encoder) { e.AddPoint(5, 3); e.AddPoint(200, 0) }},
		{"line", LineString, func(e *Encoder) { e.AddLine([]int32{5, 3, 200, 0, 180, 170}) }},
		{"rings", Polygon, func(e *Encoder) {
			e.AddRing([]int32{5, 3, 200, 0, 180, 170, 0, 160}, false)
			e.AddRing([]int32{50, 50, 50, 60, 60, 60}, true)
		}},
		{"long", LineString, func(e *Encoder) {
			for x := range int32(100) {
				e.AddLine([]int32{x, 0, 0, 9, 1, x})
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var e Encoder
			var outline []byte
			e.BeginLayer("l", nil)
			e.BeginFeature(c.kind)
			c.add(&e)
			outline = e.AppendOutline(nil)
			e.EndFeature()
			want := e.EndLayer(nil)
			if n := OutlineSize(append(outline, 1, 2, 3)); n != len(outline) {
				t.Errorf("%d bytes, want %d", n, len(outline))
			}
			e.BeginLayer("l", nil)
			e.BeginOutline(outline)
			if !e.HasGeometry() || !e.EndFeature() {
				t.Error("it is lost")
			}
			if got := e.EndLayer(nil); !slices.Equal(got, want) {
				t.Errorf("%x, want %x", got, want)
			}
			e.BeginLayer("l", nil)
			e.AddFeature(outline, -1, noRow)
			if got := e.EndLayer(nil); !slices.Equal(got, want) {
				t.Errorf("whole: %x, want %x", got, want)
			}
		})
	}
}

func TestPointOutline(t *testing.T) {
	for _, at := range [][2]int32{{0, 0}, {-1, 63}, {64, -128}, {4224, 4096}, {1 << 20, -1 << 30}} {
		var e Encoder
		e.BeginLayer("l", nil)
		e.BeginFeature(Point)
		e.AddPoint(at[0], at[1])
		want := e.AppendOutline(nil)
		if got := e.PointOutline(at[0], at[1]); !slices.Equal(got, want) {
			t.Errorf("%v: %x, want %x", at, got, want)
		}
	}
}

func TestSizesOfNumbers(t *testing.T) {
	for shift := range 64 {
		for _, v := range []uint64{1 << shift, 1<<shift - 1} {
			if got, want := varintSize(v), len(binary.AppendUvarint(nil, v)); got != want {
				t.Errorf("%d: %d, want %d", v, got, want)
			}
		}
	}
}
