package catalog

import "socle/referentials"

// recensementIris is the census by IRIS. INSEE's columns carry the two digits of their
// vintage (P18_POP); here they are left out and the descriptor's vintage tells the year.
func recensementIris() referentials.Descriptor {
	measure := func(name, fr, en string) column { return number(name, fr, en).extensive(count) }
	return referentials.Descriptor{
		ID:    "recensement_iris",
		Title: words("Recensement de la population à l'IRIS", "Population census by IRIS"),
		Description: words("Population, ménages et logements du recensement, par IRIS. Les effectifs sont des estimations, donc rarement entiers.",
			"Population, households and dwellings of the census, by IRIS. Counts are estimates, so seldom whole."),
		Class: referentials.Territory, Key: "code_iris",
		Producer: insee, Licence: etalab, Frequency: referentials.Annual, Access: referentials.Open,
		Fields: columns(
			text("code_iris", "Code de l'IRIS", "IRIS code").keyOf("iris").aka("iris"),
			text("libiris", "Nom de l'IRIS", "IRIS name").label().aka("nom_iris"),
			text("com", "Code INSEE de la commune", "Commune code").refers("communes").aka("code_insee", "depcom"),
			text("libcom", "Nom de la commune", "Commune name").aka("nom_commune"),
			category("typ_iris", "Type d'IRIS", "Kind of IRIS").aka("type_iris"),
			measure("p_pop", "Population", "Population").aka("pop", "pop_total"),
			measure("p_pop0002", "Population de 0 à 2 ans", "Population aged 0–2"),
			measure("p_pop0305", "Population de 3 à 5 ans", "Population aged 3–5"),
			measure("p_pop0610", "Population de 6 à 10 ans", "Population aged 6–10"),
			measure("p_pop1117", "Population de 11 à 17 ans", "Population aged 11–17"),
			measure("p_pop1824", "Population de 18 à 24 ans", "Population aged 18–24"),
			measure("p_pop2539", "Population de 25 à 39 ans", "Population aged 25–39"),
			measure("p_pop4054", "Population de 40 à 54 ans", "Population aged 40–54"),
			measure("p_pop5564", "Population de 55 à 64 ans", "Population aged 55–64"),
			measure("p_pop6579", "Population de 65 à 79 ans", "Population aged 65–79"),
			measure("p_pop80p", "Population de 80 ans ou plus", "Population aged 80 or more"),
			measure("p_pmen", "Population des ménages", "Population in households"),
			measure("c_men", "Ménages", "Households").aka("men", "p_men"),
			measure("p_log", "Logements", "Dwellings").aka("log"),
			measure("p_rp", "Résidences principales", "Main residences"),
			measure("p_rsecocc", "Résidences secondaires et logements occasionnels", "Second homes and occasional dwellings"),
			measure("p_logvac", "Logements vacants", "Vacant dwellings"),
			measure("p_maison", "Maisons", "Houses"),
			measure("p_appart", "Appartements", "Flats"),
		),
	}
}
