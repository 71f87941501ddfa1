package catalog

import (
	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// batiments is the building footprints, as the metropolis, the IGN and the RNB give them.
func batiments() referentials.Descriptor {
	return referentials.Descriptor{
		ID:    "batiments",
		Title: words("Bâtiments", "Buildings"),
		Description: words("Emprises des bâtiments avec leurs altitudes, niveaux et logements.",
			"Building footprints with their altitudes, levels and dwellings."),
		Class: referentials.Reference, Geometry: geo.MultiPolygon, CRS: crs.EPSG(3948), Key: "gml_id",
		Producer: rennes, Licence: odbl, Frequency: referentials.Biannual, Access: referentials.Open,
		Tiles: referentials.TilePolicy{MinZoom: 13, MaxZoom: 16, Fields: []string{"gml_id", "zmin", "zmax", "hauteur", "niveau", "nb_logement", "usage1"}},
		Fields: columns(
			text("gml_id", "Identifiant du bâtiment", "Building identifier").key().aka("rnb_id", "cleabs", "id", "fid"),
			text("id_bati3d", "Identifiant dans la maquette 3D", "Identifier in the 3D model"),
			text("code_insee", "Code INSEE de la commune", "Commune code").refers("communes").aka("insee_com"),
			text("parcelle", "Parcelle cadastrale", "Cadastral parcel").refers("parcelles"),
			integer("jannat", "Année de construction", "Year of construction").in(year).role(referentials.Time).
				aka("annee_construction"),
			number("zmin", "Altitude du sol, au plus bas", "Lowest ground altitude").in(metre).aka("z_min_sol", "altitude_minimale_sol", "z_min"),
			number("zmax", "Altitude du faîtage", "Ridge altitude").in(metre).aka("z_max_toit", "altitude_maximale_toit", "z_max"),
			number("hauteur", "Hauteur à la gouttière", "Height at the gutter").in(metre),
			integer("niveau", "Nombre de niveaux", "Number of levels").in(count).
				aka("nb_etages", "nombre_d_etages"),
			integer("nb_logement", "Nombre de logements", "Number of dwellings").extensive(count).
				aka("nb_logts", "nombre_de_logements"),
			integer("nb_maison", "Nombre de maisons", "Number of houses").extensive(count),
			integer("nb_appart", "Nombre d'appartements", "Number of flats").extensive(count),
			category("nature", "Nature", "Nature").aka("building"),
			category("usage1", "Usage principal", "Main use").aka("usage_1"),
			category("usage2", "Usage secondaire", "Secondary use").aka("usage_2"),
			category("leger", "Construction légère", "Light structure").aka("construction_legere"),
			category("etat", "État", "State").aka("etat_de_l_objet", "status"),
			category("mat_murs", "Matériaux des murs (code foncier)", "Wall materials (land file code)").aka("materiaux_des_murs"),
			category("mat_toits", "Matériaux de la toiture (code foncier)", "Roof materials (land file code)").aka("materiaux_de_la_toiture"),
			number("z_min_toit", "Altitude minimale du toit", "Lowest roof altitude").in(metre).aka("altitude_minimale_toit"),
			number("z_max_sol", "Altitude du sol, au plus haut", "Highest ground altitude").in(metre).aka("altitude_maximale_sol"),
		),
	}
}
