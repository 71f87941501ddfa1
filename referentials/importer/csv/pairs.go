package csv

import (
	"fmt"
	"math"
	"regexp"
	"strings"

	"socle/geo/crs"
)

// coordinateNames are the ways of naming the first of two coordinates, with the second's.
var coordinateNames = []struct{ x, y string }{
	{"longitude", "latitude"}, {"long", "lat"}, {"lon", "lat"}, {"lng", "lat"},
	{"easting", "northing"}, {"x", "y"},
}

// pair finds two columns of numbers whose names differ as those of coordinates do.
func (d *detector) pair() Geometry {
	byName := make(map[string]int, len(d.fields))
	for i, f := range d.fields {
		byName[strings.ToLower(f.Name)] = i
	}
	var best Geometry
	rank := 0
	for i, f := range d.fields {
		name := strings.ToLower(f.Name)
		for _, c := range coordinateNames {
			j, ok := partner(name, c.x, c.y, byName)
			if !ok || !d.numbers(i) || !d.numbers(j) {
				continue
			}
			g := Geometry{Kind: XY, Columns: []string{f.Name, d.fields[j].Name}}
			geographic := c.y == "lat" || c.y == "latitude"
			system, worth := d.system(name, geographic, i, j)
			g.CRS = system
			g.Reason = fmt.Sprintf("their names are those of coordinates, %s", told(system, worth))
			// The first of the best: a producer's own system mostly comes first.
			if worth > rank {
				best, rank = g, worth
			}
		}
	}
	return best
}

// How surely the system of a pair is known.
const (
	unknownSystem = iota + 1
	systemByValues
	systemByName
)

func told(c crs.CRS, worth int) string {
	switch worth {
	case systemByName:
		return "which say " + c.String()
	case systemByValues:
		return "and their values fit " + c.String()
	}
	return "in a system that is not told"
}

// partner finds the column whose name has y where name has x as a word of its own.
func partner(name, x, y string, byName map[string]int) (int, bool) {
	for from := 0; ; {
		at := strings.Index(name[from:], x)
		if at < 0 {
			return 0, false
		}
		at += from
		end := at + len(x)
		before := at == 0 || !isLetter(name[at-1])
		after := end == len(name) || !isLetter(name[end])
		if before && after {
			if j, ok := byName[name[:at]+y+name[end:]]; ok {
				return j, true
			}
		}
		from = at + 1
	}
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 0x80 }

// numbers tells a column that holds numbers but for the odd other thing.
func (d *detector) numbers(i int) bool {
	good, bad := 0, 0
	for _, row := range d.sample {
		if i >= len(row) || row[i].IsNull() {
			continue
		}
		if _, ok := parseDecimal(row[i].Str()); ok {
			good++
		} else if kindOf(row[i].Str()) != blankCell {
			bad++
		}
	}
	return good > 0 && bad*10 <= good
}

var conicZone = regexp.MustCompile(`cc_?(4[2-9]|50)`)

// system tells the system of a pair by its name or, failing that, by the values.
func (d *detector) system(name string, geographic bool, i, j int) (crs.CRS, int) {
	switch {
	case geographic, strings.Contains(name, "wgs84"), strings.Contains(name, "4326"):
		return crs.CRS84, systemByName
	case strings.Contains(name, "lamb93"), strings.Contains(name, "l93"), strings.Contains(name, "2154"),
		strings.Contains(name, "lambert93"), strings.Contains(name, "lambert_93"):
		return crs.EPSG(2154), systemByName
	}
	if m := conicZone.FindStringSubmatch(name); m != nil {
		return conic(int(m[1][0]-'0')*10 + int(m[1][1]-'0')), systemByName
	}
	if c := d.systemOfValues(i, j); !c.IsZero() {
		return c, systemByValues
	}
	return crs.CRS{}, unknownSystem
}

// conic gives RGF93 / CC42 to CC50, EPSG:3942 to 3950.
func conic(zone int) crs.CRS { return crs.EPSG(3900 + zone) }

// systemOfValues recognises degrees and the French systems by where all values lie.
func (d *detector) systemOfValues(i, j int) crs.CRS {
	var found crs.CRS
	for _, row := range d.sample {
		if max(i, j) >= len(row) || row[i].IsNull() || row[j].IsNull() {
			continue
		}
		x, okX := parseDecimal(row[i].Str())
		y, okY := parseDecimal(row[j].Str())
		if !okX || !okY || x == 0 && y == 0 {
			continue
		}
		c := systemAt(x, y)
		if c.IsZero() || !found.IsZero() && c != found {
			return crs.CRS{}
		}
		found = c
	}
	return found
}

// systemAt gives the system in which x, y is in metropolitan France, or degrees.
// Lambert-93 has metropolitan eastings of 100 to 1,250 km and northings of 6,000 to
// 7,150 km; zone n of the conformal conics has its parallel at (n−41)·1,000 + 200 km
// north and its meridian at 1,700 km east.
func systemAt(x, y float64) crs.CRS {
	if math.Abs(x) <= 180 && math.Abs(y) <= 90 {
		return crs.CRS84
	}
	if x >= 50_000 && x < 1_300_000 && y >= 6_000_000 && y <= 7_200_000 {
		return crs.EPSG(2154)
	}
	const margin = 150_000
	zone := math.Round((y-200_000)/1_000_000) + 41
	if x >= 1_050_000 && x <= 2_400_000 && zone >= 42 && zone <= 50 && math.Abs(y-200_000-(zone-41)*1_000_000) <= margin {
		return conic(int(zone))
	}
	return crs.CRS{}
}
