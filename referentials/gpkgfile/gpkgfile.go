// Package gpkgfile writes the parts of a valid GeoPackage (OGC 12-128r17, version 1.3)
// that its users share: the core tables, layers and attribute tables with their R-tree,
// and the values of rows. The store, the encoder and the importer build on it.
package gpkgfile

import (
	"fmt"
	"strings"

	"socle/geo/crs"
	"socle/referentials/sqlite"
)

// What the header of the file says: 'GPKG' and version 1.3.0. GDAL 3.6 warns about 1.4.
const (
	applicationID = 0x47504B47
	userVersion   = 10300
)

// TimeLayout is how GeoPackage writes an instant.
const TimeLayout = "2006-01-02T15:04:05.000Z"

// Quote quotes an identifier for SQL.
func Quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

const coreTables = `
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));`

const optionalTables = `
CREATE TABLE IF NOT EXISTS gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE IF NOT EXISTS gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));`

// Mark writes what the header of a GeoPackage says into an empty database. GDAL reads it
// from the first bytes of the file: it must be there before a write-ahead log is begun.
func Mark(c *sqlite.Conn) error {
	return c.Script(fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, userVersion))
}

// Init makes an empty database a GeoPackage.
func Init(c *sqlite.Conn) error {
	if err := Mark(c); err != nil {
		return err
	}
	if err := c.Script(coreTables); err != nil {
		return err
	}
	for _, undefined := range []struct {
		id                int
		name, description string
	}{
		{-1, "Undefined Cartesian SRS", "undefined Cartesian coordinate reference system"},
		{0, "Undefined geographic SRS", "undefined geographic coordinate reference system"},
	} {
		err := c.Exec("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, 'NONE', ?, 'undefined', ?)",
			undefined.name, undefined.id, undefined.id, undefined.description)
		if err != nil {
			return err
		}
	}
	if _, err := EnsureSRS(c, crs.EPSG(4326)); err != nil {
		return err
	}
	return Complete(c)
}

// Complete adds to a GeoPackage the tables that layers need and that the standard lets a
// file go without.
func Complete(c *sqlite.Conn) error { return c.Script(optionalTables) }

// Is tells whether a database is a GeoPackage, by its tables: writers differ in the
// application id they give.
func Is(c *sqlite.Conn) (bool, error) {
	n, err := c.Int("SELECT count(*) FROM sqlite_master WHERE name IN ('gpkg_contents', 'gpkg_spatial_ref_sys')")
	return n == 2, err
}

// EnsureSRS registers a system and gives the srs_id that geometries refer to it by. No
// system at all is -1, undefined Cartesian.
func EnsureSRS(c *sqlite.Conn, system crs.CRS) (int32, error) {
	if system.IsZero() {
		return -1, nil
	}
	organization, code := "EPSG", system.SRID()
	found, id := false, int32(0)
	err := c.Query(`SELECT srs_id FROM gpkg_spatial_ref_sys
		WHERE organization = ? COLLATE NOCASE AND organization_coordsys_id = ? ORDER BY srs_id LIMIT 1`,
		func(s *sqlite.Stmt) error {
			found, id = true, int32(s.Int(0))
			return nil
		}, organization, code)
	if err != nil || found {
		return id, err
	}
	info, err := crs.Describe(crs.EPSG(int(code)))
	if err != nil {
		return 0, err
	}
	definition, err := crs.WKT(system)
	if err != nil {
		return 0, err
	}
	// The code is the customary id; a file of other software may have given it away.
	err = c.Exec(`INSERT INTO gpkg_spatial_ref_sys
		SELECT ?1, CASE WHEN EXISTS (SELECT 1 FROM gpkg_spatial_ref_sys WHERE srs_id = ?3)
			THEN (SELECT max(max(srs_id), 100000) + 1 FROM gpkg_spatial_ref_sys) ELSE ?3 END, ?2, ?3, ?4, ?5`,
		info.Name, organization, code, definition, info.AreaName)
	if err != nil {
		return 0, err
	}
	return EnsureSRS(c, system)
}
