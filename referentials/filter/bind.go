package filter

import (
	"unicode/utf8"

	"socle/geo/crs"
	"socle/geo/topology"
	"socle/referentials"
)

// Schema is what a filter is bound to.
type Schema struct {
	Descriptor *referentials.Descriptor // with the fields that may be asked about: the public ones
	CRS        crs.CRS                  // of the shapes in the filter; CRS84 when zero
	SwapAxes   bool                     // shapes are written y first, as in EPSG:4326
	Systems    *crs.Cache               // where transformers are kept; nil makes one when it is needed
	Text       string                   // the filter as it was written, so that errors count its characters; may be empty
}

// What a filter may be, so that none costs more than its answer.
const (
	maxDepth    = 128    // calls within calls
	maxNodes    = 20_000 // operators and operands
	maxItems    = 10_000 // of one list
	maxVertices = 50_000 // of all shapes together
)

// Bind gives e its meaning for one collection. Its errors are Invalid, or TooLarge over a
// bound, and say at which character of the filter the trouble begins.
func Bind(e Expr, s Schema) (*Node, error) {
	if s.CRS.IsZero() {
		s.CRS = crs.CRS84
	}
	b := &binder{Schema: s}
	n, err := b.condition(e, 0)
	if b.engine != nil {
		b.engine.Close()
	}
	if err != nil {
		return nil, err
	}
	return n, nil
}

// BindBox gives the condition that a bbox parameter is: the geometry of the row meets the
// box. Of a collection without geometry it is true for no row.
func BindBox(box *Box, s Schema) (*Node, error) {
	if s.CRS.IsZero() {
		s.CRS = crs.CRS84
	}
	b := &binder{Schema: s}
	constant, err := b.box(box)
	if err != nil {
		return nil, err
	}
	place := &Node{Kind: Place, Type: GeometryType, CRS: s.Descriptor.CRS}
	return &Node{Kind: Operator, Type: BooleanType, Op: "s_intersects", Args: []*Node{place, constant}, CRS: s.CRS}, nil
}

// And joins conditions, nil ones left out; it is nil of none.
func And(conditions ...*Node) *Node {
	n := &Node{Kind: Operator, Type: BooleanType, Op: "and"}
	for _, c := range conditions {
		switch {
		case c == nil:
		case c.Kind == Operator && c.Op == "and":
			n.Args = append(n.Args, c.Args...)
		default:
			n.Args = append(n.Args, c)
		}
	}
	switch len(n.Args) {
	case 0:
		return nil
	case 1:
		return n.Args[0]
	}
	return n
}

// binder walks an expression once.
type binder struct {
	Schema
	nodes    int
	vertices int
	engine   *topology.Engine // made when a shape needs it
}

// bad makes an error that points at e.
func (b *binder) bad(e Expr, format string, args ...any) *referentials.Error {
	return b.at(e, referentials.Errorf(referentials.Invalid, format, args...))
}

func (b *binder) at(e Expr, err *referentials.Error) *referentials.Error {
	offset := e.Offset()
	if offset >= 0 && offset <= len(b.Text) {
		offset = utf8.RuneCountInString(b.Text[:offset])
	}
	return err.At("character %d", offset+1)
}

// condition binds what must be true or false.
func (b *binder) condition(e Expr, depth int) (*Node, error) {
	n, err := b.bind(e, depth)
	if err != nil {
		return nil, err
	}
	if n.Type != BooleanType {
		return nil, b.bad(e, "%s is not a condition", b.name(n)).Do("compare it with something, as in height > 10")
	}
	return n, nil
}

