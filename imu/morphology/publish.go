package morphology

import (
	"slices"

	"socle/referentials"
	"socle/referentials/snapshot"
)

// Published gives what a result is published as: a mesh with the shapes and the key of the
// one measured, what tells its cells apart (labels, references, categories), and the
// indicators. Invalid when the key has the name of an indicator.
func Published(id string, c *Collections, r *Result) (referentials.Descriptor, referentials.Rows, error) {
	mesh := c.Mesh
	of := mesh.Descriptor()
	d, kept, err := beside(id, mesh, r.fields(c))
	if err != nil {
		return d, nil, err
	}
	d.Mesh = true
	d.Description = referentials.Text{FR: "Indicateurs de forme urbaine, par maille.", EN: "Indicators of urban form, by cell."}
	d.Tiles.Fields = append([]string{of.Key}, onTiles...)
	if k := of.LabelIndex(); k >= 0 && of.Fields[k].Name != of.Key && slices.Contains(kept, k) {
		d.Tiles.Fields = append(d.Tiles.Fields, of.Fields[k].Name)
	}
	return d, rowsBeside(mesh, kept, func(i int, dst []referentials.Value) []referentials.Value { return r.Cells[i].Values(dst) }), d.Validate()
}

// onTiles are the fields that tiles carry.
var onTiles = []string{fieldType, fieldZone, "ces", "cos", "hauteur_moy", "densite_logements"}

// fields describes the columns of a cell, with the classes there are and where they are from.
func (r *Result) fields(c *Collections) []referentials.Field {
	fields := c.sourced(fields())
	for i := range fields {
		if fields[i].Name == fieldType {
			fields[i].Terms = r.Classes
		}
	}
	return fields
}

// Widened gives cells that are published with the indicators as further columns. Those of
// d that have the name of an indicator are left out for it; rows are in the order of the
// result.
func Widened(d referentials.Descriptor, rows referentials.Rows, c *Collections, r *Result) (referentials.Descriptor, referentials.Rows, error) {
	fields := r.fields(c)
	wide := d.Clone()
	wide.Fields = wide.Fields[:0]
	var kept []int
	for i := range d.Fields {
		if !slices.ContainsFunc(fields, func(f referentials.Field) bool { return f.Name == d.Fields[i].Name }) {
			wide.Fields, kept = append(wide.Fields, d.Fields[i]), append(kept, i)
		}
	}
	wide.Fields = append(wide.Fields, fields...)
	for _, name := range onTiles {
		if !slices.Contains(wide.Tiles.Fields, name) {
			wide.Tiles.Fields = append(wide.Tiles.Fields, name)
		}
	}
	return wide, func(yield func(*referentials.Row, error) bool) {
		var out referentials.Row
		k := 0
		for row, err := range rows {
			if err == nil && k == len(r.Cells) {
				err = referentials.Errorf(referentials.Internal, "there are more cells than the %d measured", k).At("collection %s", d.ID)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			out.Values = out.Values[:0]
			for _, f := range kept {
				out.Values = append(out.Values, row.Values[f])
			}
			out.Values, out.Geom = r.Cells[k].Values(out.Values), row.Geom
			k++
			if !yield(&out, nil) {
				return
			}
		}
	}, wide.Validate()
}

// PublishedForms gives what the forms of the buildings are published as, in the same way.
func PublishedForms(id string, buildings *snapshot.PublicCollection, r *Result) (referentials.Descriptor, referentials.Rows, error) {
	d, kept, err := beside(id, buildings, formFields())
	if err != nil {
		return d, nil, err
	}
	d.Description = referentials.Text{FR: "Indicateurs de forme, par bâtiment ; l'origine des hauteurs et des niveaux est dite.", EN: "Indicators of form, by building; where heights and levels come from is told."}
	d.Tiles.Fields = []string{buildings.Descriptor().Key, "hauteur_toit", "niveaux", "contiguite"}
	return d, rowsBeside(buildings, kept, func(i int, dst []referentials.Value) []referentials.Value { return r.Forms[i].Values(dst) }), d.Validate()
}

// beside describes fields put beside what tells the features of a collection apart, and
// gives which of its own those are.
func beside(id string, c *snapshot.PublicCollection, fields []referentials.Field) (d referentials.Descriptor, kept []int, err error) {
	of := c.Descriptor()
	taken := func(name string) bool {
		return slices.ContainsFunc(fields, func(f referentials.Field) bool { return f.Name == name })
	}
	if taken(of.Key) {
		return d, nil, referentials.Errorf(referentials.Invalid, "its key %q has the name of an indicator", of.Key).
			At("collection %s", c.ID()).Do("give the key another name")
	}
	d = of.Clone()
	d.ID, d.Fields, d.Mesh, d.Inferred = id, nil, false, false
	d.Class, d.Producer, d.Frequency = referentials.Territorial, "", referentials.Irregular
	d.Title = referentials.Text{FR: "Morphologie : " + or(of.Title.FR, c.ID()), EN: "Morphology: " + or(of.Title.EN, c.ID())}
	d.Tiles.FieldZooms = nil
	for i, f := range of.Fields {
		tells := f.Role == referentials.Key || f.Role == referentials.Ref || f.Role == referentials.Label || f.Role == referentials.Category
		if f.Name == of.Key || tells && !taken(f.Name) {
			f.Weight = ""
			d.Fields, kept = append(d.Fields, f), append(kept, i)
		}
	}
	d.Fields = append(d.Fields, fields...)
	return d, kept, nil
}

// rowsBeside gives the rows of a collection with other values beside those kept.
func rowsBeside(c *snapshot.PublicCollection, kept []int, values func(i int, dst []referentials.Value) []referentials.Value) referentials.Rows {
	return func(yield func(*referentials.Row, error) bool) {
		var row referentials.Row
		for i := range c.Len() {
			row.Values = row.Values[:0]
			for _, f := range kept {
				row.Values = append(row.Values, c.Value(i, f))
			}
			row.Values, row.Geom = values(i, row.Values), c.Geometry(i)
			if !yield(&row, nil) {
				return
			}
		}
	}
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
