package importer

import "regexp"

// filosofiColumn and censusColumn are columns that carry the two digits of their vintage
// (DISP_MED18, P18_POP). The catalog leaves the digits out: a collection outlives its
// vintages, and the descriptor says which one is loaded.
var (
	filosofiColumn = regexp.MustCompile(`^(?<field>disp_(?:tp60|q[13]|med|eq|d[1-9]|rd|s80s20|gi|p[a-z]+|note))(?<year>\d\d)$`)
	censusColumn   = regexp.MustCompile(`^(?<field>[pc])(?<year>\d\d)(?<rest>_.+)$`)
)

// statisticalFormats are INSEE's tables and grids.
func statisticalFormats() []known {
	return []known{
		{
			id: "Filosofi by IRIS", collection: "filosofi_iris",
			signature: []string{"iris|code_iris", "disp_med*", "disp_q1*", "disp_q3*"},
			vintage:   filosofiColumn,
		},
		{
			id: "census by IRIS", collection: "recensement_iris",
			signature: []string{"iris|code_iris", "com", "libiris|lab_iris", "typ_iris"},
			vintage:   censusColumn,
		},
		{
			id: "Filosofi 200 m grid", collection: "carreaux_200m",
			signature: []string{"idcar_200m|idinspire|id_car2010", "ind", "men"},
		},
		{
			id: "200 m grid without identifiers", collection: "carreaux_200m", layer: true,
			signature: []string{"ind_c"}, without: []string{"idcar_1km"},
		},
		{
			id: "Filosofi 1 km grid", collection: "carreaux_1km",
			signature: []string{"idcar_1km|id_carr1km", "ind", "men"}, without: []string{"idcar_200m"},
		},
		{
			id: "1 km grid without identifiers", collection: "carreaux_1km", layer: true,
			signature: []string{"pop_carr", "men", "men_pauv", "ind_0_3"}, without: []string{"idcar_200m", "idcar_1km"},
		},
	}
}
