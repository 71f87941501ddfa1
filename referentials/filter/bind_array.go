package filter

// list binds an array literal. Its items may be of different types.
func (b *binder) list(e *Array, depth int) (*Node, error) {
	if err := b.short(e); err != nil {
		return nil, err
	}
	items, err := b.all(e.Items, depth)
	if err != nil {
		return nil, err
	}
	for k, item := range items {
		if item.Type == GeometryType || item.Type == IntervalType {
			return nil, b.bad(e.Items[k], "an array cannot hold %s", typeNames[item.Type]).
				Do("it holds texts, numbers, truth values, dates, timestamps and arrays")
		}
	}
	return &Node{Kind: Operator, Type: ListType, Op: "list", Args: items}, nil
}

// sets binds A_EQUALS, A_CONTAINS, A_CONTAINEDBY and A_OVERLAPS.
func (b *binder) sets(e *Call, depth int) (*Node, error) {
	args, err := b.all(e.Args, depth)
	if err != nil {
		return nil, err
	}
	for k, a := range args {
		if a.Type != ListType {
			return nil, b.bad(e.Args[k], "%s compares arrays, not %s", spell(e.Op), b.lastName(a)).Do("write an array as ('a', 'b')")
		}
	}
	return &Node{Kind: Operator, Type: BooleanType, Op: e.Op, Args: args}, nil
}
