package crosswalk

import (
	"fmt"
	"slices"
	"strings"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/snapshot"
)

func invalid(format string, args ...any) *referentials.Error {
	return referentials.Errorf(referentials.Invalid, format, args...)
}

// check tells what cannot be meant, before any work.
func (r *Request) check() error {
	if r.Source == nil || r.Mesh == nil {
		return invalid("a crosswalk leads from a source to a mesh").Do("name two collections")
	}
	if r.Base != Sum && r.Base != Total {
		return invalid("%q is not a base of shares", r.Base).At("base").Do("write %s or %s", Sum, Total)
	}
	source, mesh := r.Source.Descriptor(), r.Mesh.Descriptor()
	switch r.Method {
	case Key:
		return nil
	case Passage:
		if r.Weights == nil {
			return invalid("method %s needs a table", Passage).At("weights").Do("name one, such as the lineage of blocks")
		}
		return nil
	case Point, Area, Dasymetric:
	default:
		return invalid("%q is not a method", r.Method).At("method").Do("write %s, %s, %s, %s or %s", Key, Point, Area, Dasymetric, Passage)
	}
	if !mayHold(mesh.Geometry, 2) {
		return invalid("it is no mesh: %s, and cells are polygons", madeOf(mesh.Geometry)).At("collection %s", mesh.ID).
			Do("name a collection of polygons, or share out by method %s", Key)
	}
	if !source.HasGeometry() {
		return invalid("it has no geometry to lie in a cell").At("collection %s", source.ID).
			Do("share it out by method %s, through its references", Key)
	}
	if r.Method != Point && !mayHold(source.Geometry, 2) {
		return invalid("%s, which have no area to share out", madeOf(source.Geometry)).At("collection %s", source.ID).
			Do("share it out by method %s", Point)
	}
	if r.Method == Dasymetric {
		return r.checkWeights()
	}
	return nil
}

func (r *Request) checkWeights() error {
	if r.Weights == nil {
		return invalid("method %s needs a collection that weighs", Dasymetric).At("weights").
			Do("name one, such as buildings, or share out by method %s", Area)
	}
	d, spec := r.Weights.Descriptor(), &r.Weight
	where := func(e *referentials.Error) error { return e.At("weights %s", d.ID) }
	if !mayHold(d.Geometry, 2) && !mayHold(d.Geometry, 0) {
		return where(invalid("%s, and only polygons and points weigh", madeOf(d.Geometry)))
	}
	switch spec.Kind {
	case "", PerArea, Quantity:
	default:
		return where(invalid("%q is not a kind of weight", spec.Kind).Do("write %s or %s", PerArea, Quantity))
	}
	if spec.Kind == PerArea && !mayHold(d.Geometry, 2) {
		return where(invalid("%s, which have no area to multiply", madeOf(d.Geometry)).Do("weigh by a %s", Quantity))
	}
	if spec.Field == "" && (spec.Minus != "" || spec.Kind == Quantity && mayHold(d.Geometry, 2)) {
		return where(invalid("no field says how much a feature weighs").Do("name one of %s", numbers(d)))
	}
	for _, name := range []string{spec.Field, spec.Minus} {
		if name == "" {
			continue
		}
		f, err := fieldOf(r.Weights, name)
		if err != nil {
			return err
		}
		if t := d.Fields[f].Type; t != referentials.Integer && t != referentials.Number {
			return where(invalid("field %q is a %s and weighs nothing", name, t).Do("name one of %s", numbers(d)))
		}
	}
	return nil
}

// fieldOf finds a field by its name.
func fieldOf(c *snapshot.Collection, name string) (int, error) {
	d := c.Descriptor()
	f := d.FieldIndex(name)
	if f >= 0 {
		return f, nil
	}
	names := make([]string, len(d.Fields))
	for k := range d.Fields {
		names[k] = d.Fields[k].Name
	}
	e := invalid("it has no field %q", name).At("collection %s", d.ID)
	if near := referentials.Nearest(name, names); near != "" {
		return 0, e.Do("did you mean %q?", near)
	}
	return 0, e.Do("its fields are %s", listed(names))
}

// numbers lists the numeric fields of a collection.
func numbers(d *referentials.Descriptor) string {
	var names []string
	for k := range d.Fields {
		if t := d.Fields[k].Type; t == referentials.Integer || t == referentials.Number {
			names = append(names, d.Fields[k].Name)
		}
	}
	if len(names) == 0 {
		return "a collection with numbers: it has none"
	}
	return listed(names)
}

// listed writes a few names.
func listed(names []string) string {
	const most = 12
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}

// mayHold tells whether shapes of a dimension may be among those of a column.
func mayHold(t geo.Type, dimension int) bool { return t == geo.Any || t.Dimension() == dimension }

func madeOf(t geo.Type) string {
	names := []string{"its features are points", "its features are lines", "its features are polygons"}
	if k := t.Dimension(); slices.Contains([]int{0, 1, 2}, k) {
		return names[k]
	}
	return "its features have no geometry"
}
