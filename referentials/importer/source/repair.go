package source

import "unicode/utf8"

// Texts reads the texts of formats that are UTF-8 by definition. Programs have written
// other bytes all the same: those are taken as windows-1252 and counted.
type Texts struct {
	Repaired int64 // texts that were not UTF-8

	table   *CharTable
	scratch []byte
}

// Of gives the text of b.
func (t *Texts) Of(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	t.Repaired++
	if t.table == nil {
		t.table = Windows1252.CharTable()
	}
	t.scratch = t.table.Append(t.scratch[:0], b)
	return string(t.scratch)
}
