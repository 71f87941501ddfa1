package filter

import (
	"strconv"
	"strings"

	"socle/referentials"
)

// comparison binds =, <>, <, >, <=, >= and BETWEEN.
func (b *binder) comparison(e *Call, depth int) (*Node, error) {
	args, err := b.all(e.Args, depth)
	if err != nil {
		return nil, err
	}
	if err := b.unifyAll(e.Args[1:], args); err != nil {
		return nil, err
	}
	return &Node{Kind: Operator, Type: BooleanType, Op: e.Op, Args: args}, nil
}

// in binds IN, whose second operand is the list.
func (b *binder) in(e *Call, depth int) (*Node, error) {
	list, ok := e.Args[1].(*Array)
	if !ok {
		return nil, b.bad(e.Args[1], "IN needs a list").Do("write it as in ('a', 'b')")
	}
	if len(list.Items) == 0 {
		return nil, b.bad(list, "the list of IN is empty")
	}
	if err := b.short(list); err != nil {
		return nil, err
	}
	value, err := b.bind(e.Args[0], depth+1)
	if err != nil {
		return nil, err
	}
	items, err := b.all(list.Items, depth+1)
	if err != nil {
		return nil, err
	}
	args := append([]*Node{value}, items...)
	if err := b.unifyAll(list.Items, args); err != nil {
		return nil, err
	}
	return &Node{Kind: Operator, Type: BooleanType, Op: e.Op, Args: args}, nil
}

func (b *binder) short(list *Array) error {
	if len(list.Items) > maxItems {
		return b.at(list, referentials.Errorf(referentials.TooLarge, "the list has %d items, at most %d are taken", len(list.Items), maxItems))
	}
	return nil
}

// unifyAll makes every other operand comparable with the first; others are where they
// were written. It goes twice, because the first may change its type for a later one.
func (b *binder) unifyAll(others []Expr, args []*Node) error {
	for range 2 {
		for k, e := range others {
			if err := b.unify(e, args[0], args[k+1]); err != nil {
				return err
			}
		}
	}
	return nil
}

// family joins the types that compare with each other.
func family(t Type) Type {
	switch t {
	case IntegerType:
		return NumberType
	case TimestampType:
		return DateType
	}
	return t
}

// unify makes two operands comparable or tells why they are not. A literal may change its
// type: a day or an instant written as a text, 0 and 1 for truth values.
func (b *binder) unify(e Expr, x, y *Node) error {
	for _, n := range []*Node{x, y} {
		switch n.Type {
		case GeometryType:
			return b.bad(e, "%s cannot be compared this way", b.name(n)).Do("use S_INTERSECTS, S_WITHIN, S_EQUALS…")
		case IntervalType:
			return b.bad(e, "an interval cannot be compared this way").Do("use T_INTERSECTS, T_DURING…")
		case ListType:
			return b.bad(e, "%s cannot be compared this way", b.name(n)).Do("use A_CONTAINS, A_EQUALS…")
		}
	}
	if family(x.Type) == family(y.Type) {
		return nil
	}
	if takeAs(x, y.Type) || takeAs(y, x.Type) {
		return nil
	}
	err := b.bad(e, "%s and %s cannot be compared", b.name(x), b.name(y))
	if hint := advice(x, y); hint != "" {
		return err.Do("%s", hint)
	}
	if hint := advice(y, x); hint != "" {
		return err.Do("%s", hint)
	}
	return err
}

// takeAs turns a literal into one of a type that it was plainly meant to be.
func takeAs(n *Node, t Type) bool {
	if n.Kind != Constant || n.Value.IsNull() {
		return false
	}
	switch {
	case n.Type == TextType && family(t) == DateType:
		v, ok := parseInstant(n.Value.Str())
		if !ok {
			return false
		}
		n.Value, n.Type = v, typeOf(v.Type())
	case n.Type == IntegerType && t == BooleanType && n.Value.Int()|1 == 1:
		n.Value, n.Type = referentials.BooleanValue(n.Value.Int() == 1), BooleanType
	default:
		return false
	}
	return true
}

// advice tells how the literal n should be written beside other.
func advice(n, other *Node) string {
	if n.Kind != Constant {
		return ""
	}
	text := n.Value.String()
	switch {
	case n.Type == TextType && family(other.Type) == NumberType:
		if _, err := strconv.ParseFloat(text, 64); err != nil {
			return ""
		}
		return "write it without quotes: " + text
	case n.Type == TextType && other.Type == BooleanType:
		return "write TRUE or FALSE, without quotes"
	case family(other.Type) == DateType:
		return "write it as DATE('2024-01-31') or TIMESTAMP('2024-01-31T12:00:00Z')"
	case other.Type == TextType:
		return "write it in quotes: '" + text + "'"
	}
	return ""
}

var typeNames = map[Type]string{
	BooleanType: "a truth value", IntegerType: "a number", NumberType: "a number", TextType: "a text", DateType: "a date",
	TimestampType: "a timestamp", IntervalType: "an interval", GeometryType: "a geometry", ListType: "an array",
}

// name describes an operand in a message.
func (b *binder) name(n *Node) string {
	switch {
	case n.Kind == Column:
		return strconv.Quote(b.Descriptor.Fields[n.Field].Name) + ", " + typeNames[n.Type] + ","
	case n.Kind == Constant && n.Shape == nil && n.Type == TextType:
		return "the text " + quote(n.Value.Str())
	case n.Kind == Constant && n.Shape == nil && !n.Value.IsNull() && n.Type != BooleanType:
		return "the " + typeNames[n.Type][2:] + " " + n.Value.String()
	case n.Kind == Apply:
		return n.Function.Name + "(…), " + typeNames[n.Type] + ","
	}
	return typeNames[n.Type]
}

// lastName names what ends a sentence, where no comma closes what was put in.
func (b *binder) lastName(n *Node) string { return strings.TrimSuffix(b.name(n), ",") }

// quote writes a text as a literal, cut short.
func quote(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return "'" + s + "'"
}
