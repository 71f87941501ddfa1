package eval

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"socle/referentials"
	"socle/referentials/filter"
)

// elements are the members of an array as a set: the canonical form of each, sorted, once.
type elements []string

// lists is a column of sets; what is no array is nil.
type lists interface {
	eval(rows []uint32, out []elements)
}

type listConstant struct{ set elements }

func (v listConstant) eval(rows []uint32, out []elements) {
	for k := range rows {
		out[k] = v.set
	}
}

// listField parses a JSON column.
type listField struct {
	of    texts
	state *state
}

func (v *listField) eval(rows []uint32, out []elements) {
	values, null := v.state.strings.get(), v.state.flags.get()
	v.of.eval(rows, values, null)
	for k := range rows {
		out[k] = nil
		if !null[k] {
			out[k] = parseElements(values[k])
		}
	}
	v.state.flags.put(null)
	v.state.strings.put(values)
}

// listOf is an array literal of which an item is not constant.
type listOf struct{ items []func(row uint32) any }

func (v *listOf) eval(rows []uint32, out []elements) {
	for k, row := range rows {
		set := make(elements, len(v.items))
		for m, item := range v.items {
			set[m] = string(appendCanonical(nil, item(row)))
		}
		out[k] = sortedOnce(set)
	}
}

func sortedOnce(set elements) elements {
	slices.Sort(set)
	return slices.Compact(set)
}

// parseElements gives the elements of the text of a JSON array, nil of anything else.
func parseElements(text string) elements {
	list, ok := parse(text).([]any)
	if !ok {
		return nil
	}
	set := make(elements, len(list))
	for k, v := range list {
		set[k] = string(appendCanonical(nil, v))
	}
	return sortedOnce(set)
}

func parse(text string) (v any) {
	if !fitsJSONB(text) {
		return nil
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return nil
	}
	return v
}

// appendCanonical writes a JSON value in the one form that all its spellings share.
func appendCanonical(dst []byte, v any) []byte {
	switch v := v.(type) {
	case bool:
		return strconv.AppendBool(dst, v)
	case json.Number:
		return appendDecimal(dst, string(v))
	case string:
		return strconv.AppendQuote(dst, v)
	case []any:
		dst = append(dst, '[')
		for _, item := range v {
			dst = append(appendCanonical(dst, item), ',')
		}
		return append(dst, ']')
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		dst = append(dst, '{')
		for _, name := range names {
			dst = append(strconv.AppendQuote(dst, name), ':')
			dst = append(appendCanonical(dst, v[name]), ',')
		}
		return append(dst, '}')
	}
	return append(dst, "null"...)
}

// appendDecimal writes a JSON number as its digits, without zeros around them, and a power
// of ten.
func appendDecimal(dst []byte, s string) []byte {
	negative := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	mantissa, exponent := s, 0
	if k := strings.IndexAny(s, "eE"); k >= 0 {
		var err error
		if exponent, err = strconv.Atoi(s[k+1:]); err != nil {
			return append(dst, s...) // beyond what any number is
		}
		mantissa = s[:k]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := []byte(whole + fraction)
	exponent -= len(fraction)
	for len(digits) > 0 && digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
		exponent++
	}
	if digits = bytes.TrimLeft(digits, "0"); len(digits) == 0 {
		return append(dst, '0')
	}
	if negative {
		dst = append(dst, '-')
	}
	dst = append(dst, digits...)
	return strconv.AppendInt(append(dst, 'e'), int64(exponent), 10)
}

// jsonOf gives a value as JSON knows it.
func jsonOf(v referentials.Value) any {
	switch v.Type() {
	case referentials.Integer, referentials.Number:
		return json.Number(v.String())
	case referentials.Boolean:
		return v.Bool()
	case referentials.JSON:
		return parse(v.Str())
	case "":
		return nil
	}
	return v.String()
}

// sets is A_EQUALS, A_CONTAINS, A_CONTAINEDBY or A_OVERLAPS.
type sets struct {
	left, right lists
	is          func(a, b elements) bool
	state       *state
}

func (p *sets) cost() int { return 500 }

