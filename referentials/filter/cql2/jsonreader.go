package cql2

import (
	"strconv"
	"strings"

	"socle/referentials"
	"socle/referentials/filter"
)

// reader makes a tree of JSON values.
type reader struct {
	path  []string // from the whole to the value at hand
	depth int
}

func readJSON(b []byte) (filter.Expr, error) {
	v, err := readValues(b)
	if err != nil {
		return nil, err
	}
	r := reader{}
	e, err := r.expression(v)
	if err != nil {
		return nil, err
	}
	args := []filter.Expr{e}
	if err := checkFilter(args); err != nil {
		return nil, r.locate(err)
	}
	return args[0], nil
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// locate says where in the JSON an error lies, below the value at hand.
func (r *reader) locate(err *referentials.Error, below ...string) *referentials.Error {
	var b strings.Builder
	for _, steps := range [][]string{r.path, below} {
		for _, s := range steps {
			b.WriteByte('/')
			b.WriteString(pointerEscapes.Replace(s))
		}
	}
	return err.At("%s", b.String())
}

func (r *reader) fault(format string, args ...any) *referentials.Error {
	return r.locate(referentials.Errorf(referentials.Invalid, format, args...))
}

// under reads with a step added to the path.
func under[T any](r *reader, step string, v *value, read func(*value) (T, error)) (T, error) {
	r.path = append(r.path, step)
	t, err := read(v)
	r.path = r.path[:len(r.path)-1]
	return t, err
}

func (r *reader) expression(v *value) (filter.Expr, error) {
	if r.depth++; r.depth > maxDepth {
		return nil, tooDeep()
	}
	defer func() { r.depth-- }()
	switch v.kind {
	case '"':
		s, err := r.text(v)
		return r.literal(v, referentials.StringValue(s), err)
	case '0':
		n, ok := parseNumber(v.text)
		if !ok {
			return nil, r.fault("the number %s is too large", shorten(v.text))
		}
		return r.literal(v, n, nil)
	case 't', 'f':
		return r.literal(v, referentials.BooleanValue(v.kind == 't'), nil)
	case 'n':
		return nil, r.fault("null is no value").Do(`null is compared by the operator "isNull"`)
	case '[':
		items, err := r.list(v)
		if err != nil {
			return nil, err
		}
		return &filter.Array{Source: at(v.at), Items: items}, nil
	}
	return r.object(v)
}

func (r *reader) literal(v *value, of referentials.Value, err error) (filter.Expr, error) {
	if err != nil {
		return nil, err
	}
	return &filter.Literal{Source: at(v.at), Value: of}, nil
}

// text gives a string's characters.
func (r *reader) text(v *value) (string, error) {
	if v.kind != '"' {
		return "", r.fault("expected a text, found %s", v)
	}
	if strings.IndexByte(v.text, 0) >= 0 {
		return "", r.fault("the character U+0000").Do("no value holds it")
	}
	return v.text, nil
}

func (r *reader) list(v *value) ([]filter.Expr, error) {
	if v.kind != '[' {
		return nil, r.fault("expected a list, found %s", v)
	}
	list := make([]filter.Expr, 0, len(v.values))
	for i := range v.values {
		e, err := under(r, strconv.Itoa(i), &v.values[i], r.expression)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// members are those that say what an object is.
var members = []string{"op", "property", "date", "timestamp", "interval", "type", "bbox", "function"}

func (r *reader) object(v *value) (filter.Expr, error) {
	for _, name := range members {
		m, ok := v.member(name)
		if !ok {
			continue
		}
		switch name {
		case "op":
			return r.call(v)
		case "property":
			s, err := under(r, name, m, r.text)
			if err != nil {
				return nil, err
			}
			return &filter.Property{Source: at(v.at), Name: s}, nil
		case "date":
			d, err := under(r, name, m, r.date)
			return r.literal(v, d, err)
		case "timestamp":
			d, err := under(r, name, m, r.timestamp)
			return r.literal(v, d, err)
		case "interval":
			i, err := under(r, name, m, r.interval)
			if err != nil {
				return nil, err
			}
			i.At = v.at
			return i, nil
		case "type":
			return r.geometry(v)
		case "bbox":
			b, err := under(r, name, m, r.box)
			if err != nil {
				return nil, err
			}
			b.At = v.at
			return b, nil
		case "function":
			return r.oldFunction(v, m)
		}
	}
	err := r.fault(`expected an object with "op", "property", "date", "timestamp", "interval", "bbox" or "type", found %s`, v)
	for _, name := range v.names {
		if near := referentials.Nearest(name, members); near != "" {
			return nil, err.Do("did you mean %q?", near)
		}
	}
	return nil, err
}

// call is {"op": …, "args": […]}.
func (r *reader) call(v *value) (filter.Expr, error) {
	m, _ := v.member("op")
	op, err := under(r, "op", m, r.operator)
	if err != nil {
		return nil, err
	}
	return r.apply(v, v, op)
}

// oldFunction is {"function": {"name": …, "args": […]}}, as drafts of the standard had it.
func (r *reader) oldFunction(v, m *value) (filter.Expr, error) {
	return under(r, "function", m, func(m *value) (filter.Expr, error) {
		name, ok := m.member("name")
		if !ok {
			return nil, r.fault(`expected an object with "name" and "args", found %s`, m)
		}
		op, err := under(r, "name", name, r.operator)
		if err != nil {
			return nil, err
		}
		return r.apply(v, m, op)
	})
}

// operator gives the operator or function that a text names.
func (r *reader) operator(v *value) (string, error) {
	s, err := r.text(v)
	if err != nil {
		return "", err
	}
	lower := strings.ToLower(s)
	if o, ok := operators[lower]; ok {
		return o.op, nil
	}
	if s == "!=" {
		return "<>", nil
	}
	if isFunctionName(s) {
		return s, nil
	}
	fault := r.fault("%s is no operator and no name of a function", quote(s))
	if hint, ok := insteadOf[lower]; ok {
		return "", fault.Do("%s", hint)
	}
	return "", fault
}

// insteadOf are operators and functions that are written as something else.
var insteadOf = map[string]string{
	"==":        `write "="`,
	"&&":        `write "and"`,
	"||":        `write "or"; texts cannot be joined`,
	"!":         `write "not"`,
	"is":        `write "isNull"`,
	"date":      `write {"date": "2024-12-31"}`,
	"timestamp": `write {"timestamp": "2024-12-31T23:59:59Z"}`,
	"interval":  `write {"interval": ["…", "…"]}`,
	"bbox":      `write {"bbox": […]}`,
}

// apply makes a call of the "args" in an object.
func (r *reader) apply(v, object *value, op string) (filter.Expr, error) {
	m, ok := object.member("args")
	if !ok {
		return nil, r.fault(`expected "args" beside %s`, quote(object.names[0]))
	}
	args, err := under(r, "args", m, r.list)
	if err != nil {
		return nil, err
	}
	if o, ok := operators[strings.ToLower(op)]; ok {
		if i, err := o.check(args); err != nil {
			if i < len(args) {
				return nil, r.locate(err, "args", strconv.Itoa(i))
			}
			return nil, r.locate(err, "args")
		}
	}
	if list, ok := listOf(op, args); ok {
		for i, item := range list.Items {
			if err := checkItem(item); err != nil {
				return nil, r.locate(err, "args", "1", strconv.Itoa(i))
			}
		}
	}
	return &filter.Call{Source: at(v.at), Op: op, Args: args}, nil
}

// listOf gives the list of an IN.
func listOf(op string, args []filter.Expr) (*filter.Array, bool) {
	if op != "in" || len(args) < 2 {
		return nil, false
	}
	list, ok := args[1].(*filter.Array)
	return list, ok
}

func (r *reader) date(v *value) (referentials.Value, error) { return r.time(v, parseDate) }

func (r *reader) timestamp(v *value) (referentials.Value, error) { return r.time(v, parseTimestamp) }

func (r *reader) time(v *value, parse func(string) (referentials.Value, *referentials.Error)) (referentials.Value, error) {
	s, err := r.text(v)
	if err != nil {
		return referentials.Null, err
	}
	t, fault := parse(s)
	if fault != nil {
		return t, r.locate(fault)
	}
	return t, nil
}

func (r *reader) interval(v *value) (*filter.Interval, error) {
	if v.kind != '[' || len(v.values) != 2 {
		return nil, r.fault("expected a list of the 2 ends of an interval, found %s", v)
	}
	from, err := under(r, "0", &v.values[0], r.end)
	if err != nil {
		return nil, err
	}
	to, err := under(r, "1", &v.values[1], r.end)
	if err != nil {
		return nil, err
	}
	return &filter.Interval{From: from, To: to}, nil
}

func (r *reader) end(v *value) (filter.Expr, error) {
	if v.kind == '"' {
		t, err := r.time(v, parseEnd)
		return r.literal(v, t, err)
	}
	e, err := r.expression(v)
	if err != nil {
		return nil, err
	}
	if err := checkEnd(e); err != nil {
		return nil, r.locate(err)
	}
	return e, nil
}
