package aggregate

import (
	"context"
	"slices"

	"socle/imu/disclosure"
	"socle/referentials"
)

// verdicts say of every figure whether it may leave.
type verdicts struct {
	cells      []disclosure.Reason   // of the mesh, all categories together: cell·sheets + sheet
	categories []disclosure.Reason   // (cell·sheets + sheet)·categories + category; nil without
	levels     [][]disclosure.Reason // of the parents
	rests      []bool                // by sheet: what did not reach the mesh may be told
	all        []disclosure.Reason   // by sheet: the grand total

	partial      [][]bool // of the parents: the figure lacks hidden parts
	partialAll   []bool
	certificates []disclosure.Certificate
}

// guard is what a release is protected with.
type guard struct {
	profiles   []disclosure.Profile // by sheet
	judged     []judged
	tower      *tower
	categories *grid  // nil without
	size       int    // how many categories
	shared     bool   // features are split among cells
	dropped    *guard // the same of what a filter left out; nil without
}

func newVerdicts(g *guard) *verdicts {
	v := &verdicts{cells: make([]disclosure.Reason, len(g.tower.cells.terms[0])),
		rests: make([]bool, len(g.profiles)), all: make([]disclosure.Reason, len(g.profiles)), partialAll: make([]bool, len(g.profiles))}
	if g.categories != nil {
		v.categories = make([]disclosure.Reason, len(v.cells)*g.size)
	}
	for k := range g.tower.levels {
		n := len(g.tower.levels[k].sums.terms[0])
		v.levels, v.partial = append(v.levels, make([]disclosure.Reason, n)), append(v.partial, make([]bool, n))
	}
	for b := range v.rests {
		v.rests[b] = true
	}
	return v
}

// protect judges all figures of a release together, sheet by sheet and quantity by
// quantity, and hides a figure for any of them. Hiding more than one quantity needs gives
// nothing away of it.
func (g *guard) protect(ctx context.Context) (*verdicts, error) {
	v := newVerdicts(g)
	left := map[part]bool{}
	for b := range g.profiles {
		p := g.profiles[b]
		// Two quantities would leave different parts out, and of a cell that is told by category
		// a part may be left out that no total above can be without.
		if len(g.judged) > 1 || g.categories != nil {
			p.Partial = false
		}
		p.Partial = p.Partial && len(g.judged[0].flanks) == 0
		for k := range g.judged {
			p := p
			if g.dropped != nil || g.judged[k].strict {
				p.Rule.OrOver = 0 // with a filter, see decides
			}
			if err := g.sheet(ctx, v, left, &p, &g.judged[k], b); err != nil {
				return nil, err
			}
		}
	}
	if len(left) > 0 {
		g.tower.left = func(p part) bool { return left[p] }
		g.tower.roll()
	}
	return v, nil
}

// layout numbers the cells of one table.
type layout struct {
	mesh, size     int
	levels, rests  []int // where each level begins
	outside, total int
}

func (g *guard) layout() layout {
	l := layout{mesh: g.tower.cells.cells}
	if g.categories != nil {
		l.size = g.size
	}
	n := l.mesh * (1 + l.size)
	for k := range g.tower.levels {
		cells := g.tower.levels[k].collection.Len()
		l.levels, l.rests = append(l.levels, n), append(l.rests, n+cells)
		n += 2 * cells
	}
	l.outside, l.total = n, n+1
	return l
}

// sheet protects one sheet for one quantity.
func (g *guard) sheet(ctx context.Context, v *verdicts, left map[part]bool, p *disclosure.Profile, j *judged, b int) error {
	l := g.layout()
	t := g.table(&l, p, j, b)
	o, err := disclosure.Protect(ctx, *p, t)
	if err != nil {
		return err
	}
	first := j == &g.judged[0]
	worst := func(into *disclosure.Reason, r disclosure.Reason) {
		switch {
		case first, r.Hidden() && !into.Hidden():
			*into = r
		case r.Hidden() && r < *into: // a rule of its own says more than another's sake
			*into = r
		case *into == disclosure.Empty && !r.Hidden(): // without data for all quantities only
			*into = r
		}
	}
	sheets := len(g.profiles)
	for k := range l.mesh {
		worst(&v.cells[k*sheets+b], o.Reasons[k])
		for c := range l.size {
			worst(&v.categories[(k*sheets+b)*l.size+c], o.Reasons[l.mesh+k*l.size+c])
		}
	}
	for k := range l.levels {
		for c := range g.tower.levels[k].collection.Len() {
			worst(&v.levels[k][c*sheets+b], o.Reasons[l.levels[k]+c])
			v.rests[b] = v.rests[b] && !o.Reasons[l.rests[k]+c].Hidden()
		}
	}
	v.rests[b] = v.rests[b] && !o.Reasons[l.outside].Hidden()
	worst(&v.all[b], o.Reasons[l.total])
	for _, i := range o.Partial {
		if i == l.total {
			v.partialAll[b] = true
		}
		for k := range l.levels {
			if c := i - l.levels[k]; c >= 0 && c < l.rests[k]-l.levels[k] {
				v.partial[k][c*sheets+b] = true
			}
		}
	}
	for _, i := range o.Left {
		left[l.part(i, sheets, b)] = true
	}
	v.certificates = append(v.certificates, o.Certificate)
	return nil
}

