package catalog

import (
	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// adresses is the address part of the « Référentiel voies et adresses ».
func adresses() referentials.Descriptor {
	return referentials.Descriptor{
		ID:    "adresses",
		Title: words("Adresses", "Addresses"),
		Description: words("Adresses du Référentiel voies et adresses (RVA), une par numéro, extension et bâtiment.",
			"Addresses of the street and address register (RVA), one per number, suffix and building."),
		Class: referentials.Reference, Geometry: geo.Point, CRS: crs.EPSG(3948), Key: "id_adr",
		Producer: rennes, Licence: odbl, Frequency: referentials.Weekly, Access: referentials.Open,
		Tiles: referentials.TilePolicy{MinZoom: 14, MaxZoom: 17, Fields: []string{"id_adr", "numero", "extension", "batiment", "id_voie", "adr_cplete"}},
		Fields: columns(
			text("id_adr", "Identifiant de l'adresse", "Address identifier").key().
				aka("id_adresse", "cle_interop", "id_ban_adresse", "uid_adresse", "id"),
			integer("numero", "Numéro dans la voie", "House number").aka("numero_voie", "num_voie"),
			text("extension", "Extension du numéro (bis, ter…)", "Suffix of the number (bis, ter…)").
				aka("suffixe", "rep", "indice_repetition"),
			text("batiment", "Bâtiment à la même adresse", "Building at the same address"),
			number("angle_grd", "Angle d'écriture du numéro, en grades", "Angle the number is written at, in gons").in(gon),
			number("angle_deg", "Angle d'écriture du numéro, en degrés", "Angle the number is written at, in degrees").in(degree),
			text("code_insee", "Code INSEE de la commune", "Commune code").refers("communes").
				aka("commune_insee", "insee_com", "code_commune", "citycode"),
			text("id_voie", "Identifiant de la voie", "Street identifier").refers("voies").
				aka("id_ban_toponyme", "id_fantoir", "code_voie"),
			text("voie_nom", "Nom de la voie", "Street name").
				aka("nom_voie", "toponyme", "libelle_voie", "addr:street"),
			text("adr_cplete", "Adresse complète", "Full address").label().
				aka("adresse_complete", "adresse", "label"),
			text("code_postal", "Code postal", "Postcode").aka("postcode", "addr:postcode"),
			text("nom_commune", "Nom de la commune", "Commune name").aka("commune_nom", "nom_com", "addr:city"),
			category("position", "Nature de la position (entrée, parcelle…)", "What the position is of (entrance, parcel…)").
				aka("type_position"),
			text("cad_parcelles", "Parcelles cadastrales, séparées par |", "Cadastral parcels, separated by |"),
			boolean("certification_commune", "Certifiée par la commune", "Certified by the commune"),
			day("date_der_maj", "Date de dernière mise à jour", "Date of last update").aka("date_maj", "date_modif"),
		),
	}
}
