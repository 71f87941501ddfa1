package gpkgfile

import (
	"socle/referentials"
	"socle/referentials/sqlite"
)

// schemaTables are those of the schema extension, by which columns say what their text is.
const schemaTables = `
CREATE TABLE IF NOT EXISTS gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT,
  mime_type TEXT, constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE IF NOT EXISTS gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT,
  min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
INSERT INTO gpkg_extensions
  SELECT t, NULL, 'gpkg_schema', 'http://www.geopackage.org/spec121/#extension_schema', 'read-write'
  FROM (SELECT 'gpkg_data_columns' AS t UNION ALL SELECT 'gpkg_data_column_constraints')
  WHERE NOT EXISTS (SELECT 1 FROM gpkg_extensions WHERE extension_name = 'gpkg_schema' AND table_name = t);`

// markJSON tells readers which texts are JSON: SQLite has no type for it.
func (l *Layer) markJSON(c *sqlite.Conn) error {
	made := false
	for i, t := range l.Types {
		if t != referentials.JSON {
			continue
		}
		if !made {
			if err := c.Script(schemaTables); err != nil {
				return err
			}
			made = true
		}
		err := c.Exec("INSERT OR REPLACE INTO gpkg_data_columns (table_name, column_name, mime_type) VALUES (?, ?, 'application/json')",
			l.Table, l.Columns[i])
		if err != nil {
			return err
		}
	}
	return nil
}
