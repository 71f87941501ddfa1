package catalog

import (
	"socle/referentials"
)

// gridColumns are the variables INSEE gives for each cell of its Filosofi grids,
// whatever the size of the cell.
func gridColumns() []column {
	people := func(name, fr, en string) column { return number(name, fr, en).extensive(count) }
	households, dwellings, persons := people, people, people
	return []column{
		persons("ind", "Individus", "Persons").aka("ind_c", "pop_carr"),
		households("men", "Ménages", "Households"),
		households("men_pauv", "Ménages pauvres", "Poor households"),
		households("men_1ind", "Ménages d'un seul individu", "Single-person households"),
		households("men_5ind", "Ménages de cinq individus ou plus", "Households of five or more"),
		households("men_prop", "Ménages propriétaires", "Owner households"),
		households("men_fmp", "Ménages monoparentaux", "Single-parent households"),
		number("ind_snv", "Somme des niveaux de vie winsorisés", "Sum of winsorised standards of living").extensive(euro),
		number("men_surf", "Somme des surfaces des logements", "Sum of dwelling areas").extensive(squareM),
		households("men_coll", "Ménages en logement collectif", "Households in flats"),
		households("men_mais", "Ménages en maison", "Households in houses"),
		dwellings("log_av45", "Logements construits avant 1945", "Dwellings built before 1945"),
		dwellings("log_45_70", "Logements construits de 1945 à 1969", "Dwellings built 1945–1969"),
		dwellings("log_70_90", "Logements construits de 1970 à 1989", "Dwellings built 1970–1989"),
		dwellings("log_ap90", "Logements construits depuis 1990", "Dwellings built since 1990"),
		dwellings("log_inc", "Logements de date inconnue", "Dwellings of unknown date"),
		dwellings("log_soc", "Logements sociaux", "Social dwellings"),
		persons("ind_0_3", "Individus de 0 à 3 ans", "Persons aged 0–3"),
		persons("ind_4_5", "Individus de 4 à 5 ans", "Persons aged 4–5"),
		persons("ind_6_10", "Individus de 6 à 10 ans", "Persons aged 6–10"),
		persons("ind_11_17", "Individus de 11 à 17 ans", "Persons aged 11–17"),
		persons("ind_18_24", "Individus de 18 à 24 ans", "Persons aged 18–24"),
		persons("ind_25_39", "Individus de 25 à 39 ans", "Persons aged 25–39"),
		persons("ind_40_54", "Individus de 40 à 54 ans", "Persons aged 40–54"),
		persons("ind_55_64", "Individus de 55 à 64 ans", "Persons aged 55–64"),
		persons("ind_65_79", "Individus de 65 à 79 ans", "Persons aged 65–79"),
		persons("ind_80p", "Individus de 80 ans ou plus", "Persons aged 80 or more"),
		persons("ind_inc", "Individus d'âge inconnu", "Persons of unknown age"),
	}
}

// gridFields puts the columns that identify a cell before its variables.
func gridFields(first ...column) []referentials.Field {
	return columns(append(first, gridColumns()...)...)
}
