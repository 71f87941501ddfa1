package eval

import (
	"math"

	"socle/referentials"
	"socle/referentials/filter"
)

// span is an operand of a T_ function: its first and its last instant, days or
// microseconds. What is nil is open.
type span struct {
	from, to integers
	single   bool // it begins and ends at from
	wholeDay bool // its last instant is a midnight that stands for the end of its day
}

// temporal is a T_ function.
type temporal struct {
	left, right span
	is          func(b1, e1, b2, e2 int64) bool
	state       *state
}

func (p *temporal) cost() int { return 30 }

func (p *temporal) eval(rows []uint32, out []truth) {
	b1, e1, b2, e2 := p.state.ints.get(), p.state.ints.get(), p.state.ints.get(), p.state.ints.get()
	null, more := p.state.flags.get(), p.state.flags.get()
	clear(null[:len(rows)])
	p.left.eval(rows, b1, e1, null, more)
	p.right.eval(rows, b2, e2, null, more)
	for k := range rows {
		out[k] = unknown
		if !null[k] {
			out[k] = truthOf(p.is(b1[k], e1[k], b2[k], e2[k]))
		}
	}
	for _, column := range [][]int64{b1, e1, b2, e2} {
		p.state.ints.put(column)
	}
	p.state.flags.put(null)
	p.state.flags.put(more)
}

// eval fills first and last, and marks rows of which an end is null.
func (s *span) eval(rows []uint32, first, last []int64, null, scratch []bool) {
	end := func(of integers, open int64, out []int64) {
		if of == nil {
			for k := range rows {
				out[k] = open
			}
			return
		}
		of.eval(rows, out, scratch)
		for k := range rows {
			null[k] = null[k] || scratch[k]
		}
	}
	end(s.from, math.MinInt64, first)
	if s.single {
		copy(last, first[:len(rows)])
	} else {
		end(s.to, math.MaxInt64, last)
	}
	if s.wholeDay {
		for k := range rows {
			last[k] += microsPerDay - 1
		}
	}
}

// relationOf gives what a T_ function asks of its operands.
func relationOf(op string) func(b1, e1, b2, e2 int64) bool {
	switch op {
	case "t_after":
		return func(b1, _, _, e2 int64) bool { return b1 > e2 }
	case "t_before":
		return func(_, e1, b2, _ int64) bool { return e1 < b2 }
	case "t_disjoint":
		return func(b1, e1, b2, e2 int64) bool { return b1 > e2 || e1 < b2 }
	case "t_intersects":
		return func(b1, e1, b2, e2 int64) bool { return b1 <= e2 && e1 >= b2 }
	case "t_equals":
		return func(b1, e1, b2, e2 int64) bool { return b1 == b2 && e1 == e2 }
	case "t_contains":
		return func(b1, e1, b2, e2 int64) bool { return b1 < b2 && e1 > e2 }
	case "t_during":
		return func(b1, e1, b2, e2 int64) bool { return b1 > b2 && e1 < e2 }
	case "t_meets":
		return func(_, e1, b2, _ int64) bool { return e1 == b2 }
	case "t_metBy":
		return func(b1, _, _, e2 int64) bool { return b1 == e2 }
	case "t_overlaps":
		return func(b1, e1, b2, e2 int64) bool { return b1 < b2 && e1 > b2 && e1 < e2 }
	case "t_overlappedBy":
		return func(b1, e1, b2, e2 int64) bool { return b1 > b2 && b1 < e2 && e1 > e2 }
	case "t_starts":
		return func(b1, e1, b2, e2 int64) bool { return b1 == b2 && e1 < e2 }
	case "t_startedBy":
		return func(b1, e1, b2, e2 int64) bool { return b1 == b2 && e1 > e2 }
	case "t_finishes":
		return func(b1, e1, b2, e2 int64) bool { return b1 > b2 && e1 == e2 }
	case "t_finishedBy":
		return func(b1, e1, b2, e2 int64) bool { return b1 < b2 && e1 == e2 }
	}
	return nil
}

func (c *compiler) temporal(n *filter.Node) (predicate, error) {
	is := relationOf(n.Op)
	if is == nil {
		return nil, c.stranger(n)
	}
	precise := hasInstants(n.Args[0]) || hasInstants(n.Args[1])
	left, err := c.span(n.Args[0], precise)
	if err != nil {
		return nil, err
	}
	right, err := c.span(n.Args[1], precise)
	return &temporal{left, right, is, c.state}, err
}

// hasInstants tells whether an end of an operand is a timestamp.
func hasInstants(n *filter.Node) bool {
	if n.Type == filter.IntervalType {
		return hasInstants(n.Args[0]) || hasInstants(n.Args[1])
	}
	return n.Type == filter.TimestampType
}

func (c *compiler) span(n *filter.Node, precise bool) (s span, err error) {
	from, to := n, n
	if n.Type == filter.IntervalType {
		from, to = n.Args[0], n.Args[1]
	}
	compile := c.integers
	if precise {
		compile = c.micros
		s.wholeDay = to.Type == filter.DateType && !isOpen(to)
	}
	if !isOpen(from) {
		if s.from, err = compile(from); err != nil {
			return s, err
		}
	}
	if from == to {
		s.single = true
		return s, nil
	}
	if !isOpen(to) {
		s.to, err = compile(to)
	}
	return s, err
}

// isOpen tells an open end of an interval.
func isOpen(n *filter.Node) bool { return n.Kind == filter.Constant && n.Value.IsNull() }

// noInterval is true where an end of an interval is null.
func (c *compiler) noInterval(n *filter.Node) (predicate, error) {
	s, err := c.span(n, false)
	if err != nil {
		return nil, err
	}
	return &isNull{func(rows []uint32, null []bool) {
		first, last, more := c.state.ints.get(), c.state.ints.get(), c.state.flags.get()
		clear(null[:len(rows)])
		s.eval(rows, first, last, null, more)
		c.state.ints.put(first)
		c.state.ints.put(last)
		c.state.flags.put(more)
	}, 10, c.state}, nil
}

// instant is a constant timestamp.
func instant(micros int64) *filter.Node {
	return &filter.Node{Kind: filter.Constant, Type: filter.TimestampType, Value: referentials.DateTimeValue(micros)}
}
