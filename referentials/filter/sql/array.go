package sql

import (
	"encoding/json"

	"socle/referentials"
	"socle/referentials/filter"
)

// sets writes an A_ function.
func (c *compiler) sets(n *filter.Node) {
	x, y := n.Args[0], n.Args[1]
	switch n.Op {
	case "a_contains":
		c.pair("socle_store.includes", x, y)
	case "a_containedBy":
		c.pair("socle_store.includes", y, x)
	case "a_overlaps":
		c.pair("socle_store.shares", x, y)
	case "a_equals":
		c.write("(")
		c.pair("socle_store.includes", x, y)
		c.write(" AND ")
		c.pair("socle_store.includes", y, x)
		c.write(")")
	default:
		c.misfit(n)
	}
}

func (c *compiler) pair(name string, x, y *filter.Node) {
	c.write(name, "(")
	c.items(x)
	c.write(", ")
	c.items(y)
	c.write(")")
}

// items writes an array as jsonb, null for what is none.
func (c *compiler) items(n *filter.Node) {
	if n.Kind != filter.Column || n.Type != filter.ListType {
		c.json(n)
		return
	}
	c.write("socle_store.items(")
	c.column(n)
	c.write(")")
}

// json writes an array or the value of a JSON field as jsonb.
func (c *compiler) json(n *filter.Node) {
	switch {
	case n.Type != filter.ListType:
		c.misfit(n)
	case n.Kind == filter.Column:
		c.write("socle_store.value(")
		c.column(n)
		c.write(")")
	case n.Kind == filter.Operator && n.Op == "list":
		if text, ok := c.literals(nil, n); ok {
			c.parameter(string(text), "jsonb")
			return
		}
		// PostgreSQL takes 100 operands at a time; arrays beside each other are one.
		const most = 100
		c.write("(")
		for from := 0; from < len(n.Args); from += most {
			if from > 0 {
				c.write(" || ")
			}
			c.write("jsonb_build_array(")
			c.each(n.Args[from:min(from+most, len(n.Args))], ", ", c.item)
			c.write(")")
		}
		c.write(")")
	default:
		c.misfit(n)
	}
}

// literals appends a list as JSON, if it holds nothing but literals.
func (c *compiler) literals(dst []byte, n *filter.Node) ([]byte, bool) {
	dst = append(dst, '[')
	for i, item := range n.Args {
		if i > 0 {
			dst = append(dst, ',')
		}
		if item.Kind == filter.Operator && item.Op == "list" {
			var ok bool
			if dst, ok = c.literals(dst, item); !ok {
				return nil, false
			}
			continue
		}
		if item.Kind != filter.Constant {
			return nil, false
		}
		switch item.Value.Type() {
		case "":
			dst = append(dst, "null"...)
		case referentials.Boolean, referentials.Integer, referentials.Number:
			dst = item.Value.Append(dst)
		default:
			text, err := json.Marshal(c.checked(item.Value.String()))
			if err != nil {
				c.misfit(item)
			}
			dst = append(dst, text...)
		}
	}
	return append(dst, ']'), true
}

// item writes an element of an array that is not made of literals alone.
func (c *compiler) item(n *filter.Node) {
	switch {
	case n.Type == filter.ListType:
		c.json(n)
	case n.Type != filter.DateType && n.Type != filter.TimestampType:
		c.value(n, n.Type)
	case n.Kind == filter.Constant:
		c.parameter(n.Value.String(), "text")
	case n.Type == filter.DateType:
		c.write("to_char(")
		c.value(n, n.Type)
		c.write(", 'YYYY-MM-DD')")
	default:
		c.write("rtrim(rtrim(to_char(")
		c.value(n, n.Type)
		c.write(` AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z'`)
	}
}
