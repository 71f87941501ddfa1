package cql2

import (
	"slices"
	"strings"

	"socle/geo"
)

// keywords have a meaning wherever they stand; a property of that name needs quotes.
var keywords = []string{"and", "or", "not", "like", "between", "in", "is", "null", "true", "false", "div"}

// literals are the words that begin a literal when a parenthesis follows.
var literals = []string{"date", "timestamp", "interval", "bbox", collection}

const collection = "geometrycollection"

var geometryTags = map[string]geo.Type{
	"point":           geo.Point,
	"linestring":      geo.LineString,
	"polygon":         geo.Polygon,
	"multipoint":      geo.MultiPoint,
	"multilinestring": geo.MultiLineString,
	"multipolygon":    geo.MultiPolygon,
}

func isKeyword(lower string) bool { return slices.Contains(keywords, lower) }

// isReserved tells whether a word in lower case has a meaning of its own, so that neither
// a function nor, without quotes, a property is named so.
func isReserved(lower string) bool {
	_, tag := geometryTags[lower]
	_, operator := operators[lower]
	return tag || operator || isKeyword(lower) || slices.Contains(literals, lower)
}

// isFunctionName tells whether text can call a function by that name.
func isFunctionName(s string) bool { return isPlain(s) && !isReserved(strings.ToLower(s)) }

// isPlain tells whether a name is an identifier of the grammar.
func isPlain(s string) bool {
	for i, r := range s {
		if i == 0 && !isNameStart(r) || !isNamePart(r) {
			return false
		}
	}
	return s != ""
}

// foreign are words of other languages and what CQL2 has instead.
var foreign = map[string]string{
	"exists": "write name IS NOT NULL",
	"xor":    "write (a OR b) AND NOT (a AND b)",
	"mod":    "write %",
	"eq":     "write =",
	"ne":     "write <>",
	"isnull": "write IS NULL",
}
