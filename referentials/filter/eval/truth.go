package eval

import "slices"

// truth is one of the three values of a condition: a bit for yes, another for unknown.
type truth uint8

const (
	no truth = iota
	yes
	unknown
)

func truthOf(is bool) truth {
	if is {
		return yes
	}
	return no
}

// predicate is a condition. Rows ascend; eval fills out for each of them. A cost is about
// the nanoseconds that a row takes.
type predicate interface {
	eval(rows []uint32, out []truth)
	cost() int
}

func cheapestFirst(list []predicate) {
	slices.SortStableFunc(list, func(a, b predicate) int { return a.cost() - b.cost() })
}

func totalCost(list []predicate) int {
	sum := 0
	for _, p := range list {
		sum = min(sum+p.cost(), 1<<30)
	}
	return sum
}

// always is a constant condition.
type always truth

func (a always) cost() int { return 0 }

func (a always) eval(rows []uint32, out []truth) {
	for k := range rows {
		out[k] = truth(a)
	}
}

// not turns a condition round.
type not struct{ of predicate }

func (p not) cost() int { return p.of.cost() }

func (p not) eval(rows []uint32, out []truth) {
	p.of.eval(rows, out)
	for k := range rows {
		out[k] ^= yes &^ (out[k] >> 1)
	}
}

// connective is AND, which ends at no, or OR, which ends at yes.
type connective struct {
	parts []predicate // the cheapest first
	end   truth
	state *state
}

func (p *connective) cost() int { return totalCost(p.parts) }

// eval asks each part only about the rows that the parts before left open.
func (p *connective) eval(rows []uint32, out []truth) {
	p.parts[0].eval(rows, out)
	if len(p.parts) == 1 {
		return
	}
	open, told := p.state.rows.get(), p.state.truths.get()
	defer p.state.rows.put(open)
	defer p.state.truths.put(told)
	for _, part := range p.parts[1:] {
		n := 0
		for k, row := range rows {
			open[n] = row
			if out[k] != p.end {
				n++
			}
		}
		if n == 0 {
			return
		}
		part.eval(open[:n], told)
		n = 0
		for k := range rows {
			if out[k] == p.end {
				continue
			}
			if told[n] == p.end || told[n] == unknown {
				out[k] = told[n]
			}
			n++
		}
	}
}

// isNull is true where a column is null.
type isNull struct {
	nulls func(rows []uint32, null []bool)
	price int
	state *state
}

func (p *isNull) cost() int { return p.price }

func (p *isNull) eval(rows []uint32, out []truth) {
	null := p.state.flags.get()
	defer p.state.flags.put(null)
	p.nulls(rows, null)
	for k := range rows {
		out[k] = truthOf(null[k])
	}
}
