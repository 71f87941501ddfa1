package catalog

import (
	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// again is why measures of form are not put together from those of smaller cells.
const (
	againFR = "Ne se combine pas par moyenne pondérée : à recalculer sur les bâtiments."
	againEN = "Is not combined by a weighted mean: compute it again from the buildings."
)

// imu is the urban morphological blocks with their indicators, in the order that
// socle imu build gives them.
func imu() referentials.Descriptor {
	const area, footprint = "surface", "emprise_bati"
	return referentials.Descriptor{
		ID:    "imu",
		Title: words("Îlots morphologiques urbains", "Urban morphological blocks"),
		Description: words("Partition de forme urbaine homogène, entre l'IRIS et la parcelle, avec ses indicateurs de morphologie.",
			"Partition of homogeneous urban form, between the IRIS and the parcel, with its indicators of morphology."),
		Class: referentials.Reference, Geometry: geo.MultiPolygon, CRS: crs.EPSG(3948), Key: "id_imu", Mesh: true,
		Producer: "Audiar", Licence: etalab, Frequency: referentials.Irregular, Access: referentials.Open,
		Tiles: referentials.TilePolicy{MinZoom: 9, MaxZoom: 16, Fields: []string{"id_imu", "tissu", "lcz", "nature", "ces", "cos", "hauteur_moy", "densite_logements"}},
		Fields: columns(
			text("id_imu", "Identifiant de l'îlot", "Block identifier").key().aka("imu", "id_ilot"),
			text("code_insee", "Code INSEE de la commune", "Commune code").refers("communes").aka("insee_com", "code_commune"),
			text("code_iris", "Code de l'IRIS", "IRIS code").refers("iris"),
			text("zone", "Entité de la zone où est l'îlot", "Feature of the zone the block lies in"),
			category("nature", "Nature de l'îlot : îlot, eau, végétation, zone", "Nature of the block: block, water, vegetation, single use"),
			number("perimetre", "Périmètre, trous compris", "Perimeter, holes included").in(metre),
			integer("nb_adresses", "Nombre d'adresses", "Number of addresses").extensive(count),
			number(area, "Surface", "Area").extensive(squareM).aka("surface_m2", "aire"),
			number(footprint, "Emprise bâtie", "Built footprint").extensive(squareM),
			number("plancher", "Surface de plancher estimée", "Estimated floor area").extensive(squareM),
			number("nb_logements", "Nombre de logements", "Number of dwellings").extensive(count).aka("nb_logement"),
			integer("nb_batiments", "Bâtiments", "Buildings").extensive(count).aka("nb_bati"),
			number("ces", "Coefficient d'emprise au sol", "Ground coverage").intensive(count, area),
			number("cos", "Coefficient d'occupation des sols", "Floor area ratio").intensive(count, area),
			number("densite_batiments", "Densité de bâtiments", "Building density").intensive(perHectare, area),
			number("volume", "Volume bâti", "Built volume").extensive(cubicM),
			number("densite_volume", "Densité volumique", "Volumetric density").intensive(metre, area),
			number("hauteur_moy", "Hauteur moyenne", "Mean height").intensive(metre, footprint),
			number("hauteur_ecart", "Écart type des hauteurs", "Standard deviation of heights").uncombinable(metre, againFR, againEN),
			number("hauteur_geometrique", "Hauteur moyenne géométrique", "Geometric mean height").uncombinable(metre, againFR, againEN),
			number("niveaux_moyens", "Nombre moyen de niveaux", "Mean levels").intensive(count, footprint),
			number("contiguite", "Mitoyenneté", "Contiguity").uncombinable(count, againFR, againEN),
			number("murs_communs", "Part des murs communs", "Common wall fraction").uncombinable(count, againFR, againEN),
			number("densite_facades", "Densité de façades libres", "Free façade density").intensive(count, area),
			number("prospect", "Rapport d'aspect des rues", "Aspect ratio").uncombinable(count, againFR, againEN),
			number("indice_frontal", "Indice de surface frontale", "Frontal area index").intensive(count, area),
			number("rugosite", "Longueur de rugosité", "Roughness length").uncombinable(metre, againFR, againEN),
			number("facteur_forme", "Facteur de forme", "Form factor").intensive(count, footprint),
			number("convexite", "Convexité", "Convexity").intensive(count, footprint),
			number("compacite_circulaire", "Compacité circulaire", "Circular compactness").intensive(count, footprint),
			number("compacite_brute", "Compacité brute", "Raw compactness").intensive(count, footprint),
			number("espacement", "Distance au bâtiment le plus proche", "Spacing of buildings").intensive(metre, footprint),
			number("cours_fermees", "Cours fermées", "Closed courts").extensive(squareM),
			number("densite_voirie", "Densité de voirie", "Road density").intensive(metrePerSquareM, area),
			number("part_eau", "Part en eau", "Water fraction").intensive(count, area),
			number("part_vegetation_haute", "Part en végétation haute", "High vegetation fraction").intensive(count, area),
			number("part_vegetation_basse", "Part en végétation basse", "Low vegetation fraction").intensive(count, area),
			number("part_voirie", "Part en voirie", "Road fraction").intensive(count, area),
			number("part_impermeable", "Part imperméable", "Impervious fraction").intensive(count, area),
			number("densite_logements", "Densité de logements", "Dwelling density").intensive(perHectare, area),
			number("part_estimee", "Part d'emprise à hauteur estimée", "Share of footprints of estimated height").intensive(count, footprint),
			number("part_defaut", "Part d'emprise à hauteur par défaut", "Share of footprints of default height").intensive(count, footprint),
			category("tissu", "Type de tissu urbain", "Kind of urban fabric").terms(fabrics...),
			category("lcz", "Zone climatique locale", "Local climate zone").terms(climateZones...),
			category("lcz_2", "Zone climatique suivante", "Next local climate zone").terms(climateZones...),
			number("lcz_distance", "Distance à la zone climatique", "Distance to the climate zone").in(count),
			number("lcz_unicite", "Unicité de la zone climatique", "Uniqueness of the climate zone").in(count),
		),
	}
}
