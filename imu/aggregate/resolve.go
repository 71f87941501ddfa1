package aggregate

import (
	"slices"
	"strings"

	"socle/referentials"
)

// Resolve replaces the names that a request gives to fields of its source by the fields' own:
// producers name the same column in many ways, which a descriptor knows as aliases, and people
// read titles. Columns keep the names that were asked for. What no field answers to stays as
// it is, for the errors that say so.
func (r *Request) Resolve() {
	if r.Source == nil {
		return
	}
	d := r.Source.Descriptor()
	r.By, r.Field = fieldNamed(d, r.By), fieldNamed(d, r.Field)
	r.Measures = slices.Clone(r.Measures)
	for i := range r.Measures {
		m := &r.Measures[i]
		asked := m.Name()
		m.Field, m.Second = fieldNamed(d, m.Field), fieldNamed(d, m.Second)
		if m.Weight != WeightArea {
			m.Weight = fieldNamed(d, m.Weight)
		}
		m.column = asked
	}
}

// fieldNamed gives the name of the field that goes by a name: its own, else an alias, else a
// title, whatever the case. A name that several go by is nobody's.
func fieldNamed(d *referentials.Descriptor, name string) string {
	if name == "" || d.FieldIndex(name) >= 0 {
		return name
	}
	same := func(other string) bool { return strings.EqualFold(other, name) }
	for _, goes := range []func(f *referentials.Field) bool{
		func(f *referentials.Field) bool { return same(f.Name) || slices.ContainsFunc(f.Aliases, same) },
		func(f *referentials.Field) bool { return same(f.Title.FR) || same(f.Title.EN) },
	} {
		found := ""
		for i := range d.Fields {
			switch f := &d.Fields[i]; {
			case !goes(f):
			case found != "":
				return name
			default:
				found = f.Name
			}
		}
		if found != "" {
			return found
		}
	}
	return name
}
