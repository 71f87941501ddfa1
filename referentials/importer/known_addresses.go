package importer

import (
	"strings"

	"socle/geo/crs"
	"socle/referentials"
)

// addressFormats are the registers of addresses and streets.
func addressFormats() []known {
	lambert93, cc48, wgs84 := crs.EPSG(2154), crs.EPSG(3948), crs.CRS84
	return []known{
		{
			id: "RVA addresses", collection: "adresses",
			signature: []string{"id_adr", "numero", "id_voie", "adr_cplete", "x_lambcc48", "y_lambcc48"},
			types: map[string]referentials.FieldType{
				"x_lambcc48": referentials.Number, "y_lambcc48": referentials.Number,
				"x_lamb93": referentials.Number, "y_lamb93": referentials.Number,
				"x_wgs84": referentials.Number, "y_wgs84": referentials.Number,
			},
			place:  place{"x_lambcc48", "y_lambcc48", cc48},
			others: []place{{"x_lamb93", "y_lamb93", lambert93}, {"x_wgs84", "y_wgs84", wgs84}},
		},
		{
			id: "RVA streets", collection: "voies",
			signature: []string{"code_insee", "id_voie", "voie_nom", "voie_nom_complet", "prenom1", "particule"},
		},
		{
			id: "RVA toponyms", collection: "voies",
			header: strings.Fields("code_insee id_voie fantoir type voie_nom voie_nom_complet article1 prenom1 article2 prenom2 particule nom genre commentaire"),
			looks:  isToponym,
		},
		bal("BAL 1.3", []string{"uid_adresse", "cle_interop", "commune_insee", "voie_nom"},
			map[string]string{"cle_interop": "id_adr"}),
		bal("BAL 1.4", []string{"id_ban_commune", "id_ban_toponyme", "id_ban_adresse", "cle_interop", "voie_nom"},
			map[string]string{"cle_interop": "id_adr", "id_ban_toponyme": "id_voie"}),
		bal("BAL 1.5", []string{"id_ban_commune", "id_ban_toponyme", "id_ban_adresse", "toponyme"},
			map[string]string{"id_ban_adresse": "id_adr", "id_ban_toponyme": "id_voie", "toponyme": "voie_nom"}),
		{
			id: "BAN", collection: "adresses",
			signature: []string{"id", "id_fantoir", "numero", "rep", "nom_voie", "code_insee", "lon", "lat"},
			columns:   map[string]string{"id": "id_adr", "id_fantoir": "id_voie", "rep": "extension", "nom_voie": "voie_nom"},
			place:     place{"lon", "lat", wgs84},
			types: map[string]referentials.FieldType{
				"x": referentials.Number, "y": referentials.Number, "lon": referentials.Number, "lat": referentials.Number,
				"code_insee_ancienne_commune": referentials.String, "nom_ancienne_commune": referentials.String,
				"alias": referentials.String, "nom_ld": referentials.String, "libelle_acheminement": referentials.String,
				"nom_afnor": referentials.String, "source_position": referentials.String, "source_nom_voie": referentials.String,
			},
		},
	}
}

// bal is a « base adresse locale »: each version names the columns of identifiers its
// own way. One address may have several rows, one per position; the first one stays.
func bal(id string, signature []string, columns map[string]string) known {
	text := func(names ...string) map[string]referentials.FieldType {
		types := map[string]referentials.FieldType{}
		for _, n := range names {
			types[n] = referentials.String
		}
		for _, n := range []string{"x", "y", "long", "lat"} {
			types[n] = referentials.Number
		}
		return types
	}
	return known{
		id: id, collection: "adresses", signature: signature, columns: columns,
		place: place{"long", "lat", crs.CRS84},
		types: text("uid_adresse", "cle_interop", "id_ban_commune", "id_ban_toponyme", "id_ban_adresse", "commune_deleguee_insee",
			"commune_deleguee_nom", "lieudit_complement_nom", "source"),
	}
}

// isToponym tells a row "35238;9965;48;Allée;Adèle de Bretagne;Allée Adèle de Bretagne;…":
// a commune, a street, and a full name that is made of kind and name.
func isToponym(cells []string) bool {
	if len(cells) < 6 || len(cells[0]) != 5 || shapeOf(cells[1])&isInteger == 0 {
		return false
	}
	kind, name, full := cells[3], cells[4], cells[5]
	return full != "" && strings.HasPrefix(full, kind) && strings.HasSuffix(full, name)
}
