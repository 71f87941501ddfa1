package catalog

import "socle/referentials"

// fabrics are the kinds of urban fabric of the built-in typology (imu/morphology).
var fabrics = []referentials.Term{
	{Value: "eau", Title: words("Eau", "Water"), Colour: "#5b93bd"},
	{Value: "campagne", Title: words("Campagne et espaces ouverts", "Countryside and open space"), Colour: "#9fb98a"},
	{Value: "activites", Title: words("Activités et commerces", "Business and industry"), Colour: "#5b5288"},
	{Value: "equipements", Title: words("Bureaux, commerces et équipements", "Offices, shops and facilities"), Colour: "#c9bcd8"},
	{Value: "centre_ancien", Title: words("Centre dense et continu", "Dense, continuous centre"), Colour: "#6b2b1f"},
	{Value: "grand_collectif", Title: words("Grand collectif", "High-rise housing"), Colour: "#9c4a2a"},
	{Value: "collectif", Title: words("Collectif", "Apartment blocks"), Colour: "#c2703d"},
	{Value: "bourg", Title: words("Bourg et maisons mitoyennes", "Village core and terraced houses"), Colour: "#d9944f"},
	{Value: "pavillonnaire_dense", Title: words("Pavillonnaire dense", "Dense detached housing"), Colour: "#e8b877"},
	{Value: "pavillonnaire", Title: words("Pavillonnaire", "Detached housing"), Colour: "#f2d9a6"},
	{Value: "diffus", Title: words("Bâti diffus", "Scattered buildings"), Colour: "#f7eed7"},
}

// climateZones are the classes of Stewart and Oke (2012), in the colours that maps of them
// commonly have.
var climateZones = []referentials.Term{
	{Value: "1", Title: words("Ensemble compact de tours", "Compact high-rise"), Colour: "#8c0000"},
	{Value: "2", Title: words("Ensemble compact d'immeubles", "Compact mid-rise"), Colour: "#d10000"},
	{Value: "3", Title: words("Ensemble compact de maisons", "Compact low-rise"), Colour: "#ff0000"},
	{Value: "4", Title: words("Ensemble de tours espacées", "Open high-rise"), Colour: "#bf4d00"},
	{Value: "5", Title: words("Ensemble d'immeubles espacés", "Open mid-rise"), Colour: "#ff6600"},
	{Value: "6", Title: words("Ensemble de maisons espacées", "Open low-rise"), Colour: "#ff9955"},
	{Value: "7", Title: words("Bâti léger de faible hauteur", "Lightweight low-rise"), Colour: "#faee05"},
	{Value: "8", Title: words("Bâtiments bas de grande emprise", "Large low-rise"), Colour: "#bcbcbc"},
	{Value: "9", Title: words("Bâti épars", "Sparsely built"), Colour: "#ffccaa"},
	{Value: "10", Title: words("Industrie lourde", "Heavy industry"), Colour: "#555555"},
	{Value: "A", Title: words("Arbres denses", "Dense trees"), Colour: "#006a00"},
	{Value: "B", Title: words("Arbres épars", "Scattered trees"), Colour: "#00aa00"},
	{Value: "C", Title: words("Broussailles", "Bush, scrub"), Colour: "#648525"},
	{Value: "D", Title: words("Végétation basse", "Low plants"), Colour: "#b9db79"},
	{Value: "E", Title: words("Sol imperméable nu", "Bare rock or paved"), Colour: "#000000"},
	{Value: "F", Title: words("Sol nu perméable", "Bare soil or sand"), Colour: "#fbf7ae"},
	{Value: "G", Title: words("Eau", "Water"), Colour: "#6a6aff"},
}
