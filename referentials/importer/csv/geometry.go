package csv

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/importer/source"
)

// Kind is how a table writes geometry.
type Kind string

// The kinds.
const (
	NoGeometry Kind = ""
	XY         Kind = "xy"      // two columns of numbers, x (easting, longitude) first
	LatLon     Kind = "lat,lon" // one column "48.1, -1.6"
	WKT        Kind = "wkt"     // one column of WKT or EWKT
	WKB        Kind = "wkb"     // one column of WKB or EWKB in hexadecimal
	GeoJSON    Kind = "geojson" // one column of GeoJSON geometry
)

// Geometry says which columns are the geometry. Columns of XY stay attributes; a column
// that is only the text of the geometry does not.
type Geometry struct {
	Kind    Kind
	Columns []string // two for XY, else one
	Repeats []string // columns left out because they repeat the geometry's position
	CRS     crs.CRS  // zero when neither names nor values tell
	Reason  string   // why this was detected
}

// maxDetect bounds the rows looked at to detect a geometry.
const maxDetect = 200

// detectGeometry finds the columns that are a geometry by their names and by what the
// first rows hold. A whole geometry wins over a position, a position whose columns name
// their system over one whose values have to tell. CRS stays zero when they do not.
func detectGeometry(fields []source.Field, sample [][]referentials.Value) Geometry {
	d := detector{fields: fields, sample: sample[:min(len(sample), maxDetect)]}
	point := -1
	for i, f := range fields {
		if isPointName(f.Name) && d.every(i, isLatLon) {
			point = i
			break
		}
	}
	for _, k := range []struct {
		kind Kind
		is   func(string) bool
		what string
	}{{GeoJSON, isGeoJSON, "GeoJSON"}, {WKT, isWKT, "WKT"}, {WKB, isWKB, "hexadecimal WKB"}} {
		for i, f := range fields {
			if !d.every(i, k.is) {
				continue
			}
			g := Geometry{Kind: k.kind, Columns: []string{f.Name}, Reason: fmt.Sprintf("%q holds %s", f.Name, k.what)}
			if point >= 0 {
				g.Repeats = []string{fields[point].Name}
			}
			g.CRS = d.declaredIn(i, k.kind)
			return g
		}
	}
	if g := d.pair(); g.Kind != NoGeometry {
		return g
	}
	if point >= 0 {
		return Geometry{Kind: LatLon, Columns: []string{fields[point].Name}, CRS: crs.CRS84,
			Reason: fmt.Sprintf("%q holds latitude and longitude", fields[point].Name)}
	}
	return Geometry{}
}

type detector struct {
	fields []source.Field
	sample [][]referentials.Value
}

// every tells whether column i has values and all are of a kind.
func (d *detector) every(i int, is func(string) bool) bool {
	found := false
	for _, row := range d.sample {
		if i >= len(row) || row[i].IsNull() {
			continue
		}
		if !is(row[i].Str()) {
			return false
		}
		found = true
	}
	return found
}

// declaredIn gives the system that EWKT or EWKB carries.
func (d *detector) declaredIn(i int, kind Kind) crs.CRS {
	var g geo.Geometry
	for _, row := range d.sample {
		if i >= len(row) || row[i].IsNull() {
			continue
		}
		srid := int32(0)
		switch kind {
		case WKT:
			srid, _, _ = parseWKT(row[i].Str(), &g)
		case WKB:
			var w wkbReader
			srid, _, _ = w.parse(row[i].Str(), &g)
		}
		if srid > 0 {
			return systemOf(srid)
		}
		return crs.CRS{}
	}
	return crs.CRS{}
}

func systemOf(srid int32) crs.CRS {
	if srid == 4326 {
		return crs.CRS84
	}
	return crs.EPSG(int(srid))
}

func isGeoJSON(s string) bool {
	s = strings.TrimSpace(s)
	return strings.HasPrefix(s, "{") && strings.Contains(s, `"type"`) &&
		(strings.Contains(s, `"coordinates"`) || strings.Contains(s, `"geometry"`) || strings.Contains(s, `"geometries"`))
}

func isWKT(s string) bool {
	p := wktParser{s: s}
	_, _, err := p.head()
	return err == nil
}

// isWKB tells hexadecimal WKB: an even run of digits with byte order and a type in front.
func isWKB(s string) bool {
	const shortest = 2 * 21 // a point
	if len(s) < shortest || len(s)%2 != 0 || s[0] != '0' || s[1] != '0' && s[1] != '1' {
		return false
	}
	var w wkbReader
	var g geo.Geometry
	_, _, err := w.parse(s, &g)
	return err == nil || errors.Is(err, geo.ErrEmpty)
}

func isLatLon(s string) bool {
	lat, lon, ok := splitPosition(s)
	return ok && lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180
}

// splitPosition reads "48.1, -1.6".
func splitPosition(s string) (first, second float64, ok bool) {
	a, b, ok := strings.Cut(strings.Trim(s, "[]() "), ",")
	if !ok {
		return 0, 0, false
	}
	first, okA := parseDecimal(a)
	second, okB := parseDecimal(b)
	return first, second, okA && okB
}

func isPointName(name string) bool {
	n := strings.Map(func(r rune) rune {
		if strings.ContainsRune("_- .", r) {
			return -1
		}
		return r
	}, strings.ToLower(name))
	for _, p := range []string{"geopoint", "geoloc", "latlon", "coordonnees", "coordonnées", "coordinates", "position", "localisation"} {
		if strings.Contains(n, p) {
			return true
		}
	}
	return n == "geo"
}

// findGeometry settles the geometry, asked for or detected, and with it the fields.
func (r *Reader) findGeometry(rows []row) error {
	r.layFields(nil)
	if asked := r.opt.Geometry; asked != nil {
		r.geometry = *asked
	} else {
		r.geometry = detectGeometry(r.fields, r.sampleValues(rows))
		if g := r.geometry; g.Kind != NoGeometry {
			r.note("the geometry is read from %s: %s", quoteList(g.Columns), g.Reason)
		}
		for _, c := range r.geometry.Repeats {
			r.note("%q repeats the position of the geometry and is left out", c)
		}
	}
	g := r.geometry
	want := 1
	switch g.Kind {
	case NoGeometry:
		return nil
	case XY:
		want = 2
	}
	if len(g.Columns) != want {
		return referentials.Errorf(referentials.Invalid, "geometry of kind %s is made of %d columns, not of %d", g.Kind, want, len(g.Columns)).At("%s", r.file.Path())
	}
	out := map[string]bool{}
	for _, c := range g.Columns {
		i := slices.Index(r.columns, c)
		if i < 0 {
			return referentials.Errorf(referentials.Invalid, "there is no column %q to read the geometry from", c).
				At("%s", r.file.Path()).Do("the columns are %s", quoteList(r.columns[:min(len(r.columns), 30)]))
		}
		r.shape = append(r.shape, i)
		out[c] = g.Kind != XY
	}
	for _, c := range g.Repeats {
		out[c] = true
	}
	r.layFields(out)
	return nil
}

func (r *Reader) sampleValues(rows []row) [][]referentials.Value {
	skip := min(r.header.skip, len(rows))
	var values [][]referentials.Value
	for _, row := range rows[skip:min(len(rows), skip+maxDetect)] {
		if len(row.cells) != len(r.columns) {
			continue
		}
		v := make([]referentials.Value, len(row.cells))
		for i, c := range row.cells {
			if c != "" {
				v[i] = referentials.StringValue(c)
			}
		}
		values = append(values, v)
	}
	return values
}

func quoteList(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(quoted, ", ")
}
