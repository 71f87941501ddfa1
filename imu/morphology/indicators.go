package morphology

import (
	"math"

	"socle/referentials"
	"socle/referentials/catalog"
)

// indicator describes one figure of a cell: what a collection's field says of it, and how
// it is read.
type indicator struct {
	Name, FR, EN string
	Formula      string
	Unit         string              // UCUM
	Weight       string              // the indicator that combines it; empty for what adds up, or cannot be combined
	Alone        bool                // no weight combines it over cells: it has to be measured again
	Whole        bool                // a count
	of           func(*Cell) float64 // NaN where it cannot be told
}

// byArea and byFootprint are what indicators are weighed by.
const (
	byArea      = "surface"
	byFootprint = "emprise_bati"
)

// The letters of the formulas: A footprint, S area of the cell, h height of the roof, w
// height of the wall, L levels, p perimeter with holes, s length shared with neighbours;
// sums are over the parts of buildings that lie in the cell.
var indicators = [...]indicator{
	{Name: byArea, FR: "Surface", EN: "Area", Formula: "S", Unit: "m2", of: func(c *Cell) float64 { return c.AreaM2 }},
	{Name: byFootprint, FR: "Emprise bâtie", EN: "Built footprint", Formula: "ΣA", Unit: "m2", of: func(c *Cell) float64 { return c.Coverage * c.AreaM2 }},
	{Name: "plancher", FR: "Surface de plancher estimée", EN: "Estimated floor area", Formula: "Σ(A·L)", Unit: "m2", of: func(c *Cell) float64 { return c.FloorRatio * c.AreaM2 }},
	{Name: "nb_logements", FR: "Nombre de logements", EN: "Number of dwellings", Formula: "Σ dwellings, buildings across cells by area", Unit: "1", of: func(c *Cell) float64 { return c.DwellingsPerHa * c.AreaM2 / 1e4 }},
	{Name: "nb_batiments", FR: "Bâtiments", EN: "Buildings", Formula: "n, buildings that have most of their area here", Unit: "1", Whole: true, of: func(c *Cell) float64 { return c.Buildings }},
	{Name: "ces", FR: "Coefficient d'emprise au sol", EN: "Ground coverage", Formula: "ΣA/S", Unit: "1", Weight: byArea, of: func(c *Cell) float64 { return c.Coverage }},
	{Name: "cos", FR: "Coefficient d'occupation des sols", EN: "Floor area ratio", Formula: "Σ(A·L)/S", Unit: "1", Weight: byArea, of: func(c *Cell) float64 { return c.FloorRatio }},
	{Name: "densite_batiments", FR: "Densité de bâtiments", EN: "Building density", Formula: "n/S", Unit: "1/har", Weight: byArea, of: func(c *Cell) float64 { return c.DensityPerHa }},
	{Name: "volume", FR: "Volume bâti", EN: "Built volume", Formula: "ΣV, V = A·(w+h)/2", Unit: "m3", of: func(c *Cell) float64 { return c.VolumeM3 }},
	{Name: "densite_volume", FR: "Densité volumique", EN: "Volumetric density", Formula: "ΣV/S", Unit: "m", Weight: byArea, of: func(c *Cell) float64 { return c.VolumeM }},
	{Name: "hauteur_moy", FR: "Hauteur moyenne", EN: "Mean height", Formula: "Σ(A·h)/ΣA", Unit: "m", Weight: byFootprint, of: func(c *Cell) float64 { return c.MeanHeightM }},
	{Name: "hauteur_ecart", FR: "Écart type des hauteurs", EN: "Standard deviation of heights", Formula: "√(ΣA(h−h̄)²/ΣA)", Unit: "m", Alone: true, of: func(c *Cell) float64 { return c.HeightStdM }},
	{Name: "hauteur_geometrique", FR: "Hauteur moyenne géométrique", EN: "Geometric mean height", Formula: "exp(Σ ln h/n)", Unit: "m", Alone: true, of: func(c *Cell) float64 { return c.GeometricHeightM }},
	{Name: "niveaux_moyens", FR: "Nombre moyen de niveaux", EN: "Mean levels", Formula: "Σ(A·L)/ΣA", Unit: "1", Weight: byFootprint, of: func(c *Cell) float64 { return c.MeanLevels }},
	{Name: "contiguite", FR: "Mitoyenneté", EN: "Contiguity", Formula: "Σ(min(wa,wb)·s)/Σ(p·w)", Unit: "1", Alone: true, of: func(c *Cell) float64 { return c.Contiguity }},
	{Name: "murs_communs", FR: "Part des murs communs", EN: "Common wall fraction", Formula: "Σs/Σp", Unit: "1", Alone: true, of: func(c *Cell) float64 { return c.CommonWallFraction }},
	{Name: "densite_facades", FR: "Densité de façades libres", EN: "Free façade density", Formula: "Σ(1−contiguity)·p·w/S", Unit: "1", Weight: byArea, of: func(c *Cell) float64 { return c.FacadeDensity }},
	{Name: "prospect", FR: "Rapport d'aspect des rues", EN: "Aspect ratio", Formula: "façade density/(1−CES)/2, null at CES = 1", Unit: "1", Alone: true, of: func(c *Cell) float64 { return c.AspectRatio }},
	{Name: "indice_frontal", FR: "Indice de surface frontale", EN: "Frontal area index", Formula: "Σ façades projected on the wind/S, mean of 12 directions", Unit: "1", Weight: byArea, of: func(c *Cell) float64 { return c.FrontalIndex }},
	{Name: "rugosite", FR: "Longueur de rugosité", EN: "Roughness length", Formula: "min(3, min(λf, 0.15)·geometric mean height)", Unit: "m", Alone: true, of: func(c *Cell) float64 { return c.RoughnessM }},
	{Name: "facteur_forme", FR: "Facteur de forme", EN: "Form factor", Formula: "A/p², mean by footprint", Unit: "1", Weight: byFootprint, of: func(c *Cell) float64 { return c.FormFactor }},
	{Name: "convexite", FR: "Convexité", EN: "Convexity", Formula: "A/A of the convex hull, mean by footprint", Unit: "1", Weight: byFootprint, of: func(c *Cell) float64 { return c.Convexity }},
	{Name: "compacite_circulaire", FR: "Compacité circulaire", EN: "Circular compactness", Formula: "A/A of the smallest circle around, mean by footprint", Unit: "1", Weight: byFootprint, of: func(c *Cell) float64 { return c.CircularCompactness }},
	{Name: "compacite_brute", FR: "Compacité brute", EN: "Raw compactness", Formula: "(walls + roof)/V^(2/3), mean by footprint", Unit: "1", Weight: byFootprint, of: func(c *Cell) float64 { return c.RawCompactness }},
	{Name: "espacement", FR: "Distance au bâtiment le plus proche", EN: "Spacing of buildings", Formula: "distance to the nearest building, at most 100, mean by footprint", Unit: "m", Weight: byFootprint, of: func(c *Cell) float64 { return c.SpacingM }},
	{Name: "cours_fermees", FR: "Cours fermées", EN: "Closed courts", Formula: "area enclosed by buildings together, without the holes of single ones", Unit: "m2", of: func(c *Cell) float64 { return c.ClosedM2 }},
	{Name: "densite_voirie", FR: "Densité de voirie", EN: "Road density", Formula: "Σ length of roads/S", Unit: "m.m-2", Weight: byArea, of: func(c *Cell) float64 { return c.RoadDensity }},
	{Name: "part_eau", FR: "Part en eau", EN: "Water fraction", Formula: "water/S, on top of all", Unit: "1", Weight: byArea, of: func(c *Cell) float64 { return c.WaterShare }},
	{Name: "part_vegetation_haute", FR: "Part en végétation haute", EN: "High vegetation fraction", Formula: "crowns/S, whatever they stand over", Unit: "1", Weight: byArea, of: func(c *Cell) float64 { return c.HighGreenShare }},
	{Name: "part_vegetation_basse", FR: "Part en végétation basse", EN: "Low vegetation fraction", Formula: "low vegetation/S, below water, buildings and high vegetation", Unit: "1", Weight: byArea, of: func(c *Cell) float64 { return c.LowGreenShare }},
	{Name: "part_voirie", FR: "Part en voirie", EN: "Road fraction", Formula: "roads as wide as they are/S, below vegetation", Unit: "1", Weight: byArea, of: func(c *Cell) float64 { return c.RoadShare }},
	{Name: "part_impermeable", FR: "Part imperméable", EN: "Impervious fraction", Formula: "other sealed ground/S, below all", Unit: "1", Weight: byArea, of: func(c *Cell) float64 { return c.ImperviousShare }},
	{Name: "densite_logements", FR: "Densité de logements", EN: "Dwelling density", Formula: "Σ dwellings/S", Unit: "1/har", Weight: byArea, of: func(c *Cell) float64 { return c.DwellingsPerHa }},
	{Name: "part_estimee", FR: "Part d'emprise à hauteur estimée", EN: "Share of footprints of estimated height", Formula: "ΣA whose height is not measured/ΣA", Unit: "1", Weight: byFootprint, of: func(c *Cell) float64 { return c.EstimatedShare }},
	{Name: "part_defaut", FR: "Part d'emprise à hauteur par défaut", EN: "Share of footprints of default height", Formula: "ΣA of which neither height nor levels are known/ΣA", Unit: "1", Weight: byFootprint, of: func(c *Cell) float64 { return c.DefaultShare }},
}

