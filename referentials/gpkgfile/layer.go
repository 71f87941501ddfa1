package gpkgfile

import (
	"fmt"
	"strings"

	"github.com/paulmach/orb"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/sqlite"
)

// Layer is a table of a GeoPackage that holds the rows of a descriptor: where each field
// and the geometry lie.
type Layer struct {
	Table    string                   `json:"table"`
	FID      string                   `json:"fid"`            // the integer primary key: the order of rows
	Geom     string                   `json:"geom,omitempty"` // "" for a table without geometry
	Columns  []string                 `json:"columns"`        // of each field
	Types    []referentials.FieldType `json:"types"`
	Geometry geo.Type                 `json:"geometry"`
	SRID     int32                    `json:"srid"`
}

// NewLayer lays a descriptor out in a table. Columns carry the names of their fields, as
// far as SQLite can tell them apart: names that differ only by case get a number, and
// the primary key and the geometry give way to a field of the same name.
func NewLayer(table string, d *referentials.Descriptor, srid int32) Layer {
	taken := make(map[string]bool, len(d.Fields)+2)
	fields := make(map[string]bool, len(d.Fields))
	for _, f := range d.Fields {
		fields[strings.ToLower(f.Name)] = true
	}
	// First the fields, so that a file shows them under their own names.
	free := func(name string, avoid map[string]bool) string {
		candidate := name
		for i := 2; taken[strings.ToLower(candidate)] || avoid[strings.ToLower(candidate)]; i++ {
			candidate = fmt.Sprintf("%s_%d", name, i)
		}
		taken[strings.ToLower(candidate)] = true
		return candidate
	}
	l := Layer{Table: table, Geometry: d.Geometry, SRID: srid}
	for i, f := range d.Fields {
		name := strings.ReplaceAll(f.Name, "\x00", "_")
		if folded := strings.ToLower(name); !taken[folded] {
			taken[folded] = true
		} else {
			// A numbered name must not take the name of a field still to come.
			name = free(name, fields)
		}
		l.Columns = append(l.Columns, name)
		l.Types = append(l.Types, d.Fields[i].Type)
	}
	l.FID = free("fid", nil)
	if d.HasGeometry() {
		l.Geom = free("geom", nil)
	}
	return l
}

// reserved are the beginnings of names that SQLite, the standard, GDAL or Socle keep for
// tables of their own.
var reserved = [...]string{"sqlite_", "gpkg_", "vgpkg_", "rtree_", "socle_"}

// TableName gives the table that a collection's id names: the id, but for the beginnings
// that mean something else.
func TableName(id string) string {
	for _, prefix := range reserved {
		if strings.HasPrefix(strings.ToLower(id), prefix) {
			return "_" + id
		}
	}
	return id
}

var sqlTypes = map[referentials.FieldType]string{
	referentials.String: "TEXT", referentials.Integer: "INTEGER", referentials.Number: "REAL",
	referentials.Boolean: "BOOLEAN", referentials.Date: "DATE", referentials.DateTime: "DATETIME",
	referentials.JSON: "TEXT",
}

