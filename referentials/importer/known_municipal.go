package importer

import "socle/geo/crs"

// municipalFormats are the layers of Rennes Métropole's open data.
func municipalFormats() []known {
	return []known{
		{
			id: "Rennes buildings", collection: "batiments", layer: true,
			signature: []string{"gml_id", "nb_maison|nb_logement|id_bati3d", "nb_appart|zmin|niveau"},
		},
		{
			id: "Rennes car parks", collection: "parkings",
			signature: []string{"gml_id", "id_voie", "nb_pl", "domaine"},
		},
		{
			id: "eco-counters", collection: "comptages",
			signature: []string{"counts", "status", "isodate|date", "sens"},
		},
		{
			id: "sites and organisations", collection: "sites",
			signature: []string{"id", "nom", "themes", "voie", "code_postal", "commune", "latitude", "longitude"},
			columns:   map[string]string{"id": "id_site"},
			place:     place{"longitude", "latitude", crs.CRS84},
		},
	}
}
