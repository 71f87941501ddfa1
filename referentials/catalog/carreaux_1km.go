package catalog

import (
	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// carreaux1km is INSEE's 1 km grid (Filosofi).
func carreaux1km() referentials.Descriptor {
	return referentials.Descriptor{
		ID:    "carreaux_1km",
		Title: words("Carreaux de 1 km", "1 km grid"),
		Description: words("Données carroyées Filosofi, carreaux de 1 km de la grille européenne (EPSG:3035).",
			"Filosofi gridded data, 1 km cells of the European grid (EPSG:3035)."),
		Class: referentials.Territory, Geometry: geo.MultiPolygon, CRS: crs.EPSG(2154), Key: "idcar_1km", Mesh: true,
		Producer: insee, Licence: etalab, Frequency: referentials.Irregular, Access: referentials.Open,
		Tiles: referentials.TilePolicy{MinZoom: 6, MaxZoom: 13, Fields: []string{"idcar_1km", "ind", "men", "men_pauv"}},
		Fields: gridFields(
			text("idcar_1km", "Identifiant INSPIRE du carreau", "INSPIRE cell identifier").key().aka("idinspire", "id_carr1km", "id_car1km"),
			category("i_est_1km", "Valeurs observées (0), en partie (2) ou toutes (1) imputées",
				"Observed (0), partly (2) or wholly (1) imputed values"),
			text("lcog_geo", "Communes touchées", "Communes it touches"),
		),
	}
}
