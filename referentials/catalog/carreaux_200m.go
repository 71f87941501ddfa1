package catalog

import (
	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// carreaux200m is INSEE's 200 m grid (Filosofi).
func carreaux200m() referentials.Descriptor {
	return referentials.Descriptor{
		ID:    "carreaux_200m",
		Title: words("Carreaux de 200 m", "200 m grid"),
		Description: words("Données carroyées Filosofi, carreaux de 200 m de la grille européenne (EPSG:3035).",
			"Filosofi gridded data, 200 m cells of the European grid (EPSG:3035)."),
		Class: referentials.Territory, Geometry: geo.MultiPolygon, CRS: crs.EPSG(2154), Key: "idcar_200m", Mesh: true,
		Producer: insee, Licence: etalab, Frequency: referentials.Irregular, Access: referentials.Open,
		Tiles: referentials.TilePolicy{MinZoom: 9, MaxZoom: 14, Fields: []string{"idcar_200m", "ind", "men", "men_pauv"}},
		Fields: gridFields(
			text("idcar_200m", "Identifiant INSPIRE du carreau", "INSPIRE cell identifier").key().aka("idinspire", "id_car2010", "id_car200m", "idcar200m", "idcar_nat"),
			text("idcar_1km", "Carreau de 1 km qui le contient", "The 1 km cell it lies in").refers("carreaux_1km").aka("id_carr1km"),
			category("i_est_200", "Valeurs observées (0) ou imputées (1)", "Observed (0) or imputed (1) values").aka("i_est_cr", "i_pauv"),
			text("lcog_geo", "Communes touchées", "Communes it touches").aka("lcog2018", "depcom"),
		),
	}
}
