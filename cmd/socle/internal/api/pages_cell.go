package api

import (
	"strconv"
	"strings"
	"time"

	"socle/referentials"
)

// maxShown bounds what a table shows of one value, in characters; the page of the feature
// shows it whole.
const maxShown = 160

// How days are written.
const (
	dayFR = "02/01/2006"
	dayEN = "2 Jan 2006"
)

// cell is a value as pages show it. An absent value has no Text; the empty text has none
// either, and another Kind.
type cell struct {
	Kind   string // null, empty, text, number, boolean, date, json
	Column string // what Kind is when the value is neither absent nor empty
	Text   string
	Exact  string // the value as data has it, where Text is another writing of it
	Link   string // the web address it is
	Refers string // the collection of which Exact is a key
	Cut    bool   // Text is its beginning
}

// cellOf gives the cell of a value of f.
func cellOf(f *referentials.Field, v referentials.Value, lang string) cell {
	c := cell{Kind: "text", Column: kindOf(f), Exact: v.String()}
	c.Text = c.Exact
	switch v.Type() {
	case "":
		c.Kind = "null"
		return c
	case referentials.Integer:
		c.Kind = "number"
		if measured(f) {
			c.Text = localNumber(c.Exact, lang)
		}
	case referentials.Number:
		c.Kind, c.Text = "number", localNumber(c.Exact, lang)
	case referentials.Boolean:
		c.Kind, c.Text = "boolean", say(lang, "non", "no")
		if v.Bool() {
			c.Text = say(lang, "oui", "yes")
		}
	case referentials.Date:
		c.Kind, c.Text = "date", v.Time().Format(say(lang, dayFR, dayEN))
	case referentials.DateTime:
		c.Kind, c.Text = "date", localInstant(v.Time(), lang)
	case referentials.JSON:
		c.Kind = "json"
	default:
		if c.Text == "" {
			c.Kind = "empty"
		}
		if isWeb(c.Text) {
			c.Link = c.Text
		}
	}
	if f.Refers != "" && c.Exact != "" {
		c.Refers, c.Text = f.Refers, c.Exact
	}
	return c
}

// measured tells quantities from codes and years, which are integers too and would be
// wrong with spaces among their digits.
func measured(f *referentials.Field) bool {
	return f.Unit != "" && f.Unit != years || f.Role == referentials.Extensive || f.Role == referentials.Intensive
}

// years is the unit of durations in years, and of years themselves.
const years = "a"

// ucum writes the units of UCUM as people do.
var ucum = strings.NewReplacer("EUR", "€", "Cel", "°C", "m2", "m²", "m3", "m³", "W.h", "Wh", "W.a", "W·a", ".", "·")

// unitOf gives the unit of a field as people write it: none for a pure number, or a year.
func unitOf(f *referentials.Field) string {
	if f.Unit == "1" || f.Unit == years && f.Type == referentials.Integer {
		return ""
	}
	return ucum.Replace(f.Unit)
}

// localNumber writes a decimal the way a language does: 21 450,5 or 21,450.5.
func localNumber(decimal, lang string) string {
	sign, digits := "", decimal
	if rest, negative := strings.CutPrefix(decimal, "-"); negative {
		sign, digits = "\u2212", rest
	}
	whole, fraction, fractional := strings.Cut(digits, ".")
	if strings.ContainsAny(whole, "eE") {
		return sign + whole
	}
	out := sign + grouped(whole, lang)
	if fractional {
		out += say(lang, ",", ".") + fraction
	}
	return out
}

// grouped puts what a language has between thousands. French leaves four digits together,
// as its typography allows.
func grouped(digits, lang string) string {
	between, least := "\u202f", 5
	if lang == "en" {
		between, least = ",", 4
	}
	if len(digits) < least {
		return digits
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + between + digits[i:]
	}
	return digits
}

// localInstant writes an instant to the minute, or as finely as it is known.
func localInstant(t time.Time, lang string) string {
	layout := say(lang, dayFR, dayEN) + " 15:04"
	if t.Second() != 0 || t.Nanosecond() != 0 {
		layout += ":05.999999"
	}
	return t.Format(layout) + "\u00a0UTC"
}

func isWeb(s string) bool {
	return (strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")) && !strings.ContainsAny(s, " \t\n\"<>")
}

// short gives the cell for a table.
func (c cell) short() cell {
	n := 0
	for i := range c.Text {
		if n++; n > maxShown {
			c.Text, c.Cut = c.Text[:i], true
			return c
		}
	}
	return c
}

// column is the head of a column of a table.
type column struct {
	Name, Title, Unit, Description string
	Kind                           string // of its cells that are neither absent nor empty
	Sorted                         string // "ascending", "descending" or ""
	Sort                           string // where the next order is, "" when it cannot be sorted by
}

func columnOf(f *referentials.Field, lang string) column {
	return column{Name: f.Name, Title: textIn(lang, f.Title), Unit: unitOf(f), Description: textIn(lang, f.Description), Kind: kindOf(f)}
}

func kindOf(f *referentials.Field) string {
	switch f.Type {
	case referentials.Integer, referentials.Number:
		return "number"
	case referentials.Date, referentials.DateTime:
		return "date"
	case referentials.Boolean:
		return "boolean"
	case referentials.JSON:
		return "json"
	}
	return "text"
}

// countIn writes a count of things.
func countIn(n int, lang string) string { return grouped(strconv.Itoa(n), lang) }
