package filter

import (
	"strings"
	"time"

	"socle/referentials"
)

// temporal binds the T_ functions. The standard defines those that tell how intervals lie
// to each other for intervals only; T_DURING and T_CONTAINS take an instant as well where
// the inner interval stands, because an instant is within an interval or it is not.
func (b *binder) temporal(e *Call, depth int) (*Node, error) {
	args, err := b.all(e.Args, depth)
	if err != nil {
		return nil, err
	}
	for k, a := range args {
		takeAs(a, DateType)
		if family(a.Type) != DateType && a.Type != IntervalType {
			return nil, b.bad(e.Args[k], "%s compares dates, timestamps and intervals, not %s", spell(e.Op), b.lastName(a)).
				Do("write DATE('2024-01-31'), TIMESTAMP('2024-01-31T12:00:00Z') or INTERVAL('2024-01-01', '..')")
		}
		if a.Type != IntervalType && !takesInstant(e.Op, k) {
			return nil, b.bad(e.Args[k], "%s compares intervals; this is %s", spell(e.Op), typeNames[a.Type]).
				Do("use T_INTERSECTS, T_BEFORE, T_AFTER or T_EQUALS, or write INTERVAL(from, to)")
		}
	}
	return &Node{Kind: Operator, Type: BooleanType, Op: e.Op, Args: args}, nil
}

// takesInstant tells whether operand k of a T_ function may be an instant.
func takesInstant(op string, k int) bool {
	switch op {
	case "t_after", "t_before", "t_disjoint", "t_equals", "t_intersects":
		return true
	case "t_during":
		return k == 0
	case "t_contains":
		return k == 1
	}
	return false
}

func (b *binder) interval(e *Interval, depth int) (*Node, error) {
	from, err := b.end(e.From, depth)
	if err != nil {
		return nil, err
	}
	to, err := b.end(e.To, depth)
	if err != nil {
		return nil, err
	}
	if from.Kind == Constant && to.Kind == Constant && !from.Value.IsNull() && !to.Value.IsNull() {
		start, end := from.Value.Int(), to.Value.Int()
		if from.Type != to.Type {
			start, _ = Micros(from.Value)
			_, end = Micros(to.Value)
		}
		if start > end {
			return nil, b.bad(e, "the interval ends (%s) before it begins (%s)", to.Value.String(), from.Value.String())
		}
	}
	return &Node{Kind: Operator, Type: IntervalType, Op: "interval", Args: []*Node{from, to}}, nil
}

// end binds an end of an interval.
func (b *binder) end(e Expr, depth int) (*Node, error) {
	if l, ok := e.(*Literal); ok && (l.Value.IsNull() || l.Value.Type() == referentials.String && l.Value.Str() == "..") {
		return &Node{Kind: Constant, Type: DateType}, nil
	}
	n, err := b.bind(e, depth+1)
	if err != nil {
		return nil, err
	}
	takeAs(n, DateType)
	if family(n.Type) != DateType {
		return nil, b.bad(e, "an interval cannot end at %s", b.lastName(n)).
			Do("write '2024-01-31', '2024-01-31T12:00:00Z', '..' or the name of a date or timestamp")
	}
	return n, nil
}

const microsPerDay = 86_400_000_000

// Micros gives the first and the last microsecond of a date, or an instant twice.
func Micros(v referentials.Value) (first, last int64) {
	if v.Type() == referentials.Date {
		return v.Int() * microsPerDay, v.Int()*microsPerDay + microsPerDay - 1
	}
	return v.Int(), v.Int()
}

// parseInstant reads a day or an instant in the forms that clients write as a text.
func parseInstant(s string) (referentials.Value, bool) {
	// GDAL writes a day as an instant without a time.
	if t, err := time.Parse(referentials.DateLayout, strings.TrimSuffix(s, "T")); err == nil {
		return referentials.DateValue(t.Unix() / 86_400), true
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999"} {
		if t, err := time.Parse(layout, s); err == nil {
			return referentials.DateTimeValue(t.UnixMicro()), true
		}
	}
	return referentials.Null, false
}
