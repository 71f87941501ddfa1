package morphology

import "socle/referentials"

// formIndicator describes one figure of a building.
type formIndicator struct {
	name, fr, en, formula, unit string
	adds                        bool
	of                          func(*Form) float64
}

// The letters are those of the indicators of cells.
var formIndicators = [...]formIndicator{
	{"emprise_m2", "Emprise", "Footprint", "A", "m2", true, func(f *Form) float64 { return f.AreaM2 }},
	{"perimetre", "Périmètre", "Perimeter", "p, holes included", "m", true, func(f *Form) float64 { return f.PerimeterM }},
	{"hauteur_toit", "Hauteur du toit", "Height of the roof", "h", "m", false, func(f *Form) float64 { return f.HeightM }},
	{"hauteur_mur", "Hauteur des murs", "Height of the walls", "w", "m", false, func(f *Form) float64 { return f.WallHeightM }},
	{"niveaux", "Niveaux", "Levels", "L", "1", false, func(f *Form) float64 { return f.Levels }},
	{"volume", "Volume", "Volume", "A·(w+h)/2", "m3", true, func(f *Form) float64 { return f.VolumeM3 }},
	{"plancher", "Surface de plancher estimée", "Estimated floor area", "A·L", "m2", true, func(f *Form) float64 { return f.FloorAreaM2 }},
	{"facades_libres", "Façades libres", "Free façades", "(1−contiguity)·p·w", "m2", true, func(f *Form) float64 { return f.FreeWallM2 }},
	{"contiguite", "Mitoyenneté", "Contiguity", "Σ(min(wa,wb)·s)/(p·wa)", "1", false, func(f *Form) float64 { return f.Contiguity }},
	{"murs_communs", "Part des murs communs", "Common wall fraction", "Σs/p", "1", false, func(f *Form) float64 { return f.CommonWallFraction }},
	{"facteur_forme", "Facteur de forme", "Form factor", "A/p²", "1", false, func(f *Form) float64 { return f.FormFactor }},
	{"convexite", "Convexité", "Convexity", "A/A of the convex hull", "1", false, func(f *Form) float64 { return f.Convexity }},
	{"compacite_circulaire", "Compacité circulaire", "Circular compactness", "A/A of the smallest circle around", "1", false, func(f *Form) float64 { return f.CircularCompactness }},
	{"compacite_brute", "Compacité brute", "Raw compactness", "(walls + roof)/V^(2/3)", "1", false, func(f *Form) float64 { return f.RawCompactness }},
	{"espacement", "Distance au bâtiment le plus proche", "Spacing", "distance to the nearest building, at most 100", "m", false, func(f *Form) float64 { return f.SpacingM }},
}

// formWordsFR are the formulas that are told in words, in French.
var formWordsFR = map[string]string{
	"perimetre":            "p, trous compris",
	"facades_libres":       "(1−mitoyenneté)·p·w",
	"convexite":            "A/A de l'enveloppe convexe",
	"compacite_circulaire": "A/A du plus petit cercle qui l'entoure",
	"compacite_brute":      "(murs + toit)/V^(2/3)",
	"espacement":           "distance au bâtiment le plus proche, au plus 100",
	"hauteur_origine":      "mesurée, d'après les niveaux ou par défaut",
	"niveaux_origine":      "mesurés, d'après la hauteur ou par défaut",
}

// sourceTerms say where a height or levels come from.
var sourceTerms = []referentials.Term{
	{Value: string(Measured), Title: referentials.Text{FR: "Mesuré", EN: "Measured"}},
	{Value: string(FromLevels), Title: referentials.Text{FR: "D'après les niveaux", EN: "From levels"}},
	{Value: string(FromHeight), Title: referentials.Text{FR: "D'après la hauteur", EN: "From height"}},
	{Value: string(Default), Title: referentials.Text{FR: "Par défaut", EN: "Default"}},
}

// formFields describes the columns of a building, as [Form.Values] gives them.
func formFields() []referentials.Field {
	var out []referentials.Field
	add := func(name, fr, en, formula, unit string, kind referentials.FieldType, role referentials.Role, terms ...referentials.Term) {
		about := referentials.Text{FR: formula, EN: formula}
		if s, ok := formWordsFR[name]; ok {
			about.FR = s
		}
		out = append(out, referentials.Field{Name: name, Title: referentials.Text{FR: fr, EN: en}, Description: about,
			Type: kind, Unit: unit, Role: role, Disclosure: referentials.Public, Terms: terms})
	}
	for _, n := range formIndicators {
		role := referentials.Intensive
		if n.adds {
			role = referentials.Extensive
		}
		add(n.name, n.fr, n.en, n.formula, n.unit, referentials.Number, role)
	}
	add("hauteur_origine", "Origine de la hauteur", "Where the height comes from", "measured, from levels or default", "", referentials.String, referentials.Category, sourceTerms[0], sourceTerms[1], sourceTerms[3])
	add("niveaux_origine", "Origine des niveaux", "Where the levels come from", "measured, from height or default", "", referentials.String, referentials.Category, sourceTerms[0], sourceTerms[2], sourceTerms[3])
	return out
}

// Values appends the values of [formFields].
func (f *Form) Values(dst []referentials.Value) []referentials.Value {
	for i := range formIndicators {
		dst = append(dst, referentials.NumberValue(formIndicators[i].of(f)))
	}
	for _, s := range [...]Source{f.HeightFrom, f.LevelsFrom} {
		v := referentials.Null
		if s != "" {
			v = referentials.StringValue(string(s))
		}
		dst = append(dst, v)
	}
	return dst
}
