package jsonfg

import "socle/referentials"

// span names the fields that give the "time" of a feature, -1 for none. One field of role
// time is an instant; a second one of the same type makes an interval of the two. Years,
// which are integers, stay among the properties: the format has instants of days and
// finer.
type span struct{ from, to int }

func spanOf(fields []referentials.Field) span {
	s := span{-1, -1}
	for i, f := range fields {
		switch {
		case f.Role != referentials.Time || f.Type != referentials.Date && f.Type != referentials.DateTime:
		case s.from < 0:
			s.from = i
		case s.to < 0 && f.Type == fields[s.from].Type:
			s.to = i
		}
	}
	return s
}

// append appends the value of the member; null when the row has no time, or an interval
// that ends before it starts, which the format has no place for.
func (s span) append(dst []byte, values []referentials.Value) []byte {
	from := instant(values, s.from)
	if s.to < 0 {
		switch from.Type() {
		case referentials.Date:
			dst = append(dst, `{"date":"`...)
		case referentials.DateTime:
			dst = append(dst, `{"timestamp":"`...)
		default:
			return append(dst, "null"...)
		}
		dst = from.Append(dst)
		return append(dst, `"}`...)
	}
	to := instant(values, s.to)
	if from.IsNull() && to.IsNull() || !from.IsNull() && !to.IsNull() && from.Int() > to.Int() {
		return append(dst, "null"...)
	}
	dst = append(dst, `{"interval":["`...)
	dst = appendEnd(dst, from)
	dst = append(dst, `","`...)
	dst = appendEnd(dst, to)
	return append(dst, `"]}`...)
}

func appendEnd(dst []byte, v referentials.Value) []byte {
	if v.IsNull() {
		return append(dst, ".."...)
	}
	return v.Append(dst)
}

// instant gives a value whose year has the four digits that RFC 3339 writes, or null.
func instant(values []referentials.Value, i int) referentials.Value {
	if i >= len(values) {
		return referentials.Null
	}
	v := values[i]
	switch v.Type() {
	case referentials.Date, referentials.DateTime:
		if year := v.Time().Year(); 0 <= year && year <= 9999 {
			return v
		}
	}
	return referentials.Null
}
