package query

import (
	"math"
	"strconv"
	"strings"
	"time"

	"socle/referentials"
	"socle/referentials/filter"
	"socle/referentials/filter/cql2"
)

// Written asks for what a filter says, in either form of CQL2: no filter in text begins
// like a JSON object.
func Written(text string, s filter.Schema) (*filter.Node, error) {
	var e filter.Expr
	var err error
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		e, err = cql2.ParseJSON([]byte(text))
	} else {
		s.Text = text
		e, err = cql2.ParseText(text)
	}
	if err != nil {
		return nil, err
	}
	return filter.Bind(e, s)
}

// Span is a stretch of time, ends included; a null end is open.
type Span struct{ From, To referentials.Value }

// ParseSpan reads an instant, a day, or two of them with a slash between, of which one may
// be open: "..", or nothing.
func ParseSpan(s string) (Span, error) {
	from, to, interval := strings.Cut(s, "/")
	if !interval {
		v, err := parseTime(s)
		return Span{v, v}, err
	}
	var span Span
	var err error
	if from != "" && from != ".." {
		if span.From, err = parseTime(from); err != nil {
			return span, err
		}
	}
	if to != "" && to != ".." {
		if span.To, err = parseTime(to); err != nil {
			return span, err
		}
	}
	if span.From.IsNull() && span.To.IsNull() && (from != ".." || to != "..") {
		return span, referentials.Errorf(referentials.Invalid, "%.60q has no end that says anything", s).Do("write 2024-01-01/.. for example")
	}
	if !span.From.IsNull() && !span.To.IsNull() && span.From.Time().After(lastOf(span.To)) {
		return span, referentials.Errorf(referentials.Invalid, "%.60q ends before it begins", s)
	}
	return span, nil
}

// lastOf gives the last moment of a day, or an instant itself.
func lastOf(v referentials.Value) time.Time {
	if v.Type() == referentials.Date {
		return v.Time().AddDate(0, 0, 1).Add(-time.Microsecond)
	}
	return v.Time()
}

func parseTime(s string) (referentials.Value, error) {
	const day = 24 * 60 * 60
	s = strings.ReplaceAll(s, " ", "+") // the plus of an offset, turned into a blank on the way
	// GDAL writes a day as an instant without a time.
	if t, err := time.Parse(time.DateOnly, strings.TrimSuffix(s, "T")); err == nil {
		return referentials.DateValue(int64(math.Floor(float64(t.Unix()) / day))), nil
	}
	t, err := time.Parse(time.RFC3339Nano, strings.ToUpper(s))
	if err != nil {
		return referentials.Null, referentials.Errorf(referentials.Invalid, "%.60q is neither a day nor an instant", s).
			Do("write 2024-05-06 or 2024-05-06T07:08:09Z, and an interval as 2024-01-01/2024-12-31, ../2024-12-31 or 2024-01-01/..")
	}
	return referentials.DateTimeValue(t.UnixMicro()), nil
}

// During asks for features whose time meets a span. A collection without time is not
// asked anything: nil.
func During(d *referentials.Descriptor, s Span) *filter.Node {
	field := d.TimeIndex()
	if field < 0 {
		return nil
	}
	return during(d, field, s)
}

func during(d *referentials.Descriptor, field int, s Span) *filter.Node {
	column := columnOf(d, field)
	if column.Type == filter.IntegerType { // a year
		year := func(v referentials.Value, open int64) *filter.Node {
			if !v.IsNull() {
				open = int64(v.Time().Year())
			}
			return constant(filter.IntegerType, referentials.IntegerValue(open))
		}
		return operator("between", column, year(s.From, math.MinInt64), year(s.To, math.MaxInt64))
	}
	interval := operator("interval", constant(typeOfTime(s.From), s.From), constant(typeOfTime(s.To), s.To))
	interval.Type = filter.IntervalType
	return operator("t_intersects", column, interval)
}

func typeOfTime(v referentials.Value) filter.Type {
	if v.Type() == referentials.Date {
		return filter.DateType
	}
	return filter.TimestampType
}

// Equal asks for features whose field is written raw. Of an instant a day, or a span, may
// be asked for.
func Equal(d *referentials.Descriptor, field int, raw string) (*filter.Node, error) {
	f := &d.Fields[field]
	bad := func(what, example string) (*filter.Node, error) {
		return nil, referentials.Errorf(referentials.Invalid, "%.60q is not %s", raw, what).At("parameter %s", f.Name).Do("write it as %s", example)
	}
	var v referentials.Value
	switch f.Type {
	case referentials.Integer:
		n, err := strconv.ParseInt(raw, 10, 64)
		if err != nil {
			return bad("a whole number", "42")
		}
		v = referentials.IntegerValue(n)
	case referentials.Number:
		n, err := strconv.ParseFloat(raw, 64)
		if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
			return bad("a number", "1.5")
		}
		v = referentials.NumberValue(n)
	case referentials.Boolean:
		switch raw {
		case "true", "false":
			v = referentials.BooleanValue(raw == "true")
		default:
			return bad("a truth value", "true or false")
		}
	case referentials.Date, referentials.DateTime:
		span, err := ParseSpan(raw)
		if err != nil {
			return bad("a day, an instant or a span of time", "2024-05-06")
		}
		return during(d, field, span), nil
	case referentials.JSON:
		return nil, referentials.Errorf(referentials.Invalid, "arrays and objects cannot be asked for by their text").
			At("parameter %s", f.Name).Do("use filter=A_CONTAINS(%s,('value'))", f.Name)
	default:
		v = referentials.StringValue(raw)
	}
	column := columnOf(d, field)
	return operator("=", column, constant(column.Type, v)), nil
}

var types = map[referentials.FieldType]filter.Type{
	referentials.String: filter.TextType, referentials.Integer: filter.IntegerType, referentials.Number: filter.NumberType,
	referentials.Boolean: filter.BooleanType, referentials.Date: filter.DateType, referentials.DateTime: filter.TimestampType,
	referentials.JSON: filter.ListType,
}

func columnOf(d *referentials.Descriptor, field int) *filter.Node {
	return &filter.Node{Kind: filter.Column, Field: field, Type: types[d.Fields[field].Type]}
}

func constant(t filter.Type, v referentials.Value) *filter.Node {
	return &filter.Node{Kind: filter.Constant, Type: t, Value: v}
}

func operator(op string, args ...*filter.Node) *filter.Node {
	return &filter.Node{Kind: filter.Operator, Op: op, Type: filter.BooleanType, Args: args}
}
