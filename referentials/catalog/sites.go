package catalog

import (
	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// sites is the public register of sites and organisations.
func sites() referentials.Descriptor {
	return referentials.Descriptor{
		ID:    "sites",
		Title: words("Sites et organismes", "Sites and organisations"),
		Description: words("Base des sites et organismes : équipements, associations, services, à leur adresse.",
			"Register of sites and organisations: facilities, associations, services, at their address."),
		Class: referentials.Reference, Geometry: geo.Point, CRS: crs.EPSG(3948), Key: "id_site",
		Producer: rennes, Licence: odbl, Frequency: referentials.Weekly, Access: referentials.Open,
		Tiles: referentials.TilePolicy{MinZoom: 13, MaxZoom: 16, Fields: []string{"id_site", "nom", "themes"}},
		Fields: columns(
			text("id_site", "Identifiant du site", "Site identifier").key().aka("id_organisme", "id"),
			text("nom", "Nom", "Name").label().aka("nom_site", "nom_organisme", "nom_complet", "nom_court"),
			text("themes", "Thèmes", "Themes").aka("theme", "thematique"),
			text("numero", "Numéro dans la voie", "House number"),
			text("extension", "Extension du numéro", "Suffix of the number"),
			text("voie", "Nom de la voie", "Street name").aka("nom_voie", "voie_nom"),
			text("code_postal", "Code postal", "Postcode"),
			text("commune", "Nom de la commune", "Commune name").aka("nom_commune"),
			text("code_insee", "Code INSEE de la commune", "Commune code").refers("communes").aka("code_commune"),
			text("id_adr", "Identifiant de l'adresse", "Address identifier").refers("adresses").aka("id_adresse"),
		),
	}
}