// part names a cell of the table that no total may hold.
func (l *layout) part(i, sheets, b int) part {
	at := func(level, cell int, rest bool) part { return part{level: level, cell: cell*sheets + b, rest: rest} }
	if i >= l.outside {
		return at(len(l.levels)+1, 0, true)
	}
	for k := len(l.levels) - 1; k >= 0; k-- {
		switch {
		case i >= l.rests[k]:
			return at(k+1, i-l.rests[k], true)
		case i >= l.levels[k]:
			return at(k+1, i-l.levels[k], false)
		}
	}
	return at(0, i, false)
}

// table lays out everything that is released of a sheet, and how it adds up: categories in
// their cell, cells and what only reaches the level above in that level, all in the total.
func (g *guard) table(l *layout, p *disclosure.Profile, j *judged, b int) *disclosure.Table {
	sheets := len(g.profiles)
	t := &disclosure.Table{Cells: make([]disclosure.Cell, l.total+1)}
	relate := func(total int, parts []int) {
		parts = slices.DeleteFunc(parts, func(i int) bool { return t.Cells[i] == disclosure.Cell{} })
		if len(parts) > 0 {
			t.Relations = append(t.Relations, disclosure.Relation{Total: total, Parts: parts, Partial: p.Partial && total >= l.mesh})
		}
	}
	for k := range l.mesh {
		f := k*sheets + b
		t.Cells[k] = g.see(j, b, f, func(g *guard) *grid { return g.tower.cells })
		var parts []int
		for c := range l.size {
			t.Cells[l.mesh+k*l.size+c] = g.see(j, b, f*l.size+c, func(g *guard) *grid { return g.categories })
			parts = append(parts, l.mesh+k*l.size+c)
		}
		relate(k, parts)
	}
	var top []int // not under any level so far
	lower := func(i int) int { return i }
	n := l.mesh
	for k := range g.tower.levels {
		level := &g.tower.levels[k]
		parts := make([][]int, level.collection.Len())
		for i := range n {
			if to := level.up[i]; to >= 0 {
				parts[to] = append(parts[to], lower(i))
			} else {
				top = append(top, lower(i))
			}
		}
		n = level.collection.Len()
		for c := range n {
			t.Cells[l.levels[k]+c] = g.see(j, b, c*sheets+b, func(g *guard) *grid { return g.tower.levels[k].sums })
			if level.rest != nil {
				t.Cells[l.rests[k]+c] = g.see(j, b, c*sheets+b, func(g *guard) *grid { return g.tower.levels[k].rest })
			}
			relate(l.levels[k]+c, append(parts[c], l.rests[k]+c))
		}
		lower = func(i int) int { return l.levels[k] + i }
	}
	for i := range n {
		top = append(top, lower(i))
	}
	t.Cells[l.outside] = g.see(j, b, b, func(g *guard) *grid { return g.tower.outside })
	t.Cells[l.total] = g.see(j, b, b, func(g *guard) *grid { return g.tower.all })
	relate(l.total, append(top, l.outside))
	return t
}

// see gives figure f of a grid as the rules must see it. When a filter left features out, it
// gives away what was left out, with the same figure unfiltered, which anyone may ask for.
func (g *guard) see(j *judged, b, f int, of func(*guard) *grid) disclosure.Cell {
	c := j.cell(of(g), f)
	c.Shared = g.shared && c != disclosure.Cell{}
	if g.dropped == nil {
		return c
	}
	p := g.profiles[b]
	if j.strict {
		p.Rule.OrOver = 0
	}
	if r := p.Judge(j.cell(of(g.dropped), f)); r.Hidden() {
		c.Units, c.Largest = 0, c.Value
		return c
	}
	return sufficient(&p, c)
}

// sufficient says in units that a value alone lets a cell through.
func sufficient(rule *disclosure.Profile, c disclosure.Cell) disclosure.Cell {
	if rule.Rule.OrOver > 0 && c.Value > rule.Rule.OrOver {
		c.Units = max(c.Units, rule.Rule.Units)
	}
	return c
}

// refuseQuantiles keeps quantiles from rules that let single units through.
func refuseQuantiles(p *disclosure.Profile, outputs []output) error {
	for i := range outputs {
		if m := &outputs[i].measure; (m.Function == Median || m.Function == Quantile) && p.Rule.OrOver > 0 {
			return referentials.Errorf(referentials.Refused, "under profile %s a cell may hold one unit only, and its quantiles are that unit's value", p.Name).
				At("measure %s", m.String()).Do("take mean(%s)", quoted(m.Field))
		}
	}
	return nil
}
