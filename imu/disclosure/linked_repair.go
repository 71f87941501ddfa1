package disclosure

import (
	"cmp"
	"math"
	"slices"
)

// move is how far one place moves in a change.
type move struct {
	v  int32
	by float64
}

// scratch is what one attempt after another works with, so that none asks for memory of its
// own. Marks are of the attempt whose number they hold.
type scratch struct {
	attempt     int32
	in          []int32 // by place: it is among vars
	seen        []int32 // by relation: it is among rows
	at          []int32 // by place, when it is among vars: which of them it is
	vars, rows  []int32
	shown       []int32
	value, cost []float64
	matrix      [][]float64
	entries     []float64
	tableau     tableau
}

// The neighbourhoods a linear program sees, in cells, one after another until one is enough.
// What lies outside stays as it is, which an attacker cannot know: what is proven inside
// holds.
var neighbourhoods = [...]int{16, 48, 200, 700}

// offered bounds the shown cells of one relation that a repair may choose from.
const offered = 12

// maxWork bounds the linear programs of one component, in entries of their tableaus.
const maxWork = 1 << 33

// prove shows that a cell can be moved up and down by its width without anything shown
// changing.
func (l *linked) prove(v int32) (bool, error) {
	for side := range l.proof {
		if l.proof[side][v] != nil || side == 0 && l.partial[l.cells[v]] {
			continue // what was left out has no upper bound
		}
		for _, size := range neighbourhoods {
			moved, whole := l.try([]int32{v}, -1, side == 0, size, false)
			if l.work > maxWork {
				return false, refused()
			}
			l.note(moved)
			if l.proof[side][v] != nil || whole {
				break
			}
		}
		if l.proof[side][v] == nil {
			return false, nil
		}
	}
	return true, nil
}

// far is how far a group must be able to go up or down; for one who knows a cell of it,
// that it goes at all.
func (l *linked) far(group []int32, knows int32, up bool) float64 {
	if knows >= 0 {
		open := slices.DeleteFunc(l.bottom(group), func(v int32) bool { return v == knows })
		far := l.p.Protection * l.sum(open).Value
		if up {
			far = max(far, 1e-6*l.scale)
		}
		return far
	}
	c := l.sum(l.bottom(group))
	if len(group) == 1 {
		c = l.state.cells[l.cells[group[0]]]
	}
	w := max(l.p.width(c), 1e-6*l.scale)
	if i := l.cells[group[0]]; len(group) == 1 && l.partial[i] {
		// Nobody can tell what was left out of it either.
		w = max(0, l.p.width(l.t.Cells[i])-(l.t.Cells[i].Value-c.Value))
	}
	if !up {
		w = min(w, c.Value)
	}
	return w
}

// note keeps what a change of cells proves, for all cells it moves enough.
func (l *linked) note(moved []move) {
	var support []int32 // made when it proves something
	proves := func(side int, v int32) {
		if support == nil {
			support = make([]int32, 0, len(moved))
			for _, m := range moved {
				support = append(support, m.v)
			}
		}
		l.proof[side][v] = support
	}
	for _, m := range moved {
		if !l.guarded(m.v) {
			continue
		}
		if l.proof[0][m.v] == nil && m.by >= 0 && m.by >= l.far([]int32{m.v}, -1, true)*(1-slack) {
			proves(0, m.v)
		}
		if l.proof[1][m.v] == nil && m.by <= 0 && -m.by >= l.far([]int32{m.v}, -1, false)*(1-slack) {
			proves(1, m.v)
		}
	}
	// A cell of 0 has nowhere to go down to, and nothing to hide there.
	for _, m := range moved {
		if l.proof[1][m.v] == nil && l.guarded(m.v) && l.state.cells[l.cells[m.v]].Value == 0 {
			l.proof[1][m.v] = []int32{}
		}
	}
}

