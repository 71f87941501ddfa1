package importer

import (
	"regexp"
	"slices"
	"strings"

	"socle/geo/crs"
	"socle/referentials"
)

// known is a format of a producer, told by its columns. It says what the columns' names
// alone do not: which become the geometry, in which system, what marks an absent value.
// Everything in it is data; the import itself is the same for every file.
type known struct {
	id         string   // short name, as reports give it
	collection string   // of the catalog
	signature  []string // folded column names that must all be there; "a|b": either
	without    []string // folded column names that must not be
	layer      bool     // only files with geometry of their own

	columns map[string]string                 // folded column name -> field, where aliases do not say it
	types   map[string]referentials.FieldType // folded name of an extra column -> its type
	header  []string                          // names of the columns of a file that has no header row
	looks   func(cells []string) bool         // tells the rows of such a file

	place  place   // columns that become the geometry
	others []place // other positions of the same row, which must agree with it
	shape  string  // folded name of the column of WKT that is the geometry
	na     bool    // NA and its kin are null in text columns too

	vintage *regexp.Regexp // of a folded column name: groups field, year (two digits) and, where the year stands inside, rest
	clean   map[string]func(string) string
}

// place names the columns of a position and their system.
type place struct {
	x, y string // folded
	crs  crs.CRS
}

func (p place) isZero() bool { return p.x == "" }

// knownFormats is every known format. Where two match, the longer signature wins, then
// the earlier one.
func knownFormats() []known {
	return slices.Concat(addressFormats(), topographicFormats(), statisticalFormats(), energyFormats(), municipalFormats())
}

// recognise gives the known format of a file's columns, nil when there is none. as is
// the collection asked for, "" when the file chooses.
func recognise(columns []string, hasGeometry bool, as string) *known {
	folded := make(map[string]bool, len(columns))
	for _, c := range columns {
		folded[fold(c)] = true
	}
	formats := knownFormats()
	var best *known
	for i := range formats {
		k := &formats[i]
		if as != "" && k.collection != as || k.layer && !hasGeometry || len(k.header) > 0 {
			continue
		}
		if k.matches(folded) && (best == nil || len(k.signature) > len(best.signature)) {
			best = k
		}
	}
	return best
}

func (k *known) matches(folded map[string]bool) bool {
	for _, names := range k.signature {
		if !slices.ContainsFunc(strings.Split(names, "|"), func(n string) bool {
			if prefix, ok := strings.CutSuffix(n, "*"); ok {
				for f := range folded {
					if strings.HasPrefix(f, prefix) {
						return true
					}
				}
				return false
			}
			return folded[n]
		}) {
			return false
		}
	}
	return !slices.ContainsFunc(k.without, func(n string) bool { return folded[n] })
}

// yearOf gives the vintage its columns carry, "" when they carry none or disagree.
func (k *known) yearOf(columns []string) string {
	if k == nil || k.vintage == nil {
		return ""
	}
	year := ""
	for _, c := range columns {
		m := k.vintage.FindStringSubmatch(fold(c))
		if m == nil {
			continue
		}
		digits := m[k.vintage.SubexpIndex("year")]
		if year != "" && year != digits {
			return ""
		}
		year = digits
	}
	if year == "" {
		return ""
	}
	const pivot = "70"
	if year >= pivot {
		return "19" + year
	}
	return "20" + year
}

// fieldOf gives the field a column is said to be, "" when the format does not say.
func (k *known) fieldOf(folded string) string {
	if k == nil {
		return ""
	}
	if f, ok := k.columns[folded]; ok {
		return f
	}
	if k.vintage != nil {
		if m := k.vintage.FindStringSubmatch(folded); m != nil {
			field := m[k.vintage.SubexpIndex("field")]
			if i := k.vintage.SubexpIndex("rest"); i > 0 {
				field += m[i]
			}
			return field
		}
	}
	return ""
}
