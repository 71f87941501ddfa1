package filter

import (
	"socle/geo/crs"
	"socle/referentials"
)

// Type is the type of a [Node].
type Type uint8

// The types.
const (
	BooleanType   Type = iota + 1
	IntegerType        // int64
	NumberType         // float64
	TextType           //
	DateType           // a day
	TimestampType      // an instant
	IntervalType       // of dates or of timestamps
	GeometryType       //
	ListType           // an array, or the value of a JSON field
)

// Kind tells the nodes apart.
type Kind uint8

// The kinds.
const (
	Constant Kind = iota + 1 // Value, or Shape in CRS
	Column                   // Field
	Place                    // the geometry of the row
	Operator                 // Op over Args
	Apply                    // Function over Args
)

// Node is a piece of a filter bound to a collection: it says what to compute and of which
// type it is. Bind makes it; it is immutable and safe for concurrent use.
//
// The operators are those of [Call], with two more: "interval" of two ends and "list" of
// items. What the types do not say and Bind guarantees:
//
//   - both operands of a comparison have the same type, except Integer beside Number and
//     Date beside Timestamp;
//   - the pattern of "like" is a Constant, already folded as its left side is and by the
//     folds around it;
//   - "in" has its value and then its items, all comparable with it;
//   - an open end of an interval is a Constant null of type Date; other ends are Date or
//     Timestamp;
//   - the operands of "t_…" are Date, Timestamp or Interval;
//   - every geometry constant of one spatial operator has the CRS that the operator is
//     evaluated in, and CRS of the Operator node names it: that of the literals, or the
//     storage CRS when an operand is an Apply or none is a Constant;
//   - an Apply over geometries is evaluated in the storage CRS, to which its constants
//     have been brought; its CRS names it;
//   - "and" and "or" have one operand or more, none of them of the same operator.
type Node struct {
	Kind Kind
	Type Type
	Op   string
	Args []*Node

	Value    referentials.Value
	Shape    *Shape // x, y order, valid, flat; boxes are turned into shapes
	CRS      crs.CRS
	Field    int // position in the fields of the descriptor
	Function *Function
}

// Function is a function of the server, which filters call by its name.
type Function struct {
	Name        string
	Description referentials.Text
	Parameters  []Parameter
	Returns     Type

	metric bool // in metres of the storage CRS
}

// Parameter is an operand of a Function.
type Parameter struct {
	Name  string
	Types []Type // any of which is taken
}
