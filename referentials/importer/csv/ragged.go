package csv

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Ragged counts the rows by how many fields they have.
type Ragged struct {
	Header int           // fields a row should have
	Rows   int64         // rows counted
	Widths map[int]int64 // rows of each number of fields
	Padded int64         // rows with more fields than the header, all those empty: they are taken
	// LeadingUnnamed says that every row has exactly one field more than the header, and
	// that the first fields are all different: a column of row names the header leaves out.
	LeadingUnnamed bool
	Complete       bool // all rows were counted, not only the first
}

// maxWidths bounds the lengths told apart; rows of further ones count as the last.
const maxWidths = 64

func (g *Ragged) add(width int) {
	g.Rows++
	if _, ok := g.Widths[width]; !ok && len(g.Widths) >= maxWidths {
		return
	}
	g.Widths[width]++
}

func (g Ragged) clone() Ragged {
	g.Widths = maps.Clone(g.Widths)
	return g
}

// OneMore tells that every row has exactly one field more than the header.
func (g Ragged) OneMore() bool { return g.Rows > 0 && g.Widths[g.Header+1] == g.Rows }

// String says how many rows have how many fields.
func (g Ragged) String() string {
	var parts []string
	for _, w := range slices.Sorted(maps.Keys(g.Widths)) {
		parts = append(parts, fmt.Sprintf("%d rows of %d fields", g.Widths[w], w))
	}
	return fmt.Sprintf("header of %d fields, %s", g.Header, strings.Join(parts, ", "))
}
