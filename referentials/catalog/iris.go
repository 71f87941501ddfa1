package catalog

import (
	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// iris is INSEE's infra-municipal statistical zones.
func iris() referentials.Descriptor {
	return referentials.Descriptor{
		ID:    "iris",
		Title: words("IRIS", "IRIS statistical zones"),
		Description: words("Contours des îlots regroupés pour l'information statistique (IRIS).",
			"Outlines of INSEE's statistical zones of about 2,000 inhabitants."),
		Class: referentials.Reference, Geometry: geo.MultiPolygon, CRS: crs.EPSG(2154), Key: "code_iris", Mesh: true,
		Producer: "IGN et INSEE", Licence: etalab, Frequency: referentials.Annual, Access: referentials.Open,
		Tiles: referentials.TilePolicy{MinZoom: 8, MaxZoom: 15, Fields: []string{"code_iris", "nom_iris", "code_insee", "type_iris"}},
		Fields: columns(
			text("code_iris", "Code de l'IRIS (9 caractères)", "IRIS code (9 characters)").key().aka("dcomiris", "codeiris"),
			text("nom_iris", "Nom de l'IRIS", "IRIS name").label().aka("libiris", "lib_iris", "libelle_iris"),
			text("code_insee", "Code INSEE de la commune", "Commune code").refers("communes").
				aka("insee_com", "code_commune", "depcom", "com"),
			text("nom_com", "Nom de la commune", "Commune name").aka("nom_commune", "libcom"),
			text("num_iris", "Numéro de l'IRIS dans la commune", "IRIS number within the commune").aka("iris"),
			category("type_iris", "Type d'IRIS (H habitat, A activité, D divers, Z non découpé)",
				"Kind of IRIS (H housing, A activity, D other, Z whole commune)").aka("typ_iris"),
			text("nomsquart", "Nom du sous-quartier", "Sub-district name"),
			number("perimetre_geo", "Périmètre", "Perimeter").in(metre),
			number("aire_geo", "Superficie", "Area").extensive(squareM),
		),
	}
}
