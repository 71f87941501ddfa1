package disclosure

import (
	"math"
	"slices"

	"socle/referentials"
)

// sumSlack is how far a total may lie from the sum of its parts, as a share: both were
// summed in floating point, in another order.
const sumSlack = 1e-6

// maxDepth bounds how many levels of totals may stand on each other.
const maxDepth = 256

// check refuses a table whose relations do not hold: tests on it would prove nothing.
func (t *Table) check() error {
	bad := func(k int, format string, args ...any) error {
		return referentials.Errorf(referentials.Invalid, format, args...).At("relation %d", k)
	}
	if len(t.Cells) > math.MaxInt32 || len(t.Relations) > math.MaxInt32 {
		return referentials.Errorf(referentials.TooLarge, "a table holds at most %d cells and relations", math.MaxInt32)
	}
	for i := range t.Cells {
		if !t.Cells[i].finite() {
			return referentials.Errorf(referentials.Invalid, "units and values must be finite and not negative").At("cell %d", i).
				Do("a measure that can be negative cannot be protected by these rules")
		}
	}
	seen := make([]int, len(t.Cells))
	for k := range t.Relations {
		r := &t.Relations[k]
		sum := 0.0
		for n, c := range append(slices.Clip(r.Parts), r.Total) {
			switch {
			case c < 0 || c >= len(t.Cells):
				return bad(k, "it names cell %d of %d", c, len(t.Cells))
			case seen[c] == k+1:
				return bad(k, "it holds cell %d twice", c)
			}
			seen[c] = k + 1
			if n < len(r.Parts) {
				sum += t.Cells[c].Value
			}
		}
		if total := t.Cells[r.Total].Value; math.Abs(total-sum) > sumSlack*max(total, sum) {
			return bad(k, "its parts do not add up to its total")
		}
	}
	return nil
}

// component is a group of cells tied by relations, and tied to no other cell.
type component struct {
	cells     []int // ascending
	relations []int // those with the lower cells first: a part's own relations come before
	forest    bool  // every cell is total of one relation at most, and part of one at most
}

// components splits a table. A total that is a part of itself is refused.
func (t *Table) components() ([]component, error) {
	root := make([]int, len(t.Cells))
	for i := range root {
		root[i] = i
	}
	find := func(i int) int {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	totals, parts := make([]int32, len(t.Cells)), make([]int32, len(t.Cells))
	for k := range t.Relations {
		r := &t.Relations[k]
		totals[r.Total]++
		a := find(r.Total)
		for _, c := range r.Parts {
			parts[c]++
			root[find(c)] = a
		}
	}
	order, err := t.bottomUp(totals)
	if err != nil {
		return nil, err
	}
	at := make([]int, len(t.Cells)) // component of a root, plus one
	var all []component
	for i := range t.Cells {
		if totals[i] == 0 && parts[i] == 0 {
			continue
		}
		a := find(i)
		if at[a] == 0 {
			all = append(all, component{forest: true})
			at[a] = len(all)
		}
		c := &all[at[a]-1]
		c.cells = append(c.cells, i)
		c.forest = c.forest && totals[i] <= 1 && parts[i] <= 1
	}
	for _, k := range order {
		c := &all[at[find(t.Relations[k].Total)]-1]
		c.relations = append(c.relations, k)
	}
	return all, nil
}

// bottomUp orders the relations so that those of a part come before those it is a part in.
func (t *Table) bottomUp(totals []int32) ([]int, error) {
	open := slices.Clone(totals)          // relations a cell is total of that are not placed yet
	wait := make([]int, len(t.Relations)) // parts of a relation that are totals still open
	above := make([][]int32, len(t.Cells))
	depth := make([]int, len(t.Cells)) // levels of totals below a cell
	var order []int
	for k := range t.Relations {
		for _, c := range t.Relations[k].Parts {
			if totals[c] > 0 {
				wait[k]++
				above[c] = append(above[c], int32(k))
			}
		}
		if wait[k] == 0 {
			order = append(order, k)
		}
	}
	for n := 0; n < len(order); n++ {
		c := t.Relations[order[n]].Total
		for _, part := range t.Relations[order[n]].Parts {
			depth[c] = max(depth[c], depth[part]+1)
		}
		if depth[c] > maxDepth {
			return nil, referentials.Errorf(referentials.TooLarge, "totals stand on each other more than %d deep", maxDepth)
		}
		if open[c]--; open[c] > 0 {
			continue
		}
		for _, k := range above[c] {
			if wait[k]--; wait[k] == 0 {
				order = append(order, int(k))
			}
		}
	}
	if len(order) < len(t.Relations) {
		return nil, referentials.Errorf(referentials.Invalid, "a total is a part of itself, through its parts")
	}
	return order, nil
}
