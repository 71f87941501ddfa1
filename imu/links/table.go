package links

import (
	"math"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// The columns of a table of links that have names of their own.
const (
	linkColumn     = "id_lien"
	AddressColumn  = "id_adr"
	BuildingColumn = "id_bat"
	ruleColumn     = "regle"
	distanceColumn = "distance_m"
	shareColumn    = "part"
	checkedColumn  = "rue_connue"
)

// Describe describes links as a collection: lines from the address to the façade, so that
// they can be looked at on a map. Links that are given or inside have no line.
func Describe(id string, addresses, buildings *snapshot.Collection) referentials.Descriptor {
	a, b := addresses.Descriptor(), buildings.Descriptor()
	say := func(fr, en string) referentials.Text { return referentials.Text{FR: fr, EN: en} }
	return referentials.Descriptor{
		ID: id, Title: say("Liens des adresses aux bâtiments", "Links of addresses to buildings"),
		Description: say("À quels bâtiments chaque adresse appartient, selon quelle règle, à quelle distance de la façade.",
			"Which buildings each address belongs to, by which rule, how far from the façade."),
		Class: referentials.Reference, Access: referentials.Open, Geometry: geo.LineString, CRS: a.CRS, Key: linkColumn, Frequency: referentials.Irregular,
		Producer: a.Producer, Licence: a.Licence, Tiles: referentials.TilePolicy{MinZoom: 15, MaxZoom: 17},
		Fields: []referentials.Field{
			{Name: linkColumn, Title: say("Identifiant du lien", "Identifier of the link"), Type: referentials.String, Role: referentials.Key},
			{Name: AddressColumn, Title: say("Adresse", "Address"), Type: referentials.String, Role: referentials.Ref, Refers: a.ID},
			{Name: BuildingColumn, Title: say("Bâtiment", "Building"), Type: referentials.String, Role: referentials.Ref, Refers: b.ID},
			{Name: ruleColumn, Title: say("Règle (given, inside, parcelle, facade)", "Rule (given, inside, parcelle, facade)"), Type: referentials.String, Role: referentials.Category},
			{Name: distanceColumn, Title: say("Distance à la façade", "Distance to the façade"), Type: referentials.Number, Unit: "m"},
			{Name: shareColumn, Title: say("Part de l'adresse", "Share of the address"), Type: referentials.Number, Unit: "1"},
			{Name: checkedColumn, Title: say("Une rue est connue à portée : le lien n'en traverse aucune", "A street is known within reach: the link crosses none"), Type: referentials.Boolean},
		},
	}
}

// Rows gives the links as rows of Describe.
func (r *Result) Rows(addresses, buildings *snapshot.Collection) referentials.Rows {
	return func(yield func(*referentials.Row, error) bool) {
		from, to := addresses.Descriptor().KeyIndex(), buildings.Descriptor().KeyIndex()
		for _, l := range r.Links {
			a, b := addresses.Value(l.Address, from).String(), buildings.Value(l.Building, to).String()
			row := referentials.Row{Values: []referentials.Value{
				referentials.StringValue(a + "/" + b), referentials.StringValue(a), referentials.StringValue(b), referentials.StringValue(string(l.Rule)),
				referentials.NumberValue(math.Round(l.Distance*100) / 100), referentials.NumberValue(l.Share), referentials.BooleanValue(l.Checked),
			}}
			if math.IsNaN(l.Distance) {
				row.Values[4] = referentials.Null
			}
			if l.Rule != Facade {
				row.Values[6] = referentials.Null
			}
			if xy := addresses.Geometry(l.Address).XY; l.Distance > 0 && len(xy) >= 2 {
				row.Geom = geo.Geometry{Type: geo.LineString, XY: []float64{xy[0], xy[1], l.Foot[0], l.Foot[1]}}
				row.Geom.EndRing()
			}
			if !yield(&row, nil) {
				return
			}
		}
	}
}
