package importer

import (
	"strings"

	"socle/referentials"
)

// topographicFormats are the maps: BD TOPO, RNB, administrative limits, the cadastre.
func topographicFormats() []known {
	return []known{
		{
			id: "BD TOPO buildings (version 3)", collection: "batiments", layer: true,
			signature: []string{"id|cleabs", "nature", "usage1|usage_1", "hauteur", "mat_murs|materiaux_des_murs", "z_min_sol|altitude_minimale_sol"},
		},
		{
			id: "BD TOPO buildings (version 2)", collection: "batiments", layer: true,
			signature: []string{"id", "prec_plani", "prec_alti", "origin_bat", "hauteur", "z_min", "z_max"},
		},
		{
			id: "BD TOPO roads (version 3)", collection: "voies", layer: true,
			signature: []string{"id|cleabs", "nature", "nom_1_g|nom_coll_g|nom_collaboratif_gauche", "importance", "sens|sens_de_circulation"},
		},
		{
			id: "BD TOPO roads (version 2)", collection: "voies", layer: true,
			signature: []string{"id", "nature", "nom_voie_g", "codevoie_g", "inseecom_g", "franchisst"},
			columns:   map[string]string{"inseecom_g": "code_insee"},
		},
		{
			id: "BD TOPO communes", collection: "communes", layer: true,
			signature: []string{"insee_com|code_insee", "insee_dep|insee_reg", "population", "nom|nom_officiel"},
			without:   []string{"nature", "usage1", "pos_sol"},
		},
		{
			id: "communes", collection: "communes", layer: true,
			signature: []string{"com_code", "com_name"},
		},
		{
			id: "BD TOPO communes (version 2)", collection: "communes", layer: true,
			signature: []string{"pk", "code_insee", "nom"},
			without:   []string{"nature", "adresse"},
		},
		{
			id: "CONTOURS-IRIS", collection: "iris", layer: true,
			signature: []string{"code_iris", "nom_iris", "typ_iris|type_iris", "insee_com|code_insee|com|depcom"},
		},
		{
			id: "RNB", collection: "batiments",
			signature: []string{"rnb_id", "point", "shape", "status"},
			columns:   map[string]string{"rnb_id": "gml_id", "status": "etat"},
			shape:     "shape",
			types: map[string]referentials.FieldType{
				"ext_ids": referentials.JSON, "addresses": referentials.JSON, "plots": referentials.JSON,
			},
			clean: map[string]func(string) string{"gml_id": normaliseRNB},
		},
		{
			id: "cadastral parcels", collection: "parcelles", layer: true,
			signature: []string{"id", "commune", "prefixe", "section", "numero", "contenance"},
		},
	}
}

// normaliseRNB writes an identifier of the national building register its one way:
// "bdg1-4xyz 8abc" and "BDG14XYZ8ABC" are the same building.
func normaliseRNB(id string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "_", "").Replace(id))
}
