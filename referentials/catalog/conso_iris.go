package catalog

import "socle/referentials"

// consoIris is the yearly consumption of energy by IRIS, as operators publish it.
func consoIris() referentials.Descriptor {
	return referentials.Descriptor{
		ID:    "conso_iris",
		Title: words("Consommation d'énergie à l'IRIS", "Energy consumption by IRIS"),
		Description: words("Consommation annuelle par IRIS, énergie et secteur, déjà passée au secret statistique : vide veut dire secret.",
			"Yearly consumption by IRIS, energy and sector, already under statistical secrecy: empty means secret."),
		Class: referentials.Territorial, Key: "id",
		Producer: "Enedis et GRDF", Licence: etalab, Frequency: referentials.Annual, Access: referentials.Open,
		Fields: columns(
			rowNumber("id"),
			integer("annee", "Année", "Year").time().in(year),
			text("code_iris", "Code de l'IRIS", "IRIS code").refers("iris").aka("iris"),
			text("nom_iris", "Nom de l'IRIS", "IRIS name").label().aka("libelle_iris", "libiris"),
			text("code_commune", "Code INSEE de la commune", "Commune code").refers("communes").aka("code_insee"),
			text("nom_commune", "Nom de la commune", "Commune name").aka("libelle_commune"),
			category("operateur", "Gestionnaire de réseau", "Network operator"),
			category("filiere", "Énergie", "Energy"),
			category("code_grand_secteur", "Grand secteur", "Main sector").aka("grand_secteur"),
			category("code_categorie_consommation", "Catégorie de consommation", "Consumption category").aka("segment_de_client"),
			integer("nb_sites", "Nombre de points de livraison", "Number of delivery points").extensive(count).
				aka("nombre_de_points_de_livraison", "nombre_de_sites", "nombre_de_logements", "nb_pdl", "pdl"),
			number("conso_totale_mwh", "Consommation totale", "Total consumption").extensive(megawattH).
				aka("consommation_annuelle_totale_de_l_iris_mwh", "consommation_annuelle_totale_mwh", "conso_mwh", "conso"),
			number("conso_moyenne_mwh", "Consommation moyenne par point de livraison", "Mean consumption per delivery point").
				intensive(megawattH, "nb_sites").aka("consommation_annuelle_moyenne_mwh"),
			integer("nombre_de_mailles_secretisees", "Mailles mises au secret", "Cells put under secrecy").in(count).
				aka("nombre_mailles_secretisees"),
		),
	}
}
