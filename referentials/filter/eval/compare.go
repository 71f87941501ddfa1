package eval

import (
	"math"
	"strings"

	"socle/referentials/filter"
	"socle/referentials/snapshot"
)

// order is how two values compare: one of three bits, none where one of them is null.
type order uint8

const (
	before order = 1 << iota
	same
	after
)

// verdict tells the truth of each order, unknown of none.
type verdict [after + 1]truth

func verdictOf(op string) verdict {
	var holds order
	switch op {
	case "=":
		holds = same
	case "<>":
		holds = before | after
	case "<":
		holds = before
	case ">":
		holds = after
	case "<=":
		holds = before | same
	case ">=":
		holds = after | same
	}
	v := verdict{0: unknown}
	for _, o := range []order{before, same, after} {
		v[o] = truthOf(holds&o != 0)
	}
	return v
}

// converse turns a comparison round, for its operands to change places.
func converse(op string) string {
	return strings.NewReplacer("<>", "<>", "<", ">", ">", "<").Replace(op)
}

// bit is a set bit if is, without a branch.
func bit(is bool, o order) order {
	var b order
	if is {
		b = 1
	}
	return b * o
}

func orderOf[T int64 | float64](a, b T) order {
	return bit(a < b, before) | bit(a == b, same) | bit(a > b, after)
}

type compareNumbers struct {
	left, right numbers
	verdict     verdict
	state       *state
}

func (p *compareNumbers) cost() int { return p.left.cost() + p.right.cost() + 2 }

func (p *compareNumbers) eval(rows []uint32, out []truth) {
	mine := p.state.floats.get()
	defer p.state.floats.put(mine)
	a := p.left.eval(rows, mine)[:len(rows)]
	out = out[:len(rows)]
	if c, ok := p.right.(numberConstant); ok {
		for k, v := range a {
			out[k] = p.verdict[orderOf(v, float64(c))]
		}
		return
	}
	other := p.state.floats.get()
	defer p.state.floats.put(other)
	b := p.right.eval(rows, other)[:len(rows)]
	for k, v := range a {
		out[k] = p.verdict[orderOf(v, b[k])]
	}
}

type compareIntegers struct {
	left, right integers
	verdict     verdict
	state       *state
}

func (p *compareIntegers) cost() int { return p.left.cost() + p.right.cost() + 2 }

func (p *compareIntegers) eval(rows []uint32, out []truth) {
	a, none := p.state.ints.get(), p.state.flags.get()
	defer p.state.ints.put(a)
	defer p.state.flags.put(none)
	p.left.eval(rows, a, none)
	out = out[:len(rows)]
	if c, ok := p.right.(integerConstant); ok && !c.value.IsNull() {
		for k, v := range a[:len(rows)] {
			out[k] = p.verdict[orderOf(v, c.value.Int())*bit(!none[k], 1)]
		}
		return
	}
	b, missing := p.state.ints.get(), p.state.flags.get()
	defer p.state.ints.put(b)
	defer p.state.flags.put(missing)
	p.right.eval(rows, b, missing)
	for k := range rows {
		out[k] = p.verdict[orderOf(a[k], b[k])*bit(!none[k] && !missing[k], 1)]
	}
}

func textOrder(a, b string) order { return 1 << (strings.Compare(a, b) + 1) }

type compareTexts struct {
	left, right texts
	verdict     verdict
	state       *state
}

func (p *compareTexts) cost() int { return p.left.cost() + p.right.cost() + 10 }

func (p *compareTexts) eval(rows []uint32, out []truth) {
	a, none := p.state.strings.get(), p.state.flags.get()
	defer p.state.strings.put(a)
	defer p.state.flags.put(none)
	p.left.eval(rows, a, none)
	if c, ok := p.right.(textConstant); ok {
		s := c.value.Str()
		for k := range rows {
			out[k] = p.verdict[textOrder(a[k], s)*bit(!none[k], 1)]
		}
		return
	}
	b, missing := p.state.strings.get(), p.state.flags.get()
	defer p.state.strings.put(b)
	defer p.state.flags.put(missing)
	p.right.eval(rows, b, missing)
	for k := range rows {
		out[k] = p.verdict[textOrder(a[k], b[k])*bit(!none[k] && !missing[k], 1)]
	}
}

// compareTruths orders false before true.
type compareTruths struct {
	left, right predicate
	verdict     verdict
	state       *state
}

func (p *compareTruths) cost() int { return p.left.cost() + p.right.cost() + 2 }

func (p *compareTruths) eval(rows []uint32, out []truth) {
	b := p.state.truths.get()
	p.left.eval(rows, out)
	p.right.eval(rows, b)
	for k := range rows {
		known := bit(out[k] != unknown && b[k] != unknown, 1)
		out[k] = p.verdict[known*orderOf(int64(out[k]), int64(b[k]))]
	}
	p.state.truths.put(b)
}

// truthField is a column of truth values.
type truthField struct {
	cells snapshot.Cells
	state *state
}

func (p *truthField) cost() int { return 2 }

func (p *truthField) eval(rows []uint32, out []truth) {
	values, null := p.state.flags.get(), p.state.flags.get()
	p.cells.Truths(rows, values, null)
	for k := range rows {
		out[k] = truthOf(values[k])
		if null[k] {
			out[k] = unknown
		}
	}
	p.state.flags.put(null)
	p.state.flags.put(values)
}

