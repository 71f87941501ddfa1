package importer

import (
	"strings"

	"socle/referentials"
)

// evidence is what all values of one column look like. The type is decided at the end,
// on every row, never on the first ones.
type evidence struct {
	filled int64 // values that are not absent
	na     int64 // texts that mark the absence of a value, counted in filled

	texts, integers, numbers, booleans, dates, instants int64 // by the type the format gave
	ones, lists                                         int64 // arrays of one value; other arrays and objects
	voids                                               int64 // of the ones, those whose value is absent

	unfit          int64 // texts that are not of the type the format declares
	fits           shape // what every text but na can be read as
	points, commas int64 // texts with a decimal point, with a decimal comma
	thousands      bool  // every comma is followed by three digits: it may part thousands
}

func newEvidence() evidence { return evidence{fits: anyShape, thousands: true} }

// add takes one value into account.
func (e *evidence) add(v referentials.Value) {
	if nullable(v) {
		return
	}
	e.filled++
	switch v.Type() {
	case referentials.String:
		e.texts++
		e.addText(v.Str())
	case referentials.Integer:
		e.integers++
	case referentials.Number:
		e.numbers++
	case referentials.Boolean:
		e.booleans++
	case referentials.Date:
		e.dates++
	case referentials.DateTime:
		e.instants++
	case referentials.JSON:
		if inner, ok := only(v); ok {
			e.ones++
			e.filled--
			if nullable(inner) {
				e.voids++
			}
			e.add(inner)
		} else {
			e.lists++
		}
	}
}

// hold takes a value against the type that its column is declared of.
func (e *evidence) hold(v referentials.Value, declared referentials.FieldType) {
	if declared == "" || declared == referentials.String || v.Type() != referentials.String {
		return
	}
	r := reading{to: declared}
	if _, ok := r.parse(v.Str()); !ok {
		e.unfit++
	}
}

func (e *evidence) addText(s string) {
	if isNA(s) {
		e.na++
		return
	}
	if e.fits == 0 {
		return
	}
	found := shapeOf(s)
	e.fits &= found | mixedNumber(found)
	switch {
	case found&isComma != 0 && found&isPoint == 0:
		e.commas++
		e.thousands = e.thousands && mayGroup(s)
	case found&isPoint != 0 && found&isInteger == 0:
		e.points++
	}
}

// mayGroup tells whether the comma of s may stand between thousands: 1,234 but neither
// 0,125 nor 1234,567.
func mayGroup(s string) bool {
	i := strings.IndexByte(s, ',')
	whole := strings.TrimPrefix(s[:i], "-")
	return len(s)-i == 4 && len(whole) >= 1 && len(whole) <= 3 && whole[0] != '0'
}

// merge takes the evidence of another part of the column into account.
func (e *evidence) merge(o *evidence) {
	e.filled += o.filled
	e.na += o.na
	e.texts += o.texts
	e.integers += o.integers
	e.numbers += o.numbers
	e.booleans += o.booleans
	e.dates += o.dates
	e.instants += o.instants
	e.ones += o.ones
	e.voids += o.voids
	e.lists += o.lists
	e.unfit += o.unfit
	e.fits &= o.fits
	e.points += o.points
	e.commas += o.commas
	e.thousands = e.thousands && o.thousands
}

// mixedNumber lets a column hold decimal points and commas side by side: its numbers keep
// both bits, and decide looks at the counts.
func mixedNumber(found shape) shape {
	if found&(isPoint|isComma) != 0 {
		return isPoint | isComma
	}
	return 0
}

// reading is how the values of a column become values of a field.
type reading struct {
	to     referentials.FieldType
	na     bool // NA and its kin are null
	unwrap bool // arrays of one value are that value
	mixed  bool // decimal points and commas both occur
}

// decide gives the type all values fit. code says that the name tells of a code.
func (e *evidence) decide(code bool) reading {
	r := reading{to: referentials.String, unwrap: e.ones > 0 && e.lists == 0}
	typed := e.filled - e.texts
	switch {
	case e.lists > 0:
		if held := e.ones - e.voids; e.filled == e.lists+held && e.texts+e.integers+e.numbers+e.booleans <= held {
			r.to = referentials.JSON
		}
	case e.filled == e.na:
	case e.texts == 0:
		r.to = e.typedOnly()
	case typed > 0: // texts among numbers: the text wins
	default:
		e.decideText(&r)
	}
	if code && e.texts > 0 && (r.to == referentials.Integer || r.to == referentials.Number) {
		r = reading{to: referentials.String, unwrap: r.unwrap}
	}
	r.na = r.to != referentials.String && r.to != referentials.JSON
	return r
}

func (e *evidence) typedOnly() referentials.FieldType {
	switch e.filled {
	case e.integers:
		return referentials.Integer
	case e.integers + e.numbers:
		return referentials.Number
	case e.booleans:
		return referentials.Boolean
	case e.dates:
		return referentials.Date
	case e.dates + e.instants:
		return referentials.DateTime
	}
	return referentials.String
}

func (e *evidence) decideText(r *reading) {
	switch {
	case e.fits&isInteger != 0:
		r.to = referentials.Integer
	case e.fits&(isPoint|isComma) != 0:
		r.mixed = e.commas > 0 && e.points > 0
		if r.mixed && e.thousands {
			return // 1,234 beside 1.5: either reading may be wrong, the text is kept
		}
		r.to = referentials.Number
	case e.fits&isBoolean != 0:
		r.to = referentials.Boolean
	case e.fits&(isISODate|isFRDate) != 0:
		r.to = referentials.Date
	case e.fits&isDateTime != 0:
		r.to = referentials.DateTime
	}
}
