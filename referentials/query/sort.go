package query

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"socle/referentials"
	"socle/referentials/snapshot"
)

// sortRows orders rows by keys. Nulls come last, rows that are alike stay in their order,
// text is in the order of its bytes.
func sortRows(ctx context.Context, c *snapshot.PublicCollection, rows []uint32, keys []Key) error {
	// From the least key to the first: a stable sort keeps what the one before did.
	for _, k := range slices.Backward(keys) {
		if err := ctx.Err(); err != nil {
			return err
		}
		sortBy(c, rows, k)
	}
	return nil
}

func sortBy(c *snapshot.PublicCollection, rows []uint32, k Key) {
	switch c.Descriptor().Fields[k.Field].Type {
	case referentials.String, referentials.JSON:
		sortText(c, rows, k)
	default:
		sortNumbers(c, rows, k)
	}
}

// sortable is a row with what it is sorted by. Its place before keeps the sort stable,
// for less than a stable algorithm costs.
type sortable[T cmp.Ordered] struct {
	key   T
	row   uint32
	place uint32
}

func sortText(c *snapshot.PublicCollection, rows []uint32, k Key) {
	filled := make([]sortable[string], 0, len(rows))
	var nulls []uint32
	for _, i := range rows {
		v := c.Value(int(i), k.Field)
		if v.IsNull() {
			nulls = append(nulls, i)
			continue
		}
		filled = append(filled, sortable[string]{v.Str(), i, uint32(len(filled))})
	}
	place(filled, k.Descending, strings.Compare, rows, nulls)
}

func sortNumbers(c *snapshot.PublicCollection, rows []uint32, k Key) {
	filled := make([]sortable[uint64], 0, len(rows))
	var nulls []uint32
	for _, i := range rows {
		v := c.Value(int(i), k.Field)
		if v.IsNull() {
			nulls = append(nulls, i)
			continue
		}
		filled = append(filled, sortable[uint64]{orderOf(v), i, uint32(len(filled))})
	}
	place(filled, k.Descending, cmp.Compare[uint64], rows, nulls)
}

// place sorts what has a value into rows and puts the nulls behind.
func place[T cmp.Ordered](filled []sortable[T], descending bool, compare func(a, b T) int, rows, nulls []uint32) {
	sign := 1
	if descending {
		sign = -1
	}
	slices.SortFunc(filled, func(a, b sortable[T]) int {
		if c := compare(a.key, b.key); c != 0 {
			return sign * c
		}
		return cmp.Compare(a.place, b.place)
	})
	for i := range filled {
		rows[i] = filled[i].row
	}
	copy(rows[len(filled):], nulls)
}

// orderOf maps a number, day, instant or truth value to an integer of the same order.
func orderOf(v referentials.Value) uint64 {
	const sign = 1 << 63
	if v.Type() != referentials.Number {
		return uint64(v.Int()) ^ sign
	}
	b := math.Float64bits(v.Float() + 0) // -0 is 0
	if b&sign != 0 {
		return ^b
	}
	return b ^ sign
}
