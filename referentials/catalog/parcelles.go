package catalog

import (
	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// parcelles is the cadastral parcels.
func parcelles() referentials.Descriptor {
	return referentials.Descriptor{
		ID:          "parcelles",
		Title:       words("Parcelles cadastrales", "Cadastral parcels"),
		Description: words("Parcelles du plan cadastral informatisé.", "Parcels of the digital cadastral map."),
		Class:       referentials.Reference, Geometry: geo.MultiPolygon, CRS: crs.EPSG(2154), Key: "id", Mesh: true,
		Producer: "DGFiP", Licence: etalab, Frequency: referentials.Quarterly, Access: referentials.Open,
		Tiles: referentials.TilePolicy{MinZoom: 14, MaxZoom: 17, Fields: []string{"id", "section", "numero", "contenance"}},
		Fields: columns(
			text("id", "Identifiant de la parcelle (14 caractères)", "Parcel identifier (14 characters)").key().aka("idu", "id_parcelle"),
			text("commune", "Code INSEE de la commune", "Commune code").refers("communes").aka("code_insee", "code_com"),
			text("prefixe", "Préfixe de section", "Section prefix").aka("com_abs"),
			text("section", "Section", "Section"),
			text("numero", "Numéro dans la section", "Number within the section").label(),
			integer("contenance", "Contenance cadastrale", "Cadastral area").extensive(squareM),
			boolean("arpente", "Arpentée", "Surveyed"),
			day("created", "Date de création", "Date of creation"),
			day("updated", "Date de mise à jour", "Date of update").time(),
		),
	}
}
