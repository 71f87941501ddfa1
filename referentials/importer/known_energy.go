package importer

import (
	"socle/geo/crs"
	"socle/referentials"
)

// energyFormats are the operators' tables of consumption and the energy certificates.
func energyFormats() []known {
	const total = "consommation_annuelle_totale_de_l_adresse_mwh|consommation_annuelle_totale_de_ladresse_mwh"
	return []known{
		{
			id: "Enedis by address", collection: "conso_elec_adresse",
			signature: []string{"annee", "code_commune", "libelle_de_voie", "segment_de_client|code_secteur_naf2", total},
		},
		{
			id: "GRDF by address", collection: "conso_gaz_adresse",
			signature: []string{"annee", "code_commune|code_insee", "libelle_de_voie|adresse", "pdl|nombre_de_pdl|nombre_de_points_de_livraison|nombre_de_sites", total},
			without:   []string{"nombre_de_logements", "consommation_annuelle_moyenne_de_la_commune_mwh"},
		},
		{
			id: "SDES by address", collection: "conso_elec_adresse",
			signature: []string{"operateur", "annee", "filiere", "lambert_93_x", "lambert_93_y", "conso", "pdl"},
			place:     place{"lambert_93_x", "lambert_93_y", crs.EPSG(2154)},
		},
		{
			id: "energy by IRIS", collection: "conso_iris",
			signature: []string{"annee", "code_iris|iris", "filiere|segment_de_client|code_grand_secteur|code_categorie_consommation", "conso*"},
			without: []string{
				"libelle_de_voie", "adresse", "lambert_93_x",
			},
		},
		{
			id: "DPE placed by the BAN", collection: "dpe", na: true,
			signature: []string{"n_dpe|numero_dpe", "etiquette_dpe", "etiquette_ges", "identifiant_ban"},
			place:     place{"coordonnee_cartographique_x_ban", "coordonnee_cartographique_y_ban", crs.EPSG(2154)},
			types: map[string]referentials.FieldType{
				"code_postal": referentials.String, "code_insee": referentials.String, "n_departement_ban": referentials.String,
				"n_region_ban": referentials.String, "code_insee_ancienne_commune": referentials.String,
			},
		},
	}
}
