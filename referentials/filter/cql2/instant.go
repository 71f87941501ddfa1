package cql2

import (
	"strings"
	"time"

	"socle/referentials"
	"socle/referentials/filter"
)

// openEnd is how an end of an interval without bound is written.
const openEnd = ".."

// instant is DATE('…') or TIMESTAMP('…').
func (p *parser) instant() (filter.Expr, error) {
	offset, day := p.tok.at, p.is("date")
	p.next()
	p.next()
	if p.tok.kind != textToken {
		if day {
			return nil, p.unexpected("a text such as '2024-12-31'")
		}
		return nil, p.unexpected("a text such as '2024-12-31T23:59:59Z'")
	}
	read := parseTimestamp
	if day {
		read = parseDate
	}
	v, err := read(p.tok.text)
	if err != nil {
		return nil, p.locate(p.tok.at, err)
	}
	p.next()
	if err := p.expect(")", `")"`); err != nil {
		return nil, err
	}
	return &filter.Literal{Source: at(offset), Value: v}, nil
}

// interval is INTERVAL(from, to).
func (p *parser) interval() (filter.Expr, error) {
	offset := p.tok.at
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	p.next()
	p.next()
	from, err := p.end()
	if err != nil {
		return nil, err
	}
	if err := p.expect(",", `"," and the end of the interval`); err != nil {
		return nil, err
	}
	to, err := p.end()
	if err != nil {
		return nil, err
	}
	if err := p.expect(")", `")"`); err != nil {
		return nil, err
	}
	return &filter.Interval{Source: at(offset), From: from, To: to}, nil
}

func (p *parser) end() (filter.Expr, error) {
	tok := p.tok
	if tok.kind == textToken {
		v, err := parseEnd(tok.text)
		if err != nil {
			return nil, p.locate(tok.at, err)
		}
		p.next()
		return &filter.Literal{Source: at(tok.at), Value: v}, nil
	}
	e, err := p.sum()
	if err != nil {
		return nil, err
	}
	if err := checkEnd(e); err != nil {
		return nil, p.locate(e.Offset(), err)
	}
	return e, nil
}

// checkEnd judges an end of an interval that is no text.
func checkEnd(e filter.Expr) *referentials.Error {
	if sortOf(e)&(instant|open) == 0 {
		return referentials.Errorf(referentials.Invalid, "an end of an interval is a date, a timestamp, '..', a property or a function, not %s", describe(e))
	}
	return nil
}

// parseEnd reads an end of an interval: a date, a timestamp, or '..' as null.
func parseEnd(s string) (referentials.Value, *referentials.Error) {
	switch {
	case s == openEnd:
		return referentials.Null, nil
	case strings.ContainsAny(s, "Tt"):
		return parseTimestamp(s)
	}
	v, err := parseDate(s)
	if err != nil {
		return v, err.Do("an end of an interval is a date, a timestamp or '..'")
	}
	return v, nil
}

const secondsPerDay = 86400

// parseDate reads YYYY-MM-DD, of the years 0000 to 9999.
func parseDate(s string) (referentials.Value, *referentials.Error) {
	t, err := time.Parse(referentials.DateLayout, s)
	if err != nil || len(s) != len(referentials.DateLayout) {
		e := referentials.Errorf(referentials.Invalid, "'%s' is not a date", shorten(s))
		if len(s) == len(referentials.DateLayout) && s[4] == '-' && s[7] == '-' {
			return referentials.Null, e.Do("no calendar has that day")
		}
		return referentials.Null, e.Do("write the year, month and day: '2024-12-31'")
	}
	return referentials.DateValue(t.Unix() / secondsPerDay), nil
}

// parseTimestamp reads YYYY-MM-DDThh:mm:ss with any fraction, whose digits beyond the
// microsecond are dropped, and Z or an offset.
func parseTimestamp(s string) (referentials.Value, *referentials.Error) {
	refuse := func(hint string) (referentials.Value, *referentials.Error) {
		return referentials.Null, referentials.Errorf(referentials.Invalid, "'%s' is not a timestamp", shorten(s)).Do("%s", hint)
	}
	upper := strings.ToUpper(s)
	if strings.Contains(upper, ",") {
		return refuse("a fraction follows a point")
	}
	t, err := time.Parse(time.RFC3339Nano, upper)
	switch {
	case err == nil:
	case len(s) == len(referentials.DateLayout):
		return refuse("a day is DATE('…')")
	default:
		if _, err := time.Parse("2006-01-02T15:04:05.999999999", upper); err == nil {
			return refuse("end it with Z, or with an offset such as +01:00")
		}
		return refuse("write '2024-12-31T23:59:59Z'")
	}
	if t = t.UTC(); t.Year() < 0 || t.Year() > 9999 {
		return refuse("in UTC its year is not of 0000 to 9999")
	}
	return referentials.DateTimeValue(t.UnixMicro()), nil
}
