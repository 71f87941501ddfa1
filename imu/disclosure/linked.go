package disclosure

import (
	"context"
	"slices"

	"socle/referentials"
)

// linked protects a component whose relations cross: categories by districts, two meshes
// that do not nest. It tests, repairs, and tests again until nothing is found; each repair
// hides more, so it ends.
type linked struct {
	p *Profile
	t *Table
	*state
	ctx       context.Context
	cells     []int     // of the component
	one       []int32   // by place: the first of the places that are the same cell
	lines     [][]int32 // by relation: its parts as places, and its total last
	relations []int
	in        [][]int32    // by place: relations it is in, as places in relations
	isTotal   []bool       // by place
	proof     [2][][]int32 // by place: the hidden cells that can move it up, and down, enough
	y, z      []uint64     // two changes of the hidden cells at random
	scale     float64      // the largest value
	sums      int
	rounds    int
	work      int
	scratch   scratch
}

// maxRounds bounds testing and repairing; each round hides a cell at least.
const maxRounds = 400

// flaw is something an attacker could infer: the value of a group of cells (mostly one), or
// too close bounds of it.
type flaw struct {
	group []int32 // places
	knows int32   // the cell of one unit that infers it, or -1 for anybody
	law   bool    // it breaks the rule as a sum
}

func newLinked(ctx context.Context, p *Profile, t *Table, s *state, c *component, local []int32) *linked {
	l := &linked{p: p, t: t, state: s, ctx: ctx, cells: c.cells, relations: c.relations,
		in: make([][]int32, len(c.cells)), isTotal: make([]bool, len(c.cells))}
	for k, i := range c.cells {
		local[i] = int32(k)
		l.scale = max(l.scale, t.Cells[i].Value)
	}
	for n, k := range c.relations {
		r := &t.Relations[k]
		line := make([]int32, 0, len(r.Parts)+1)
		for _, i := range r.Parts {
			line = append(line, local[i])
		}
		line = append(line, local[r.Total])
		for _, v := range line {
			l.in[v] = append(l.in[v], int32(n))
		}
		l.isTotal[local[r.Total]] = true
		l.lines = append(l.lines, line)
	}
	l.unite()
	l.forget()
	return l
}

// forget drops all proofs, after the relations have changed.
func (l *linked) forget() {
	l.proof = [2][][]int32{make([][]int32, len(l.cells)), make([][]int32, len(l.cells))}
}

func (l *linked) protect() error {
	l.leaveOutByLaw()
	for l.rounds = 1; ; l.rounds++ {
		flaws, err := l.audit()
		if err != nil {
			return err
		}
		if len(flaws) == 0 {
			return l.prune()
		}
		if l.rounds > maxRounds {
			return refused()
		}
		for _, f := range flaws {
			if err := l.repair(f); err != nil {
				return err
			}
		}
	}
}

func refused() error {
	return referentials.Errorf(referentials.Refused, "no safe release of these tables was found").
		Do("release fewer totals or categories together, or a coarser mesh")
}

// free tells the places an attacker does not know: hidden, and still in the relations.
func (l *linked) free(v int32) bool {
	i := l.cells[v]
	return l.hidden(i) && !l.left[i]
}

// secret tells the places whose value must not be inferred. A hidden total that something
// was left out of is none any more: nobody can tell what that was.
func (l *linked) secret(v int32) bool {
	i := l.cells[v]
	return l.sensitive(i) && !l.left[i] && !l.partial[i]
}

// guarded tells the places whose bounds must not be inferred: of a total that something was
// left out of, the lower one.
func (l *linked) guarded(v int32) bool {
	i := l.cells[v]
	return l.sensitive(i) && !l.left[i]
}

// members gives a relation's places, its total last.
func (l *linked) members(n int32) []int32 { return l.lines[n] }

func (l *linked) totalOf(n int32) int32 { return l.lines[n][len(l.lines[n])-1] }

// audit runs all tests, the cheap ones first, and gives what they find; intervals are
// measured once nothing else is left to mend.
func (l *linked) audit() ([]flaw, error) {
	flaws, err := l.derivable()
	if err != nil || len(flaws) > 0 {
		return flaws, err
	}
	for v := range l.cells {
		if err := l.ctx.Err(); err != nil {
			return nil, err
		}
		if !l.guarded(int32(v)) {
			continue
		}
		ok, err := l.prove(int32(v))
		if err != nil {
			return nil, err
		}
		if !ok {
			flaws = append(flaws, flaw{group: []int32{int32(v)}, knows: -1})
		}
	}
	return flaws, nil
}

