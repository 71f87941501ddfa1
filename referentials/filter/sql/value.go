package sql

import (
	"time"

	"socle/referentials"
	"socle/referentials/filter"
)

// sqlTypes are the types that parameters are given.
var sqlTypes = map[filter.Type]string{
	filter.BooleanType: "boolean", filter.IntegerType: "bigint", filter.NumberType: "float8", filter.TextType: "text",
	filter.DateType: "date", filter.TimestampType: "timestamptz",
}

// value writes a scalar as one of a type: its own, Number for an Integer, Timestamp for a
// Date, which is its midnight.
func (c *compiler) value(n *filter.Node, as filter.Type) {
	if sqlTypes[n.Type] == "" {
		c.misfit(n)
		return
	}
	if n.Type == filter.BooleanType {
		c.condition(n, false)
		return
	}
	if n.Kind == filter.Constant {
		c.constant(n, as)
		return
	}
	switch {
	case n.Type == filter.IntegerType && as == filter.NumberType:
		c.scalar(n)
		c.write("::float8")
	case n.Type == filter.DateType && as == filter.TimestampType:
		c.write("(")
		c.scalar(n)
		c.write("::timestamp AT TIME ZONE 'UTC')")
	default:
		c.scalar(n)
	}
}

// scalar writes a value that is computed, of its own type.
func (c *compiler) scalar(n *filter.Node) {
	switch n.Kind {
	case filter.Column:
		switch n.Type {
		case filter.NumberType, filter.DateType, filter.TimestampType:
			c.write("socle_store.known(")
			c.column(n)
			c.write(")")
		default:
			c.column(n)
		}
	case filter.Operator:
		c.compute(n)
	case filter.Apply:
		c.apply(n)
	default:
		c.misfit(n)
	}
}

// arithmetic are the functions that stand for the operators.
var arithmetic = map[string]string{
	"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "div": "divide", "%": "modulo", "^": "power",
}

func (c *compiler) compute(n *filter.Node) {
	name := arithmetic[n.Op]
	switch {
	case (n.Op == "casei" || n.Op == "accenti") && n.Type == filter.TextType && len(n.Args) == 1 && n.Args[0].Type == filter.TextType:
		c.write("socle_store.", n.Op, "(")
		c.value(n.Args[0], filter.TextType)
		c.write(")")
	case name != "" && n.Type == filter.NumberType && len(n.Args) == 2:
		if n.Op == "div" {
			c.write("trunc(")
		}
		c.write("socle_store.", name, "(")
		c.each(n.Args, ", ", c.number)
		c.write(")")
		if n.Op == "div" {
			c.write(")")
		}
	default:
		c.misfit(n)
	}
}

// number writes an operand of arithmetic.
func (c *compiler) number(n *filter.Node) {
	if n.Type != filter.IntegerType && n.Type != filter.NumberType {
		c.misfit(n)
		return
	}
	c.value(n, filter.NumberType)
}

// constant writes a literal as a parameter.
func (c *compiler) constant(n *filter.Node, as filter.Type) {
	if n.Value.IsNull() {
		c.write("NULL::", sqlTypes[as])
		return
	}
	c.parameter(c.argument(n, as), sqlTypes[as])
}

func (c *compiler) argument(n *filter.Node, as filter.Type) any {
	switch v := n.Value; as {
	case filter.BooleanType:
		return v.Bool()
	case filter.IntegerType:
		return v.Int()
	case filter.NumberType:
		return v.Float()
	case filter.TextType:
		return c.checked(v.Str())
	case filter.DateType:
		return v.Time()
	case filter.TimestampType:
		return v.Time()
	}
	c.misfit(n)
	return nil
}

// array writes literals as one parameter.
func (c *compiler) array(list []*filter.Node, as filter.Type) {
	var arg any
	switch as {
	case filter.IntegerType:
		arg = gather(list, func(n *filter.Node) int64 { return n.Value.Int() })
	case filter.NumberType:
		arg = gather(list, func(n *filter.Node) float64 { return n.Value.Float() })
	case filter.TextType:
		arg = gather(list, func(n *filter.Node) string { return c.checked(n.Value.Str()) })
	case filter.DateType, filter.TimestampType:
		arg = gather(list, func(n *filter.Node) time.Time { return n.Value.Time() })
	default:
		c.misfit(list[0])
	}
	c.parameter(arg, sqlTypes[as]+"[]")
}

func gather[T any](list []*filter.Node, of func(*filter.Node) T) []T {
	values := make([]T, len(list))
	for i, n := range list {
		values[i] = of(n)
	}
	return values
}

// measures are PostGIS' names of the functions that measure shapes.
var measures = map[string]string{"area": "ST_Area", "length": "ST_Length", "distance": "ST_Distance"}

// apply writes a function that gives a number.
func (c *compiler) apply(n *filter.Node) {
	if n.Function == nil || len(n.Args) == 0 || len(n.Args) != len(n.Function.Parameters) {
		c.misfit(n)
		return
	}
	name := n.Function.Name
	switch a := n.Args[0]; name {
	case "abs", "ceil", "floor", "round": // float8's round goes to the even one
		c.write(name, "(")
		c.number(a)
		c.write(")")
	case "sqrt":
		c.write("socle_store.square_root(")
		c.number(a)
		c.write(")")
	case "char_length":
		c.write("char_length(")
		c.value(a, filter.TextType)
		c.write(")::bigint")
	case "year", "month", "day":
		c.calendar(name, a)
	case "area", "length", "distance":
		c.write(measures[name], "(")
		c.each(n.Args, ", ", func(a *filter.Node) { c.shape(a, c.table.CRS, false) })
		c.write(")")
	default:
		c.misfit(n)
	}
}

// calendar writes a part of a day, that of an instant in UTC.
func (c *compiler) calendar(part string, n *filter.Node) {
	if n.Kind == filter.Constant && !n.Value.IsNull() {
		// A literal may be of the year 0, which PostgreSQL counts as -1.
		t := n.Value.Time()
		v := map[string]int{"year": t.Year(), "month": int(t.Month()), "day": t.Day()}[part]
		c.constant(&filter.Node{Value: referentials.IntegerValue(int64(v))}, filter.IntegerType)
		return
	}
	c.write("extract(", part, " FROM ")
	c.value(n, n.Type)
	if n.Type == filter.TimestampType {
		c.write(" AT TIME ZONE 'UTC'")
	}
	c.write(")::bigint")
}
