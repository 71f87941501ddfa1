package cql2

import (
	"bytes"
	"strings"

	"socle/referentials"
	"socle/referentials/filter"
)

// The ranks of operators, from the one that binds last. What binds before the operator
// around it stands without parentheses.
const (
	orRank = iota
	andRank
	notRank
	predicateRank
	sumRank
	productRank
	powerRank
	primaryRank
)

func rankOf(e filter.Expr) int {
	c, ok := e.(*filter.Call)
	if !ok {
		return primaryRank
	}
	switch c.Op {
	case "or":
		return orRank
	case "and":
		return andRank
	case "not":
		if negates(c) != nil {
			return predicateRank
		}
		return notRank
	case "=", "<>", "<", "<=", ">", ">=", "like", "between", "in", "isNull":
		return predicateRank
	case "+", "-":
		return sumRank
	case "*", "/", "%", "div":
		return productRank
	case "^":
		return powerRank
	}
	return primaryRank
}

// negates gives the predicate that text negates by a NOT within, nil for other calls.
func negates(c *filter.Call) *filter.Call {
	if c.Op != "not" || len(c.Args) != 1 {
		return nil
	}
	if p, ok := c.Args[0].(*filter.Call); ok {
		switch p.Op {
		case "like", "between", "in", "isNull":
			return p
		}
	}
	return nil
}

// appendText writes e where an operand of at least that rank stands.
func appendText(dst []byte, e filter.Expr, rank int) []byte {
	if rankOf(e) < rank {
		dst = append(dst, '(')
		return append(appendText(dst, e, orRank), ')')
	}
	switch e := e.(type) {
	case *filter.Literal:
		return appendLiteral(dst, e.Value)
	case *filter.Property:
		return appendName(dst, e.Name)
	case *filter.Shape:
		return appendWKT(dst, e)
	case *filter.Box:
		return appendBox(append(dst, "BBOX("...), e, ')')
	case *filter.Interval:
		dst = appendEnd(append(dst, "INTERVAL("...), e.From)
		return append(appendEnd(append(dst, ", "...), e.To), ')')
	case *filter.Array:
		return append(appendItems(append(dst, '('), e.Items), ')')
	case *filter.Call:
		return appendCall(dst, e)
	}
	return dst
}

func appendCall(dst []byte, c *filter.Call) []byte {
	o, standard := operators[strings.ToLower(c.Op)]
	if standard && len(c.Args) < len(o.operands) {
		standard = false // no tree of a reader's: shown as it is
	}
	rank := rankOf(c)
	if !standard || rank == primaryRank {
		return appendFunction(dst, c, standard)
	}
	switch c.Op {
	case "not":
		if p := negates(c); p != nil {
			return appendPredicate(dst, p, "NOT ")
		}
		return appendText(append(dst, "NOT "...), c.Args[0], primaryRank)
	case "and", "or":
		for i, arg := range c.Args {
			if i > 0 {
				dst = append(append(append(dst, ' '), strings.ToUpper(c.Op)...), ' ')
			}
			dst = appendText(dst, arg, rank+1)
		}
		return dst
	case "like", "between", "in", "isNull":
		return appendPredicate(dst, c, "")
	}
	left, right := rank, rank+1 // chains bind from the left
	if rank == predicateRank || rank == powerRank {
		left = rank + 1
	}
	dst = appendText(dst, c.Args[0], left)
	dst = append(append(append(dst, ' '), c.Op...), ' ')
	return appendText(dst, c.Args[1], right)
}

// appendPredicate writes a predicate made of words; not is "NOT " when it is negated.
func appendPredicate(dst []byte, c *filter.Call, not string) []byte {
	if o := operators[strings.ToLower(c.Op)]; len(c.Args) < len(o.operands) {
		return appendFunction(append(dst, not...), c, false)
	}
	dst = append(appendText(dst, c.Args[0], sumRank), ' ')
	switch c.Op {
	case "like":
		return appendText(append(append(dst, not...), "LIKE "...), c.Args[1], sumRank)
	case "between":
		dst = appendText(append(append(dst, not...), "BETWEEN "...), c.Args[1], sumRank)
		return appendText(append(dst, " AND "...), c.Args[2], sumRank)
	case "isNull":
		return append(append(append(dst, "IS "...), not...), "NULL"...)
	}
	dst = append(append(dst, not...), "IN ("...)
	if list, ok := c.Args[1].(*filter.Array); ok {
		for i, item := range list.Items {
			dst = appendText(separate(dst, i), item, sumRank)
		}
	}
	return append(dst, ')')
}

func separate(dst []byte, i int) []byte {
	if i > 0 {
		return append(dst, ", "...)
	}
	return dst
}

// appendFunction writes a call by name. Operands of the standard's functions are read as
// such; arguments of others are items.
func appendFunction(dst []byte, c *filter.Call, standard bool) []byte {
	if !standard {
		dst = append(append(dst, c.Op...), '(')
		for i, arg := range c.Args {
			dst = appendItem(separate(dst, i), arg)
		}
		return append(dst, ')')
	}
	dst = append(append(dst, strings.ToUpper(c.Op)...), '(')
	for i, arg := range c.Args {
		dst = appendText(separate(dst, i), arg, sumRank)
	}
	return append(dst, ')')
}

func appendItems(dst []byte, items []filter.Expr) []byte {
	for i, item := range items {
		dst = appendItem(separate(dst, i), item)
	}
	return dst
}

// appendItem writes an item of a list or an argument of a function, where a list of one
// may need its comma.
func appendItem(dst []byte, e filter.Expr) []byte {
	if a, ok := e.(*filter.Array); ok && len(a.Items) == 1 && sortOf(a.Items[0])&listed == 0 {
		return append(appendItem(append(dst, '('), a.Items[0]), ",)"...)
	}
	return appendText(dst, e, orRank)
}

func appendLiteral(dst []byte, v referentials.Value) []byte {
	switch v.Type() {
	case "":
		return append(dst, "NULL"...)
	case referentials.Boolean:
		if v.Bool() {
			return append(dst, "TRUE"...)
		}
		return append(dst, "FALSE"...)
	case referentials.Integer, referentials.Number:
		return appendNumber(dst, v)
	case referentials.Date:
		return append(v.Append(append(dst, "DATE('"...)), "')"...)
	case referentials.DateTime:
		return append(v.Append(append(dst, "TIMESTAMP('"...)), "')"...)
	}
	dst = append(dst, '\'')
	for _, c := range []byte(v.Str()) {
		if c == '\'' || c == '\\' {
			dst = append(dst, c)
		}
		dst = append(dst, c)
	}
	return append(dst, '\'')
}

// appendNumber writes a number with a point or an exponent, which an integer has not.
func appendNumber(dst []byte, v referentials.Value) []byte {
	from := len(dst)
	dst = v.Append(dst)
	if v.Type() == referentials.Number && !bytes.ContainsAny(dst[from:], ".e") {
		dst = append(dst, ".0"...)
	}
	return dst
}

// appendName quotes a name unless it is an identifier without a meaning of its own.
func appendName(dst []byte, name string) []byte {
	if isFunctionName(name) {
		return append(dst, name...)
	}
	dst = append(dst, '"')
	dst = append(dst, strings.ReplaceAll(name, `"`, `""`)...)
	return append(dst, '"')
}

func appendEnd(dst []byte, e filter.Expr) []byte {
	l, ok := e.(*filter.Literal)
	if !ok {
		return appendText(dst, e, sumRank)
	}
	dst = append(dst, '\'')
	if l.Value.IsNull() {
		dst = append(dst, openEnd...)
	}
	return append(l.Value.Append(dst), '\'')
}