// draw eliminates the hidden cells from the relations.
func (l *linked) draw() error {
	rows := make([][]entry, 0, len(l.relations))
	for n := range l.relations {
		var row []entry
		all := l.members(int32(n))
		for k, v := range all {
			if !l.free(v) {
				continue
			}
			x := entry{v, 1}
			if k == len(all)-1 {
				x.x = prime - 1
			}
			row = append(row, x)
		}
		if len(row) == 0 {
			continue
		}
		slices.SortFunc(row, func(a, b entry) int { return int(a.v) - int(b.v) })
		rows = append(rows, row)
	}
	e, err := eliminate(len(l.cells), rows)
	if err != nil {
		return err
	}
	l.y, l.z = e.change(len(l.cells), 0), e.change(len(l.cells), 1<<40)
	return nil
}

// derivable finds the cells hidden for their own sake that can be computed, by anybody or
// by the only unit of another cell, and the sums of hidden cells that can be computed and
// break the rule.
func (l *linked) derivable() ([]flaw, error) {
	if err := l.draw(); err != nil {
		return nil, err
	}
	var flaws []flaw
	alone := make(map[uint64][]int32) // cells of one unit, by the direction they move in
	for v, i := range l.cells {
		if l.free(int32(v)) && l.state.cells[i].Units == 1 && l.y[v] != 0 {
			key := l.direction(v)
			alone[key] = append(alone[key], int32(v))
		}
	}
	for v := range l.cells {
		switch {
		case !l.secret(int32(v)):
		case l.y[v] == 0:
			flaws = append(flaws, flaw{group: []int32{int32(v)}, knows: -1})
		default:
			if len(alone) == 0 {
				break
			}
			for _, s := range alone[l.direction(v)] {
				if !l.same(int32(v), s) {
					flaws = append(flaws, flaw{group: []int32{int32(v)}, knows: s})
					break
				}
			}
		}
	}
	l.sums = 0
	for n := range l.relations {
		flaws = append(flaws, l.forbidden(int32(n))...)
	}
	return flaws, nil
}

// direction is the same for two cells exactly when one's change gives the other's.
func (l *linked) direction(v int) uint64 {
	return mulmod(l.y[v], invmod(l.z[v]))
}

// same tells whether two cells hide the same: then they are one secret.
func (l *linked) same(v, s int32) bool {
	return l.one[v] == l.one[s] || slices.Equal(l.secrets(v), l.secrets(s))
}

func (l *linked) secrets(v int32) []int32 {
	group := l.bottom([]int32{v})
	for k, c := range group {
		group[k] = l.one[c]
	}
	slices.Sort(group)
	return slices.Compact(group)
}

// unite finds the cells that are each other: a total with one part that is not empty.
func (l *linked) unite() {
	l.one = make([]int32, len(l.cells))
	for v := range l.one {
		l.one[v] = int32(v)
	}
	find := func(v int32) int32 {
		for l.one[v] != v {
			v = l.one[v]
		}
		return v
	}
	for _, line := range l.lines {
		part, filled := int32(0), 0
		for _, v := range line[:len(line)-1] {
			if l.reasons[l.cells[v]] != Empty {
				part, filled = v, filled+1
			}
		}
		if filled == 1 {
			a, b := find(part), find(line[len(line)-1])
			l.one[max(a, b)] = min(a, b)
		}
	}
	for v := range l.one {
		l.one[v] = find(int32(v))
	}
}

// bottom replaces hidden totals by the hidden cells below them.
func (l *linked) bottom(group []int32) []int32 {
	var out []int32
	seen := make(map[int32]bool)
	var walk func(v int32)
	walk = func(v int32) {
		if seen[v] || !l.free(v) {
			return
		}
		seen[v] = true
		if !l.isTotal[v] {
			out = append(out, v)
			return
		}
		for _, n := range l.in[v] {
			if l.totalOf(n) == v {
				all := l.members(n)
				for _, c := range all[:len(all)-1] {
					walk(c)
				}
				return // another relation of the same total splits the same cells otherwise
			}
		}
	}
	for _, v := range group {
		walk(v)
	}
	slices.Sort(out)
	return out
}

// sum gives what a group holds together.
func (l *linked) sum(group []int32) Cell {
	var c Cell
	for _, v := range group {
		c = c.add(l.state.cells[l.cells[v]])
	}
	return c
}
