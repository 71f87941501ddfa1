package aggregate

import (
	"math"
	"slices"

	"socle/imu/disclosure"
	"socle/referentials"
)

// units is the measure that goes with every figure under rules: how many stand behind it.
const units Function = "units"

// judged are the terms that the rules look at, of one quantity.
type judged struct {
	value, units, second, largest int
	factor                        float64 // to the profile's unit
	strict                        bool    // in no unit of the profile's: no value is large enough
	flanks                        []int   // of quantiles, which stand between two groups
}

// judge adds to the plan what the rules look at: of each confidential quantity that the
// measures give away, else of the one the source is about, so that a count is hidden
// wherever the consumption behind it would be.
func (p *plan) judge(rule *disclosure.Profile) ([]judged, error) {
	about, err := p.about()
	if err != nil {
		return nil, err
	}
	count, err := p.units()
	if err != nil {
		return nil, err
	}
	if len(about) == 0 {
		about = magnitudes{{count, -1}}
	}
	return p.look(rule, about, count)
}

// about chooses the quantities that are judged.
func (p *plan) about() (magnitudes, error) {
	if p.r.OneWay {
		return p.aboutAll()
	}
	var about magnitudes
	confidential := func(m magnitude) bool {
		return p.d.Fields[m.field].Disclosure == referentials.Confidential || p.veiled[m.column] == referentials.Confidential
	}
	add := func(all magnitudes, which func(magnitude) bool) {
		for _, m := range all {
			if which(m) && !slices.ContainsFunc(about, func(o magnitude) bool { return o.column == m.column }) {
				about = append(about, m)
			}
		}
	}
	for i := range p.outputs {
		add(p.outputs[i].magnitudes, confidential)
	}
	if len(about) == 0 {
		for f := range p.d.Fields {
			field := &p.d.Fields[f]
			if field.Disclosure == referentials.Confidential && field.Role == referentials.Extensive &&
				(field.Type == referentials.Number || field.Type == referentials.Integer) {
				about = magnitudes{{p.column(f), f}}
				break
			}
		}
	}
	for i := range p.outputs {
		if len(about) == 0 {
			add(p.outputs[i].magnitudes, func(magnitude) bool { return true })
		}
	}
	return about, nil
}

// aboutAll gives the quantities of the source: the confidential ones, or all of them where
// none is said to be. Measures that give other sums away would need figures hidden that other
// answers show.
func (p *plan) aboutAll() (about magnitudes, err error) {
	adds := func(f *referentials.Field) bool {
		return f.Role == referentials.Extensive && (f.Type == referentials.Number || f.Type == referentials.Integer)
	}
	some := slices.ContainsFunc(p.d.Fields, func(f referentials.Field) bool { return adds(&f) && f.Disclosure == referentials.Confidential })
	secret := func(f *referentials.Field) bool { return !some || f.Disclosure == referentials.Confidential }
	for i := range p.d.Fields {
		if f := &p.d.Fields[i]; adds(f) && secret(f) {
			about = append(about, magnitude{p.column(i), i})
		}
	}
	for i := range p.outputs {
		o := &p.outputs[i]
		for _, m := range o.magnitudes {
			if !secret(&p.d.Fields[m.field]) && p.veiled[m.column] == "" || p.void(m.column) || slices.ContainsFunc(about, func(a magnitude) bool { return a.column == m.column }) {
				continue
			}
			e := referentials.Errorf(referentials.Refused, "beside the other figures of %s, which are hidden in one way, it would give hidden ones away", p.d.ID).
				At("measure %s", o.measure.String())
			if len(about) == 0 {
				return nil, e.Do("take count")
			}
			name := quoted(p.d.Fields[about[0].field].Name)
			return nil, e.Do("take sum(%s), mean(%s) or density(%s)", name, name, name)
		}
	}
	return about, nil
}

// void tells a column that holds nothing.
func (p *plan) void(column string) bool {
	return !slices.ContainsFunc(p.columns[column], func(v float64) bool { return v == v && v != 0 })
}

