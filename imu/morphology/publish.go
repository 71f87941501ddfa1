package morphology

import (
	"slices"

	"socle/referentials"
	"socle/referentials/snapshot"
)

// Published gives what a result is published as: a mesh with the shapes and the key of the
// one measured, what tells its cells apart (labels, references, categories), and the
// indicators. Invalid when the key has the name of an indicator.
func Published(id string, mesh *snapshot.PublicCollection, r *Result) (referentials.Descriptor, referentials.Rows, error) {
	of := mesh.Descriptor()
	fields := Fields()
	taken := func(name string) bool {
		return slices.ContainsFunc(fields, func(f referentials.Field) bool { return f.Name == name })
	}
	if taken(of.Key) {
		return referentials.Descriptor{}, nil, referentials.Errorf(referentials.Invalid, "its key %q has the name of an indicator", of.Key).
			At("collection %s", mesh.ID()).Do("give the key another name")
	}
	d := of.Clone()
	d.ID, d.Fields, d.Mesh, d.Inferred = id, nil, true, false
	d.Class, d.Producer, d.Frequency = referentials.Territorial, "", referentials.Irregular
	d.Title = referentials.Text{FR: "Morphologie : " + or(of.Title.FR, mesh.ID()), EN: "Morphology: " + or(of.Title.EN, mesh.ID())}
	d.Description = referentials.Text{FR: "Indicateurs de forme urbaine, par maille.", EN: "Indicators of urban form, by cell."}
	var kept []int
	for i, f := range of.Fields {
		tells := f.Role == referentials.Key || f.Role == referentials.Ref || f.Role == referentials.Label || f.Role == referentials.Category
		if f.Name == of.Key || tells && !taken(f.Name) {
			f.Weight = ""
			d.Fields, kept = append(d.Fields, f), append(kept, i)
		}
	}
	d.Fields = append(d.Fields, fields...)
	d.Tiles.FieldZooms = nil
	d.Tiles.Fields = []string{of.Key, fieldType, fieldZone, "ces", "cos", "hauteur_moy", "densite_logements"}
	if k := of.LabelIndex(); k >= 0 && of.Fields[k].Name != of.Key && !taken(of.Fields[k].Name) {
		d.Tiles.Fields = append(d.Tiles.Fields, of.Fields[k].Name)
	}
	rows := func(yield func(*referentials.Row, error) bool) {
		var row referentials.Row
		for i := range r.Cells {
			row.Values = row.Values[:0]
			for _, f := range kept {
				row.Values = append(row.Values, mesh.Value(i, f))
			}
			row.Values = r.Cells[i].Values(row.Values)
			row.Geom = mesh.Geometry(i)
			if !yield(&row, nil) {
				return
			}
		}
	}
	return d, rows, d.Validate()
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
