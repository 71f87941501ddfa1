package snapshot

import (
	"math"

	"socle/referentials"
)

// Cells gives access to field number field, confidential or not: for what makes aggregates
// of them, never for what answers with rows.
func (c *Collection) Cells(field int) Cells { return Cells{c.columns[field]} }

// Numbers gives field number field of every row, NaN for null: a view of the snapshot's
// memory for numbers, a copy for integers. It is false for a field of another type.
func (c *Collection) Numbers(field int) ([]float64, bool) {
	switch col := c.columns[field].(type) {
	case numberColumn:
		return col[:len(col):len(col)], true
	case *integerColumn:
		if col.kind != referentials.Integer {
			return nil, false
		}
		out := make([]float64, c.n)
		switch k := &col.codes; {
		case k.w8 != nil:
			floats(k.w8, out)
		case k.w16 != nil:
			floats(k.w16, out)
		case k.w32 != nil:
			floats(k.w32, out)
		default:
			floats(k.w64, out)
		}
		for w, word := range col.nulls.words {
			for i := w << 6; word != 0; i, word = i+1, word>>1 {
				if word&1 != 0 {
					out[i] = math.NaN()
				}
			}
		}
		return out, true
	}
	return nil, false
}

func floats[T uint8 | uint16 | uint32 | uint64](codes []T, out []float64) {
	for i, code := range codes {
		out[i] = float64(unzigzag(uint64(code)))
	}
}

// Lost is [PublicCollection.Lost].
func (c *Collection) Lost() int {
	if c.shapes == nil {
		return 0
	}
	return c.shapes.lost
}

// Widest is [PublicCollection.Widest].
func (c *Collection) Widest() float64 {
	if c.shapes == nil {
		return 0
	}
	return c.shapes.widest
}
