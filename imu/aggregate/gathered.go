package aggregate

import (
	"cmp"
	"context"
	"slices"
)

// gathered is a level above the cells among which features are split. Several parts of one
// feature are one contribution to it, which the largest of the parts says too little of.
type gathered struct {
	parts shares
	below [][]int32  // by cell: the cells of parts that it holds
	whole [][]uint32 // by cell: features that reach it without one
}

// Cells counts those of the level.
func (g *gathered) Cells() int { return len(g.below) }

// Areas are not told: what is gathered are contributions.
func (g *gathered) Areas(int) []float64 { return nil }

// Cell puts the parts of each feature together.
func (g *gathered) Cell(k int) (rows []uint32, weights []float64) {
	type part struct {
		row    uint32
		weight float64
	}
	var all []part
	for _, c := range g.below[k] {
		sources, shares := g.parts.Cell(int(c))
		for p, i := range sources {
			all = append(all, part{i, shares[p]})
		}
	}
	for _, i := range g.whole[k] {
		all = append(all, part{i, 1})
	}
	slices.SortStableFunc(all, func(a, b part) int { return cmp.Compare(a.row, b.row) })
	for _, p := range all {
		if n := len(rows); n > 0 && rows[n-1] == p.row {
			weights[n-1] += p.weight
			continue
		}
		rows, weights = append(rows, p.row), append(weights, p.weight)
	}
	return rows, weights
}

// up is the level above, by the cell there of each cell here, or -1.
func (g *gathered) up(to []int32, cells int) *gathered {
	above := &gathered{parts: g.parts, below: make([][]int32, cells), whole: make([][]uint32, cells)}
	for c, k := range to {
		if k >= 0 {
			above.below[k] = append(above.below[k], g.below[c]...)
			above.whole[k] = append(above.whole[k], g.whole[c]...)
		}
	}
	return above
}

// contributions works out anew, where features are split, what must be known of them whole:
// the largest ones of each level above the cells, and of all.
func (t *tower) contributions(ctx context.Context, parts shares, codes []int32) error {
	var terms []term
	var at []int
	for k := range t.terms {
		if kind := t.terms[k].kind; kind == second || kind == largest {
			terms, at = append(terms, t.terms[k]), append(at, k)
		}
	}
	if len(terms) == 0 {
		return nil
	}
	settle := func(into *grid, of shares) error {
		g, err := multiply(ctx, of, terms, codes, t.cells.groups)
		if err != nil {
			return err
		}
		for k, column := range g.terms {
			into.terms[at[k]] = column
		}
		return nil
	}
	g := &gathered{parts: parts, below: make([][]int32, parts.Cells()), whole: make([][]uint32, parts.Cells())}
	for c := range g.below {
		g.below[c] = []int32{int32(c)}
	}
	for k := range t.levels {
		l := &t.levels[k]
		g = g.up(l.up, l.collection.Len())
		for c, rows := range l.direct {
			g.whole[c] = append(g.whole[c], rows...)
		}
		if err := settle(l.sums, g); err != nil {
			return err
		}
	}
	return settle(t.all, everything(t.r.Source.Len()))
}