func (c *compiler) compare(op string, a, b *filter.Node) (predicate, error) {
	if a.Kind == filter.Constant && b.Kind != filter.Constant {
		return c.compare(converse(op), b, a)
	}
	v := verdictOf(op)
	switch {
	case a.Type == filter.BooleanType:
		left, right, err := pair(c.predicate, a, b)
		return &compareTruths{left, right, v, c.state}, err
	case a.Type == filter.TextType:
		left, right, err := pair(c.texts, a, b)
		return &compareTexts{left, right, v, c.state}, err
	case a.Type == b.Type && a.Type != filter.NumberType:
		left, right, err := pair(c.integers, a, b)
		return &compareIntegers{left, right, v, c.state}, err
	case a.Type == filter.DateType || a.Type == filter.TimestampType:
		if b.Kind == filter.Constant && !b.Value.IsNull() && b.Type == filter.DateType {
			b = instant(midnight(b.Value.Int()))
		}
		left, right, err := pair(c.micros, a, b)
		return &compareIntegers{left, right, v, c.state}, err
	}
	left, right, err := pair(c.numbers, a, b)
	return &compareNumbers{left, right, v, c.state}, err
}

// pair compiles two nodes in the same way.
func pair[T any](compile func(*filter.Node) (T, error), a, b *filter.Node) (left, right T, err error) {
	if left, err = compile(a); err == nil {
		right, err = compile(b)
	}
	return left, right, err
}

// in compiles IN: a look into a set where the items are constant, else one comparison each.
func (c *compiler) in(n *filter.Node) (predicate, error) {
	value, items := n.Args[0], n.Args[1:]
	set := newSet(value, items)
	if set == nil {
		parts := make([]predicate, len(items))
		for k, item := range items {
			var err error
			if parts[k], err = c.compare("=", value, item); err != nil {
				return nil, err
			}
		}
		cheapestFirst(parts)
		return &connective{parts, yes, c.state}, nil
	}
	switch {
	case set.texts != nil:
		of, err := c.texts(value)
		return &inTexts{of, set.texts, set.miss, c.state}, err
	case set.integers != nil:
		of, err := c.integers(value)
		if set.micros {
			of, err = c.micros(value)
		}
		return &inIntegers{of, set.integers, set.miss, c.state}, err
	}
	of, err := c.numbers(value)
	return &inNumbers{of, set.numbers, set.miss, c.state}, err
}

// set is the constant items of IN, in one of its maps. What is in none of them is miss.
type set struct {
	texts    map[string]bool
	integers map[int64]bool
	numbers  map[float64]bool
	micros   bool // integers are microseconds
	miss     truth
}

// newSet gives nil where the items must be compared one by one.
func newSet(value *filter.Node, items []*filter.Node) *set {
	s := &set{}
	mixed := false
	for _, item := range items {
		if item.Kind != filter.Constant {
			return nil
		}
		mixed = mixed || item.Type != value.Type
		if item.Value.IsNull() {
			s.miss = unknown
		}
	}
	switch value.Type {
	case filter.BooleanType:
		return nil
	case filter.TextType:
		s.texts = make(map[string]bool, len(items))
	case filter.IntegerType, filter.NumberType:
		if value.Type == filter.NumberType || mixed {
			// An integer beside an integer must not be rounded.
			if value.Type == filter.IntegerType {
				return nil
			}
			s.numbers = make(map[float64]bool, len(items))
			break
		}
		s.integers = make(map[int64]bool, len(items))
	default:
		s.micros = mixed || value.Type == filter.TimestampType
		s.integers = make(map[int64]bool, len(items))
	}
	for _, item := range items {
		v := item.Value
		switch {
		case v.IsNull():
		case s.texts != nil:
			s.texts[v.Str()] = true
		case s.numbers != nil:
			s.numbers[v.Float()] = true
		case s.micros && item.Type == filter.DateType:
			s.integers[midnight(v.Int())] = true
		default:
			s.integers[v.Int()] = true
		}
	}
	return s
}

type inTexts struct {
	of    texts
	set   map[string]bool
	miss  truth
	state *state
}

func (p *inTexts) cost() int { return p.of.cost() + 30 }

func (p *inTexts) eval(rows []uint32, out []truth) {
	values, null := p.state.strings.get(), p.state.flags.get()
	p.of.eval(rows, values, null)
	for k := range rows {
		out[k] = within(p.set[values[k]], null[k], p.miss)
	}
	p.state.flags.put(null)
	p.state.strings.put(values)
}

type inIntegers struct {
	of    integers
	set   map[int64]bool
	miss  truth
	state *state
}

func (p *inIntegers) cost() int { return p.of.cost() + 15 }

func (p *inIntegers) eval(rows []uint32, out []truth) {
	values, null := p.state.ints.get(), p.state.flags.get()
	p.of.eval(rows, values, null)
	for k := range rows {
		out[k] = within(p.set[values[k]], null[k], p.miss)
	}
	p.state.flags.put(null)
	p.state.ints.put(values)
}

type inNumbers struct {
	of    numbers
	set   map[float64]bool
	miss  truth
	state *state
}

func (p *inNumbers) cost() int { return p.of.cost() + 15 }

func (p *inNumbers) eval(rows []uint32, out []truth) {
	mine := p.state.floats.get()
	for k, v := range p.of.eval(rows, mine)[:len(rows)] {
		out[k] = within(p.set[v], math.IsNaN(v), p.miss)
	}
	p.state.floats.put(mine)
}

func within(found, null bool, miss truth) truth {
	switch {
	case null:
		return unknown
	case found:
		return yes
	}
	return miss
}
