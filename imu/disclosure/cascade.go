package disclosure

import (
	"context"

	"socle/referentials"
)

// Level is one level of places that nest, such as addresses in streets in districts.
type Level struct {
	// Own holds what was matched to each place of this level itself, and to none below it.
	Own []Cell
	// Up gives the place of the next level that each lies in, or -1; nil at the last level.
	Up []int
}

// Carried is what one level of a cascade publishes.
type Carried struct {
	Reasons []Reason
	// Totals holds what each place is published with; it means nothing where it is hidden.
	Totals []Cell
	// Carries is the part of a shown total that no shown place below it holds: what was
	// matched here, and what had to be hidden below. At the lowest level it is the value itself.
	Carries []Cell
	// Partial marks shown totals that leave something out.
	Partial []bool
}

// Carry is a cascade's outcome. What all shown places of all levels carry, and what is lost,
// add up to all that was put in.
type Carry struct {
	Levels  []Carried
	Lost    Cell // in no shown place: left out by law, or under a place of the last level that is hidden
	Outcome *Outcome
}

// Cascade protects nested levels that are published together, the lowest first: what one
// level must hide, the next one carries.
func Cascade(ctx context.Context, p Profile, levels []Level) (*Carry, error) {
	first := make([]int, len(levels)+1)
	for k, l := range levels {
		first[k+1] = first[k] + len(l.Own)
	}
	t := &Table{Cells: make([]Cell, first[len(levels)])}
	parts := make([][]int, len(t.Cells))
	up := make([]int, len(t.Cells))
	for k, l := range levels {
		last := k == len(levels)-1
		if !last && len(l.Up) != len(l.Own) || last && l.Up != nil {
			return nil, referentials.Errorf(referentials.Invalid, "each place but those of the last level says where it lies").At("level %d", k)
		}
		for i, own := range l.Own {
			c := first[k] + i
			// Places below came before, and have added theirs.
			if own != (Cell{}) && parts[c] != nil {
				parts[c] = append(parts[c], len(t.Cells))
				t.Cells = append(t.Cells, own)
			}
			t.Cells[c] = t.Cells[c].add(own)
			up[c] = -1
			if last || l.Up[i] < 0 {
				continue
			}
			if l.Up[i] >= len(levels[k+1].Own) {
				return nil, referentials.Errorf(referentials.Invalid, "place %d lies in place %d of %d", i, l.Up[i], len(levels[k+1].Own)).At("level %d", k)
			}
			up[c] = first[k+1] + l.Up[i]
			t.Cells[up[c]] = t.Cells[up[c]].add(t.Cells[c])
			parts[up[c]] = append(parts[up[c]], c)
		}
	}
	for c := range parts {
		if parts[c] != nil {
			t.Relations = append(t.Relations, Relation{Total: c, Parts: parts[c]})
		}
	}
	o, err := Protect(ctx, p, t)
	if err != nil {
		return nil, err
	}
	return carry(t, o, levels, first, up), nil
}

// carry finds, for all that was put in, the lowest shown place that holds it.
func carry(t *Table, o *Outcome, levels []Level, first, up []int) *Carry {
	places := first[len(levels)]
	carries := make([]Cell, places)
	left := make([]bool, len(t.Cells))
	for _, c := range o.Left {
		left[c] = true
	}
	// What is put in at a place stands in its own cell when it has one, after all places.
	own := make([]int, places)
	for c := range own {
		own[c] = c
	}
	for _, r := range t.Relations {
		own[r.Total] = -1
		if c := r.Parts[len(r.Parts)-1]; c >= places {
			own[r.Total] = c
		}
	}
	out := &Carry{Outcome: o}
	for c := range places {
		if own[c] < 0 {
			continue
		}
		at := c
		for at >= 0 && o.Reasons[at].Hidden() {
			at = up[at]
		}
		if at < 0 || left[own[c]] {
			out.Lost = out.Lost.add(t.Cells[own[c]])
			continue
		}
		carries[at] = carries[at].add(t.Cells[own[c]])
	}
	totals, partial := t.Cells[:places:places], make([]bool, places)
	if len(o.Partial) > 0 {
		totals = append([]Cell(nil), totals...)
	}
	for k, c := range o.Partial {
		totals[c], partial[c] = o.Reduced[k], true
	}
	for k := range levels {
		a, b := first[k], first[k+1]
		out.Levels = append(out.Levels, Carried{Reasons: o.Reasons[a:b:b], Totals: totals[a:b:b], Carries: carries[a:b:b], Partial: partial[a:b:b]})
	}
	return out
}
