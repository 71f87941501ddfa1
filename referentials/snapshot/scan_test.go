package snapshot

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// TestCells compares the columns read by batches with the values read one by one, for
// texts that repeat and texts that do not.
func TestCells(t *testing.T) {
	for _, n := range []int{40, 9000} {
		d := everyType("cells", referentials.Integer, geo.None, crs.CRS{})
		m := rowMaker{rand: rand.New(rand.NewPCG(1, uint64(n))), d: &d}
		rows := func(yield func(*referentials.Row, error) bool) {
			for k := range n {
				if r := m.row(k); !yield(&r, nil) {
					return
				}
			}
		}
		whole, err := build(context.Background(), referentials.State{Descriptor: d}, rows, nil)
		if err != nil {
			t.Fatal(err)
		}
		c, ok := publish(whole)
		if !ok {
			t.Fatal("it is not public")
		}
		scattered := make([]uint32, 0, n)
		follow := make([]uint32, 0, n)
		for k := range n {
			if m.rand.IntN(3) == 0 {
				scattered = append(scattered, uint32(k))
			}
			if k > 3 {
				follow = append(follow, uint32(k))
			}
		}
		for _, picked := range [][]uint32{scattered, follow, nil} {
			for f := range c.Descriptor().Fields {
				sameCells(t, c, f, picked)
			}
		}
	}
}

func sameCells(t *testing.T, c *PublicCollection, f int, rows []uint32) {
	t.Helper()
	n := len(rows)
	cells, kind := c.Cells(f), c.Descriptor().Fields[f].Type
	null, got := make([]bool, n), make([]referentials.Value, n)
	switch kind {
	case referentials.Integer, referentials.Date, referentials.DateTime:
		out := make([]int64, n)
		cells.Integers(rows, out, null)
		for k, v := range out {
			switch kind {
			case referentials.Integer:
				got[k] = referentials.IntegerValue(v)
			case referentials.Date:
				got[k] = referentials.DateValue(v)
			default:
				got[k] = referentials.DateTimeValue(v)
			}
		}
	case referentials.Number:
		for k, v := range cells.Numbers(rows, make([]float64, n)) {
			got[k], null[k] = referentials.NumberValue(v), math.IsNaN(v)
		}
	case referentials.Boolean:
		out := make([]bool, n)
		cells.Truths(rows, out, null)
		for k, v := range out {
			got[k] = referentials.BooleanValue(v)
		}
	default:
		out := make([]string, n)
		cells.Texts(rows, out, null)
		codes := make([]uint32, n)
		words, repeat := cells.Words()
		cells.Codes(rows, codes)
		for k, s := range out {
			got[k] = textValue(kind, s)
			if !repeat {
				continue
			}
			if int(codes[k]) > words || (codes[k] == 0) != null[k] || codes[k] != 0 && cells.Word(codes[k]) != s {
				t.Fatalf("field %d: row %d has code %d of %d", f, rows[k], codes[k], words)
			}
		}
	}
	for k, row := range rows {
		want := c.Value(int(row), f)
		if null[k] {
			got[k] = referentials.Null
		}
		if got[k] != want {
			t.Fatalf("field %d: row %d gives %v, want %v", f, row, got[k], want)
		}
	}
}
