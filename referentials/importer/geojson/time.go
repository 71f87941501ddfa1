package geojson

import (
	"bytes"
	"errors"

	"socle/referentials/importer/source"
)

// moments is the "time" of a JSON-FG feature as it is written: texts in their quotes, nil
// for what is absent or open.
type moments struct{ at, start, end []byte }

var errNoTime = errors.New("no time")

// readTime reads the member. A timestamp says more than the date beside it.
func readTime(raw []byte) (m moments, err error) {
	c := source.WalkJSON(raw)
	switch c.Kind() {
	case 'n':
		return m, nil
	case '{':
	default:
		return m, errNoTime
	}
	for c.Enter(); c.Next(); {
		switch name := string(c.Name()); {
		case name == "timestamp" && c.Kind() == '"':
			m.at = c.Value()
		case name == "date" && c.Kind() == '"' && m.at == nil:
			m.at = c.Value()
		case name == "interval" && c.Kind() == '[':
			ends := [2]*[]byte{&m.start, &m.end}
			i := 0
			for c.Enter(); c.Next(); i++ {
				if kind, v := c.Kind(), c.Value(); i < 2 && kind == '"' && string(v) != `".."` {
					*ends[i] = v
				}
			}
		default:
			c.Value()
		}
	}
	if m.isZero() {
		return m, errNoTime
	}
	return m, nil
}

func (m *moments) isZero() bool { return m.at == nil && m.start == nil && m.end == nil }

// within tells whether the properties say the same already; the days of a year may be
// there as its number.
func (m *moments) within(properties []byte) bool {
	const first, last = `-01-01"`, `-12-31"`
	if s, e := m.start, m.end; m.at == nil && len(s) == len(`"2000-01-01"`) && len(e) == len(s) &&
		string(s[5:]) == first && string(e[5:]) == last && bytes.Equal(s[:5], e[:5]) && holds(properties, bytes.TrimLeft(s[1:5], "0")) {
		return true
	}
	left := 0
	for _, t := range [][]byte{m.at, m.start, m.end} {
		if t != nil && !holds(properties, t) {
			left++
		}
	}
	return left == 0
}

func holds(properties, text []byte) bool {
	c := source.WalkJSON(properties)
	if c.Kind() != '{' {
		return false
	}
	for c.Enter(); c.Next(); {
		c.Name()
		if string(c.Value()) == string(text) {
			return true
		}
	}
	return false
}

// addTime makes properties of the time of a feature, unless they repeat others in all
// features: what was published with its own fields comes back with them alone.
func (d *decoder) addTime(raw, properties []byte) error {
	m, err := readTime(raw)
	if err != nil {
		d.r.note("the \"time\" of feature %d, %.60s, is neither an instant nor an interval and is left out", d.rec.Number, raw)
		return nil
	}
	if m.isZero() || !d.r.layout.time && m.within(properties) {
		return nil
	}
	prefix := d.r.layout.timeName
	for _, t := range []struct {
		suffix string
		text   []byte
	}{{"", m.at}, {"_start", m.start}, {"_end", m.end}} {
		if t.text == nil {
			continue
		}
		f, err := d.lookup([]byte(prefix + t.suffix))
		if err != nil {
			return err
		}
		c := source.WalkJSON(t.text)
		if err := d.value(f, &c); err != nil {
			return err
		}
	}
	return nil
}
