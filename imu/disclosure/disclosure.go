// Package disclosure decides what of a table of aggregates may be published, so that nobody
// behind it is exposed: not by a value itself, and not by what others give away about it.
//
// It sees pure numbers: cells, and the relations by which they add up. Every value that is
// released together must be in one [Table], for the test is about all of them at once. A
// mean published with its count is its sum, and so one cell.
//
// A cell is hidden for its own sake (a threshold, a dominant unit), or for another's: hiding
// one block of a district whose total is shown hides nothing.
package disclosure

import (
	"context"
	"slices"
)

// Cell is one value that would be published.
type Cell struct {
	Units   int64   // active units behind it: delivery points, households, firms
	Value   float64 // what thresholds and dominance judge, ≥ 0, in the profile's unit
	Largest float64 // its largest contribution, in the same unit
	Second  float64 // its second largest

	// Shared says that units may stand behind several cells, as those of features that are split
	// do: of a group of cells, the largest contribution may then be all of its largest ones.
	Shared bool
}

// Relation says that a cell is the sum of others, by their index in the table, and that
// who reads them knows it.
type Relation struct {
	Total int
	Parts []int
	// Partial marks the sums the law speaks of (D. 111-55 III): when the parts hidden for
	// their own sake hold too little together, the total leaves them out, and says so.
	Partial bool
}

// Table is everything of one release.
type Table struct {
	Cells     []Cell
	Relations []Relation
}

// Outcome is what may be published of a table.
type Outcome struct {
	Reasons []Reason // one per cell
	// Partial lists, ascending, the shown totals that must be published as partial, with the
	// values of Reduced.
	Partial []int
	// Reduced holds, for each of Partial, what it is without the cells left out.
	Reduced []Cell
	// Left lists, ascending, the hidden cells that no total may hold any more.
	Left        []int
	Certificate Certificate
}

// Shows tells whether cell i may be published.
func (o *Outcome) Shows(i int) bool { return !o.Reasons[i].Hidden() }

// Protect hides what must be hidden so that nothing that is hidden for its own sake can be
// inferred from what is shown, at the least loss it finds. What it gives has passed the
// tests its certificate names. Errors: Invalid for a table that does not add up, Refused
// when no safe release was found, and the context's own.
func Protect(ctx context.Context, p Profile, t *Table) (*Outcome, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	parts, err := t.components()
	if err != nil {
		return nil, err
	}
	s := newState(&p, t)
	o := &Outcome{Reasons: s.reasons}
	o.Certificate = Certificate{Profile: p.Name, From: p.From, Until: p.Until, Protection: p.Protection,
		Cells: len(t.Cells), Relations: len(t.Relations), Components: len(parts), Rounds: 1, Inputs: digest(&p, t)}
	if p.Rules() {
		if err := protect(ctx, &p, t, s, parts, &o.Certificate); err != nil {
			return nil, err
		}
	}
	for i, r := range s.reasons {
		if s.partial[i] && r == Shown {
			o.Partial = append(o.Partial, i)
			o.Reduced = append(o.Reduced, s.cells[i])
		}
		if s.left[i] {
			o.Left = append(o.Left, i)
		}
	}
	o.Certificate.count(o, t)
	return o, nil
}

func protect(ctx context.Context, p *Profile, t *Table, s *state, parts []component, c *Certificate) error {
	nested := newHierarchy(p, t, s)
	var local []int32
	for k := range parts {
		part := &parts[k]
		if !slices.ContainsFunc(part.cells, s.hidden) {
			continue
		}
		if part.forest {
			if err := nested.protect(ctx, part); err != nil {
				return err
			}
			continue
		}
		if local == nil {
			local = make([]int32, len(t.Cells))
		}
		l := newLinked(ctx, p, t, s, part, local)
		if err := l.protect(); err != nil {
			return err
		}
		c.Sums += l.sums
		c.Rounds = max(c.Rounds, l.rounds)
	}
	c.Sums += nested.sums
	return nil
}
