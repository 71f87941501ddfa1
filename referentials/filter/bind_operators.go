package filter

import (
	"fmt"
	"math"
	"strings"
)

// operator is how an operator of the language is bound.
type operator struct {
	least, most int // operands
	bind        func(b *binder, e *Call, depth int) (*Node, error)
}

func (o *operator) count() string {
	switch {
	case o.most > o.least:
		return fmt.Sprintf("at least %d operands", o.least)
	case o.least == 1:
		return "1 operand"
	}
	return fmt.Sprintf("%d operands", o.least)
}

// operatorOf finds an operator of the standard by its name in the JSON form.
func operatorOf(name string) (operator, bool) {
	switch name {
	case "and", "or":
		return operator{1, math.MaxInt, (*binder).connective}, true
	case "not":
		return operator{1, 1, (*binder).connective}, true
	case "isNull":
		return operator{1, 1, (*binder).isNull}, true
	case "=", "<>", "<", ">", "<=", ">=":
		return operator{2, 2, (*binder).comparison}, true
	case "between":
		return operator{3, 3, (*binder).comparison}, true
	case "in":
		return operator{2, 2, (*binder).in}, true
	case "like":
		return operator{2, 2, (*binder).like}, true
	case "casei", "accenti":
		return operator{1, 1, (*binder).fold}, true
	case "+", "-", "*", "/", "%", "div", "^":
		return operator{2, 2, (*binder).arithmetic}, true
	case "s_intersects", "s_equals", "s_disjoint", "s_touches", "s_within", "s_overlaps", "s_crosses", "s_contains":
		return operator{2, 2, (*binder).spatial}, true
	case "t_after", "t_before", "t_contains", "t_disjoint", "t_during", "t_equals", "t_finishedBy", "t_finishes",
		"t_intersects", "t_meets", "t_metBy", "t_overlappedBy", "t_overlaps", "t_startedBy", "t_starts":
		return operator{2, 2, (*binder).temporal}, true
	case "a_equals", "a_contains", "a_containedBy", "a_overlaps":
		return operator{2, 2, (*binder).sets}, true
	}
	return operator{}, false
}

// spell gives an operator as people write it.
func spell(op string) string {
	if op == "isNull" {
		return "IS NULL"
	}
	return strings.ToUpper(op)
}
