package aggregate

import (
	"slices"
	"strings"

	"socle/referentials"
)

// one is the unit of numbers of things and of shares.
const one = "1"

// describe makes the field of an output.
func (p *plan) describe(o *output) referentials.Field {
	m := &o.measure
	f := referentials.Field{Name: m.Name(), Type: referentials.Number, Unit: one, Role: referentials.Intensive, Disclosure: referentials.Public}
	of, unit := referentials.Text{FR: "Nombre d'éléments de " + p.d.ID, EN: "Features of " + p.d.ID}, one
	var source *referentials.Field
	if k := p.d.FieldIndex(m.Field); k >= 0 {
		source = &p.d.Fields[k]
		of, unit = titleOf(source), source.Unit
	}
	switch m.Function {
	case Count:
		f.Role, f.Title = referentials.Extensive, of
	case Sum:
		f.Role, f.Unit, f.Title = referentials.Extensive, unit, say("%s, total", "%s, total", of.FR)
		f.Title.EN = of.EN + ", total"
	case Mean:
		f.Unit, f.Title = unit, referentials.Text{FR: of.FR + ", moyenne", EN: of.EN + ", mean"}
	case Min:
		f.Unit, f.Title = unit, referentials.Text{FR: of.FR + ", minimum", EN: of.EN + ", minimum"}
	case Max:
		f.Unit, f.Title = unit, referentials.Text{FR: of.FR + ", maximum", EN: of.EN + ", maximum"}
	case Median:
		f.Unit, f.Title = unit, referentials.Text{FR: of.FR + ", médiane", EN: of.EN + ", median"}
	case Quantile:
		level := string(referentials.AppendFloat(nil, m.Level))
		f.Unit, f.Title = unit, referentials.Text{FR: of.FR + ", quantile " + level, EN: of.EN + ", quantile " + level}
	case Std:
		f.Unit, f.Title = unit, referentials.Text{FR: of.FR + ", écart type", EN: of.EN + ", standard deviation"}
	case Share:
		f.Title = referentials.Text{FR: of.FR + ", part", EN: of.EN + ", share"}
	case Density, Ratio:
		below, name := "har", referentials.Text{FR: "hectare", EN: "hectare"}
		if m.Second != "" {
			second := &p.d.Fields[p.d.FieldIndex(m.Second)]
			below, name = second.Unit, titleOf(second)
		}
		f.Unit, f.Title = quotient(unit, below), referentials.Text{FR: of.FR + " / " + name.FR, EN: of.EN + " / " + name.EN}
	}
	if source != nil && source.Type == referentials.Integer && (m.Function == Min || m.Function == Max) {
		f.Type = referentials.Integer
	}
	return f
}

// whole tells whether an output is a whole number when features are not split.
func (p *plan) whole(o *output) bool {
	switch o.measure.Function {
	case Count:
		return true
	case units:
		f := slices.IndexFunc(p.d.Fields, func(f referentials.Field) bool { return f.Disclosure == referentials.UnitCount })
		return f < 0 || p.d.Fields[f].Type == referentials.Integer
	case Sum:
		return p.d.Fields[p.d.FieldIndex(o.measure.Field)].Type == referentials.Integer
	}
	return o.field.Type == referentials.Integer
}

func titleOf(f *referentials.Field) referentials.Text {
	t := f.Title
	if t.FR == "" {
		t.FR = f.Name
	}
	if t.EN == "" {
		t.EN = f.Name
	}
	return t
}

// quotient writes the unit of a unit by another, in UCUM.
func quotient(a, b string) string {
	switch {
	case a == "" || b == "":
		return ""
	case a == b:
		return one
	case b == one:
		return a
	case strings.ContainsAny(b, "/."):
		return a + "/(" + b + ")"
	}
	return a + "/" + b
}
