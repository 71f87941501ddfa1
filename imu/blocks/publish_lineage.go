package blocks

import (
	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// fateTerms are the fates in words.
var fateTerms = []referentials.Term{
	{Value: string(Kept), Title: referentials.Text{FR: "Conservé", EN: "Kept"}},
	{Value: string(Split), Title: referentials.Text{FR: "Découpé", EN: "Split"}},
	{Value: string(Merged), Title: referentials.Text{FR: "Fusionné", EN: "Merged"}},
	{Value: string(Moved), Title: referentials.Text{FR: "Redistribué", EN: "Moved"}},
	{Value: string(Born), Title: referentials.Text{FR: "Apparu", EN: "Born"}},
	{Value: string(Gone), Title: referentials.Text{FR: "Disparu", EN: "Gone"}},
	{Value: string(Slight), Title: referentials.Text{FR: "Limite retouchée", EN: "Border redrawn"}},
}

// LineageOf gives the lineage of blocks as a table: what each block of one vintage has in
// common with each of the next, and what became of it. Old keys, new keys and the share of the
// old block come first, in this order, so that it is a table of passage from one to the other.
// of describes the blocks; previous is the vintage before, and may have the same id.
func (r *Result) LineageOf(id string, of, previous *referentials.Descriptor) (referentials.Descriptor, referentials.Rows) {
	text := func(name, fr, en string, role referentials.Role) referentials.Field {
		return referentials.Field{Name: name, Type: referentials.String, Role: role, Disclosure: referentials.Public, Title: referentials.Text{FR: fr, EN: en}}
	}
	number := func(name, fr, en, unit string) referentials.Field {
		return referentials.Field{Name: name, Type: referentials.Number, Unit: unit, Disclosure: referentials.Public, Title: referentials.Text{FR: fr, EN: en}}
	}
	old, now, fate := text("id_imu_ancien", "Îlot du millésime précédent", "Block of the vintage before", referentials.Category),
		text("id_imu", "Îlot", "Block", referentials.Ref), text("sort", "Sort de l'îlot", "What became of the block", referentials.Category)
	now.Refers, fate.Terms = of.ID, fateTerms
	if previous.ID != of.ID {
		old.Role, old.Refers = referentials.Ref, previous.ID
	}
	shared := number("surface_commune", "Surface commune", "Area in common", "m2")
	shared.Role = referentials.Extensive
	d := referentials.Descriptor{
		ID: id, Key: "id_lien", Class: of.Class, Geometry: geo.None, CRS: crs.CRS{}, Licence: of.Licence, Vintage: of.Vintage, Access: of.Access, Frequency: referentials.Irregular,
		Title:       referentials.Text{FR: "Filiation des îlots", EN: "Lineage of blocks"},
		Description: referentials.Text{FR: "Ce que chaque îlot d'un millésime partage avec ceux du suivant ; c'est aussi leur table de passage.", EN: "What each block of one vintage has in common with those of the next; it is their table of passage too."},
		Fields: []referentials.Field{
			text("id_lien", "Ancien et nouvel îlot", "Old and new block", referentials.Key), old, now,
			number("part_ancien", "Part de l'ancien îlot", "Share of the old block", "1"), number("part_nouveau", "Part du nouvel îlot", "Share of the new block", "1"),
			shared, fate, text("millesime_ancien", "Millésime précédent", "Vintage before", referentials.Plain), text("millesime", "Millésime", "Vintage", referentials.Plain),
		},
	}
	word := func(s string) referentials.Value {
		if s == "" {
			return referentials.Null
		}
		return referentials.StringValue(s)
	}
	return d, func(yield func(*referentials.Row, error) bool) {
		row := referentials.Row{Values: make([]referentials.Value, len(d.Fields))}
		for _, l := range r.Lineage {
			copy(row.Values, []referentials.Value{
				referentials.StringValue(l.Old + ">" + l.New), word(l.Old), word(l.New),
				referentials.NumberValue(l.OfOld), referentials.NumberValue(l.OfNew), referentials.NumberValue(l.Area),
				referentials.StringValue(string(l.Fate)), word(previous.Vintage), word(of.Vintage),
			})
			if !yield(&row, nil) {
				return
			}
		}
	}
}
