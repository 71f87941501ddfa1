package disclosure

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// The random releases are made of leaves, each of a few contributions, added up in ways that
// releases are: nested, crossed with margins, crossed and nested, by two meshes at once.

func randomLeaf(r *rand.Rand) Cell {
	var c Cell
	for range []int{0, 1, 1, 2, 3, 5, 9, 10, 12, 20}[r.IntN(10)] {
		v := float64(1 + r.IntN(20))
		switch r.IntN(12) {
		case 0:
			v *= 50
		case 1:
			v = 0
		}
		c = c.add(Cell{Units: 1, Value: v, Largest: v})
	}
	return c
}

// builder adds cells up.
type builder struct{ Table }

func (b *builder) leaf(r *rand.Rand) int {
	b.Cells = append(b.Cells, randomLeaf(r))
	return len(b.Cells) - 1
}

func (b *builder) total(parts []int) int {
	var sum Cell
	for _, c := range parts {
		sum = sum.add(b.Cells[c])
	}
	b.Cells = append(b.Cells, sum)
	b.Relations = append(b.Relations, Relation{Total: len(b.Cells) - 1, Parts: parts})
	return len(b.Cells) - 1
}

func randomHierarchy(r *rand.Rand) *Table {
	b := &builder{}
	var grow func(depth int) int
	grow = func(depth int) int {
		if depth == 0 || r.IntN(6) == 0 {
			return b.leaf(r)
		}
		var parts []int
		for range 1 + r.IntN(4) {
			parts = append(parts, grow(depth-1))
		}
		return b.total(parts)
	}
	grow(2 + r.IntN(2))
	return &b.Table
}

// randomCross is districts of blocks by categories, with or without the districts' level.
func randomCross(r *rand.Rand, nested bool) *Table {
	b := &builder{}
	categories := 2 + r.IntN(2)
	line := func() []int { // the categories of one block, their total last
		var row []int
		for range categories {
			row = append(row, b.leaf(r))
		}
		return append(row, b.total(slices.Clone(row)))
	}
	fold := func(rows [][]int) []int {
		out := make([]int, categories+1)
		for k := range out {
			var column []int
			for _, row := range rows {
				column = append(column, row[k])
			}
			out[k] = b.total(column)
		}
		// The totals' own total is one cell, of two relations.
		b.Relations = append(b.Relations, Relation{Total: out[categories], Parts: slices.Clone(out[:categories])})
		return out
	}
	var rows [][]int
	for range 2 + r.IntN(3) {
		if !nested {
			rows = append(rows, line())
			continue
		}
		var blocks [][]int
		for range 1 + r.IntN(3) {
			blocks = append(blocks, line())
		}
		rows = append(rows, fold(blocks))
	}
	fold(rows)
	return &b.Table
}

// randomMeshes publishes the same leaves by two meshes that do not nest.
func randomMeshes(r *rand.Rand) *Table {
	b := &builder{}
	n := 4 + r.IntN(8)
	var leaves []int
	for range n {
		leaves = append(leaves, b.leaf(r))
	}
	for range 2 {
		zones := make([][]int, 2+r.IntN(2))
		for _, c := range leaves {
			k := r.IntN(len(zones))
			zones[k] = append(zones[k], c)
		}
		for _, zone := range zones {
			if len(zone) > 0 {
				b.total(zone)
			}
		}
	}
	return &b.Table
}

func randomTable(r *rand.Rand) (string, *Table) {
	switch r.IntN(4) {
	case 0:
		return "hierarchy", randomHierarchy(r)
	case 1:
		return "cross", randomCross(r, false)
	case 2:
		return "nested cross", randomCross(r, true)
	}
	return "two meshes", randomMeshes(r)
}

func randomProfile(r *rand.Rand, t testing.TB) Profile {
	t.Helper()
	names := []string{"energie-elec-res", "energie-gaz-res", "insee-menages-11", "insee-entreprises", "energie-comptage"}
	p, err := Find(names[r.IntN(len(names))], 2017+r.IntN(6))
	if err != nil {
		t.Fatal(err)
	}
	if r.IntN(5) == 0 {
		p.Rule.Percent = 0.1
	}
	return p
}