// look adds the terms of each quantity.
func (p *plan) look(rule *disclosure.Profile, about magnitudes, count string) (all []judged, err error) {
	for _, m := range about {
		// A sum of values either side of 0 says nothing of how large they are, and where it is
		// below 0 must not show in an error of its own.
		if slices.ContainsFunc(p.columns[m.column], func(v float64) bool { return v < 0 || math.IsInf(v, 0) }) {
			return nil, referentials.Errorf(referentials.Refused, "%s has values below 0 or without bound, which the rules of %s cannot judge", p.nameOf(m), rule.Name).
				At("collection %s", p.d.ID)
		}
		j := judged{factor: 1}
		if rule.Rule.OrOver > 0 && m.field >= 0 {
			field := &p.d.Fields[m.field]
			if j.factor, err = rule.Scale(siUnit(field.Unit)); err != nil {
				j.factor, j.strict = 1, true
				p.note(say("%s n'est pas en %s : seul le nombre d'unités décide de sa publication.",
					"%s is not in %s: only the number of units decides whether it is told.", field.Name, rule.Unit))
			}
		}
		active := p.derive(func(x, n float64) float64 {
			if x == 0 && rule.Active {
				return 0
			}
			return n
		}, "active", m.column, count)
		j.value, j.units = p.term(total, m.column, 0), p.term(total, active, 0)
		p.ids = append(p.ids, "", "") // never shared: the largest follows the second
		p.terms = append(p.terms, term{kind: second, values: p.columns[m.column]}, term{kind: largest, values: p.columns[m.column]})
		j.second, j.largest = len(p.terms)-2, len(p.terms)-1
		for t := range p.terms {
			if p.terms[t].kind == flank {
				j.flanks = append(j.flanks, t)
			}
		}
		all = append(all, j)
	}
	// The number of units always goes with the value.
	p.outputs = append(p.outputs, output{measure: Measure{Function: units}, num: all[0].units, den: -1,
		field: referentials.Field{Name: string(units), Type: referentials.Number, Unit: one, Role: referentials.Extensive,
			Disclosure: referentials.Public, Title: referentials.Text(rule.Counted)}})
	return all, nil
}

// nameOf says what a magnitude is of.
func (p *plan) nameOf(m magnitude) string {
	if m.field < 0 {
		return "the number of units"
	}
	return p.d.Fields[m.field].Name
}

// units is the column of how many units stand behind each row, 1 where nothing says it.
func (p *plan) units() (string, error) {
	n := p.r.Source.Len()
	const name = "\x00units"
	f := slices.IndexFunc(p.d.Fields, func(f referentials.Field) bool { return f.Disclosure == referentials.UnitCount })
	out := make([]float64, n)
	var told []float64
	if f >= 0 {
		var ok bool
		if told, ok = p.r.Source.Numbers(f); !ok {
			return "", referentials.Errorf(referentials.Invalid, "its units are counted by %q, which is not a number", p.d.Fields[f].Name).At("collection %s", p.d.ID)
		}
	}
	for i := range out {
		out[i] = 1
		if told != nil && told[i] == told[i] {
			out[i] = max(0, told[i])
		}
	}
	p.columns[name] = out
	return name, nil
}

// cell gives what the rules see of a figure.
func (j *judged) cell(g *grid, f int) disclosure.Cell {
	at := func(t int) float64 {
		if v := g.terms[t][f]; v == v {
			return v
		}
		return 0
	}
	c := disclosure.Cell{Value: at(j.value) * j.factor, Largest: at(j.largest) * j.factor, Second: at(j.second) * j.factor}
	n := at(j.units)
	for _, t := range j.flanks {
		if v := g.terms[t][f]; v == v {
			n = min(n, v)
		}
	}
	// Shares of features make fractions of units, and sums of them rounding.
	c.Units = int64(math.Floor(n + 1e-6))
	return c
}

// siUnit writes a UCUM unit of energy as the rules do: MW.h is MWh.
func siUnit(unit string) string {
	switch unit {
	case "W.h", "kW.h", "MW.h", "GW.h":
		return unit[:len(unit)-2] + "h"
	}
	return unit
}
