package catalog

import (
	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// parkings is the off-street car parks.
func parkings() referentials.Descriptor {
	return referentials.Descriptor{
		ID:          "parkings",
		Title:       words("Parkings", "Car parks"),
		Description: words("Parcs de stationnement hors voirie, publics et privés.", "Off-street car parks, public and private."),
		Class:       referentials.Territorial, Geometry: geo.MultiPoint, CRS: crs.EPSG(3948), Key: "gml_id",
		Producer: rennes, Licence: odbl, Frequency: referentials.Irregular, Access: referentials.Open,
		Tiles: referentials.TilePolicy{MinZoom: 12, MaxZoom: 16, Fields: []string{"gml_id", "nom", "type", "nb_pl"}},
		Fields: columns(
			text("gml_id", "Identifiant du parking", "Car park identifier").key().aka("id_parking"),
			text("id_voie", "Identifiant de la voie", "Street identifier").refers("voies"),
			text("nom_voie", "Nom de la voie", "Street name").aka("voie_nom"),
			text("code_insee", "Code INSEE de la commune", "Commune code").refers("communes").aka("insee_com"),
			text("nom_commune", "Nom de la commune", "Commune name").aka("nom_com"),
			category("type", "Type de parking", "Kind of car park"),
			text("nom", "Nom", "Name").label(),
			category("domaine", "Domaine public ou privé", "Public or private"),
			number("surface", "Surface", "Area").extensive(squareM),
			integer("nb_pl", "Nombre de places", "Number of spaces").extensive(count).aka("nb_places", "capacite"),
			category("categorie", "Catégorie d'usagers", "Users"),
			category("payant", "Payant", "Charged for"),
			category("handicape", "Places adaptées", "Accessible spaces"),
			text("commentaire", "Commentaire", "Comment"),
		),
	}
}