// shares are what only rules of a typology look at: the floors by use.
var shares = [...]indicator{
	{Name: "part_residentiel", of: func(c *Cell) float64 { return c.usage[Residential] }},
	{Name: "part_commerce", of: func(c *Cell) float64 { return c.usage[Commercial] }},
	{Name: "part_industrie", of: func(c *Cell) float64 { return c.usage[LightIndustry] + c.usage[HeavyIndustry] }},
}

// indicatorOf finds what a rule of a typology may name.
func indicatorOf(name string) (*indicator, bool) {
	for i := range indicators {
		if indicators[i].Name == name {
			return &indicators[i], true
		}
	}
	for i := range shares {
		if shares[i].Name == name {
			return &shares[i], true
		}
	}
	return nil, false
}

// The fields that are not indicators.
const (
	fieldType       = "tissu"
	fieldZone       = "lcz"
	fieldSecondZone = "lcz_2"
	fieldDistance   = "lcz_distance"
	fieldUniqueness = "lcz_unicite"
)

// fields describes the columns of a cell, as [Cell.Values] gives them.
func fields() []referentials.Field {
	var out []referentials.Field
	for _, n := range indicators {
		f := referentials.Field{
			Name: n.Name, Title: referentials.Text{FR: n.FR, EN: n.EN}, Description: referentials.Text{FR: inFrench(n.Name, n.Formula), EN: n.Formula},
			Type: referentials.Number, Unit: n.Unit, Role: referentials.Intensive, Weight: n.Weight, Disclosure: referentials.Public,
		}
		if n.Whole {
			f.Type = referentials.Integer
		}
		if n.Weight == "" && !n.Alone {
			f.Role = referentials.Extensive
		}
		out = append(out, f)
	}
	text := func(name, fr, en, from string, kind referentials.FieldType, role referentials.Role, unit string) {
		out = append(out, referentials.Field{Name: name, Title: referentials.Text{FR: fr, EN: en}, Description: referentials.Text{FR: inFrench(name, from), EN: from},
			Type: kind, Role: role, Unit: unit, Disclosure: referentials.Public})
	}
	text(fieldType, "Type de tissu urbain", "Kind of urban fabric", "rules of the typology, the first that holds", referentials.String, referentials.Category, "")
	text(fieldZone, "Zone climatique locale", "Local climate zone", "Stewart & Oke 2012, as GeoClimate tells it; sky view not used", referentials.String, referentials.Category, "")
	text(fieldSecondZone, "Zone climatique suivante", "Next local climate zone", "the next nearest class", referentials.String, referentials.Category, "")
	text(fieldDistance, "Distance à la zone climatique", "Distance to the climate zone", "to the ranges of the class, in standard deviations of the bounds", referentials.Number, referentials.Plain, "1")
	text(fieldUniqueness, "Unicité de la zone climatique", "Uniqueness of the climate zone", "|d1−d2|/(d1+d2) for classes found by distance", referentials.Number, referentials.Plain, "1")
	if imu, ok := catalog.Lookup("imu"); ok {
		for i := range out {
			if k := imu.FieldIndex(out[i].Name); k >= 0 && out[i].Name != fieldType {
				out[i].Terms = imu.Fields[k].Terms
			}
		}
	}
	return out
}

// Values appends the values of [fields].
func (c *Cell) Values(dst []referentials.Value) []referentials.Value {
	for i := range indicators {
		v := indicators[i].of(c)
		if indicators[i].Whole && !math.IsNaN(v) {
			dst = append(dst, referentials.IntegerValue(int64(v)))
			continue
		}
		dst = append(dst, referentials.NumberValue(v))
	}
	word := func(s string) referentials.Value {
		if s == "" {
			return referentials.Null
		}
		return referentials.StringValue(s)
	}
	return append(dst, word(c.Type), word(zoneName(c.Zone.Primary)), word(zoneName(c.Zone.Secondary)),
		referentials.NumberValue(c.Zone.Distance), referentials.NumberValue(c.Zone.Uniqueness))
}