// No hidden value of a thousand random releases can be had from them, nor bounds closer
// than its width, nor a sum that breaks the rule.
func TestAttackerGetsNothing(t *testing.T) {
	sensitive, extra, partial := 0, 0, 0
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 5))
		kind, table := randomTable(r)
		p := randomProfile(r, t)
		if r.IntN(4) == 0 {
			for k := range table.Relations {
				table.Relations[k].Partial = p.Partial
			}
		}
		t.Run(fmt.Sprintf("%d %s %s", seed, kind, p.Name), func(t *testing.T) {
			o := mustProtect(t, p, table)
			sensitive += o.Certificate.Derivations
			extra += o.Certificate.Complementary
			partial += o.Certificate.Partial
		})
	}
	t.Logf("%d hidden for their own sake, %d for another's, %d partial totals", sensitive, extra, partial)
}

// The attacker is no straw man: without complementary hiding it gets in.
func TestAttackerFindsWhatIsLeftOpen(t *testing.T) {
	found, tables := 0, 0
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 6))
		_, table := randomTable(r)
		p := randomProfile(r, t)
		o := mustProtect(t, p, table)
		if o.Certificate.Complementary == 0 || o.Partial != nil {
			continue
		}
		tables++
		for i, reason := range o.Reasons {
			if reason == Complementary {
				o.Reasons[i] = Shown
			}
		}
		breaches, err := verify(context.Background(), p, table, o)
		if err != nil {
			t.Fatal(err)
		}
		if len(breaches) > 0 {
			found++
		}
	}
	if tables < 50 || found < tables*9/10 {
		t.Errorf("the attacker found something in %d of %d tables whose complementary cells were shown", found, tables)
	}
	t.Logf("%d of %d", found, tables)
}

// price is what a release costs beyond what must be hidden anyway.
func (p *Profile) loss(t *Table, reasons []Reason) float64 {
	sum := 0.0
	for i, r := range reasons {
		if r == Complementary {
			sum += p.price(t.Cells[i])
		}
	}
	return sum
}

// optimum is the least loss of all ways to hide more of a table, by trying them all.
func optimum(t testing.TB, p Profile, table *Table, most float64) float64 {
	t.Helper()
	primary := newState(&p, table).reasons
	var shown []int
	for i, r := range primary {
		if r == Shown {
			shown = append(shown, i)
		}
	}
	best := most
	for set := range 1 << len(shown) {
		reasons := slices.Clone(primary)
		for k, i := range shown {
			if set>>k&1 == 1 {
				reasons[i] = Complementary
			}
		}
		loss := p.loss(table, reasons)
		if loss >= best {
			continue
		}
		breaches, err := verify(context.Background(), p, table, &Outcome{Reasons: reasons})
		if err != nil {
			t.Fatal(err)
		}
		if len(breaches) == 0 {
			best = loss
		}
	}
	return best
}

// What is hidden for another's sake is not much more than it must be.
func TestLossIsNearTheOptimum(t *testing.T) {
	ours, best, exact, tables := 0.0, 0.0, 0, 0
	worst := 1.0
	for seed := uint64(0); tables < 80; seed++ {
		r := rand.New(rand.NewPCG(seed, 7))
		_, table := randomTable(r)
		p := randomProfile(r, t)
		p.Partial = false
		o := mustProtect(t, p, table)
		if o.Certificate.Complementary == 0 || o.Certificate.Shown+o.Certificate.Complementary > 11 {
			continue
		}
		tables++
		mine := p.loss(table, o.Reasons)
		least := optimum(t, p, table, mine)
		ours, best = ours+mine, best+least
		if mine <= least*(1+slack) {
			exact++
		}
		worst = max(worst, mine/least)
	}
	t.Logf("loss %.3f of the optimum over %d tables, the optimum itself in %d, %.2f at worst", ours/best, tables, exact, worst)
	if ours > 1.05*best {
		t.Errorf("loss is %.3f of the optimum", ours/best)
	}
}
