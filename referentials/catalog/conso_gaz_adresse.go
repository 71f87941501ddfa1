package catalog

import "socle/referentials"

// consoGazAdresse is the yearly consumption of gas by address: micro-data.
func consoGazAdresse() referentials.Descriptor {
	return referentials.Descriptor{
		ID:    "conso_gaz_adresse",
		Title: words("Consommation de gaz à l'adresse", "Gas consumption by address"),
		Description: words("Consommation annuelle de gaz par adresse, avec le nombre de points de livraison. Microdonnées : elles ne sortent qu'agrégées.",
			"Yearly gas consumption by address, with the number of delivery points. Micro-data: it leaves only as aggregates."),
		Class: referentials.Territorial, Key: "id",
		Producer: "GRDF", Licence: etalab, Frequency: referentials.Annual,
		Access: referentials.Restricted, Profile: "energie-gaz-res",
		Fields: addressEnergy(),
	}
}
