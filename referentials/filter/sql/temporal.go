package sql

import (
	"time"

	"socle/referentials/filter"
)

// relations are the T_ functions, of the first (b) and the last (e) instant of both
// operands.
var relations = map[string]string{
	"t_after":        "b1 > e2",
	"t_before":       "e1 < b2",
	"t_disjoint":     "b1 > e2 OR e1 < b2",
	"t_intersects":   "b1 <= e2 AND e1 >= b2",
	"t_equals":       "b1 = b2 AND e1 = e2",
	"t_contains":     "b1 < b2 AND e1 > e2",
	"t_during":       "b1 > b2 AND e1 < e2",
	"t_meets":        "e1 = b2",
	"t_metBy":        "b1 = e2",
	"t_overlaps":     "b1 < b2 AND e1 > b2 AND e1 < e2",
	"t_overlappedBy": "b1 > b2 AND b1 < e2 AND e1 > e2",
	"t_starts":       "b1 = b2 AND e1 < e2",
	"t_startedBy":    "b1 = b2 AND e1 > e2",
	"t_finishes":     "b1 > b2 AND e1 = e2",
	"t_finishedBy":   "b1 < b2 AND e1 = e2",
}

// end is one of the four instants of a T_ function.
type end struct {
	node  *filter.Node
	after bool // it ends an operand rather than begins it
}

// temporal writes a T_ function. An end that is null makes it null even where the others
// would decide, hence the CASE.
func (c *compiler) temporal(n *filter.Node) {
	relation := relations[n.Op]
	if relation == "" {
		c.misfit(n)
		return
	}
	ends := map[string]end{}
	names := [...]string{"b1", "e1", "b2", "e2"}
	as := filter.DateType
	for k, a := range n.Args {
		from, to := a, a
		if a.Type == filter.IntervalType {
			if a.Kind != filter.Operator || len(a.Args) != 2 {
				c.misfit(a)
				return
			}
			from, to = a.Args[0], a.Args[1]
		}
		ends[names[2*k]], ends[names[2*k+1]] = end{from, false}, end{to, true}
		if from.Type == filter.TimestampType || to.Type == filter.TimestampType {
			as = filter.TimestampType
		}
	}
	guarded := false
	for i, name := range names {
		e := ends[name]
		if e.node.Kind == filter.Constant || i%2 == 1 && e.node == ends[names[i-1]].node {
			continue
		}
		if !guarded {
			c.write("(CASE WHEN ")
		} else {
			c.write(" AND ")
		}
		c.value(e.node, e.node.Type)
		c.write(" IS NOT NULL")
		guarded = true
	}
	if guarded {
		c.write(" THEN ")
	} else {
		c.write("(")
	}
	for relation != "" {
		if e, ok := ends[relation[:min(2, len(relation))]]; ok {
			c.end(e, as)
			relation = relation[2:]
			continue
		}
		c.write(relation[:1])
		relation = relation[1:]
	}
	if guarded {
		c.write(" END")
	}
	c.write(")")
}

// isOpen tells an end written '..'.
func isOpen(n *filter.Node) bool { return n.Kind == filter.Constant && n.Value.IsNull() }

// end writes an end as a day or, beside instants, as the first or last microsecond of it.
func (c *compiler) end(e end, as filter.Type) {
	switch n := e.node; {
	case isOpen(n) && e.after:
		c.write("'infinity'::", sqlTypes[as])
	case isOpen(n):
		c.write("'-infinity'::", sqlTypes[as])
	case n.Type == filter.DateType && as == filter.TimestampType && e.after && n.Kind == filter.Constant:
		_, last := filter.Micros(n.Value)
		c.parameter(time.UnixMicro(last).UTC(), sqlTypes[as])
	case n.Type == filter.DateType && as == filter.TimestampType && e.after:
		c.write("(((")
		c.value(n, filter.DateType)
		c.write(" + 1)::timestamp - interval '1 microsecond') AT TIME ZONE 'UTC')")
	default:
		c.value(n, as)
	}
}
