package catalog

import (
	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// dpe is the energy performance certificates of dwellings, located by the BAN.
func dpe() referentials.Descriptor {
	const area = "surface_habitable_logement"
	energy := func(name, fr, en string) column { return number(name, fr, en).extensive(kilowattH) }
	cost := func(name, fr, en string) column { return number(name, fr, en).extensive(euro) }
	return referentials.Descriptor{
		ID:    "dpe",
		Title: words("Diagnostics de performance énergétique", "Energy performance certificates"),
		Description: words("DPE des logements, placés à l'adresse de la BAN.",
			"Energy performance certificates of dwellings, placed at their BAN address."),
		Class: referentials.Territory, Geometry: geo.Point, CRS: crs.EPSG(2154), Key: "numero_dpe",
		Producer: "ADEME", Licence: etalab, Frequency: referentials.Weekly, Access: referentials.Open,
		Tiles: referentials.TilePolicy{MinZoom: 13, MaxZoom: 16, Fields: []string{"numero_dpe", "etiquette_dpe", "etiquette_ges", "conso_5_usages_par_m2_ep"}},
		Fields: columns(
			text("numero_dpe", "Numéro du DPE", "Certificate number").key().aka("n_dpe"),
			text("identifiant_ban", "Identifiant de l'adresse dans la BAN", "BAN address identifier").aka("id_ban"),
			text("id_adr", "Identifiant de l'adresse", "Address identifier").refers("adresses").aka("id_adresse"),
			day("date_etablissement_dpe", "Date d'établissement", "Date of issue").time(),
			day("date_fin_validite_dpe", "Date de fin de validité", "End of validity"),
			text("version_dpe", "Version de la méthode", "Version of the method"),
			category("etiquette_dpe", "Étiquette énergie (A à G)", "Energy label (A to G)"),
			category("etiquette_ges", "Étiquette climat (A à G)", "Greenhouse gas label (A to G)"),
			category("type_batiment", "Type de bâtiment", "Kind of building"),
			category("type_energie_n1", "Énergie principale", "Main energy").aka("type_energie_n_1", "type_energie_principale_chauffage"),
			integer("annee_construction", "Année de construction", "Year of construction").in(year),
			number(area, "Surface habitable du logement", "Living area of the dwelling").extensive(squareM),
			energy("conso_5_usages_ef", "Consommation des 5 usages, énergie finale", "Final energy of the 5 uses").aka("conso_5_usages_e_finale"),
			number("conso_5_usages_par_m2_ep", "Consommation des 5 usages par m², énergie primaire", "Primary energy of the 5 uses per m²").
				intensive("kW.h/m2", area).aka("conso_5_usages_par_m2_e_primaire"),
			energy("conso_chauffage_ef", "Consommation de chauffage, énergie finale", "Final energy for heating").aka("conso_chauffage_e_finale"),
			energy("conso_chauffage_depensier_ef", "Consommation de chauffage, usage dépensier", "Final energy for heating, lavish use").
				aka("conso_chauffage_depensier_e_finale"),
			energy("conso_ecs_ef", "Consommation d'eau chaude, énergie finale", "Final energy for hot water").aka("conso_ecs_e_finale"),
			energy("conso_ecs_ep", "Consommation d'eau chaude, énergie primaire", "Primary energy for hot water").aka("conso_ecs_e_primaire"),
			number("emission_ges_5_usages", "Émissions de gaz à effet de serre des 5 usages", "Greenhouse gas emissions of the 5 uses").extensive(kilogram),
			number("emission_ges_5_usages_par_m2", "Émissions des 5 usages par m²", "Emissions of the 5 uses per m²").
				intensive("kg/m2", area),
			number("emission_ges_chauffage", "Émissions du chauffage", "Emissions from heating").extensive(kilogram),
			number("emission_ges_ecs", "Émissions de l'eau chaude", "Emissions from hot water").extensive(kilogram),
			cost("cout_total_5_usages", "Coût des 5 usages", "Cost of the 5 uses"),
			cost("cout_chauffage", "Coût du chauffage", "Cost of heating"),
			cost("cout_ecs", "Coût de l'eau chaude", "Cost of hot water"),
			text("code_insee_ban", "Code INSEE de la commune", "Commune code").refers("communes"),
			text("code_postal_ban", "Code postal", "Postcode"),
			text("nom_commune_ban", "Nom de la commune", "Commune name").label(),
		),
	}
}
