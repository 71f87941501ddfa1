package morphology

import (
	"strings"

	"socle/referentials"
	"socle/referentials/snapshot"
)

// wordsFR are the formulas that are told in words, in French.
var wordsFR = map[string]string{
	"nb_logements":          "Σ logements, ceux de bâtiments à cheval selon l'aire",
	"nb_batiments":          "n, bâtiments dont la plus grande part est ici",
	"prospect":              "densité de façades/(1−CES)/2, nul si CES = 1",
	"indice_frontal":        "Σ façades projetées selon le vent/S, moyenne de 12 directions",
	"rugosite":              "min(3, min(λf, 0,15)·hauteur moyenne géométrique)",
	"facteur_forme":         "A/p², moyenne selon l'emprise",
	"convexite":             "A/A de l'enveloppe convexe, moyenne selon l'emprise",
	"compacite_circulaire":  "A/A du plus petit cercle qui l'entoure, moyenne selon l'emprise",
	"compacite_brute":       "(murs + toit)/V^(2/3), moyenne selon l'emprise",
	"espacement":            "distance au bâtiment le plus proche, au plus 100, moyenne selon l'emprise",
	"cours_fermees":         "aire enclose par plusieurs bâtiments, sans les cours d'un seul",
	"contiguite":            "Σ(min(wa,wb)·s)/Σ(p·w)",
	"densite_facades":       "Σ(1−mitoyenneté)·p·w/S",
	"densite_voirie":        "Σ longueur des voies/S",
	"part_eau":              "eau/S, par-dessus tout",
	"part_vegetation_haute": "houppiers/S, quoi qu'ils surplombent",
	"part_vegetation_basse": "végétation basse/S, sous l'eau, le bâti et la végétation haute",
	"part_voirie":           "voies selon leur largeur/S, sous la végétation",
	"part_impermeable":      "autres sols imperméables/S, sous tout le reste",
	"densite_logements":     "Σ logements/S",
	"part_estimee":          "ΣA dont la hauteur n'est pas mesurée/ΣA",
	"part_defaut":           "ΣA dont ni hauteur ni niveaux ne sont connus/ΣA",
	fieldType:               "règles de la typologie, la première qui tient",
	fieldZone:               "Stewart et Oke 2012, comme GeoClimate ; sans le facteur de vue du ciel",
	fieldSecondZone:         "la classe suivante par la distance",
	fieldDistance:           "aux plages de la classe, en écarts types de leurs bornes",
	fieldUniqueness:         "|d1−d2|/(d1+d2) pour les classes trouvées par la distance",
}

// inFrench gives a formula in French: those of symbols alone are the same.
func inFrench(name, formula string) string {
	if s, ok := wordsFR[name]; ok {
		return s
	}
	return formula
}

// origins gives the collections that an indicator is computed from.
func (c *Collections) origins(name string) []*snapshot.PublicCollection {
	built := []*snapshot.PublicCollection{c.Buildings}
	switch name {
	case byArea:
		return nil
	case "densite_voirie", "part_voirie":
		return c.Streets
	case "part_eau":
		return c.Water
	case "part_vegetation_haute", "part_vegetation_basse":
		return c.Vegetation
	case "part_impermeable":
		return c.Impervious
	case fieldType, fieldZone, fieldSecondZone, fieldDistance, fieldUniqueness:
		for _, more := range [][]*snapshot.PublicCollection{c.Streets, c.Water, c.Vegetation, c.Impervious} {
			built = append(built, more...)
		}
	}
	return built
}

// sourced says of each field which collections it was computed from.
func (c *Collections) sourced(fields []referentials.Field) []referentials.Field {
	for i := range fields {
		f := &fields[i]
		var names []string
		for _, from := range c.origins(f.Name) {
			name := from.ID()
			if v := from.Descriptor().Vintage; v != "" {
				name += " " + v
			}
			names = append(names, name)
		}
		if len(names) > 0 {
			list := strings.Join(names, ", ")
			f.Description.FR += " ; source : " + list
			f.Description.EN += "; source: " + list
		}
	}
	return fields
}
