package sql

import (
	"strings"

	"socle/referentials/filter"
)

// condition writes what is true, false or null. asked tells that a null is as good as
// false here, as it is at the top of a WHERE and below its ANDs and ORs.
func (c *compiler) condition(n *filter.Node, asked bool) {
	if n.Type != filter.BooleanType {
		c.misfit(n)
		return
	}
	switch n.Kind {
	case filter.Constant:
		c.constant(n, filter.BooleanType)
	case filter.Column:
		c.column(n)
	case filter.Operator:
		c.operator(n, asked)
	default:
		c.misfit(n)
	}
}

// operands is how many an operator takes, for those that have not one or more.
var operands = map[string]int{
	"not": 1, "isNull": 1, "like": 2, "between": 3, "=": 2, "<>": 2, "<": 2, "<=": 2, ">": 2, ">=": 2,
}

func (c *compiler) operator(n *filter.Node, asked bool) {
	family := n.Op
	if at := strings.IndexByte(n.Op, '_'); at == 1 {
		family = n.Op[:2]
	}
	want, fixed := operands[n.Op]
	switch {
	case family == "s_" || family == "t_" || family == "a_":
		want, fixed = 2, true
	case len(n.Args) == 0:
		c.misfit(n)
		return
	}
	if fixed && len(n.Args) != want {
		c.misfit(n)
		return
	}
	switch family {
	case "and", "or":
		c.write("(")
		c.each(n.Args, " "+strings.ToUpper(n.Op)+" ", func(a *filter.Node) { c.condition(a, asked) })
		c.write(")")
	case "not":
		c.write("(NOT ")
		c.condition(n.Args[0], false)
		c.write(")")
	case "isNull":
		c.isNull(n.Args[0])
	case "=", "<>", "<", "<=", ">", ">=":
		c.compare(n.Args[0], n.Op, n.Args[1])
	case "between":
		c.between(n.Args[0], n.Args[1], n.Args[2])
	case "in":
		c.in(n.Args[0], n.Args[1:])
	case "like":
		c.like(n.Args[0], n.Args[1])
	case "s_":
		c.spatial(n, asked)
	case "t_":
		c.temporal(n)
	case "a_":
		c.sets(n)
	default:
		c.misfit(n)
	}
}

func (c *compiler) isNull(n *filter.Node) {
	c.write("(")
	switch n.Type {
	case filter.GeometryType:
		c.shape(n, c.table.CRS, false)
		c.write(" IS NULL")
	case filter.IntervalType:
		written := false
		for _, end := range n.Args {
			if isOpen(end) {
				continue
			}
			if written {
				c.write(" OR ")
			}
			c.value(end, end.Type)
			c.write(" IS NULL")
			written = true
		}
		if !written {
			c.write("FALSE")
		}
	case filter.ListType:
		if n.Kind == filter.Column {
			c.column(n)
		} else {
			c.json(n)
		}
		c.write(" IS NULL")
	default:
		c.value(n, n.Type)
		c.write(" IS NULL")
	}
	c.write(")")
}

// common is the type in which two operands compare.
func common(x, y filter.Type) filter.Type {
	switch {
	case x == y:
		return x
	case x == filter.IntegerType && y == filter.NumberType:
		return y
	case x == filter.DateType && y == filter.TimestampType:
		return y
	}
	return x
}

// operand writes the left operand of a comparison of a type.
func (c *compiler) operand(n *filter.Node, as filter.Type) {
	c.value(n, as)
	if as == filter.TextType {
		c.write(` COLLATE "C"`)
	}
}

func (c *compiler) compare(x *filter.Node, op string, y *filter.Node) {
	as := common(x.Type, y.Type)
	c.write("(")
	c.operand(x, as)
	c.write(" ", op, " ")
	c.value(y, as)
	c.write(")")
}

func (c *compiler) between(x, low, high *filter.Node) {
	as := common(x.Type, low.Type)
	if as != common(x.Type, high.Type) {
		// Each bound compares in its own way. The operand, written twice, holds no
		// condition, hence no other BETWEEN to be doubled with it.
		c.write("(")
		c.compare(x, ">=", low)
		c.write(" AND ")
		c.compare(x, "<=", high)
		c.write(")")
		return
	}
	c.write("(")
	c.operand(x, as)
	c.write(" BETWEEN ")
	c.value(low, as)
	c.write(" AND ")
	c.value(high, as)
	c.write(")")
}

// in writes one comparison with the items of each type, the literals among them as one
// parameter.
func (c *compiler) in(x *filter.Node, items []*filter.Node) {
	var literals, others [filter.ListType + 1][]*filter.Node
	for _, item := range items {
		switch as := common(x.Type, item.Type); {
		case sqlTypes[item.Type] == "":
			c.misfit(item)
			return
		case item.Kind == filter.Constant && !item.Value.IsNull() && as != filter.BooleanType:
			literals[as] = append(literals[as], item)
		default:
			others[as] = append(others[as], item)
		}
	}
	separator := "("
	for t := range others {
		as := filter.Type(t)
		if len(literals[as]) > 0 {
			c.write(separator)
			separator = " OR "
			c.operand(x, as)
			c.write(" = ANY (")
			c.array(literals[as], as)
			c.write(")")
		}
		if len(others[as]) > 0 {
			c.write(separator)
			separator = " OR "
			c.operand(x, as)
			c.write(" IN (")
			c.each(others[as], ", ", func(item *filter.Node) { c.value(item, as) })
			c.write(")")
		}
	}
	if separator == "(" {
		c.write("(FALSE")
	}
	c.write(")")
}

func (c *compiler) like(x, pattern *filter.Node) {
	if pattern.Kind != filter.Constant || pattern.Type != filter.TextType || x.Type != filter.TextType {
		c.misfit(pattern)
		return
	}
	c.write("(")
	c.operand(x, filter.TextType)
	c.write(" LIKE ")
	if pattern.Value.IsNull() {
		c.write("NULL)")
		return
	}
	c.parameter(c.checked(whole(pattern.Value.Str())), "text")
	c.write(")")
}

// whole gives a pattern in which no escape lacks what it escapes: to PostgreSQL that would
// be an error, here a last backslash is one.
func whole(pattern string) string {
	trimmed := strings.TrimRight(pattern, `\`)
	if (len(pattern)-len(trimmed))%2 == 1 {
		return pattern + `\`
	}
	return pattern
}
