package aggregate

import (
	"slices"
	"strings"

	"socle/imu/crosswalk"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// number finds a numeric field that a measure may be of.
func (p *plan) number(m Measure, name string) (int, error) {
	f := p.d.FieldIndex(name)
	if f < 0 {
		names := make([]string, len(p.d.Fields))
		for i := range p.d.Fields {
			names[i] = p.d.Fields[i].Name
		}
		e := p.bad(m, "%s has no field %q", p.d.ID, name)
		if near := referentials.Nearest(name, names); near != "" {
			return 0, e.Do("did you mean %q?", near)
		}
		return 0, e.Do("its numbers are %s", p.numbers())
	}
	field := &p.d.Fields[f]
	switch {
	case field.Type != referentials.Integer && field.Type != referentials.Number:
		return 0, p.bad(m, "%q is a %s, and %s is of numbers", name, field.Type, m.Function).
			Do("its numbers are %s; features by %s are count with by=%s", p.numbers(), name, name)
	case field.Role == referentials.Key, field.Role == referentials.Ref:
		return 0, p.bad(m, "%q identifies things: its numbers measure nothing", name).Do("its measures are %s", p.numbers())
	}
	return f, nil
}

// numbers lists the fields that measure something.
func (p *plan) numbers() string {
	var names []string
	for i := range p.d.Fields {
		f := &p.d.Fields[i]
		if (f.Type == referentials.Integer || f.Type == referentials.Number) && f.Role != referentials.Key && f.Role != referentials.Ref {
			names = append(names, f.Name)
		}
	}
	const most = 12
	switch {
	case len(names) == 0:
		return "none"
	case len(names) > most:
		names = append(names[:most], "…")
	}
	return strings.Join(names, ", ")
}

// quantity finds a field whose values add up.
func (p *plan) quantity(m Measure, name string) (int, error) {
	f, err := p.number(m, name)
	if err != nil {
		return 0, err
	}
	field := &p.d.Fields[f]
	switch {
	case field.Role == referentials.Extensive:
		return f, nil
	case field.Role == referentials.Time:
		return 0, p.bad(m, "%q is a time, and times do not add up", name).Do("bin by it, or take min(%s) and max(%s)", quoted(name), quoted(name))
	case p.combinable(field) != nil:
		return 0, p.refuse(m, field, "do not add up")
	case field.Role == referentials.Intensive && field.Weight != "":
		return 0, p.bad(m, "%q is a rate or a mean, and rates do not add up", name).
			Do("take mean(%s), weighed by %s", quoted(name), field.Weight)
	case field.Role == referentials.Intensive, field.Unit == "%", strings.Contains(field.Unit, "/"):
		return 0, p.bad(m, "%q is a rate or a mean, and rates do not add up", name).
			Do("take mean(%s,weight=y), with y what it is a rate of", quoted(name))
	}
	p.note(say("Le rôle de %s n'est pas déclaré : il est pris pour une quantité qui s'additionne.",
		"The role of %s is not declared: it is taken for a quantity that adds up.", name))
	return f, nil
}

// combinable tells why values of a field cannot be combined at all; nil when they can.
func (p *plan) combinable(f *referentials.Field) *referentials.Text {
	if f.Role == referentials.Intensive && f.Weight == "" && f.Description != (referentials.Text{}) {
		return &f.Description
	}
	if f.Role != referentials.Extensive && p.zones() && isQuantile(f) {
		t := say("Un quantile de zone ne se combine pas en quantile d'un ensemble de zones.",
			"A quantile of a zone is not combined into a quantile of several zones.")
		return &t
	}
	return nil
}

// refuse says why, and what to do instead.
func (p *plan) refuse(m Measure, f *referentials.Field, what string) *referentials.Error {
	reason := p.combinable(f)
	text := reason.EN
	if text == "" {
		text = reason.FR
	}
	return p.bad(m, "values of %q %s: %s", f.Name, what, strings.TrimSuffix(text, ".")).
		Do("compute it again from the features it was made of, or show %s on its own zones", f.Name)
}

// isQuantile knows medians, quartiles and deciles by their names.
func isQuantile(f *referentials.Field) bool {
	words := strings.FieldsFunc(strings.ToLower(f.Name+" "+f.Title.FR+" "+f.Title.EN), func(r rune) bool { return r == '_' || r == ' ' || r == '-' })
	return slices.ContainsFunc(words, func(w string) bool {
		w = strings.TrimRight(w, "0123456789")
		return slices.Contains([]string{"med", "median", "mediane", "médian", "médiane", "quantile", "quartile", "decile", "décile", "percentile", "centile", "gini"}, w)
	})
}

// zones tells whether features stand for many units each, as districts and grid cells do.
func (p *plan) zones() bool {
	if p.d.Mesh || p.method == crosswalk.Area || p.method == crosswalk.Dasymetric || p.method == crosswalk.Passage {
		return true
	}
	key := &p.d.Fields[p.d.KeyIndex()]
	if key.Refers != "" || p.method == crosswalk.Key && p.r.Field == key.Name {
		return true
	}
	return slices.ContainsFunc(slices.Concat([]*snapshot.Collection{p.r.Mesh}, p.r.Through, p.r.Parents), func(c *snapshot.Collection) bool {
		return c != nil && c.Descriptor().Mesh && c.Descriptor().Key == key.Name
	})
}

// microData refuses quantiles of what is not the units' own values.
func (p *plan) microData(m Measure, f int) error {
	field := &p.d.Fields[f]
	switch {
	case p.combinable(field) != nil:
		return p.refuse(m, field, "have no quantile")
	case p.zones():
		return p.bad(m, "a quantile is of the units' own values, and features of %s are zones that stand for many", p.d.ID).
			Do("take it from the units themselves, or take mean(%s)", quoted(m.Field))
	}
	return nil
}

// How a mean weighs, beside by a field.
const (
	alike     = -1 // each feature as much as the others
	byOverlap = -2 // by the area in common with the cell
)

// weight finds what weighs the values of field f: what is asked for, else what the
// descriptor says, else what the role and the method allow.
func (p *plan) weight(m Measure, f int) (int, error) {
	field := &p.d.Fields[f]
	if p.combinable(field) != nil {
		return 0, p.refuse(m, field, "cannot be averaged")
	}
	if field.Role == referentials.Time && m.Weight == "" {
		return alike, nil
	}
	name := m.Weight
	if w := p.d.FieldIndex(name); p.protected && name != "" && name != field.Weight && (w < 0 || p.d.Fields[w].Disclosure != referentials.UnitCount) {
		// As many means by other weights as there are features would give each away.
		return 0, referentials.Errorf(referentials.Refused, "%s is protected, and its means are weighed by what its descriptor says only", p.d.ID).
			At("measure %s", m.String()).Do("leave weight out")
	}
	if name == "" {
		name = field.Weight
	} else if name != field.Weight && field.Weight != "" {
		p.note(say("%s est pondéré par %s, et non par %s comme le dit son descripteur.",
			"%s is weighed by %s, not by %s as its descriptor says.", field.Name, name, field.Weight))
	}
	switch {
	case name == WeightArea && p.d.FieldIndex(name) < 0:
		if p.method != crosswalk.Area {
			return 0, p.bad(m, "areas weigh only with method %s, and here it is %s", crosswalk.Area, p.method).Do("name a field with weight=")
		}
		return byOverlap, nil
	case name != "":
		w, err := p.number(m, name)
		if err != nil {
			return 0, err
		}
		if weight := &p.d.Fields[w]; weight.Role == referentials.Intensive || weight.Role == referentials.Time {
			return 0, p.bad(m, "%q cannot weigh: it is not a quantity", name).Do("weigh by what %s is a rate of", field.Name)
		}
		return w, nil
	case p.method == crosswalk.Area && field.Role != referentials.Extensive:
		return byOverlap, nil
	case field.Role == referentials.Intensive:
		return 0, p.bad(m, "%q is a rate or a mean, and nothing says what weighs it", field.Name).
			Do("write %s(%s,weight=y), with y what it is a rate of", m.Function, quoted(field.Name))
	}
	return alike, nil
}
