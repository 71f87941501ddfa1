package eval

import (
	"math"

	"socle/referentials/filter"
	"socle/referentials/snapshot"
)

// numbers is a column of numbers, NaN where null. eval gives them in out or elsewhere.
type numbers interface {
	eval(rows []uint32, out []float64) []float64
	cost() int
}

type numberField struct{ cells snapshot.Cells }

func (v numberField) cost() int { return 2 }

func (v numberField) eval(rows []uint32, out []float64) []float64 { return v.cells.Numbers(rows, out) }

type numberConstant float64

func (v numberConstant) cost() int { return 1 }

func (v numberConstant) eval(rows []uint32, out []float64) []float64 {
	for k := range rows {
		out[k] = float64(v)
	}
	return out
}

// integersAsNumbers gives integers as numbers.
type integersAsNumbers struct {
	of    integers
	state *state
}

func (v *integersAsNumbers) cost() int { return v.of.cost() + 1 }

func (v *integersAsNumbers) eval(rows []uint32, out []float64) []float64 {
	values, null := v.state.ints.get(), v.state.flags.get()
	v.of.eval(rows, values, null)
	for k := range rows {
		out[k] = float64(values[k])
		if null[k] {
			out[k] = math.NaN()
		}
	}
	v.state.flags.put(null)
	v.state.ints.put(values)
	return out
}

// arithmetic is one of + - * / % div ^.
type arithmetic struct {
	op          string
	left, right numbers
	state       *state
}

func (v *arithmetic) cost() int { return v.left.cost() + v.right.cost() + 6 }

func (v *arithmetic) eval(rows []uint32, out []float64) []float64 {
	mine, other := v.state.floats.get(), v.state.floats.get()
	a, b := v.left.eval(rows, mine), v.right.eval(rows, other)
	for k := range rows {
		out[k] = filter.Arithmetic(v.op, a[k], b[k])
	}
	v.state.floats.put(mine)
	v.state.floats.put(other)
	return out
}

// mapped is a function of one number.
type mapped struct {
	of numbers
	do func(float64) float64
}

func (v *mapped) cost() int { return v.of.cost() + 3 }

func (v *mapped) eval(rows []uint32, out []float64) []float64 {
	in := v.of.eval(rows, out)
	for k := range rows {
		out[k] = v.do(in[k])
	}
	return out
}

// numericFunction finds a function of one number by its name.
func numericFunction(name string) func(float64) float64 {
	switch name {
	case "abs":
		return math.Abs
	case "ceil":
		return math.Ceil
	case "floor":
		return math.Floor
	case "round":
		return math.RoundToEven
	case "sqrt":
		return math.Sqrt
	}
	return nil
}

func (c *compiler) numbers(n *filter.Node) (numbers, error) {
	if n.Type == filter.IntegerType {
		if n.Kind == filter.Constant {
			return numberConstant(n.Value.Float()), nil
		}
		of, err := c.integers(n)
		return &integersAsNumbers{of, c.state}, err
	}
	switch n.Kind {
	case filter.Constant:
		if n.Value.IsNull() {
			return numberConstant(math.NaN()), nil
		}
		return numberConstant(n.Value.Float()), nil
	case filter.Column:
		return numberField{c.table.Cells(n.Field)}, nil
	case filter.Operator:
		left, err := c.numbers(n.Args[0])
		if err != nil {
			return nil, err
		}
		right, err := c.numbers(n.Args[1])
		return &arithmetic{n.Op, left, right, c.state}, err
	}
	if do := numericFunction(n.Function.Name); do != nil {
		of, err := c.numbers(n.Args[0])
		return &mapped{of, do}, err
	}
	return c.measure(n)
}
