package synth

import "math/rand/v2"

// zone is the kind of district a block belongs to; it governs the blocks' size, the
// buildings and the people.
type zone uint8

const (
	oldTown zone = iota
	faubourg
	estate // grands ensembles
	suburb // lotissements
	village
	activity
	campus // schools, hospitals, barracks
	park
	country
	wood
	water
	zones
)

// pattern is how buildings stand on the fronts of a block.
type pattern uint8

const (
	empty    pattern = iota
	terraces         // side by side on the street
	houses           // detached or in pairs, behind a garden
	slabs            // long buildings of several entrances, and towers
	sheds            // large halls behind car parks
)

// spec describes a kind of district. Lengths are in metres.
type spec struct {
	fabric  string  // as the typology of urban form names it
	block   float64 // usual area of a block, m²
	tilt    float64 // how far cuts stray from square, radians
	spread  float64 // how far cuts stray from the middle, share of the length
	bend    float64 // sagitta of streets over their length
	slender float64 // length over width of blocks that are cut across
	lot     float64 // frontage of an address
	least   float64 // least frontage of an address
	pattern pattern
	setback [2]float64 // from the edge of the street to the front
	depth   [2]float64 // of buildings
	levels  [2]int
	homes   float64 // dwellings per address, about
	built   [2]int  // years of construction
	income  float64 // median disposable income per consumption unit, €
	social  float64 // share of social dwellings
	gas     float64 // share of addresses on the gas network
}

var specs = [zones]spec{
	oldTown: {fabric: "centre_ancien", block: 6_800, tilt: 0.22, spread: 0.28, bend: 0.04, slender: 1.5, lot: 7.2, least: 5,
		pattern: terraces, setback: [2]float64{0, 0}, depth: [2]float64{10, 15}, levels: [2]int{3, 6}, homes: 4.6, built: [2]int{1650, 1930},
		income: 23_500, social: 0.08, gas: 0.7},
	faubourg: {fabric: "bourg", block: 11_000, tilt: 0.12, spread: 0.2, bend: 0.02, slender: 1.7, lot: 7.8, least: 5.5,
		pattern: terraces, setback: [2]float64{0, 3}, depth: [2]float64{9, 13}, levels: [2]int{2, 5}, homes: 2.3, built: [2]int{1860, 1975},
		income: 24_500, social: 0.12, gas: 0.75},
	estate: {fabric: "grand_collectif", block: 33_000, tilt: 0.06, spread: 0.15, bend: 0.03, slender: 1.8, lot: 9, least: 7,
		pattern: slabs, setback: [2]float64{10, 18}, depth: [2]float64{11, 13}, levels: [2]int{4, 12}, homes: 10, built: [2]int{1956, 1982},
		income: 16_200, social: 0.72, gas: 0.35},
	suburb: {fabric: "pavillonnaire_dense", block: 16_000, tilt: 0.12, spread: 0.18, bend: 0.13, slender: 2.3, lot: 11.2, least: 8,
		pattern: houses, setback: [2]float64{3.5, 7}, depth: [2]float64{8, 11}, levels: [2]int{1, 2}, homes: 1.02, built: [2]int{1962, 2021},
		income: 25_800, social: 0.07, gas: 0.6},
	village: {fabric: "bourg", block: 8_500, tilt: 0.2, spread: 0.25, bend: 0.05, slender: 1.6, lot: 8.4, least: 6,
		pattern: terraces, setback: [2]float64{0, 1.5}, depth: [2]float64{8, 11}, levels: [2]int{1, 3}, homes: 1.6, built: [2]int{1750, 1960},
		income: 23_000, social: 0.1, gas: 0.45},
	activity: {fabric: "activites", block: 38_000, tilt: 0.05, spread: 0.15, bend: 0.03, slender: 1.6, lot: 42, least: 25,
		pattern: sheds, setback: [2]float64{9, 16}, depth: [2]float64{24, 60}, levels: [2]int{1, 2}, homes: 0.02, built: [2]int{1965, 2022},
		income: 21_000, social: 0, gas: 0.6},
	campus: {fabric: "equipements", block: 36_000, tilt: 0.05, spread: 0.15, bend: 0.02, slender: 1.6, lot: 70, least: 40,
		pattern: sheds, setback: [2]float64{8, 16}, depth: [2]float64{14, 26}, levels: [2]int{2, 4}, homes: 0.05, built: [2]int{1880, 2020},
		income: 20_000, social: 0, gas: 0.7},
	park: {fabric: "campagne", block: 90_000, tilt: 0.1, spread: 0.15, bend: 0.05, slender: 2, pattern: empty},
	country: {fabric: "campagne", block: 900_000, tilt: 0.2, spread: 0.2, bend: 0.06, slender: 2, lot: 260, least: 24,
		pattern: houses, setback: [2]float64{8, 25}, depth: [2]float64{9, 14}, levels: [2]int{1, 2}, homes: 1, built: [2]int{1820, 2015},
		income: 23_200, social: 0.01, gas: 0.03},
	wood:  {fabric: "campagne", block: 900_000, tilt: 0.2, spread: 0.2, bend: 0.05, slender: 2, pattern: empty},
	water: {fabric: "eau", pattern: empty},
}

// pick draws the kind of a district at u times the built-up radius of its commune's
// centre; u is already shaken so that limits are not circles.
func pick(r *rand.Rand, city bool, u float64) zone {
	type chance = []float64
	kinds := []zone{faubourg, estate, suburb, activity, campus, park, wood, country}
	var w chance
	switch {
	case !city && u < 0.4:
		return village
	case !city && u < 1:
		w = chance{0.13, 0.07, 0.66, 0.08, 0.03, 0.03, 0, 0}
	case !city && u < 1.25:
		w = chance{0, 0, 0.12, 0.1, 0, 0, 0.1, 0.68}
	case !city:
		w = chance{0, 0, 0, 0.004, 0, 0, 0.13, 0.866}
	case u < 0.16:
		return oldTown
	case u < 0.36:
		w = chance{0.84, 0.06, 0, 0, 0.06, 0.04, 0, 0}
	case u < 0.68:
		w = chance{0.48, 0.22, 0.16, 0.05, 0.04, 0.05, 0, 0}
	case u < 1:
		w = chance{0.18, 0.24, 0.35, 0.13, 0.04, 0.06, 0, 0}
	case u < 1.12:
		w = chance{0, 0.02, 0.12, 0.36, 0.02, 0.04, 0.06, 0.38}
	default:
		w = chance{0, 0, 0, 0.05, 0, 0, 0.15, 0.8}
	}
	return kinds[draw(r, w)]
}
