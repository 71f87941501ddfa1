package geopackage

import (
	"encoding/json"
	"regexp"
	"strings"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/importer/source"
	"socle/referentials/sqlite"
)

// describe reads what the file declares of the chosen layer.
func (l *Layer) describe() error {
	srid := int64(0)
	err := l.db.Query(`SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE lower(table_name) = lower(?)`,
		func(s *sqlite.Stmt) error {
			l.geom, srid = s.Text(0), s.Int(1)
			return nil
		}, l.name)
	if err != nil && !l.lacks("gpkg_geometry_columns") {
		return err
	}
	if l.geom != "" {
		if err := l.describeCRS(srid); err != nil {
			return err
		}
	}
	return l.describeColumns()
}

// lacks tells whether the file has no table of a name that the standard makes optional.
func (l *Layer) lacks(table string) bool {
	n, err := l.db.Int("SELECT count(*) FROM sqlite_master WHERE name = ?", table)
	return err == nil && n == 0
}

// describeCRS finds the register's name of a system: by the organisation and number the
// file gives, else by its definition.
func (l *Layer) describeCRS(srid int64) error {
	if srid == 0 || srid == -1 {
		l.note("its coordinate reference system is declared undefined")
		return nil
	}
	var organization, definition string
	code := int64(0)
	err := l.db.Query("SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
		func(s *sqlite.Stmt) error {
			organization, code, definition = s.Text(0), s.Int(1), s.Text(2)
			return nil
		}, srid)
	if err != nil {
		return err
	}
	if strings.EqualFold(organization, "EPSG") {
		declared := crs.EPSG(int(code))
		if _, err := crs.Describe(declared); err == nil {
			l.crs = declared
			return nil
		}
	}
	if l.crs, err = crs.Identify(definition); err != nil {
		l.note("its coordinate reference system (srs_id %d, %s %d) is not known by number: %v", srid, organization, code, err)
	}
	return nil
}

// technical are the names that software gives to a primary key of its own making.
var technical = regexp.MustCompile(`(?i)^(ogc_)?fid(_\d+)?$|^objectid$`)

func (l *Layer) describeColumns() error {
	mimes, err := l.mimeTypes()
	if err != nil {
		return err
	}
	var columns []column
	err = l.db.Query("SELECT name, type, pk FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid", func(s *sqlite.Stmt) error {
		columns = append(columns, column{name: s.Text(0), declared: s.Text(1), key: s.Int(2)})
		return nil
	}, l.name)
	if err != nil {
		return err
	}
	keys := 0
	for _, c := range columns {
		if c.key > 0 {
			keys++
		}
	}
	for i, c := range columns {
		kind, kept := c.fieldType()
		if kind == referentials.String && mimes[strings.ToLower(c.name)] == "application/json" {
			kind = referentials.JSON
		}
		if keys == 1 && c.key == 1 && kind == referentials.Integer {
			l.fid = c.name
		}
		// A view has no key: software takes its first column for one.
		if keys == 0 && i == 0 && kind == referentials.Integer && technical.MatchString(c.name) {
			l.fid = c.name
		}
		switch {
		case strings.EqualFold(c.name, l.geom):
		case c.name == l.fid && technical.MatchString(c.name):
		case !kept:
			l.note("column %q is left out: a %s has no place in a record", c.name, c.declared)
		default:
			l.columns = append(l.columns, c.name)
			l.fields = append(l.fields, source.Field{Name: c.name, Type: kind})
		}
	}
	if len(columns) == 0 {
		return referentials.Errorf(referentials.Invalid, "layer %q has no columns", l.name)
	}
	return nil
}

// mimeTypes gives the MIME types that the schema extension declares for columns of the
// layer, by lower-case name.
func (l *Layer) mimeTypes() (map[string]string, error) {
	mimes := make(map[string]string)
	err := l.db.Query("SELECT lower(column_name), lower(mime_type) FROM gpkg_data_columns WHERE lower(table_name) = lower(?) AND mime_type IS NOT NULL",
		func(s *sqlite.Stmt) error {
			mimes[s.Text(0)] = s.Text(1)
			return nil
		}, l.name)
	if err != nil && !l.lacks("gpkg_data_columns") {
		return nil, err
	}
	return mimes, nil
}

type column struct {
	name     string
	declared string
	key      int64
}

var geometryTypes = map[string]bool{
	"GEOMETRY": true, "POINT": true, "LINESTRING": true, "POLYGON": true, "MULTIPOINT": true, "MULTILINESTRING": true,
	"MULTIPOLYGON": true, "GEOMETRYCOLLECTION": true, "GEOMCOLLECTION": true, "CIRCULARSTRING": true, "COMPOUNDCURVE": true,
	"CURVEPOLYGON": true, "MULTICURVE": true, "MULTISURFACE": true, "CURVE": true, "SURFACE": true, "TIN": true,
	"POLYHEDRALSURFACE": true, "TRIANGLE": true,
}

// fieldType reads a declared type: the standard's, and by SQLite's own rules for the
// others. Blobs and geometries are not kept; "" is a column without a type.
func (c *column) fieldType() (kind referentials.FieldType, kept bool) {
	base, _, _ := strings.Cut(strings.ToUpper(c.declared), "(")
	base = strings.TrimSpace(base)
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(base, w) {
				return true
			}
		}
		return false
	}
	switch {
	case base == "":
		return "", true
	case geometryTypes[base], has("BLOB", "BINARY"):
		return "", false
	case has("BOOL"):
		return referentials.Boolean, true
	case has("DATETIME", "TIMESTAMP"):
		return referentials.DateTime, true
	case base == "DATE":
		return referentials.Date, true
	case base == "JSON":
		return referentials.JSON, true
	case has("INT"):
		return referentials.Integer, true
	case has("REAL", "FLOA", "DOUB", "NUMERIC", "DECIMAL"):
		return referentials.Number, true
	}
	return referentials.String, true
}

// isContainer tells a JSON object or array.
func isContainer(text string) bool {
	trimmed := strings.TrimSpace(text)
	return json.Valid([]byte(text)) && (trimmed[0] == '{' || trimmed[0] == '[')
}
