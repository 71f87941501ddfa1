package disclosure

import (
	"cmp"
	"math"
	"slices"
)

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
func (l *linked) note(moved map[int32]float64) {
	var support []int32
	for v := range moved {
		support = append(support, v)
	}
	slices.Sort(support)
	for _, v := range support {
		if !l.guarded(v) {
			continue
		}
		d := moved[v]
		if up := l.far([]int32{v}, -1, true); d >= up*(1-slack) && l.proof[0][v] == nil {
			l.proof[0][v] = support
		}
		if down := l.far([]int32{v}, -1, false); -d >= down*(1-slack) && l.proof[1][v] == nil {
			l.proof[1][v] = support
		}
	}
	// A cell of 0 has nowhere to go down to, and nothing to hide there.
	for _, v := range support {
		if l.guarded(v) && l.state.cells[l.cells[v]].Value == 0 && l.proof[1][v] == nil {
			l.proof[1][v] = []int32{}
		}
	}
}

// try moves a group within a neighbourhood, holding one cell (or -1) still, and gives the
// cells that move; nil when it cannot go far enough. With open, shown cells may move too, at
// their price. It also tells whether it saw all there is.
func (l *linked) try(group []int32, still int32, up bool, size int, open bool) (map[int32]float64, bool) {
	vars, rows, whole := l.neighbourhood(group, still, size, open)
	at := make(map[int32]int, len(vars))
	p := push{up: up, far: l.far(group, still, up)}
	if p.far == 0 {
		moved := make(map[int32]float64)
		for _, v := range group {
			moved[v] = 0
		}
		return moved, true
	}
	for k, v := range vars {
		at[v] = k
		c := l.state.cells[l.cells[v]]
		p.value = append(p.value, c.Value)
		price := 0.0
		if !l.hidden(l.cells[v]) {
			price = l.p.price(l.t.Cells[l.cells[v]])
		}
		p.cost = append(p.cost, price)
	}
	most := slices.Max(append(p.cost, 1e-9))
	for k := range p.cost {
		p.cost[k] /= most
	}
	n := len(vars)
	p.target = at[group[0]]
	if len(group) > 1 {
		p.target, n = n, n+1
		p.value, p.cost = append(p.value, l.sum(l.bottom(group)).Value), append(p.cost, 0)
	}
	matrix := make([][]float64, 0, len(rows)+1)
	for _, r := range rows {
		row := make([]float64, n)
		all := l.members(r)
		for k, v := range all {
			if a, ok := at[v]; ok {
				row[a] = 1
				if k == len(all)-1 {
					row[a] = -1
				}
			}
		}
		matrix = append(matrix, row)
	}
	if len(group) > 1 {
		row := make([]float64, n)
		for _, v := range group {
			row[at[v]] = 1
		}
		row[p.target] = -1
		matrix = append(matrix, row)
	}
	l.work += len(matrix) * n * (8 + len(matrix)/2)
	change, ok := p.run(matrix)
	if !ok || !l.balanced(rows, at, change, p.far) {
		return nil, whole
	}
	moved := make(map[int32]float64)
	for v, k := range at {
		if math.Abs(change[k]) > 1e-7*p.far {
			moved[v] = change[k]
		}
	}
	return moved, whole
}

// balanced checks a change against the relations themselves, and against 0: the tableau was
// in floating point.
func (l *linked) balanced(rows []int32, at map[int32]int, change []float64, far float64) bool {
	for v, k := range at {
		if value := l.state.cells[l.cells[v]].Value; value+change[k] < -1e-7*far {
			return false
		}
	}
	for _, r := range rows {
		all := l.members(r)
		sum, most := 0.0, 0.0
		for n, v := range all {
			if k, ok := at[v]; ok {
				d := change[k]
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

// neighbourhood gathers the cells around a group that may move, relation by relation, and
// the relations that must then hold.
func (l *linked) neighbourhood(group []int32, still int32, size int, open bool) (vars, rows []int32, whole bool) {
	in := make(map[int32]bool)
	seen := make(map[int32]bool)
	whole = true
	var queue []int32
	add := func(v int32) {
		if in[v] || v == still {
			return
		}
		if len(vars) >= size {
			whole = false
			return
		}
		in[v] = true
		vars = append(vars, v)
		for _, n := range l.in[v] {
			if !seen[n] {
				seen[n] = true
				queue = append(queue, n)
			}
		}
	}
	for _, v := range group {
		add(v)
	}
	for k := 0; k < len(queue); k++ {
		var shown []int32
		for _, v := range l.members(queue[k]) {
			switch {
			case l.free(v):
				add(v)
			case open && l.reasons[l.cells[v]] == Shown:
				shown = append(shown, v)
			}
		}
		slices.SortFunc(shown, func(a, b int32) int {
			return cmp.Or(cmp.Compare(l.price(a), l.price(b)), cmp.Compare(a, b))
		})
		for n, v := range shown {
			if n >= offered && !in[v] {
				whole = false
				break
			}
			add(v)
		}
	}
	return vars, queue, whole
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
func (l *linked) hide(moved map[int32]float64) {
	for v := range moved {
		if i := l.cells[v]; l.reasons[i] == Shown {
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
