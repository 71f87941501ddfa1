package catalog

import (
	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// voies is the street part of the « Référentiel voies et adresses ».
func voies() referentials.Descriptor {
	return referentials.Descriptor{
		ID:    "voies",
		Title: words("Voies", "Streets"),
		Description: words("Voies du Référentiel voies et adresses (RVA), avec le détail de leur nom.",
			"Streets of the street and address register (RVA), with the parts of their name."),
		Class: referentials.Reference, Geometry: geo.MultiLineString, CRS: crs.EPSG(3948), Key: "id_voie",
		Producer: rennes, Licence: odbl, Frequency: referentials.Weekly, Access: referentials.Open,
		Tiles: referentials.TilePolicy{MinZoom: 11, MaxZoom: 16, Fields: []string{"id_voie", "voie_nom_complet", "nature", "importance"}},
		Fields: columns(
			text("id_voie", "Identifiant de la voie", "Street identifier").key().aka("cleabs", "id_troncon", "id"),
			text("code_insee", "Code INSEE de la commune", "Commune code").refers("communes").
				aka("insee_com", "code_commune", "commune_insee", "inseecom_g"),
			text("fantoir", "Code FANTOIR (RIVOLI)", "FANTOIR (RIVOLI) street code").aka("rivoli", "code_fantoir", "code_rivoli"),
			text("type", "Type de voie", "Kind of street").aka("type_voie"),
			text("voie_nom", "Nom sans le type", "Name without its kind").aka("nom_voie"),
			text("voie_nom_complet", "Nom complet", "Full name").label().
				aka("nom_complet", "name", "nom_coll_g", "nom_1_g", "nom_voie_g", "toponyme", "denomination"),
			text("article1", "Premier article", "First article"),
			text("prenom1", "Premier prénom", "First given name"),
			text("article2", "Second article", "Second article"),
			text("prenom2", "Second prénom", "Second given name"),
			text("particule", "Particule", "Particle"),
			text("nom", "Nom propre", "Proper name"),
			category("genre", "Genre de la personne honorée", "Gender of the person honoured"),
			category("nature", "Nature de la voie", "Nature of the way").aka("highway", "nature_voie"),
			category("importance", "Importance dans le réseau", "Importance in the network"),
			category("sens", "Sens de circulation", "Direction of traffic").aka("sens_de_circulation", "oneway"),
			text("pos_sol", "Position par rapport au sol", "Level relative to the ground").aka("position_par_rapport_au_sol", "layer"),
			number("largeur", "Largeur de chaussée", "Carriageway width").in(metre).aka("largeur_de_chaussee"),
		),
	}
}
