package filter

import (
	"math"

	"socle/referentials"
)

// arithmetic binds + - * / % div ^; two literals are computed at once.
func (b *binder) arithmetic(e *Call, depth int) (*Node, error) {
	args, err := b.all(e.Args, depth)
	if err != nil {
		return nil, err
	}
	for k, a := range args {
		if family(a.Type) == NumberType {
			continue
		}
		err := b.bad(e.Args[k], "%s takes numbers, not %s", spell(e.Op), typeNames[a.Type])
		if hint := advice(a, &Node{Type: NumberType}); hint != "" {
			return nil, err.Do("%s", hint)
		}
		return nil, err
	}
	x, y := args[0], args[1]
	if x.Kind != Constant || y.Kind != Constant {
		return &Node{Kind: Operator, Type: NumberType, Op: e.Op, Args: args}, nil
	}
	// A sign keeps an integer what it is, exactly.
	if e.Op == "*" && x.Type == IntegerType && x.Value.Int() == -1 && y.Type == IntegerType && y.Value.Int() != math.MinInt64 {
		return &Node{Kind: Constant, Type: IntegerType, Value: referentials.IntegerValue(-y.Value.Int())}, nil
	}
	v := math.NaN()
	if !x.Value.IsNull() && !y.Value.IsNull() {
		v = Arithmetic(e.Op, x.Value.Float(), y.Value.Float())
	}
	return &Node{Kind: Constant, Type: NumberType, Value: referentials.NumberValue(v)}, nil
}
