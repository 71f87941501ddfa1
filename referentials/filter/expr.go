package filter

import (
	"socle/geo"
	"socle/referentials"
)

// Expr is a piece of a filter as it was written: a [*Literal], [*Property], [*Shape],
// [*Box], [*Interval], [*Array] or [*Call].
type Expr interface {
	// Offset is where the piece begins in the source, in bytes.
	Offset() int
}

// Source is embedded in every piece.
type Source struct{ At int }

// Offset is where the piece begins in the source, in bytes.
func (s Source) Offset() int { return s.At }

// Literal is a text, integer, number, truth value, date or timestamp. The null Value is
// an open end of an interval ('..').
type Literal struct {
	Source
	Value referentials.Value
}

// Property names a queryable.
type Property struct {
	Source
	Name string
}

// Shape is a geometry literal.
type Shape struct {
	Source
	Members    []geo.Geometry // one, or those of a collection
	Heights    [][]float64    // of each member's vertices; nil when the literal is flat
	Collection bool
}

// Box is a BBOX literal, in the order it was written. Heights are nil when it is flat.
type Box struct {
	Source
	Min, Max [2]float64
	Heights  *[2]float64
}

// Interval is a span of time; each end is a *Literal, *Property or *Call.
type Interval struct {
	Source
	From, To Expr
}

// Array is a list.
type Array struct {
	Source
	Items []Expr
}

// Call is an operator or a function with its operands. Op is the name of the JSON form
// ("and", "<=", "like", "s_intersects", "t_overlappedBy", "casei", "+", "div"…); a
// function of the server keeps the case it was written in.
//
// NOT LIKE, NOT BETWEEN, NOT IN and IS NOT NULL are "not" of the plain form, unary minus
// is "*" of -1, and the operands of "in" are the value and an *Array.
type Call struct {
	Source
	Op   string
	Args []Expr
}
