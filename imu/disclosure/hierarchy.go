package disclosure

import (
	"context"
	"math"
	"slices"
)

// hierarchy protects a component in which relations nest: blocks in districts in a city.
// There the tests have a closed form. Each shown total gives away exactly one sum, of what
// is hidden below it and under no other shown total; those sums share no cell, and all that
// can be derived is made of them. One walk from the bottom up finds and mends each.
type hierarchy struct {
	p *Profile
	t *Table
	*state
	rel   []int32  // relation a cell is the total of, or -1
	known []bundle // per total: the hidden cells whose sum it gives away, or would by what it holds
	cost  []float64
	opens []int32 // per shown total with nothing hidden below: the part that is cheapest to hide with it
	sums  int
}

// state is what becomes of each cell; all components write to one.
type state struct {
	cells   []Cell // as published: totals without what was left out
	reasons []Reason
	left    []bool // hidden, and in no total
	partial []bool // lost a part to left
}

func newState(p *Profile, t *Table) *state {
	s := &state{cells: slices.Clone(t.Cells), reasons: make([]Reason, len(t.Cells)), left: make([]bool, len(t.Cells)), partial: make([]bool, len(t.Cells))}
	for i := range t.Cells {
		s.reasons[i] = p.Judge(t.Cells[i])
	}
	return s
}

// sensitive tells the cells that are hidden for their own sake.
func (s *state) sensitive(i int) bool {
	return s.reasons[i] == Threshold || s.reasons[i] == Dominance
}

func (s *state) hidden(i int) bool { return s.reasons[i].Hidden() }

// price is what hiding a cell for another's sake costs. The small constant makes fewer
// cells better among the worthless.
func (p *Profile) price(c Cell) float64 {
	if p.Cost == ByValue {
		return c.Value + 1e-9
	}
	return float64(c.Units) + 1e-9
}

func newHierarchy(p *Profile, t *Table, s *state) *hierarchy {
	h := &hierarchy{p: p, t: t, state: s, rel: make([]int32, len(t.Cells)), known: make([]bundle, len(t.Cells)),
		cost: make([]float64, len(t.Cells)), opens: make([]int32, len(t.Cells))}
	for i := range t.Cells {
		h.rel[i], h.opens[i] = -1, -1
		h.cost[i] = p.price(t.Cells[i])
	}
	return h
}

// protect walks a component's relations, which come lower ones first.
func (h *hierarchy) protect(ctx context.Context, c *component) error {
	for _, i := range c.cells {
		h.rel[i] = -1
	}
	for _, i := range c.cells {
		if h.reasons[i] == Empty {
			h.cost[i] = math.Inf(1) // known to be empty, it hides nothing
		}
	}
	for _, k := range c.relations {
		if err := ctx.Err(); err != nil {
			return err
		}
		h.rel[h.t.Relations[k].Total] = int32(k)
		h.total(k)
	}
	for _, k := range c.relations {
		if total := h.t.Relations[k].Total; !h.hidden(total) && h.known[total].members > 0 {
			h.sums++
		}
	}
	return nil
}

// total mends what one total gives away.
func (h *hierarchy) total(k int) {
	r := &h.t.Relations[k]
	for _, c := range r.Parts {
		if h.partial[c] {
			h.reduce(r.Total)
			break
		}
	}
	b := h.bundle(r.Total)
	h.known[r.Total] = b
	if h.hidden(r.Total) {
		h.cover(r.Total)
		return
	}
	if r.Partial && h.leaveOut(r.Total, true) {
		b = h.bundle(r.Total)
	}
	if !h.p.safe(&b) {
		b = h.mend(r.Total, b)
	}
	h.known[r.Total] = b
	if b.members == 0 {
		h.price(r)
	}
}

// exposed is what hiding a cell leaves open: itself, or for a total the hidden cells below,
// for what is shown below is known.
func (h *hierarchy) exposed(c int) bundle {
	if h.left[c] {
		return bundle{}
	}
	if h.rel[c] < 0 {
		return h.p.leafBundle(h.cells[c], h.reasons[c])
	}
	b := h.known[c]
	if h.sensitive(c) && !h.partial[c] { // nobody can tell what was left out
		b.reach = max(b.reach, b.sum.Value+h.p.width(h.cells[c]))
		b.inner, b.innerOnes = b.members, b.singles
	}
	if b.capped && h.p.capped(h.reasons[c]) && !h.partial[c] {
		b.room = min(b.room, max(h.p.Rule.OrOver-h.cells[c].Value, 0))
	}
	return b
}

func (h *hierarchy) bundle(total int) bundle {
	var b bundle
	for _, c := range h.t.Relations[h.rel[total]].Parts {
		if h.hidden(c) {
			b = b.join(h.exposed(c))
		}
	}
	return b
}

// cover sees to it that a hidden total does not follow from its own parts. Only a total
// that was counted otherwise than its parts needs it.
func (h *hierarchy) cover(total int) {
	if !h.sensitive(total) {
		return
	}
	for need := h.p.width(h.t.Cells[total]); ; {
		lost := h.t.Cells[total].Value - h.cells[total].Value
		if (h.known[total].members > 0 || h.partial[total]) && h.known[total].sum.Value+lost >= need*(1-slack) {
			return
		}
		offers := h.offers(total)
		if len(offers) == 0 {
			return
		}
		h.open(offers[0])
		h.known[total] = h.refresh(total)
	}
}

// price finds what a total without anything hidden below would cost to hide: itself, and a
// part, for else it follows from its parts.
func (h *hierarchy) price(r *Relation) {
	best := math.Inf(1)
	for _, c := range r.Parts {
		if !h.hidden(c) && h.cost[c] < best {
			best, h.opens[r.Total] = h.cost[c], int32(c)
		}
	}
	h.cost[r.Total] += best
}

