package catalog

import (
	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// communes is the municipalities.
func communes() referentials.Descriptor {
	return referentials.Descriptor{
		ID:          "communes",
		Title:       words("Communes", "Municipalities"),
		Description: words("Limites des communes, au code officiel géographique.", "Boundaries of municipalities, by official geographic code."),
		Class:       referentials.Reference, Geometry: geo.MultiPolygon, CRS: crs.EPSG(2154), Key: "code_insee", Mesh: true,
		Producer: ign, Licence: etalab, Frequency: referentials.Annual, Access: referentials.Open,
		Tiles: referentials.TilePolicy{MinZoom: 5, MaxZoom: 14, Fields: []string{"code_insee", "nom", "population"}},
		Fields: columns(
			text("code_insee", "Code INSEE", "INSEE code").key().
				aka("insee_com", "com_code", "code_commune", "codgeo", "depcom", "com", "code"),
			text("nom", "Nom", "Name").label().
				aka("nom_com", "nom_commune", "com_name", "libcom", "libgeo", "nom_officiel"),
			text("code_departement", "Code du département", "Département code").aka("insee_dep", "dep_code", "dep"),
			text("code_epci", "Code SIREN de l'intercommunalité", "SIREN code of the inter-municipal body").
				aka("siren_epci", "codes_siren_des_epci", "epci", "epci_code"),
			text("code_postal", "Code postal", "Postcode").aka("code_post"),
			integer("population", "Population municipale", "Municipal population").extensive(count).aka("pop", "popul"),
			number("surface_ha", "Superficie cadastrale", "Cadastral area").extensive(hectare).aka("surface_en_ha", "superficie"),
		),
	}
}