// try moves a group within a neighbourhood, holding one cell (or -1) still, and gives the
// cells that move, ascending; nil when it cannot go far enough. With open, shown cells may
// move too, at their price. It also tells whether it saw all there is.
func (l *linked) try(group []int32, still int32, up bool, size int, open bool) ([]move, bool) {
	p := push{up: up, far: l.far(group, still, up)}
	whole := l.neighbourhood(group, still, size, open)
	if p.far == 0 {
		moved := make([]move, 0, len(group))
		for _, v := range group {
			moved = append(moved, move{v: v})
		}
		slices.SortFunc(moved, func(a, b move) int { return cmp.Compare(a.v, b.v) })
		return moved, true
	}
	s := &l.scratch
	p.value, p.cost = s.value[:0], s.cost[:0]
	most := 1e-9
	for k, v := range s.vars {
		s.at[v] = int32(k)
		price := 0.0
		if !l.hidden(l.cells[v]) {
			price = l.price(v)
		}
		most = max(most, price)
		p.value, p.cost = append(p.value, l.state.cells[l.cells[v]].Value), append(p.cost, price)
	}
	for k := range p.cost {
		p.cost[k] /= most
	}
	p.target = int(s.at[group[0]])
	if len(group) > 1 {
		p.target = len(s.vars)
		p.value, p.cost = append(p.value, l.sum(l.bottom(group)).Value), append(p.cost, 0)
	}
	s.value, s.cost = p.value, p.cost
	matrix := l.matrix(group, len(p.value))
	l.work += len(matrix) * len(p.value) * (8 + len(matrix)/2)
	change, ok := p.run(matrix, &s.tableau)
	if !ok || !l.balanced(change, p.far) {
		return nil, whole
	}
	moved := make([]move, 0, len(group)+len(matrix))
	for k, v := range s.vars {
		if math.Abs(change[k]) > 1e-7*p.far {
			moved = append(moved, move{v, change[k]})
		}
	}
	slices.SortFunc(moved, func(a, b move) int { return cmp.Compare(a.v, b.v) })
	return moved, whole
}

// matrix writes the relations of a neighbourhood as rows over its n variables, the last of
// which is the sum of the group when that has several cells.
func (l *linked) matrix(group []int32, n int) [][]float64 {
	s := &l.scratch
	count := len(s.rows)
	if len(group) > 1 {
		count++
	}
	if s.entries = slices.Grow(s.entries[:0], count*n)[:count*n]; cap(s.matrix) < count {
		s.matrix = make([][]float64, 0, count)
	}
	clear(s.entries)
	s.matrix = s.matrix[:count]
	for k := range s.matrix {
		s.matrix[k] = s.entries[k*n : (k+1)*n : (k+1)*n]
	}
	for k, r := range s.rows {
		all := l.members(r)
		for j, v := range all {
			if s.in[v] == s.attempt {
				x := 1.0
				if j == len(all)-1 {
					x = -1
				}
				s.matrix[k][s.at[v]] = x
			}
		}
	}
	if len(group) > 1 {
		row := s.matrix[count-1]
		for _, v := range group {
			row[s.at[v]] = 1
		}
		row[n-1] = -1
	}
	return s.matrix
}

// balanced checks a change against the relations themselves, and against 0: the tableau was
// in floating point.
func (l *linked) balanced(change []float64, far float64) bool {
	s := &l.scratch
	for k, v := range s.vars {
		if value := l.state.cells[l.cells[v]].Value; value+change[k] < -1e-7*far {
			return false
		}
	}
	for _, r := range s.rows {
		all := l.members(r)
		sum, most := 0.0, 0.0
		for n, v := range all {
			if s.in[v] == s.attempt {
				d := change[s.at[v]]
				if n == len(all)-1 {
					d = -d
				}
				sum, most = sum+d, max(most, math.Abs(d))
			}
		}
		if math.Abs(sum) > 1e-7*max(most, far) {
			return false
		}
	}
	return true
}

// neighbourhood gathers in the scratch the cells around a group that may move, relation by
// relation, and the relations that must then hold.
func (l *linked) neighbourhood(group []int32, still int32, size int, open bool) (whole bool) {
	s := &l.scratch
	if s.in == nil {
		s.in, s.at, s.seen = make([]int32, len(l.cells)), make([]int32, len(l.cells)), make([]int32, len(l.lines))
	}
	s.attempt++
	s.vars, s.rows = s.vars[:0], s.rows[:0]
	whole = true
	add := func(v int32) {
		if s.in[v] == s.attempt || v == still {
			return
		}
		if len(s.vars) >= size {
			whole = false
			return
		}
		s.in[v] = s.attempt
		s.vars = append(s.vars, v)
		for _, n := range l.in[v] {
			if s.seen[n] != s.attempt {
				s.seen[n] = s.attempt
				s.rows = append(s.rows, n)
			}
		}
	}
	for _, v := range group {
		add(v)
	}
	for k := 0; k < len(s.rows); k++ {
		s.shown = s.shown[:0]
		for _, v := range l.members(s.rows[k]) {
			switch {
			case l.free(v):
				add(v)
			case open && l.reasons[l.cells[v]] == Shown:
				s.shown = append(s.shown, v)
			}
		}
		if len(s.shown) == 0 {
			continue
		}
		if len(s.vars) >= size { // none of them could be added
			whole = whole && !slices.ContainsFunc(s.shown, func(v int32) bool { return s.in[v] != s.attempt && v != still })
			continue
		}
		slices.SortFunc(s.shown, func(a, b int32) int {
			return cmp.Or(cmp.Compare(l.price(a), l.price(b)), cmp.Compare(a, b))
		})
		for n, v := range s.shown {
			if n >= offered && s.in[v] != s.attempt {
				whole = false
				break
			}
			add(v)
		}
	}
	return whole
}

