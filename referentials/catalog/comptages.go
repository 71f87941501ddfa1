package catalog

import (
	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// comptages is what cycle and pedestrian counters measured.
func comptages() referentials.Descriptor {
	return referentials.Descriptor{
		ID:    "comptages",
		Title: words("Comptages vélos et piétons", "Cycle and pedestrian counts"),
		Description: words("Mesures des éco-compteurs : un nombre de passages par compteur, sens et pas de temps.",
			"Measures of the eco-counters: a number of passages per counter, direction and time step."),
		Class: referentials.Territorial, Geometry: geo.Point, CRS: crs.CRS84, Key: "id_mesure",
		Producer: rennes, Licence: odbl, Frequency: referentials.Daily, Access: referentials.Open,
		Tiles: referentials.TilePolicy{MinZoom: 11, MaxZoom: 15, Fields: []string{"id_mesure", "id", "name", "counts"}},
		Fields: columns(
			rowNumber("id_mesure"),
			instant("date", "Date et heure de la mesure", "Date and time of the measure").time().aka("isodate"),
			integer("counts", "Passages", "Passages").extensive(count).aka("comptage", "sum_counts"),
			category("status", "État de la mesure", "Status of the measure"),
			text("id", "Identifiant du compteur", "Counter identifier").aka("id_compteur", "counter"),
			text("name", "Nom du compteur", "Counter name").label().aka("nom_compteur"),
			category("sens", "Sens", "Direction"),
		),
	}
}
