package cql2

import (
	"fmt"
	"strings"

	"socle/referentials"
	"socle/referentials/filter"
)

// sort is what a piece is as far as its writing tells. Which values a property or a
// function gives is known only to the collection.
type sort uint16

const (
	condition sort = 1 << iota // a predicate, or predicates joined
	truth                      // TRUE, FALSE
	text
	number
	instant
	interval
	shape
	list
	property
	function
	null
)

const (
	open     = property | function
	boolean  = condition | truth | function
	scalar   = truth | text | number | instant | open
	ordered  = text | number | instant | open
	spatial  = shape | open
	temporal = instant | interval | open
	listed   = text | instant | interval | shape | list // what parentheses do not group in an item
	anything = condition | truth | text | number | instant | interval | shape | list | open
)

// operator is an operator or function of the standard.
type operator struct {
	op       string // in the JSON form
	operands []sort
	chain    bool // takes more of its last operand
}

// operators are the standard's, by their names in lower case.
var operators = func() map[string]operator {
	m := map[string]operator{}
	add := func(ops string, operands ...sort) {
		for op := range strings.FieldsSeq(ops) {
			m[strings.ToLower(op)] = operator{op: op, operands: operands, chain: op == "and" || op == "or"}
		}
	}
	add("and or", boolean, boolean)
	add("not", boolean)
	add("= <> < <= > >=", scalar, scalar)
	add("like", text|open, text)
	add("between", ordered, ordered, ordered)
	add("in", scalar, list)
	add("isNull", anything&^list)
	add("casei accenti", text|open)
	add("+ - * / % div ^", number|open, number|open)
	add("s_intersects s_equals s_disjoint s_touches s_within s_overlaps s_crosses s_contains", spatial, spatial)
	add("t_after t_before t_contains t_disjoint t_during t_equals t_finishedBy t_finishes t_intersects "+
		"t_meets t_metBy t_overlappedBy t_overlaps t_startedBy t_starts", temporal, temporal)
	add("a_equals a_contains a_containedBy a_overlaps", list|open, list|open)
	return m
}()

// sortOf tells what a piece is.
func sortOf(e filter.Expr) sort {
	switch e := e.(type) {
	case *filter.Literal:
		return sortOfValue(e.Value)
	case *filter.Property:
		return property
	case *filter.Shape, *filter.Box:
		return shape
	case *filter.Interval:
		return interval
	case *filter.Array:
		return list
	case *filter.Call:
		switch e.Op {
		case "casei", "accenti":
			return text
		case "+", "-", "*", "/", "%", "div", "^":
			return number
		}
		if _, ok := operators[strings.ToLower(e.Op)]; ok {
			return condition
		}
		return function
	}
	return null
}

func sortOfValue(v referentials.Value) sort {
	switch v.Type() {
	case referentials.String:
		return text
	case referentials.Integer, referentials.Number:
		return number
	case referentials.Boolean:
		return truth
	case referentials.Date, referentials.DateTime:
		return instant
	}
	return null
}

// check judges the operands of an operator. It gives the one that is wrong, len(args)
// when one is missing, and why; a nil error when all are right. A property that stands
// for a condition is replaced by its comparison with TRUE.
func (o operator) check(args []filter.Expr) (int, *referentials.Error) {
	for i, arg := range args {
		if i >= len(o.operands) && !o.chain {
			return i, referentials.Errorf(referentials.Invalid, "%s takes %s, not %d", quote(o.name()), plural(len(o.operands)), len(args))
		}
		want := o.operands[min(i, len(o.operands)-1)]
		got := sortOf(arg)
		if want == boolean && got == property {
			args[i] = &filter.Call{Source: filter.Source{At: arg.Offset()}, Op: "=",
				Args: []filter.Expr{arg, &filter.Literal{Source: filter.Source{At: arg.Offset()}, Value: referentials.BooleanValue(true)}}}
			continue
		}
		if got&want == 0 {
			return i, o.refuse(want, arg)
		}
		if o.op == "like" && i == 1 {
			if inner := pattern(arg); sortOf(inner) != text {
				return i, o.refuse(want, inner)
			}
		}
	}
	if len(args) < len(o.operands) {
		return len(args), referentials.Errorf(referentials.Invalid, "%s takes %s, not %d", quote(o.name()), plural(len(o.operands)), len(args))
	}
	return 0, nil
}

