package eval

import (
	"math"
	"unicode/utf8"

	"socle/referentials"
	"socle/referentials/filter"
	"socle/referentials/snapshot"
)

// integers is a column of integers, days or microseconds.
type integers interface {
	eval(rows []uint32, out []int64, null []bool)
	cost() int
}

type integerField struct{ cells snapshot.Cells }

func (v integerField) cost() int { return 2 }

func (v integerField) eval(rows []uint32, out []int64, null []bool) {
	v.cells.Integers(rows, out, null)
}

type integerConstant struct{ value referentials.Value }

func (v integerConstant) cost() int { return 1 }

func (v integerConstant) eval(rows []uint32, out []int64, null []bool) {
	for k := range rows {
		out[k], null[k] = v.value.Int(), v.value.IsNull()
	}
}

// midnights turns days into microseconds.
type midnights struct{ days integers }

func (v midnights) cost() int { return v.days.cost() + 1 }

func (v midnights) eval(rows []uint32, out []int64, null []bool) {
	v.days.eval(rows, out, null)
	for k := range rows {
		out[k] = midnight(out[k])
	}
}

const microsPerDay = 86_400_000_000

// midnight gives the first microsecond of a day, the nearest there is for days beyond
// what microseconds can count.
func midnight(day int64) int64 {
	const most = math.MaxInt64/microsPerDay - 1
	return min(max(day, -most), most) * microsPerDay
}

// lengths counts the characters of texts.
type lengths struct {
	of    texts
	state *state
}

func (v *lengths) cost() int { return v.of.cost() + 10 }

func (v *lengths) eval(rows []uint32, out []int64, null []bool) {
	values := v.state.strings.get()
	v.of.eval(rows, values, null)
	for k := range rows {
		out[k] = int64(utf8.RuneCountInString(values[k]))
	}
	v.state.strings.put(values)
}

// calendar gives the year, month or day of days.
type calendar struct {
	of     integers
	micros bool // of is microseconds
	part   func(year, month, day int64) int64
}

func (v *calendar) cost() int { return v.of.cost() + 10 }

func (v *calendar) eval(rows []uint32, out []int64, null []bool) {
	v.of.eval(rows, out, null)
	for k := range rows {
		day := out[k]
		if v.micros {
			day = floorDiv(day, microsPerDay)
		}
		out[k] = v.part(civil(day))
	}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// civil gives the Gregorian date of a day since 1970-01-01 by counting in eras of 400
// years that begin in March.
func civil(days int64) (year, month, day int64) {
	const daysPerEra = 146_097
	z := days + 719_468
	era := floorDiv(z, daysPerEra)
	inEra := z - era*daysPerEra
	yearOfEra := (inEra - inEra/1460 + inEra/36_524 - inEra/146_096) / 365
	inYear := inEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	shifted := (5*inYear + 2) / 153
	day = inYear - (153*shifted+2)/5 + 1
	month, year = shifted+3, yearOfEra+era*400
	if month > 12 {
		month, year = month-12, year+1
	}
	return year, month, day
}

// integers compiles integers, dates and timestamps.
func (c *compiler) integers(n *filter.Node) (integers, error) {
	switch n.Kind {
	case filter.Constant:
		return integerConstant{n.Value}, nil
	case filter.Column:
		return integerField{c.table.Cells(n.Field)}, nil
	case filter.Apply:
		switch n.Function.Name {
		case "char_length":
			of, err := c.texts(n.Args[0])
			return &lengths{of, c.state}, err
		case "year":
			return c.calendar(n, func(y, _, _ int64) int64 { return y })
		case "month":
			return c.calendar(n, func(_, m, _ int64) int64 { return m })
		case "day":
			return c.calendar(n, func(_, _, d int64) int64 { return d })
		}
	}
	return nil, c.stranger(n)
}

func (c *compiler) calendar(n *filter.Node, part func(y, m, d int64) int64) (integers, error) {
	of, err := c.integers(n.Args[0])
	return &calendar{of, n.Args[0].Type == filter.TimestampType, part}, err
}

// micros compiles dates and timestamps as microseconds, dates at midnight.
func (c *compiler) micros(n *filter.Node) (integers, error) {
	v, err := c.integers(n)
	if n.Type == filter.DateType {
		return midnights{v}, err
	}
	return v, err
}
