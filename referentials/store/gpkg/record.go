package gpkg

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"socle/referentials"
	"socle/referentials/gpkgfile"
	"socle/referentials/sqlite"
)

const ourTables = `
CREATE TABLE IF NOT EXISTS socle_collections (
  id TEXT NOT NULL PRIMARY KEY,
  table_name TEXT COLLATE NOCASE UNIQUE, -- of the current version; NULL once dropped
  current INTEGER,                       -- number of the current version
  last_version INTEGER NOT NULL);        -- never given twice, even after a drop
CREATE TABLE IF NOT EXISTS socle_versions (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  collection TEXT NOT NULL, version INTEGER NOT NULL,
  revision INTEGER NOT NULL DEFAULT 0,
  journal_floor INTEGER NOT NULL DEFAULT 0, -- revisions up to it have left the journal
  applying INTEGER NOT NULL DEFAULT 0,      -- 1 inside the transaction of an Apply
  row_count INTEGER NOT NULL, counted_at INTEGER NOT NULL DEFAULT 0, -- the revision it was counted at
  published_at TEXT NOT NULL, source TEXT NOT NULL, descriptor TEXT NOT NULL, layer TEXT NOT NULL,
  UNIQUE (collection, version));
CREATE TABLE IF NOT EXISTS socle_journal (
  seq INTEGER PRIMARY KEY, number INTEGER NOT NULL, revision INTEGER NOT NULL, key);
CREATE INDEX IF NOT EXISTS socle_journal_revision ON socle_journal (number, revision);`

// makeTables adds our tables to a GeoPackage. The extension row is GDAL's own word for
// "tables that are not registered are not layers": without it GDAL and QGIS would list
// ours.
func makeTables(c *sqlite.Conn) error {
	if err := gpkgfile.Complete(c); err != nil {
		return err
	}
	if err := c.Script(ourTables); err != nil {
		return err
	}
	return c.Exec(`INSERT INTO gpkg_extensions
		SELECT NULL, NULL, 'gdal_aspatial', 'http://gdal.org/geopackage_aspatial.html', 'read-write'
		WHERE NOT EXISTS (SELECT 1 FROM gpkg_extensions WHERE extension_name = 'gdal_aspatial')`)
}

const publishedLayout = "2006-01-02T15:04:05.000000Z"

// record is a version as the file keeps it.
type record struct {
	referentials.State
	number int64 // names its table once it is not current, and its journal
	floor  int64
	layer  gpkgfile.Layer
}

func pastTable(number int64) string { return fmt.Sprintf("socle_v%d", number) }

func (r *record) keyColumn() string { return r.layer.Columns[r.Descriptor.KeyIndex()] }

const selectRecords = `SELECT v.number, v.collection, v.version, v.revision, v.journal_floor, v.row_count, v.counted_at,
	v.published_at, v.source, v.descriptor, v.layer, v.number = c.current, c.table_name
	FROM socle_versions v JOIN socle_collections c ON c.id = v.collection `

// records reads versions by a condition on v and c.
func (s *Store) records(c *sqlite.Conn, where string, args ...any) ([]record, error) {
	var list []record
	var stale []int
	err := c.Query(selectRecords+where, func(q *sqlite.Stmt) error {
		r := record{number: q.Int(0), floor: q.Int(4)}
		r.Version = referentials.Version{
			Collection: q.Text(1), ID: q.Int(2), Revision: q.Int(3), Rows: q.Int(5),
			Source: q.Text(8), Current: q.Int(11) != 0,
		}
		if q.Int(6) != r.Version.Revision {
			stale = append(stale, len(list))
		}
		at, err := time.Parse(publishedLayout, q.Text(7))
		if err != nil {
			return err
		}
		r.Version.PublishedAt = at
		if err := json.Unmarshal(q.TextView(9), &r.Descriptor); err != nil {
			return err
		}
		if err := json.Unmarshal(q.TextView(10), &r.layer); err != nil {
			return err
		}
		r.layer.Table = pastTable(r.number)
		if r.Version.Current {
			r.layer.Table = q.Text(12)
		}
		list = append(list, r)
		return nil
	}, args...)
	for _, i := range stale {
		if err == nil {
			err = s.counts.fill(c, &list[i])
		}
	}
	return list, err
}

// find reads one version of a collection, 0 being the current one.
func (s *Store) find(c *sqlite.Conn, id string, version int64) (record, error) {
	where := "WHERE v.collection = ? AND v.number = c.current"
	args := []any{id}
	if version != 0 {
		where = "WHERE v.collection = ? AND v.version = ?"
		args = append(args, version)
	}
	list, err := s.records(c, where, args...)
	if err != nil {
		return record{}, err
	}
	if len(list) > 0 {
		return list[0], nil
	}
	known, err := c.Int("SELECT count(*) FROM socle_collections WHERE id = ? AND current IS NOT NULL", id)
	switch {
	case err != nil:
		return record{}, err
	case known == 0:
		return record{}, noCollection(id)
	}
	return record{}, noVersion(id, version)
}

// counts remembers how many rows a version has at a revision that other clients led to:
// their edits do not keep the count.
type counts struct {
	mu    sync.Mutex
	known map[int64]count
}

type count struct{ revision, rows int64 }

func (k *counts) fill(c *sqlite.Conn, r *record) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if known, ok := k.known[r.number]; ok && known.revision == r.Version.Revision {
		r.Version.Rows = known.rows
		return nil
	}
	if there, err := exists(c, r.layer.Table); err != nil || !there {
		return err // a table removed by another program must not hide the other collections
	}
	n, err := c.Int("SELECT count(*) FROM " + gpkgfile.Quote(r.layer.Table))
	if err != nil {
		return err
	}
	if k.known == nil || len(k.known) > 1000 {
		k.known = make(map[int64]count)
	}
	k.known[r.number] = count{r.Version.Revision, n}
	r.Version.Rows = n
	return nil
}

// missing explains a failed statement by the loss of the version's table, when that is
// the reason.
func missing(c *sqlite.Conn, r *record, err error) error {
	there, lookup := exists(c, r.layer.Table)
	if lookup != nil || there {
		return err
	}
	return referentials.Errorf(referentials.Unavailable, "its table %q was removed by another program", r.layer.Table).
		At("collection %s", r.Version.Collection).Do("roll back to an earlier version, or import it again")
}

// exists tells whether the file has a table or view of that name.
func exists(c *sqlite.Conn, table string) (bool, error) {
	n, err := c.Int("SELECT count(*) FROM sqlite_master WHERE type IN ('table', 'view') AND lower(name) = lower(?)", table)
	return n > 0, err
}
