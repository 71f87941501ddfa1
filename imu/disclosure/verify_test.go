package disclosure

import (
	"context"
	"fmt"
	"math"
	"slices"

	"socle/referentials"
)

// interval is what an attacker knows of a value.
type interval struct{ Low, High float64 }

// breach is something that a release gives away.
type breach struct {
	Cells []int // whose value, or sum
	What  string
	Knows interval
}

// maxAttacked bounds the hidden cells that are tied together in one attack.
const maxAttacked = 400

// verify attacks a release, sharing nothing with what made it but the rule of a cell by
// itself: linear programs over all that is published give the bounds of every hidden cell,
// of the sums of the hidden parts of each relation, up to three of them, all, and all below, and of what
// a cell of one unit learns from knowing itself. Only releases with few cells tied together
// can be attacked like this: TooLarge otherwise.
func verify(ctx context.Context, p Profile, t *Table, o *Outcome) ([]breach, error) {
	a := newAttack(&p, t, o)
	var found []breach
	for i := range t.Cells {
		own := p.Judge(a.cell(i))
		if o.Shows(i) && own.Hidden() {
			found = append(found, breach{[]int{i}, "shown against the rule: " + own.String(), interval{t.Cells[i].Value, t.Cells[i].Value}})
		}
	}
	for _, group := range a.groups() {
		more, err := a.group(ctx, group)
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	return found, nil
}

// attack is the view from outside.
type attack struct {
	p       *Profile
	t       *Table
	o       *Outcome
	reduced map[int]Cell
	left    map[int]bool
}

func newAttack(p *Profile, t *Table, o *Outcome) *attack {
	a := &attack{p: p, t: t, o: o, reduced: make(map[int]Cell), left: make(map[int]bool)}
	for k, i := range o.Partial {
		a.reduced[i] = o.Reduced[k]
	}
	for _, i := range o.Left {
		a.left[i] = true
	}
	if len(o.Left) > 0 {
		for k := range t.Relations {
			a.below(t.Relations[k].Total)
		}
	}
	return a
}

// below counts a hidden total again without what was left out below it.
func (a *attack) below(i int) Cell {
	if c, ok := a.reduced[i]; ok {
		return c
	}
	c := a.t.Cells[i]
	for k := range a.t.Relations {
		if a.t.Relations[k].Total != i {
			continue
		}
		c = Cell{}
		for _, part := range a.t.Relations[k].Parts {
			if !a.left[part] {
				c = c.add(a.below(part))
			}
		}
	}
	if !a.o.Shows(i) {
		a.reduced[i] = c
	}
	return a.cell(i)
}

// cell is a value as it is published, or would be.
func (a *attack) cell(i int) Cell {
	if c, ok := a.reduced[i]; ok {
		return c
	}
	return a.t.Cells[i]
}

func (a *attack) unknown(i int) bool { return !a.o.Shows(i) && !a.left[i] }

// groups gives, for every set of hidden cells tied by relations, those relations.
func (a *attack) groups() [][]int {
	group := make(map[int]int) // of a cell
	var all [][]int
	for k := range a.t.Relations {
		r := &a.t.Relations[k]
		mine := -1
		for _, i := range append(slices.Clip(r.Parts), r.Total) {
			if !a.unknown(i) {
				continue
			}
			g, ok := group[i]
			switch {
			case !ok && mine < 0:
				mine = len(all)
				all = append(all, nil)
			case ok && mine < 0:
				mine = g
			case ok && g != mine:
				for c, other := range group {
					if other == g {
						group[c] = mine
					}
				}
				all[mine] = append(all[mine], all[g]...)
				all[g] = nil
			}
			group[i] = mine
		}
		if mine >= 0 {
			all[mine] = append(all[mine], k)
		}
	}
	return slices.DeleteFunc(all, func(g []int) bool { return g == nil })
}

// group attacks one set of relations.
func (a *attack) group(ctx context.Context, relations []int) ([]breach, error) {
	slices.Sort(relations)
	var cells []int
	at := make(map[int]int)
	for _, k := range relations {
		r := &a.t.Relations[k]
		for _, i := range append(slices.Clip(r.Parts), r.Total) {
			if _, ok := at[i]; !ok && a.unknown(i) {
				at[i] = len(cells)
				cells = append(cells, i)
			}
		}
	}
	if len(cells) > maxAttacked {
		return nil, referentials.Errorf(referentials.TooLarge, "%d hidden cells are tied together, over %d", len(cells), maxAttacked)
	}
	s := a.polytope(relations, cells, at)
	var found []breach
	for n, i := range cells {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if own := a.o.Reasons[i]; own == Threshold || own == Dominance {
			found = append(found, a.bounds(s, n, i)...)
			if a.cell(i) == a.t.Cells[i] {
				found = append(found, a.insiders(s, relations, at, i)...)
			}
		}
	}
	for _, k := range relations {
		found = append(found, a.sums(s, k, at)...)
	}
	return found, nil
}

// polytope is all tables that agree with what is published.
func (a *attack) polytope(relations, cells []int, at map[int]int) *simplex {
	rows := make([][]float64, 0, len(relations))
	for _, k := range relations {
		r := &a.t.Relations[k]
		row := make([]float64, len(cells)+1)
		put := func(i int, sign float64) {
			if n, ok := at[i]; ok {
				row[n] += sign
			} else if !a.left[i] {
				row[len(cells)] -= sign * a.cell(i).Value
			}
		}
		for _, i := range r.Parts {
			put(i, 1)
		}
		put(r.Total, -1)
		rows = append(rows, row)
	}
	return newSimplex(rows, len(cells))
}

// bounds holds the interval of one cell against its width.
func (a *attack) bounds(s *simplex, n, i int) []breach {
	sum := make([]float64, len(s.cost))
	sum[n] = 1
	in := s.interval(sum)
	c := a.t.Cells[i]
	if c != a.cell(i) {
		in.High = math.Inf(1) // it is what is known and something that was left out
	}
	w := max(a.p.Protection*c.Value, a.p.Rule.need(c))
	tolerance := max(1e-6*max(c.Value, w), 1e-9*s.scale)
	if in.High < c.Value+w-tolerance || in.Low > max(c.Value-w, 0)+tolerance || in.High-in.Low <= tolerance || in.High == in.Low {
		return []breach{{[]int{i}, fmt.Sprintf("%v is known to be from %v to %v", c.Value, in.Low, in.High), in}}
	}
	return nil
}

// insiders asks what the only unit of another cell can compute.
func (a *attack) insiders(s *simplex, relations []int, at map[int]int, i int) []breach {
	var found []breach
	seen := make(map[int]bool)
	for _, k := range relations {
		r := &a.t.Relations[k]
		if !slices.Contains(r.Parts, i) {
			continue
		}
		for _, j := range r.Parts {
			n, ok := at[j]
			if !ok || j == i || seen[j] || a.t.Cells[j].Units != 1 {
				continue
			}
			seen[j] = true
			// It follows from its own value when no direction of the plane moves it alone.
			if s.fixedGiven(at[i], n) {
				found = append(found, breach{[]int{i}, fmt.Sprintf("the only unit of cell %d can compute it", j), interval{a.t.Cells[i].Value, a.t.Cells[i].Value}})
			}
		}
	}
	return found
}

// sums looks for known sums of a relation's hidden parts that break the rule.
func (a *attack) sums(s *simplex, k int, at map[int]int) []breach {
	var open []int
	for _, i := range a.t.Relations[k].Parts {
		if _, ok := at[i]; ok {
			open = append(open, i)
		}
	}
	var found []breach
	test := func(group ...int) {
		var c Cell
		sensitive := false
		sum := make([]float64, len(s.cost))
		for _, i := range group {
			c = c.add(a.cell(i))
			sum[at[i]] = 1
			sensitive = sensitive || a.o.Reasons[i] != Complementary
		}
		if !sensitive || a.p.Rule.judge(c) == Shown || c.Value == 0 {
			return
		}
		if s.fixed(sum) {
			found = append(found, breach{slices.Clone(group), fmt.Sprintf("the sum of cells %v is known", group), interval{c.Value, c.Value}})
		}
	}
	for x, i := range open {
		for y := x + 1; y < len(open); y++ {
			test(i, open[y])
			for z := y + 1; z < len(open) && len(open) <= 30; z++ {
				test(i, open[y], open[z])
			}
		}
	}
	// What is left of the total once all that is shown below it is taken off.
	if rest := a.rest(open, at); len(rest) > 1 {
		test(rest...)
	}
	if len(open) > 3 {
		test(open...)
	}
	return found
}

// rest replaces hidden totals by what is hidden below them.
func (a *attack) rest(cells []int, at map[int]int) []int {
	var out []int
	for n := 0; n < len(cells); n++ {
		i := cells[n]
		k := slices.IndexFunc(a.t.Relations, func(r Relation) bool { return r.Total == i })
		if k < 0 {
			if !slices.Contains(out, i) {
				out = append(out, i)
			}
			continue
		}
		for _, part := range a.t.Relations[k].Parts {
			if _, ok := at[part]; ok {
				cells = append(slices.Clip(cells), part)
			}
		}
	}
	return out
}