func (l *linked) price(v int32) float64 { return l.p.price(l.t.Cells[l.cells[v]]) }

// repair mends one flaw, unless a repair before it did.
func (l *linked) repair(f flaw) error {
	if err := l.ctx.Err(); err != nil {
		return err
	}
	moves := true
	for side, up := range []bool{true, false} {
		if len(f.group) == 1 && f.knows < 0 && l.proof[side][f.group[0]] != nil {
			continue
		}
		ok := false
		for _, size := range neighbourhoods[1:] { // the smallest would leave no choice
			moved, whole := l.try(f.group, f.knows, up, size, true)
			if l.work > maxWork {
				return refused()
			}
			if ok = moved != nil; ok {
				l.hide(moved)
			}
			if ok || whole {
				break
			}
		}
		moves = moves && ok
	}
	if moves || f.law && l.widen(f.group) || l.p.Partial && l.leaveOut(l.bottom(f.group)) || l.hideAround(f.group) {
		return nil
	}
	return refused() // everything is hidden, and it can be inferred nonetheless
}

// hide hides the shown cells of a change.
func (l *linked) hide(moved []move) {
	for _, m := range moved {
		if i := l.cells[m.v]; l.reasons[i] == Shown {
			l.reasons[i] = Complementary
		}
	}
	l.note(moved)
}

// widen hides the cheapest shown cell that is added up with a group.
func (l *linked) widen(group []int32) bool {
	best := int32(-1)
	for _, n := range l.in[group[0]] {
		if l.totalOf(n) == group[0] {
			continue
		}
		for _, v := range l.members(n) {
			if l.reasons[l.cells[v]] == Shown && (best < 0 || l.price(v) < l.price(best)) {
				best = v
			}
		}
	}
	if best < 0 {
		return false
	}
	l.reasons[l.cells[best]] = Complementary
	return true
}

// hideAround hides all that is added up with a group, and when that is hidden already, all
// of the component: nothing can be inferred from nothing.
func (l *linked) hideAround(group []int32) bool {
	any := false
	for _, g := range group {
		for _, n := range l.in[g] {
			for _, v := range l.members(n) {
				if l.reasons[l.cells[v]] == Shown {
					l.reasons[l.cells[v]] = Complementary
					any = true
				}
			}
		}
	}
	if any {
		return true
	}
	for _, i := range l.cells {
		if l.reasons[i] == Shown {
			l.reasons[i] = Complementary
			any = true
		}
	}
	return any
}

// prune shows again what turns out not to be needed, the dearest first.
func (l *linked) prune() error {
	if len(l.cells) > maxPruned {
		return nil
	}
	var extra []int32
	for v, i := range l.cells {
		if l.reasons[i] == Complementary {
			extra = append(extra, int32(v))
		}
	}
	slices.SortFunc(extra, func(a, b int32) int {
		return cmp.Or(cmp.Compare(l.price(b), l.price(a)), cmp.Compare(a, b))
	})
	for _, v := range extra {
		kept := l.proof
		l.reasons[l.cells[v]] = Shown
		l.without(v)
		flaws, err := l.audit()
		if err != nil {
			return err
		}
		if len(flaws) > 0 {
			l.reasons[l.cells[v]] = Complementary
			l.proof = kept
		}
	}
	return l.draw()
}

// maxPruned bounds the component that is worth pruning, in cells: each try tests it anew.
const maxPruned = 4000

// without forgets the proofs that need a cell.
func (l *linked) without(v int32) {
	for side := range l.proof {
		fresh := slices.Clone(l.proof[side])
		for k, support := range fresh {
			if _, ok := slices.BinarySearch(support, v); ok {
				fresh[k] = nil
			}
		}
		l.proof[side] = fresh
	}
}
