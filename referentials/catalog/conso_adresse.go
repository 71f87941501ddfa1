package catalog

import "socle/referentials"

// addressEnergy are the columns that Enedis and GRDF share in their yearly tables of
// consumption by address. Rows describe a handful of households: the consumption is
// confidential and the count of delivery points is what a disclosure rule looks at.
func addressEnergy() []referentials.Field {
	const delivered = "nombre_de_logements"
	return columns(
		rowNumber("id"),
		integer("annee", "Année", "Year").time().in(year),
		text("code_iris", "Code de l'IRIS", "IRIS code").refers("iris").aka("iris", "ban_iris"),
		text("nom_iris", "Nom de l'IRIS", "IRIS name").aka("libelle_iris"),
		text("numero_de_voie", "Numéro dans la voie", "House number").aka("numero_voie", "num_voie", "numero"),
		text("indice_de_repetition", "Indice de répétition", "Suffix of the number").aka("indice_repetition"),
		text("type_de_voie", "Type de voie", "Kind of street").aka("type_voie"),
		text("libelle_de_voie", "Libellé de la voie", "Street name").aka("libelle_voie"),
		text("code_commune", "Code INSEE de la commune", "Commune code").refers("communes").aka("code_insee", "code_insee_commune", "ban_citycode"),
		text("nom_commune", "Nom de la commune", "Commune name").aka("libelle_commune"),
		category("segment_de_client", "Segment de clientèle", "Customer segment").aka("code_categorie_consommation"),
		integer(delivered, "Nombre de points de livraison", "Number of delivery points").extensive(count).unitCount().
			aka("nombre_de_sites", "nombre_de_points_de_livraison", "nombre_de_pdl", "nb_sites", "nb_pdl", "pdl"),
		number("consommation_annuelle_totale_de_l_adresse_mwh", "Consommation annuelle de l'adresse", "Yearly consumption of the address").
			extensive(megawattH).confidential().
			aka("consommation_annuelle_totale_de_ladresse_mwh", "consommation_annuelle_totale_de_l_adresse", "conso_totale_mwh", "conso_mwh", "conso"),
		number("consommation_annuelle_moyenne_par_site_de_l_adresse_mwh", "Consommation annuelle moyenne par site", "Mean yearly consumption per site").
			intensive(megawattH, delivered).confidential().
			aka("consommation_annuelle_moyenne_par_site_de_ladresse_mwh", "consommation_annuelle_moyenne_par_logement_de_l_adresse_mwh",
				"consommation_annuelle_moyenne_par_logement_de_ladresse_mwh", "consommation_annuelle_moyenne_de_l_adresse_mwh"),
		number("consommation_annuelle_moyenne_de_la_commune_mwh", "Consommation annuelle moyenne de la commune", "Mean yearly consumption of the commune").
			uncombinable(megawattH, "Valeur de la commune répétée sur chaque adresse : elle ne se combine pas.",
				"A value of the commune repeated on each address: it is not combined."),
		text("adresse", "Adresse", "Address").label(),
		category("code_grand_secteur", "Grand secteur", "Main sector"),
		category("code_secteur_naf2", "Secteur d'activité (NAF, 2 chiffres)", "Activity sector (NAF, 2 digits)").aka("code_naf2"),
		text("code_epci", "Code SIREN de l'intercommunalité", "SIREN code of the inter-municipal body"),
		category("operateur", "Gestionnaire de réseau", "Network operator"),
		category("filiere", "Énergie", "Energy"),
		text("id_adr", "Identifiant de l'adresse", "Address identifier").refers("adresses").aka("id_adresse", "ban_id", "ban_result_id"),
	)
}