// Create makes the table. Column notNull, -1 for none, refuses NULL.
func (l *Layer) Create(c *sqlite.Conn, notNull int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE %s (\n  %s INTEGER PRIMARY KEY NOT NULL", Quote(l.Table), Quote(l.FID))
	if l.Geom != "" {
		fmt.Fprintf(&b, ",\n  %s %s", Quote(l.Geom), strings.ToUpper(l.Geometry.String()))
	}
	for i, name := range l.Columns {
		fmt.Fprintf(&b, ",\n  %s %s", Quote(name), sqlTypes[l.Types[i]])
		if i == notNull {
			b.WriteString(" NOT NULL")
		}
	}
	b.WriteString(")")
	return c.Exec(b.String())
}

// Contents is what a GeoPackage says of a table in its list of contents.
type Contents struct {
	Identifier  string // unique in the file
	Description string
	LastChange  string // as TimeLayout
	Bound       orb.Bound
}

// Register makes the table visible to clients, as a layer or as attributes.
func (l *Layer) Register(c *sqlite.Conn, info Contents) error {
	kind := "features"
	var srid any = l.SRID
	if l.Geom == "" {
		kind, srid = "attributes", nil
	}
	var bound [4]any
	if b := info.Bound; l.Geom != "" && b.Min[0] <= b.Max[0] {
		bound = [4]any{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}
	}
	err := c.Exec("INSERT INTO gpkg_contents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", l.Table, kind,
		info.Identifier, info.Description, info.LastChange, bound[0], bound[1], bound[2], bound[3], srid)
	if err != nil {
		return err
	}
	if err := l.markJSON(c); err != nil || l.Geom == "" {
		return err
	}
	err = c.Exec("INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, ?, 0, 0)",
		l.Table, l.Geom, strings.ToUpper(l.Geometry.String()), l.SRID)
	if err != nil {
		return err
	}
	return c.Exec(`INSERT INTO gpkg_extensions VALUES (?, ?, 'gpkg_rtree_index',
		'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')`, l.Table, l.Geom)
}

// registers lists the tables that may name a table, those of other software included.
var registers = []string{"gpkg_extensions", "gpkg_geometry_columns", "gpkg_data_columns", "gpkg_ogr_contents", "gpkg_contents"}

// Unregister hides a table from clients. What other software keeps about it by name,
// such as its styles, stays.
func Unregister(c *sqlite.Conn, table string) error {
	for _, register := range registers {
		n, err := c.Int("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?", register)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if err := c.Exec("DELETE FROM "+register+" WHERE lower(table_name) = lower(?)", table); err != nil {
			return err
		}
	}
	return nil
}

// Touch records that rows of the table changed and that its layer reaches as far as
// bound, which may be empty.
func (l *Layer) Touch(c *sqlite.Conn, lastChange string, bound orb.Bound) error {
	if l.Geom == "" || bound.Min[0] > bound.Max[0] {
		return c.Exec("UPDATE gpkg_contents SET last_change = ? WHERE table_name = ?", lastChange, l.Table)
	}
	return c.Exec(`UPDATE gpkg_contents SET last_change = ?1,
		min_x = min(coalesce(min_x, ?2), ?2), min_y = min(coalesce(min_y, ?3), ?3),
		max_x = max(coalesce(max_x, ?4), ?4), max_y = max(coalesce(max_y, ?5), ?5) WHERE table_name = ?6`,
		lastChange, bound.Min[0], bound.Min[1], bound.Max[0], bound.Max[1], l.Table)
}

// list gives the columns of the rows, the geometry first, for SQL.
func (l *Layer) list() string {
	names := make([]string, 0, len(l.Columns)+1)
	if l.Geom != "" {
		names = append(names, Quote(l.Geom))
	}
	for _, name := range l.Columns {
		names = append(names, Quote(name))
	}
	return strings.Join(names, ", ")
}

// Select is the SELECT of whole rows that a [Scanner] reads, without a condition.
func (l *Layer) Select() string {
	return fmt.Sprintf("SELECT %s, %s FROM %s", Quote(l.FID), l.list(), Quote(l.Table))
}

// Insert is the INSERT of one row whose parameters a [Binder] sets.
func (l *Layer) Insert() string {
	n := len(l.Columns)
	if l.Geom != "" {
		n++
	}
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (?%s)", Quote(l.Table), l.list(), strings.Repeat(", ?", n-1))
}

// Update is the UPDATE of one row by the value of a column: the parameters of Insert,
// then that value.
func (l *Layer) Update(by string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "UPDATE %s SET ", Quote(l.Table))
	if l.Geom != "" {
		fmt.Fprintf(&b, "%s = ?, ", Quote(l.Geom))
	}
	for i, name := range l.Columns {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s = ?", Quote(name))
	}
	fmt.Fprintf(&b, " WHERE %s = ?", Quote(by))
	return b.String()
}