// checkFilter judges the outermost piece, which selects rows.
func checkFilter(whole []filter.Expr) *referentials.Error {
	if _, err := operators["not"].check(whole); err != nil {
		return referentials.Errorf(referentials.Invalid, "a filter is a condition, not %s", describe(whole[0])).Do("compare it with a value")
	}
	return nil
}

// pattern gives what a pattern folds: its text, when it is one.
func pattern(e filter.Expr) filter.Expr {
	for {
		c, ok := e.(*filter.Call)
		if !ok || len(c.Args) != 1 || c.Op != "casei" && c.Op != "accenti" {
			return e
		}
		e = c.Args[0]
	}
}

// checkItem judges an item of the list of IN.
func checkItem(e filter.Expr) *referentials.Error {
	if sortOf(e)&scalar == 0 {
		return operators["in"].refuse(scalar, e)
	}
	return nil
}

func (o operator) refuse(want sort, found filter.Expr) *referentials.Error {
	err := referentials.Errorf(referentials.Invalid, "%s takes %s here, not %s", quote(o.name()), want, describe(found))
	p, isProperty := found.(*filter.Property)
	switch got := sortOf(found); {
	case got == null:
		return err.Do("write IS NULL")
	case got == text && want == temporal:
		return err.Do("write DATE('…') or TIMESTAMP('…')")
	case isProperty && want == text:
		return err.Do("a text is between single quotes: '%s'", p.Name)
	case got == condition && want == scalar:
		return err.Do("join conditions with AND or OR")
	case got == list && want&^list == scalar:
		return err.Do("compare with a list by IN")
	}
	return err
}

// name is how text writes the operator.
func (o operator) name() string {
	if o.op == "isNull" {
		return "IS NULL"
	}
	return strings.ToUpper(o.op)
}

func plural(n int) string {
	if n == 1 {
		return "1 operand"
	}
	return fmt.Sprintf("%d operands", n)
}

// String lists what an operand may be.
func (s sort) String() string {
	if s == boolean {
		return "a condition"
	}
	var names []string
	for _, n := range []struct {
		sort sort
		name string
	}{
		{text, "a text"}, {number, "a number"}, {truth, "a truth value"}, {instant, "a date, a timestamp"},
		{interval, "an interval"}, {shape, "a geometry"}, {list, "a list"}, {condition, "a condition"},
		{property, "a property"}, {function, "a function"},
	} {
		if s&n.sort != 0 {
			names = append(names, n.name)
		}
	}
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// describe says what was found where something else is wanted.
func describe(e filter.Expr) string {
	switch e := e.(type) {
	case *filter.Property:
		return "the property " + quote(e.Name)
	case *filter.Box:
		return "a box"
	case *filter.Literal:
		switch e.Value.Type() {
		case referentials.String:
			return "the text '" + shorten(e.Value.Str()) + "'"
		case referentials.Integer, referentials.Number:
			return "the number " + e.Value.String()
		case referentials.Boolean:
			return strings.ToUpper(e.Value.String())
		case referentials.Date:
			return "a date"
		case referentials.DateTime:
			return "a timestamp"
		}
		return "NULL"
	case *filter.Call:
		if s := sortOf(e); s == function {
			return "the function " + quote(e.Op)
		}
	}
	return sortOf(e).String()
}

// quote shows a piece of the source in a message.
func quote(s string) string { return `"` + shorten(s) + `"` }

const maxShown = 40 // characters

func shorten(s string) string {
	n := 0
	for i := range s {
		if n++; n > maxShown {
			return s[:i] + "…"
		}
	}
	return s
}
