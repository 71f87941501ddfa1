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
		words, text := make([]int, width), make([]int, width) // how many values a column has, and how long a text; 0 for numbers
		valueOf := func(k, v int) any {
			if text[k] == 0 {
				return uint64(v)
			}
			return fmt.Sprintf("%0*d", text[k], v)
		}
		for k := range lists {
			keys = append(keys, fmt.Sprint("k", k))
			words[k] = rapid.SampledFrom([]int{1, 3, 200, 40_000}).Draw(t, "words")
			text[k] = rapid.SampledFrom([]int{0, 0, 0, 5, 12, 13, 14, 300}).Draw(t, "text")
			for row := range rows {
				code := uint32(0)
				if v := row * 7919 % (words[k] + 1); v > 0 {
					switch v := valueOf(k, v).(type) {
					case uint64:
						code = lists[k].Int(int64(v))
					case string:
						code = lists[k].String(v)
					}
				}
				local[k] = append(local[k], code)
			}
		}
		values, joined := Join(lists)
		table := NewTable(values, rows, width)
		var columns []Column
		for k := range lists {
			columns = append(columns, Column{Key: k + 1, Code: k})
			for row, code := range local[k] {
				if code > 0 {
					table.Row(row)[k] = joined[k][code-1]
				}
			}
		}
		e.BeginLayer("l", keys)
		e.UseTable(&table, columns)
		var want [][]Tag
		for row := range rows {
			e.BeginFeature(Point)
			kind := rapid.IntRange(0, 3).Draw(t, "kind")
			var tags []Tag
			if kind != 1 {
				e.Row(row)
				for k := range width {
					if v := row * 7919 % (words[k] + 1); v > 0 {
						tags = append(tags, Tag{keys[k+1], valueOf(k, v)})
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

// TestManyKeys writes more keys than a byte numbers.
func TestManyKeys(t *testing.T) {
	const width, rows = 300, 3
	keys, columns := make([]string, width), make([]Column, width)
	lists := make([]List, width)
	for k := range lists {
		keys[k], columns[k] = fmt.Sprint("k", k), Column{Key: k, Code: k}
		for row := range rows {
			lists[k].Int(int64(row*width + k))
		}
	}
	values, codes := Join(lists)
	table := NewTable(values, rows, width)
	for row := range rows {
		for k := range width {
			table.Row(row)[k] = codes[k][row]
		}
	}
	var e Encoder
	e.BeginLayer("l", keys)
	e.UseTable(&table, columns)
	for row := range rows {
		e.BeginFeature(Point)
		e.AddPoint(1, 1)
		e.Row(row)
		e.EndFeature()
	}
	layers, err := Decode(e.EndLayer(nil))
	if err != nil {
		t.Fatal(err)
	}
	for row, f := range layers[0].Features {
		for k, tag := range f.Tags {
			if want := (Tag{keys[k], uint64(row*width + k)}); tag != want {
				t.Fatalf("got %v, want %v", tag, want)
			}
		}
		if len(f.Tags) != width {
			t.Fatalf("%d values, want %d", len(f.Tags), width)
		}
	}
}

// TestManyValues numbers values around the last number that a stamp holds.
func TestManyValues(t *testing.T) {
	const before, rows = stamped - 60, 120
	lists := make([]List, 1)
	for row := range rows {
		lists[0].Int(int64(row))
	}
	values, codes := Join(lists)
	table := NewTable(values, rows, 1)
	for row := range rows {
		table.Row(row)[0] = codes[0][row]
	}
	var e Encoder
	e.BeginLayer("l", []string{"k"})
	e.UseTable(&table, []Column{{Key: 0, Code: 0}})
	e.values.codes, e.values.written = make([]uint32, before), before
	for i := range 2 * rows {
		e.BeginFeature(Point)
		e.AddPoint(1, 1)
		e.Row(i % rows)
		e.EndFeature()
	}
	e.flush()
	from := uint32(0)
	for i, end := range e.batch.ends[:2*rows] {
		number, n := binary.Uvarint(e.batch.listed[from+1 : end])
		if want := uint64(before + i%rows); e.batch.listed[from] != 0 || number != want || from+1+uint32(n) != end {
			t.Fatalf("feature %d: the tag is %x, want number %d", i, e.batch.listed[from:end], want)
		}
		from = end
	}
	e.values.settle()
	if got := len(e.values.buf); got != len(values.block) {
		t.Fatalf("values take %d bytes, want %d", got, len(values.block))
	}
	e.BeginLayer("l", []string{"k"})
	e.UseTable(&table, []Column{{Key: 0, Code: 0}})
	if e.values.listed(codes[0][0]) != 0 || e.values.listed(codes[0][rows-1]) != 1 {
		t.Error("a layer knows numbers of the one before")
	}
}

func TestStamps(t *testing.T) {
	for _, n := range []uint32{0, 1, 127, 128, 300, 1<<14 - 1, 1 << 14, 70_000, stamped - 1} {
		s := stampOf(n)
		if got := s.number(); got != n {
			t.Errorf("%d comes back as %d", n, got)
		}
		got, size := binary.Uvarint(binary.LittleEndian.AppendUint32(nil, uint32(s)))
		if got != uint64(n) || s.size() != size+1 {
			t.Errorf("%d is written as %d in %d bytes", n, got, s.size()-1)
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