// offer gives what hiding a shown cell would add to the bundle it falls in.
func (h *hierarchy) offer(c int) bundle {
	for h.rel[c] >= 0 && h.known[c].members == 0 && h.opens[c] >= 0 {
		c = int(h.opens[c])
	}
	if h.rel[c] >= 0 {
		return h.known[c]
	}
	return h.p.leafBundle(h.cells[c], Complementary)
}

// open hides a shown cell for another's sake, with what must go with it.
func (h *hierarchy) open(c int) {
	h.reasons[c] = Complementary
	if h.rel[c] >= 0 && h.known[c].members == 0 && h.opens[c] >= 0 {
		h.open(int(h.opens[c]))
		h.known[c] = h.bundle(c)
	}
}

// offers lists the shown cells whose hiding would widen the bundle of a total, the
// cheapest first.
func (h *hierarchy) offers(total int) []int {
	var all []int
	var walk func(total int)
	walk = func(total int) {
		for _, c := range h.t.Relations[h.rel[total]].Parts {
			switch {
			case !h.hidden(c):
				if !math.IsInf(h.cost[c], 1) {
					all = append(all, c)
				}
			case h.rel[c] >= 0:
				walk(c)
			}
		}
	}
	walk(total)
	slices.SortFunc(all, func(a, b int) int {
		switch {
		case h.cost[a] < h.cost[b]:
			return -1
		case h.cost[a] > h.cost[b]:
			return 1
		}
		return a - b
	})
	return all
}

// mend makes the sum a total gives away a safe one: by hiding more of its parts, by leaving
// the hidden ones out of it, or by hiding it too.
func (h *hierarchy) mend(total int, b bundle) bundle {
	for {
		offers := h.offers(total)
		chosen, enough := h.choose(b, offers)
		if enough || len(chosen) > 0 && h.deeper(chosen) {
			for _, c := range chosen {
				h.open(c)
			}
			if b = h.refresh(total); h.p.safe(&b) {
				return b
			}
			continue // hidden totals between hide more now, and need more
		}
		if h.p.Partial && h.leaveOut(total, false) {
			return h.bundle(total)
		}
		h.reasons[total] = Complementary
		return b
	}
}

// deeper tells whether hiding some cells uncovers others that could be hidden too.
func (h *hierarchy) deeper(cells []int) bool {
	return slices.ContainsFunc(cells, func(c int) bool { return h.rel[c] >= 0 })
}

// refresh recounts the bundles of the hidden totals below one.
func (h *hierarchy) refresh(total int) bundle {
	for _, c := range h.t.Relations[h.rel[total]].Parts {
		if h.rel[c] >= 0 && h.hidden(c) {
			h.known[c] = h.refresh(c)
		}
	}
	return h.bundle(total)
}

// choose picks the offers that make a bundle safe: the cheapest one that does, or else the
// cheapest few without those that turn out not to be needed.
func (h *hierarchy) choose(b bundle, offers []int) ([]int, bool) {
	for _, c := range offers {
		if d := b.join(h.offer(c)); h.p.safe(&d) {
			return []int{c}, true
		}
	}
	sum, n := b, 0
	for n < len(offers) && !h.p.safe(&sum) {
		sum = sum.join(h.offer(offers[n]))
		n++
	}
	chosen := slices.Clone(offers[:n])
	if !h.p.safe(&sum) {
		return chosen, false
	}
	for k := len(chosen) - 2; k >= 0; k-- { // the last one was needed
		rest := b
		for j, c := range chosen {
			if j != k {
				rest = rest.join(h.offer(c))
			}
		}
		if h.p.safe(&rest) {
			chosen = slices.Delete(chosen, k, k+1)
		}
	}
	return chosen, true
}

// leaveOut takes the hidden cells whose sum a total gives away out of it. By the law, only
// those hidden for their own sake, and only if they hold too little together.
func (h *hierarchy) leaveOut(total int, byLaw bool) bool {
	var out []int
	var sum bundle
	var walk func(total int)
	walk = func(total int) {
		for _, c := range h.t.Relations[h.rel[total]].Parts {
			switch {
			case !h.hidden(c) || h.left[c]:
			case h.rel[c] >= 0:
				walk(c)
			case !byLaw || h.sensitive(c):
				out = append(out, c)
				sum = sum.join(h.exposed(c))
			}
		}
	}
	walk(total)
	whole := &h.cells[total]
	if len(out) == 0 || byLaw && h.p.Rule.judge(sum.sum) == Shown || sum.sum.Units >= whole.Units || sum.sum.Value >= whole.Value*(1-slack) {
		return false // of nothing but hidden cells no partial total is left
	}
	for _, c := range out {
		h.left[c] = true
	}
	h.reduce(total)
	h.refresh(total)
	return true
}

// reduce sums a total again, without what was left out below, and tells whether that
// changed it.
func (h *hierarchy) reduce(total int) bool {
	var sum Cell
	nothing, changed := true, false
	for _, c := range h.t.Relations[h.rel[total]].Parts {
		if h.rel[c] >= 0 && (h.hidden(c) && h.reduce(c) || h.partial[c]) {
			changed = true
		}
		if h.left[c] {
			changed = true
			continue
		}
		sum = sum.add(h.cells[c])
		nothing = nothing && h.reasons[c] == Empty
	}
	if !changed {
		return false
	}
	h.cells[total] = sum
	h.partial[total] = true
	if nothing && h.hidden(total) {
		h.left[total] = true // those above hold nothing of it any more
	}
	return true
}
