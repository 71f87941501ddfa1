package jsonfg

import "socle/referentials"

// span names the fields that give the "time" of a feature, -1 for none. One field of role
// time is an instant, or a year when it is an integer; a second date or instant of the same
// type makes an interval of the two.
type span struct{ from, to int }

func spanOf(fields []referentials.Field) span {
	s := span{-1, -1}
	for i, f := range fields {
		if f.Role != referentials.Time {
			continue
		}
		switch f.Type {
		case referentials.Date, referentials.DateTime:
			if s.from >= 0 && s.to < 0 && f.Type == fields[s.from].Type {
				s.to = i
			}
		case referentials.Integer:
		default:
			continue
		}
		if s.from < 0 {
			s.from = i
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
		case referentials.Integer:
			return appendYear(dst, int(from.Int()))
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

// appendYear appends the interval of all days of a year.
func appendYear(dst []byte, year int) []byte {
	digits := []byte{byte('0' + year/1000), byte('0' + year/100%10), byte('0' + year/10%10), byte('0' + year%10)}
	dst = append(dst, `{"interval":["`...)
	dst = append(dst, digits...)
	dst = append(dst, `-01-01","`...)
	dst = append(dst, digits...)
	return append(dst, `-12-31"]}`...)
}

// instant gives a value whose year has the four digits that RFC 3339 writes, or null.
func instant(values []referentials.Value, i int) referentials.Value {
	if i >= len(values) {
		return referentials.Null
	}
	v := values[i]
	year := int64(-1)
	switch v.Type() {
	case referentials.Date, referentials.DateTime:
		year = int64(v.Time().Year())
	case referentials.Integer:
		year = v.Int()
	}
	if year < 0 || year > 9999 {
		return referentials.Null
	}
	return v
}
