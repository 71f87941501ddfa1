package snapshot

// Cells reads one field of many rows at a time, without making a Value of each. What
// suits is told by the type of the field: Integers for integers, dates and timestamps,
// Numbers, Truths, and for text and JSON either Codes and Word or Texts.
//
// A method fills out, and null where there is one, for each of rows; both are at least as
// long. It does nothing for a field of another type.
type Cells struct{ column column }

// Cells gives access to public field number field.
func (p *PublicCollection) Cells(field int) Cells { return Cells{p.columns[field]} }

// Integers reads integers, days or microseconds.
func (c Cells) Integers(rows []uint32, out []int64, null []bool) {
	col, ok := c.column.(*integerColumn)
	if !ok {
		return
	}
	switch k := &col.codes; {
	case k.w8 != nil:
		unzigzagAll(k.w8, rows, out)
	case k.w16 != nil:
		unzigzagAll(k.w16, rows, out)
	case k.w32 != nil:
		unzigzagAll(k.w32, rows, out)
	default:
		unzigzagAll(k.w64, rows, out)
	}
	col.nulls.read(rows, null)
}

func unzigzagAll[T uint8 | uint16 | uint32 | uint64](codes []T, rows []uint32, out []int64) {
	out = out[:len(rows)]
	for k, row := range rows {
		out[k] = unzigzag(uint64(codes[row]))
	}
}

// Numbers gives the numbers of rows, NaN for null: in out, or as a view of the snapshot's
// memory where the rows follow each other.
func (c Cells) Numbers(rows []uint32, out []float64) []float64 {
	col, ok := c.column.(numberColumn)
	if n := len(rows); ok && n > 0 && int(rows[n-1]-rows[0]) == n-1 {
		return col[rows[0] : rows[n-1]+1]
	}
	out = out[:len(rows)]
	if ok {
		for k, row := range rows {
			out[k] = col[row]
		}
	}
	return out
}

// Truths reads truth values.
func (c Cells) Truths(rows []uint32, out, null []bool) {
	if col, ok := c.column.(*booleanColumn); ok {
		col.truth.read(rows, out)
		col.nulls.read(rows, null)
	}
}

// Words tells whether the texts repeat, and how many different ones there may be.
func (c Cells) Words() (n int, repeat bool) {
	col, ok := c.column.(*dictionaryColumn)
	if !ok {
		return 0, false
	}
	return len(col.words.ends), true
}

// Word gives the text of a code that is not 0, from 1 to the number of words.
func (c Cells) Word(code uint32) string {
	return c.column.(*dictionaryColumn).words.at(int(code) - 1)
}

// Codes reads the codes of texts that repeat, 0 for null.
func (c Cells) Codes(rows []uint32, out []uint32) {
	col, ok := c.column.(*dictionaryColumn)
	if !ok {
		return
	}
	switch k := &col.codes; {
	case k.w8 != nil:
		widenAll(k.w8, rows, out)
	case k.w16 != nil:
		widenAll(k.w16, rows, out)
	case k.w32 != nil:
		widenAll(k.w32, rows, out)
	default:
		widenAll(k.w64, rows, out)
	}
}

func widenAll[T uint8 | uint16 | uint32 | uint64](codes []T, rows []uint32, out []uint32) {
	out = out[:len(rows)]
	for k, row := range rows {
		out[k] = uint32(codes[row])
	}
}

// Texts reads texts, or JSON as its text, as views of the snapshot's memory.
func (c Cells) Texts(rows []uint32, out []string, null []bool) {
	switch col := c.column.(type) {
	case *plainColumn:
		for k, row := range rows {
			out[k] = col.texts.at(int(row))
		}
		col.nulls.read(rows, null)
	case *dictionaryColumn:
		for k, row := range rows {
			code := col.codes.at(int(row))
			out[k], null[k] = "", code == 0
			if code != 0 {
				out[k] = col.words.at(int(code) - 1)
			}
		}
	}
}

// read gives the bits of rows.
func (b *bits) read(rows []uint32, out []bool) {
	out = out[:len(rows)]
	if len(b.words) == 0 {
		clear(out)
		return
	}
	for k, row := range rows {
		out[k] = b.at(int(row))
	}
}

// Lost counts the rows with a geometry that has no image in CRS84, which Search cannot
// find.
func (p *PublicCollection) Lost() int {
	if p.whole.shapes == nil {
		return 0
	}
	return p.whole.shapes.lost
}

// Widest gives the longer side of the largest box in CRS84, in degrees. The image of a
// straight edge is not straight: it may leave the box that Search knows, by an amount that
// grows with the edge.
func (p *PublicCollection) Widest() float64 {
	if p.whole.shapes == nil {
		return 0
	}
	return p.whole.shapes.widest
}
