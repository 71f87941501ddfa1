package catalog

import "socle/referentials"

// filosofiIris is INSEE's disposable-income table. Its columns end with the two digits
// of their vintage (DISP_MED18); here the digits are left out, so that a collection
// outlives them, and the descriptor's vintage tells the year.
func filosofiIris() referentials.Descriptor {
	quantile := func(name, fr, en string) column {
		return number(name, fr, en).uncombinable(euro,
			"Un quantile de zone ne se combine pas en quantile d'un ensemble de zones.",
			"A quantile of a zone is not combined into a quantile of several zones.")
	}
	index := func(name, fr, en string) column {
		return number(name, fr, en).uncombinable(count,
			"Un rapport de quantiles ou un indice d'inégalité ne se combine pas.",
			"A ratio of quantiles or an inequality index is not combined.")
	}
	share := func(name, fr, en string) column {
		return number(name, fr, en).uncombinable(percent,
			"Part du revenu disponible : il faudrait la masse des revenus, que la table ne donne pas.",
			"Share of disposable income: it would need the mass of incomes, which the table does not give.")
	}
	return referentials.Descriptor{
		ID:    "filosofi_iris",
		Title: words("Revenus disponibles à l'IRIS (Filosofi)", "Disposable income by IRIS (Filosofi)"),
		Description: words("Niveau, dispersion et structure du revenu disponible par unité de consommation. Une case vide est secrète ou absente, jamais nulle.",
			"Level, spread and structure of disposable income per consumption unit. An empty cell is secret or absent, never zero."),
		Class: referentials.Territory, Key: "code_iris",
		Producer: insee, Licence: etalab, Frequency: referentials.Annual, Access: referentials.Open,
		Fields: columns(
			text("code_iris", "Code de l'IRIS", "IRIS code").keyOf("iris").aka("iris"),
			text("libiris", "Nom de l'IRIS", "IRIS name").label().aka("nom_iris"),
			text("com", "Code INSEE de la commune", "Commune code").refers("communes").aka("code_insee"),
			text("libcom", "Nom de la commune", "Commune name").aka("nom_commune"),
			integer("nbpersmenfisc", "Personnes des ménages fiscaux", "Persons in tax households").extensive(count).aka("nbpers"),
			number("disp_tp60", "Taux de pauvreté au seuil de 60 %", "Poverty rate at 60 %").intensive(percent, "nbpersmenfisc"),
			quantile("disp_q1", "1er quartile", "1st quartile"),
			quantile("disp_med", "Médiane", "Median"),
			quantile("disp_q3", "3e quartile", "3rd quartile"),
			index("disp_eq", "Écart interquartile rapporté à la médiane", "Interquartile range over the median"),
			quantile("disp_d1", "1er décile", "1st decile"),
			quantile("disp_d2", "2e décile", "2nd decile"),
			quantile("disp_d3", "3e décile", "3rd decile"),
			quantile("disp_d4", "4e décile", "4th decile"),
			quantile("disp_d6", "6e décile", "6th decile"),
			quantile("disp_d7", "7e décile", "7th decile"),
			quantile("disp_d8", "8e décile", "8th decile"),
			quantile("disp_d9", "9e décile", "9th decile"),
			index("disp_rd", "Rapport interdécile D9/D1", "Decile ratio D9/D1"),
			index("disp_s80s20", "S80/S20", "S80/S20"),
			index("disp_gi", "Indice de Gini", "Gini index"),
			share("disp_pact", "Part des revenus d'activité", "Share of activity income"),
			share("disp_ptsa", "dont traitements et salaires", "of which wages and salaries"),
			share("disp_pcho", "dont indemnités de chômage", "of which unemployment benefits"),
			share("disp_pben", "dont revenus des activités non salariées", "of which self-employment income"),
			share("disp_ppen", "Part des pensions, retraites et rentes", "Share of pensions and annuities"),
			share("disp_ppat", "Part des revenus du patrimoine", "Share of property income"),
			share("disp_ppsoc", "Part des prestations sociales", "Share of social benefits"),
			share("disp_ppfam", "dont prestations familiales", "of which family benefits"),
			share("disp_ppmini", "dont minima sociaux", "of which minimum social benefits"),
			share("disp_pplogt", "dont prestations logement", "of which housing benefits"),
			share("disp_pimpot", "Part des impôts", "Share of taxes"),
			category("disp_note", "Note de précaution", "Note of caution"),
		),
	}
}
