package eval

import (
	"math"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/filter"
)

// compiler makes machines of nodes.
type compiler struct {
	table   Table
	systems *crs.Cache
	state   *state
	words   texts            // what the text column reads in a perWord, nil elsewhere
	folds   map[string]texts // by identity of their nodes
	moved   map[crs.CRS]*movedPlace
}

// stranger is the error for a node that Bind does not make.
func (c *compiler) stranger(n *filter.Node) error {
	return referentials.Errorf(referentials.Internal, "a filter has an unknown piece (kind %d, type %d, %q)", n.Kind, n.Type, n.Op)
}

func (c *compiler) predicate(n *filter.Node) (predicate, error) {
	if n.Type != filter.BooleanType {
		return nil, c.stranger(n)
	}
	if n.Kind == filter.Constant {
		if n.Value.IsNull() {
			return always(unknown), nil
		}
		return always(truthOf(n.Value.Bool())), nil
	}
	if p, err := c.perWord(n); p != nil || err != nil {
		return p, err
	}
	if n.Kind == filter.Column {
		return &truthField{c.table.Cells(n.Field), c.state}, nil
	}
	switch n.Op {
	case "and", "or":
		return c.connective(n)
	case "not":
		of, err := c.predicate(n.Args[0])
		return not{of}, err
	case "isNull":
		return c.isNull(n.Args[0])
	case "=", "<>", "<", ">", "<=", ">=":
		return c.compare(n.Op, n.Args[0], n.Args[1])
	case "between":
		return c.between(n)
	case "in":
		return c.in(n)
	case "like":
		return c.like(n)
	}
	if len(n.Op) > 2 && n.Op[1] == '_' {
		switch n.Op[0] {
		case 's':
			return c.spatial(n)
		case 't':
			return c.temporal(n)
		case 'a':
			return c.sets(n)
		}
	}
	return nil, c.stranger(n)
}

func (c *compiler) connective(n *filter.Node) (predicate, error) {
	parts := make([]predicate, len(n.Args))
	for k, a := range n.Args {
		var err error
		if parts[k], err = c.predicate(a); err != nil {
			return nil, err
		}
	}
	cheapestFirst(parts)
	end := no
	if n.Op == "or" {
		end = yes
	}
	return &connective{parts, end, c.state}, nil
}

func (c *compiler) between(n *filter.Node) (predicate, error) {
	low, err := c.compare(">=", n.Args[0], n.Args[1])
	if err != nil {
		return nil, err
	}
	high, err := c.compare("<=", n.Args[0], n.Args[2])
	return &connective{[]predicate{low, high}, no, c.state}, err
}

func (c *compiler) isNull(n *filter.Node) (predicate, error) {
	made := func(price int, nulls func(rows []uint32, null []bool)) predicate {
		return &isNull{nulls, price, c.state}
	}
	switch n.Type {
	case filter.BooleanType:
		of, err := c.predicate(n)
		if err != nil {
			return nil, err
		}
		return made(of.cost(), func(rows []uint32, null []bool) {
			out := c.state.truths.get()
			of.eval(rows, out)
			for k := range rows {
				null[k] = out[k] == unknown
			}
			c.state.truths.put(out)
		}), nil
	case filter.NumberType:
		of, err := c.numbers(n)
		if err != nil {
			return nil, err
		}
		return made(of.cost(), func(rows []uint32, null []bool) {
			out := c.state.floats.get()
			for k, v := range of.eval(rows, out)[:len(rows)] {
				null[k] = math.IsNaN(v)
			}
			c.state.floats.put(out)
		}), nil
	case filter.IntegerType, filter.DateType, filter.TimestampType:
		of, err := c.integers(n)
		if err != nil {
			return nil, err
		}
		return made(of.cost(), func(rows []uint32, null []bool) {
			out := c.state.ints.get()
			of.eval(rows, out, null)
			c.state.ints.put(out)
		}), nil
	case filter.TextType:
		of, err := c.texts(n)
		if err != nil {
			return nil, err
		}
		return made(of.cost(), func(rows []uint32, null []bool) {
			out := c.state.strings.get()
			of.eval(rows, out, null)
			c.state.strings.put(out)
		}), nil
	case filter.ListType:
		if n.Kind != filter.Column {
			return always(no), nil
		}
		of, err := c.texts(n)
		if err != nil {
			return nil, err
		}
		return made(of.cost(), func(rows []uint32, null []bool) {
			out := c.state.strings.get()
			of.eval(rows, out, null)
			c.state.strings.put(out)
		}), nil
	case filter.GeometryType:
		return c.noPlace(n)
	case filter.IntervalType:
		return c.noInterval(n)
	}
	return nil, c.stranger(n)
}
