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
	var about magnitudes
	confidential := func(m magnitude) bool { return p.d.Fields[m.field].Disclosure == referentials.Confidential }
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
	count, err := p.units()
	if err != nil {
		return nil, err
	}
	if len(about) == 0 {
		about = magnitudes{{count, -1}}
	}
	var all []judged
	for _, m := range about {
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
