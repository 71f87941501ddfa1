package aggregate

import (
	"regexp"
	"strings"

	"socle/imu/crosswalk"
)

// method names a method for people.
func (w *writer) method(m MethodUsed) string {
	names := map[crosswalk.Method][2]string{
		crosswalk.Key:        {"par référence", "by reference"},
		crosswalk.Point:      {"point dans polygone", "point in polygon"},
		crosswalk.Area:       {"au prorata des surfaces", "in proportion to areas"},
		crosswalk.Dasymetric: {"dasymétrique", "dasymetric"},
		crosswalk.Passage:    {"par une table de passage", "by a table of passage"},
	}
	bases := map[crosswalk.Base][2]string{
		crosswalk.Sum:   {"ce qui dépasse du maillage y est ramené", "what reaches outside the mesh is brought into it"},
		crosswalk.Total: {"ce qui dépasse du maillage n'y est pas compté", "what reaches outside the mesh is not counted in it"},
	}
	name := w.of(names[m.Name])
	if base, ok := bases[m.Base]; ok {
		name += ", " + w.of(base)
	}
	return name
}

// level names a level of matching for people.
func (w *writer) level(l crosswalk.Level) string {
	names := map[crosswalk.Level][2]string{
		crosswalk.ByKey:        {"par leur propre référence", "by their own reference"},
		crosswalk.ByPoint:      {"par leur point", "by their point"},
		crosswalk.ByArea:       {"par leur surface", "by their area"},
		crosswalk.ByWeight:     {"par ce qui pèse en elles", "by what weighs in them"},
		crosswalk.ByPassage:    {"par la table de passage", "by the table of passage"},
		crosswalk.AreaFallback: {"par leur surface, faute de poids", "by their area, as nothing weighs in them"},
		crosswalk.Unmatched:    {"sans maille", "without a cell"},
	}
	if name, ok := names[l]; ok {
		return w.of(name)
	}
	return w.of([2]string{"par " + string(l), "through " + string(l)})
}

// precision names for people how precisely an address is known.
func (w *writer) precision(level string) string {
	french := map[string]string{"housenumber": "au numéro", "interpolated": "entre deux numéros", "street": "à la rue",
		"locality": "au lieu-dit", "municipality": "à la commune", "none": "introuvable"}
	english := map[string]string{"housenumber": "to the number", "interpolated": "between two numbers", "street": "to the street",
		"locality": "to the locality", "municipality": "to the commune", "none": "not found"}
	return w.of([2]string{french[level], english[level]})
}

func (w *writer) of(words [2]string) string {
	if w.french {
		return words[0]
	}
	return words[1]
}

// decimal writes a number with the sign of the language.
func (w *writer) decimal(number string) string {
	if w.french {
		return strings.Replace(number, ".", ",", 1)
	}
	return number
}

// reasons says in French what crosswalks tell of features without a cell.
var reasons = strings.NewReplacer(
	"it has no geometry", "sans géométrie",
	"it has no area", "sans surface",
	"it lies outside the mesh", "hors du maillage",
	"nothing weighs in it, and a part of it lies outside the mesh", "rien n'y pèse, et une partie est hors du maillage",
	"some of what weighs in it lies outside the mesh", "une partie de ce qui y pèse est hors du maillage",
	"all that weighs in it lies outside the mesh", "tout ce qui y pèse est hors du maillage",
	"a part of it lies outside the mesh", "en partie hors du maillage",
	"some of its points lie outside the mesh", "certains de ses points sont hors du maillage",
	"; ", " ; ",
)

var (
	isNull  = regexp.MustCompile(`\bits (\S+) is null`)
	isNotIn = regexp.MustCompile(`\bits (\S+) (.+?) is not in (\S+)`)
	toNoOne = regexp.MustCompile(`\bits (\S+) (.+?) leads to no cell of (\S+)`)
	isFlat  = regexp.MustCompile(`\bit is a (\w+), without area`)
)

// reason says why a feature has no cell, or lies outside in part.
func (w *writer) reason(s string) string {
	if !w.french {
		return s
	}
	s = isNull.ReplaceAllString(s, "$1 est vide")
	s = isNotIn.ReplaceAllString(s, "$1 $2 n'est pas dans $3")
	s = toNoOne.ReplaceAllString(s, "$1 $2 ne mène à aucune maille de $3")
	s = isFlat.ReplaceAllString(s, "c'est un $1, sans surface")
	return reasons.Replace(s)
}

// unit writes a unit as people do: the UCUM of descriptors has dots and no exponents.
func unit(ucum string) string {
	return strings.NewReplacer("W.h", "Wh", "m2", "m²", "m3", "m³").Replace(ucum)
}