func (p *sets) eval(rows []uint32, out []truth) {
	a, b := p.state.sets.get(), p.state.sets.get()
	p.left.eval(rows, a)
	p.right.eval(rows, b)
	for k := range rows {
		out[k] = unknown
		if a[k] != nil && b[k] != nil {
			out[k] = truthOf(p.is(a[k], b[k]))
		}
	}
	p.state.sets.put(a)
	p.state.sets.put(b)
}

func (c *compiler) sets(n *filter.Node) (predicate, error) {
	left, right, err := pair(c.list, n.Args[0], n.Args[1])
	if err != nil {
		return nil, err
	}
	p := &sets{left: left, right: right, state: c.state}
	switch n.Op {
	case "a_equals":
		p.is = func(a, b elements) bool { return slices.Equal(a, b) }
	case "a_contains":
		p.is = func(a, b elements) bool { return common(a, b) == len(b) }
	case "a_containedBy":
		p.is = func(a, b elements) bool { return common(a, b) == len(a) }
	case "a_overlaps":
		p.is = func(a, b elements) bool { return common(a, b) > 0 }
	default:
		return nil, c.stranger(n)
	}
	return p, nil
}

// common counts the elements in both sets.
func common(a, b elements) int {
	n := 0
	for len(a) > 0 && len(b) > 0 {
		switch d := strings.Compare(a[0], b[0]); {
		case d < 0:
			a = a[1:]
		case d > 0:
			b = b[1:]
		default:
			a, b, n = a[1:], b[1:], n+1
		}
	}
	return n
}

func (c *compiler) list(n *filter.Node) (lists, error) {
	if n.Kind == filter.Column {
		of, err := c.texts(n)
		return &listField{of, c.state}, err
	}
	items := make([]func(uint32) any, len(n.Args))
	constant := true
	for k, a := range n.Args {
		var err error
		if items[k], err = c.item(a); err != nil {
			return nil, err
		}
		constant = constant && isConstant(a)
	}
	of := &listOf{items}
	if !constant {
		return of, nil
	}
	var out [1]elements
	of.eval([]uint32{0}, out[:])
	return listConstant{out[0]}, nil
}

// isConstant tells whether n is the same for every row.
func isConstant(n *filter.Node) bool {
	if n.Kind == filter.Place {
		return false
	}
	field, ok := onlyField(n, -1)
	return ok && field < 0
}

// item gives an item of an array literal, row by row: few filters have such arrays.
func (c *compiler) item(n *filter.Node) (func(row uint32) any, error) {
	null := func(is bool, v any) any {
		if is {
			return nil
		}
		return v
	}
	switch {
	case n.Kind == filter.Constant:
		v := jsonOf(n.Value)
		return func(uint32) any { return v }, nil
	case n.Kind == filter.Operator && n.Op == "list":
		items := make([]func(uint32) any, len(n.Args))
		for k, a := range n.Args {
			var err error
			if items[k], err = c.item(a); err != nil {
				return nil, err
			}
		}
		return func(row uint32) any {
			list := make([]any, len(items))
			for k, item := range items {
				list[k] = item(row)
			}
			return list
		}, nil
	case n.Type == filter.BooleanType:
		of, err := c.predicate(n)
		return func(row uint32) any {
			var out [1]truth
			of.eval([]uint32{row}, out[:])
			return null(out[0] == unknown, out[0] == yes)
		}, err
	case n.Type == filter.NumberType:
		of, err := c.numbers(n)
		return func(row uint32) any {
			var out [1]float64
			return jsonOf(referentials.NumberValue(of.eval([]uint32{row}, out[:])[0]))
		}, err
	case n.Type == filter.TextType || n.Type == filter.ListType:
		of, err := c.texts(n)
		return func(row uint32) any {
			var out [1]string
			var none [1]bool
			of.eval([]uint32{row}, out[:], none[:])
			if n.Type == filter.ListType {
				return null(none[0], parse(out[0]))
			}
			return null(none[0], strings.Clone(out[0]))
		}, err
	}
	of, err := c.integers(n)
	return func(row uint32) any {
		var out [1]int64
		var none [1]bool
		of.eval([]uint32{row}, out[:], none[:])
		v := referentials.IntegerValue(out[0])
		switch n.Type {
		case filter.DateType:
			v = referentials.DateValue(out[0])
		case filter.TimestampType:
			v = referentials.DateTimeValue(out[0])
		}
		return null(none[0], jsonOf(v))
	}, err
}