func (b *binder) bind(e Expr, depth int) (*Node, error) {
	if b.nodes++; b.nodes > maxNodes {
		return nil, b.at(e, referentials.Errorf(referentials.TooLarge, "the filter has more than %d pieces", maxNodes))
	}
	if depth > maxDepth {
		return nil, b.at(e, referentials.Errorf(referentials.TooLarge, "the filter is nested more than %d deep", maxDepth))
	}
	switch e := e.(type) {
	case *Literal:
		return b.literal(e)
	case *Property:
		return b.property(e)
	case *Shape:
		return b.shape(e)
	case *Box:
		return b.box(e)
	case *Interval:
		return b.interval(e, depth)
	case *Array:
		return b.list(e, depth)
	case *Call:
		return b.call(e, depth)
	}
	return nil, referentials.Errorf(referentials.Internal, "a %T is not part of a filter", e)
}

func (b *binder) literal(e *Literal) (*Node, error) {
	t := typeOf(e.Value.Type())
	if t == 0 || t == ListType {
		return nil, b.bad(e, "this value cannot stand here").Do("'..' is the open end of an interval; null is asked for by IS NULL")
	}
	return &Node{Kind: Constant, Type: t, Value: e.Value}, nil
}

// typeOf is the type of a field's values.
func typeOf(t referentials.FieldType) Type {
	switch t {
	case referentials.String:
		return TextType
	case referentials.Integer:
		return IntegerType
	case referentials.Number:
		return NumberType
	case referentials.Boolean:
		return BooleanType
	case referentials.Date:
		return DateType
	case referentials.DateTime:
		return TimestampType
	case referentials.JSON:
		return ListType
	}
	return 0
}

// geometryNames are what clients call the geometry, whatever the store does.
var geometryNames = [...]string{"geometry", "geom"}

func (b *binder) property(e *Property) (*Node, error) {
	d := b.Descriptor
	if k := d.FieldIndex(e.Name); k >= 0 {
		return &Node{Kind: Column, Type: typeOf(d.Fields[k].Type), Field: k}, nil
	}
	var names []string
	if d.HasGeometry() {
		for _, name := range geometryNames {
			if e.Name == name {
				return &Node{Kind: Place, Type: GeometryType, CRS: d.CRS}, nil
			}
		}
		names = append(names, geometryNames[0])
	}
	for i := range d.Fields {
		names = append(names, d.Fields[i].Name)
	}
	err := b.bad(e, "there is no queryable %q", e.Name)
	if near := referentials.Nearest(e.Name, names); near != "" {
		return nil, err.Do("did you mean %q?", near)
	}
	return nil, err.Do("the queryables of the collection %s tell what there is; a text is written in single quotes", d.ID)
}

// call binds an operator or a function.
func (b *binder) call(e *Call, depth int) (*Node, error) {
	op, known := operatorOf(e.Op)
	if !known {
		return b.apply(e, depth)
	}
	if n := len(e.Args); n < op.least || n > op.most {
		return nil, b.bad(e, "%s takes %s, not %d", spell(e.Op), op.count(), n)
	}
	return op.bind(b, e, depth)
}

// connective binds AND, OR and NOT.
func (b *binder) connective(e *Call, depth int) (*Node, error) {
	n := &Node{Kind: Operator, Type: BooleanType, Op: e.Op}
	for _, arg := range e.Args {
		a, err := b.condition(arg, depth+1)
		if err != nil {
			return nil, err
		}
		if e.Op != "not" && a.Kind == Operator && a.Op == e.Op {
			n.Args = append(n.Args, a.Args...)
			continue
		}
		n.Args = append(n.Args, a)
	}
	return n, nil
}

func (b *binder) isNull(e *Call, depth int) (*Node, error) {
	a, err := b.bind(e.Args[0], depth+1)
	if err != nil {
		return nil, err
	}
	return &Node{Kind: Operator, Type: BooleanType, Op: e.Op, Args: []*Node{a}}, nil
}

// all binds the operands of a call one by one.
func (b *binder) all(args []Expr, depth int) ([]*Node, error) {
	nodes := make([]*Node, len(args))
	for i, arg := range args {
		n, err := b.bind(arg, depth+1)
		if err != nil {
			return nil, err
		}
		nodes[i] = n
	}
	return nodes, nil
}
