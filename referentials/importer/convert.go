package importer

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"socle/referentials"
)

// only gives the one element of a JSON array that has just one, when it is a scalar.
func only(v referentials.Value) (referentials.Value, bool) {
	text := v.Str()
	if len(text) < 2 || text[0] != '[' {
		return v, false
	}
	dec := jsontext.NewDecoder(strings.NewReader(text))
	if _, err := dec.ReadToken(); err != nil {
		return v, false
	}
	tok, err := dec.ReadToken()
	if err != nil {
		return v, false
	}
	var inner referentials.Value
	switch tok.Kind() {
	case '"':
		inner = referentials.StringValue(tok.String())
	case 't', 'f':
		inner = referentials.BooleanValue(tok.Bool())
	case 'n':
	case '0':
		if n, ok := integerOf(tok.String()); ok && !strings.ContainsAny(tok.String(), ".eE") {
			inner = referentials.IntegerValue(n)
		} else {
			f, err := tok.Float()
			if err != nil {
				return v, false
			}
			inner = referentials.NumberValue(f)
		}
	default:
		return v, false
	}
	if end, err := dec.ReadToken(); err != nil || end.Kind() != ']' {
		return v, false
	}
	return inner, true
}

// misfit says that a value cannot be of its field's type.
type misfit struct {
	field string
	to    referentials.FieldType
	value string
}

var typeWords = map[referentials.FieldType]string{
	referentials.String: "a text", referentials.Integer: "a whole number", referentials.Number: "a number",
	referentials.Boolean: "true or false", referentials.Date: "a date", referentials.DateTime: "a date and time",
	referentials.JSON: "an array or object",
}

// Error names the field and its type, the same for every row so that rows can be
// counted by it; detail gives the value.
func (m *misfit) Error() string { return fmt.Sprintf("%s is not %s", m.field, typeWords[m.to]) }

const shownValue = 40 // bytes of a value in a message

func (m *misfit) detail() string {
	if len(m.value) > shownValue {
		return strings.ToValidUTF8(m.value[:shownValue], "") + "…"
	}
	return m.value
}

// convert gives v as a value of the reading's type. ok is false when it cannot be; told
// counts arrays that were unwrapped.
func (r *reading) convert(v referentials.Value, unwrapped *int64) (out referentials.Value, ok bool) {
	if v.Type() == r.to {
		if r.to == referentials.String {
			return r.text(v), true
		}
		return v, true
	}
	switch v.Type() {
	case "":
		return v, true
	case referentials.JSON:
		if inner, one := only(v); one && (r.unwrap || r.to != referentials.String) {
			*unwrapped++
			return r.convert(inner, unwrapped)
		}
		if r.to == referentials.String {
			return referentials.StringValue(v.Str()), true
		}
		return v, false
	case referentials.String:
		return r.parse(v.Str())
	}
	return r.retype(v)
}

func (r *reading) text(v referentials.Value) referentials.Value {
	if r.na && isNA(v.Str()) {
		return referentials.Null
	}
	return v
}

// parse reads a text.
func (r *reading) parse(s string) (referentials.Value, bool) {
	if r.to != referentials.JSON {
		s = strings.TrimSpace(s)
	}
	if s == "" || r.na && isNA(s) {
		return referentials.Null, true
	}
	switch r.to {
	case referentials.Integer:
		n, ok := integerOf(s)
		return referentials.IntegerValue(n), ok
	case referentials.Number:
		f, ok := parseNumber(s)
		return referentials.NumberValue(f), ok
	case referentials.Boolean:
		b, ok := parseBoolean(s)
		return referentials.BooleanValue(b), ok
	case referentials.Date:
		d, ok := parseDate(s, false)
		return referentials.DateValue(d), ok
	case referentials.DateTime:
		t, ok := parseDateTime(s)
		return referentials.DateTimeValue(t), ok
	case referentials.JSON:
		value := jsontext.Value(bytes.Clone([]byte(s)))
		ok := value.IsValid() && (value.Kind() == '{' || value.Kind() == '[')
		return referentials.JSONValue(s), ok
	}
	return referentials.StringValue(s), true
}

// retype turns a typed value into another type where nothing is lost.
func (r *reading) retype(v referentials.Value) (referentials.Value, bool) {
	switch r.to {
	case referentials.String:
		return referentials.StringValue(v.String()), true
	case referentials.Integer:
		switch v.Type() {
		case referentials.Number:
			n, ok := wholeOf(v.Float())
			return referentials.IntegerValue(n), ok
		case referentials.Boolean:
			return referentials.IntegerValue(v.Int()), true
		}
	case referentials.Number:
		if v.Type() == referentials.Integer {
			return referentials.NumberValue(v.Float()), true
		}
	case referentials.Boolean:
		if n := v.Int(); v.Type() == referentials.Integer && (n == 0 || n == 1) {
			return referentials.BooleanValue(n == 1), true
		}
	case referentials.Date:
		if v.Type() == referentials.DateTime {
			return referentials.DateValue(floorDiv(v.Int(), microsPerDay)), true
		}
	case referentials.DateTime:
		if v.Type() == referentials.Date {
			return referentials.DateTimeValue(v.Int() * microsPerDay), true
		}
	}
	return referentials.Null, false
}
