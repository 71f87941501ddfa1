package catalog

import (
	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// imu is the urban morphological blocks with their indicators.
func imu() referentials.Descriptor {
	return referentials.Descriptor{
		ID:    "imu",
		Title: words("Îlots morphologiques urbains", "Urban morphological blocks"),
		Description: words("Partition de forme urbaine homogène, entre l'IRIS et la parcelle, avec ses indicateurs de morphologie.",
			"Partition of homogeneous urban form, between the IRIS and the parcel, with its indicators of morphology."),
		Class: referentials.Territorial, Geometry: geo.MultiPolygon, CRS: crs.EPSG(3948), Key: "id_imu", Mesh: true,
		Producer: "Audiar", Licence: etalab, Frequency: referentials.Irregular, Access: referentials.Open,
		Tiles: referentials.TilePolicy{MinZoom: 9, MaxZoom: 16, Fields: []string{"id_imu", "ces", "cos", "hauteur_moy", "densite_logements", "lcz"}},
		Fields: columns(
			text("id_imu", "Identifiant de l'îlot", "Block identifier").key().aka("imu", "id_ilot"),
			text("code_insee", "Code INSEE de la commune", "Commune code").refers("communes").aka("insee_com", "code_commune"),
			text("code_iris", "Code de l'IRIS", "IRIS code").refers("iris"),
			category("tissu", "Type de tissu urbain", "Kind of urban fabric"),
			number("surface", "Superficie de l'îlot", "Block area").extensive(squareM).aka("surface_m2", "aire"),
			integer("nb_batiments", "Nombre de bâtiments", "Number of buildings").extensive(count).aka("nb_bati"),
			integer("nb_adresses", "Nombre d'adresses", "Number of addresses").extensive(count),
			number("emprise_bati", "Emprise au sol du bâti", "Building footprint area").extensive(squareM),
			number("plancher", "Surface de plancher estimée", "Estimated floor area").extensive(squareM),
			number("volume", "Volume bâti", "Built volume").extensive(cubicM),
			integer("nb_logements", "Nombre de logements", "Number of dwellings").extensive(count).aka("nb_logement"),
			number("ces", "Coefficient d'emprise au sol", "Ground coverage").intensive(count, "surface"),
			number("cos", "Coefficient d'occupation du sol", "Floor area ratio").intensive(count, "surface"),
			number("densite_batiments", "Densité de bâtiments", "Building density").intensive(perHectare, "surface"),
			number("densite_logements", "Densité de logements", "Dwelling density").intensive(perHectare, "surface"),
			number("hauteur_moy", "Hauteur moyenne, pondérée par l'emprise", "Mean height, area weighted").intensive(metre, "emprise_bati"),
			number("hauteur_ecart", "Écart type des hauteurs", "Standard deviation of heights").uncombinable(metre,
				"Un écart type ne se combine pas par moyenne pondérée : le recalculer sur les bâtiments.",
				"A standard deviation is not combined by a weighted mean: compute it again from the buildings."),
			category("lcz", "Zone climatique locale", "Local climate zone"),
		),
	}
}
