package disclosure

import (
	"context"
	"testing"

	"pgregory.net/rapid"
)

// TestBoundOfTheRuleIsKnown hides more where all that a total gives away are values that are
// known to be at most the rule's: 199 and 199 of 398 are each from 198 to 200.
func TestBoundOfTheRuleIsKnown(t *testing.T) {
	p, err := Find("energie-gaz-res", 2022)
	if err != nil {
		t.Fatal(err)
	}
	tight := 0
	rapid.Check(t, func(t *rapid.T) {
		table := &Table{Cells: make([]Cell, rapid.IntRange(2, 7).Draw(t, "cells"))}
		total := len(table.Cells) - 1
		r := Relation{Total: total}
		for i := range total {
			v := float64(rapid.IntRange(150, 260).Draw(t, "value"))
			table.Cells[i] = Cell{Units: int64(rapid.IntRange(2, 14).Draw(t, "units")), Value: v, Largest: v / 2, Second: v / 2}
			table.Cells[total] = table.Cells[total].add(table.Cells[i])
			r.Parts = append(r.Parts, i)
		}
		table.Relations = []Relation{r}
		o, err := Protect(context.Background(), p, table)
		if err != nil {
			t.Fatal(err)
		}
		var known, own float64 // how much larger the hidden ones can be, and how much each asks for
		for i := range total {
			switch o.Reasons[i] {
			case Threshold:
				room := p.Rule.OrOver - table.Cells[i].Value
				known, own = known+room, max(own, room+p.width(table.Cells[i]))
			case Complementary, Dominance:
				return // it may be as large as the total leaves
			}
		}
		if own > 0 && o.Shows(total) && len(o.Partial) == 0 {
			if tight++; known < own*(1-slack) {
				t.Fatalf("the total gives the hidden ones away: they can be %g larger, and one asks for %g (%v)", known, own, table.Cells)
			}
		}
	})
	if tight == 0 {
		t.Error("no total gives away hidden values alone: the test shows nothing")
	}
}
