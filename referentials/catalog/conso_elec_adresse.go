package catalog

import "socle/referentials"

// consoElecAdresse is the yearly consumption of electricity by address: micro-data.
func consoElecAdresse() referentials.Descriptor {
	return referentials.Descriptor{
		ID:    "conso_elec_adresse",
		Title: words("Consommation d'électricité à l'adresse", "Electricity consumption by address"),
		Description: words("Consommation annuelle d'électricité par adresse, avec le nombre de points de livraison. Microdonnées : elles ne sortent qu'agrégées.",
			"Yearly electricity consumption by address, with the number of delivery points. Micro-data: it leaves only as aggregates."),
		Class: referentials.Territorial, Key: "id",
		Producer: "Enedis", Licence: etalab, Frequency: referentials.Annual,
		Access: referentials.Restricted, Profile: "energie-elec-res",
		Fields: addressEnergy(),
	}
}
