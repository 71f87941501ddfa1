package gpkg

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/paulmach/orb"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/gpkgfile"
	"socle/referentials/sqlite"
)

// Replace publishes rows as the next version of a collection.
func (s *Store) Replace(ctx context.Context, p referentials.Publication, rows referentials.Rows) (referentials.Version, error) {
	if err := check(&p.Descriptor); err != nil {
		return referentials.Version{}, err
	}
	var published referentials.Version
	err := s.write(ctx, func(c *sqlite.Conn) error {
		r, err := s.makeRoom(c, &p)
		if err != nil {
			return err
		}
		bound, err := s.fill(ctx, c, r, rows)
		if err != nil {
			return err
		}
		if err := expose(c, r, bound); err != nil {
			return err
		}
		if err := s.prune(c, r.Version.Collection); err != nil {
			return err
		}
		published = r.Version
		return c.Exec("UPDATE socle_versions SET row_count = ? WHERE number = ?", r.Version.Rows, r.number)
	})
	if err != nil {
		return referentials.Version{}, err
	}
	return published, nil
}

func check(d *referentials.Descriptor) error {
	if err := d.Validate(); err != nil {
		return err
	}
	if !d.HasGeometry() {
		return nil
	}
	if _, err := crs.WKT(d.CRS); err != nil {
		return referentials.Errorf(referentials.Invalid, "%w", err).At("collection %s", d.ID)
	}
	return nil
}

// makeRoom puts the current version aside and makes the empty table of the next one.
func (s *Store) makeRoom(c *sqlite.Conn, p *referentials.Publication) (*record, error) {
	id := p.Descriptor.ID
	err := c.Exec("INSERT INTO socle_collections (id, last_version) VALUES (?, 0) ON CONFLICT DO NOTHING", id)
	if err != nil {
		return nil, err
	}
	current, err := s.records(c, "WHERE v.collection = ? AND v.number = c.current", id)
	if err != nil {
		return nil, err
	}
	for i := range current {
		if p.Judge != nil {
			if err := p.Judge(&current[i].Descriptor); err != nil {
				return nil, err
			}
		}
		if err := withdraw(c, &current[i]); err != nil {
			return nil, err
		}
	}
	table, err := tableFor(c, id)
	if err != nil {
		return nil, err
	}
	r := &record{}
	r.Descriptor = p.Descriptor.Clone()
	srid := int32(0)
	if p.Descriptor.HasGeometry() {
		if srid, err = gpkgfile.EnsureSRS(c, p.Descriptor.CRS); err != nil {
			return nil, err
		}
	}
	r.layer = gpkgfile.NewLayer(table, &r.Descriptor, srid)
	version, err := c.Int("SELECT last_version + 1 FROM socle_collections WHERE id = ?", id)
	if err != nil {
		return nil, err
	}
	r.Version = referentials.Version{
		Collection: id, ID: version, Source: p.Source, Current: true,
		PublishedAt: time.Now().UTC().Truncate(time.Microsecond),
	}
	if err := register(c, r); err != nil {
		return nil, err
	}
	return r, r.layer.Create(c, r.Descriptor.KeyIndex())
}

// register enters a version as the current one of its collection.
func register(c *sqlite.Conn, r *record) error {
	descriptor, err := json.Marshal(&r.Descriptor)
	if err != nil {
		return err
	}
	layer, err := json.Marshal(&r.layer)
	if err != nil {
		return err
	}
	err = c.Query(`INSERT INTO socle_versions (collection, version, row_count, published_at, source, descriptor, layer)
		VALUES (?, ?, 0, ?, ?, ?, ?) RETURNING number`, func(q *sqlite.Stmt) error {
		r.number = q.Int(0)
		return nil
	}, r.Version.Collection, r.Version.ID, r.Version.PublishedAt.Format(publishedLayout), r.Version.Source, string(descriptor), string(layer))
	if err != nil {
		return err
	}
	return c.Exec("UPDATE socle_collections SET current = ?, table_name = ?, last_version = ? WHERE id = ?",
		r.number, r.layer.Table, r.Version.ID, r.Version.Collection)
}

// tableFor gives the table of a collection's current version: the one it has, or its id
// as far as SQLite, which does not tell case, can tell it from the others.
func tableFor(c *sqlite.Conn, id string) (string, error) {
	table, err := c.Text("SELECT table_name FROM socle_collections WHERE id = ?", id)
	if err != nil || table != "" {
		return table, err
	}
	name := gpkgfile.TableName(id)
	table = name
	for i := 2; ; i++ {
		taken, err := exists(c, table)
		if err != nil {
			return "", err
		}
		if !taken {
			return table, nil
		}
		ours, err := c.Int("SELECT count(*) FROM socle_collections WHERE table_name = ?", table)
		if err != nil {
			return "", err
		}
		if ours == 0 {
			return "", referentials.Errorf(referentials.Conflict, "the file has a table %q made by other software", table).
				At("collection %s", id).Do("give the collection another id, or rename that layer")
		}
		table = fmt.Sprintf("%s_%d", name, i)
	}
}

// fill writes the rows of a new version and indexes their keys.
func (s *Store) fill(ctx context.Context, c *sqlite.Conn, r *record, rows referentials.Rows) (orb.Bound, error) {
	w, err := gpkgfile.NewWriter(c, &r.layer)
	if err != nil {
		return orb.Bound{}, err
	}
	defer w.Close()
	for row, err := range rows {
		if err == nil && w.Rows()%checkEvery == 0 {
			err = ctx.Err()
		}
		if err != nil {
			return orb.Bound{}, err
		}
		if err := r.Descriptor.CheckRow(row); err != nil {
			return orb.Bound{}, where(err, "collection %s, row %d", r.Version.Collection, w.Rows()+1)
		}
		if err := w.Write(row); err != nil {
			return orb.Bound{}, err
		}
	}
	r.Version.Rows = w.Rows()
	if err := indexKeys(c, r); err != nil {
		return orb.Bound{}, err
	}
	return w.Bound(), w.BuildIndex()
}

// where adds the place to an error that does not say it yet.
func where(err error, format string, args ...any) error {
	var told *referentials.Error
	if errors.As(err, &told) && told.Where == "" {
		return told.At(format, args...)
	}
	return err
}

func indexKeys(c *sqlite.Conn, r *record) error {
	table, key := gpkgfile.Quote(r.layer.Table), gpkgfile.Quote(r.keyColumn())
	err := c.Exec(fmt.Sprintf("CREATE UNIQUE INDEX %s ON %s (%s)",
		gpkgfile.Quote(fmt.Sprintf("socle_key_%d", r.number)), table, key))
	var failure *sqlite.Error
	if !errors.As(err, &failure) || failure.Primary() != sqlite.Constraint {
		return err
	}
	var value string
	var times int64
	lookup := c.Query(fmt.Sprintf("SELECT %s, count(*) FROM %s GROUP BY 1 HAVING count(*) > 1 ORDER BY min(rowid) LIMIT 1", key, table),
		func(q *sqlite.Stmt) error {
			value, times = q.Text(0), q.Int(1)
			return nil
		})
	if lookup != nil {
		return lookup
	}
	return referentials.Errorf(referentials.Conflict, "the key %s = %.60q comes %d times", r.Descriptor.Key, value, times).
		At("collection %s", r.Version.Collection).Do("every feature needs its own %s", r.Descriptor.Key)
}

// expose makes the table of a version, filled and with its R-tree, what clients see of
// the collection.
func expose(c *sqlite.Conn, r *record, bound orb.Bound) error {
	identifier := r.Version.Collection
	for i := 2; ; i++ {
		taken, err := c.Int("SELECT count(*) FROM gpkg_contents WHERE identifier = ?", identifier)
		if err != nil {
			return err
		}
		if taken == 0 {
			break
		}
		identifier = fmt.Sprintf("%s (%d)", r.Version.Collection, i)
	}
	description := r.Descriptor.Title.FR
	if description == "" {
		description = r.Descriptor.Title.EN
	}
	err := r.layer.Register(c, gpkgfile.Contents{
		Identifier: identifier, Description: description,
		LastChange: r.Version.PublishedAt.Format(gpkgfile.TimeLayout), Bound: bound,
	})
	if err != nil {
		return err
	}
	if err := r.layer.CreateIndexTriggers(c); err != nil {
		return err
	}
	return createJournalTriggers(c, r)
}

// withdraw puts the current version aside: its table gets the name of a past one, and
// neither index nor triggers. A version whose table another program has removed is
// forgotten.
func withdraw(c *sqlite.Conn, r *record) error {
	there, err := exists(c, r.layer.Table)
	if err != nil {
		return err
	}
	if err := gpkgfile.Unregister(c, r.layer.Table); err != nil {
		return err
	}
	if err := r.layer.DropIndex(c); err != nil {
		return err
	}
	if !there {
		return forget(c, r)
	}
	if err := gpkgfile.DropTriggers(c, r.layer.Table); err != nil {
		return err
	}
	past := pastTable(r.number)
	if err := c.Exec(fmt.Sprintf("ALTER TABLE %s RENAME TO %s", gpkgfile.Quote(r.layer.Table), gpkgfile.Quote(past))); err != nil {
		return err
	}
	r.layer.Table = past
	return nil
}

// forget removes a version that is not exposed.
func forget(c *sqlite.Conn, r *record) error {
	if err := c.Exec("DROP TABLE IF EXISTS " + gpkgfile.Quote(pastTable(r.number))); err != nil {
		return err
	}
	if err := c.Exec("DELETE FROM socle_journal WHERE number = ?", r.number); err != nil {
		return err
	}
	return c.Exec("DELETE FROM socle_versions WHERE number = ?", r.number)
}

// prune forgets the versions beyond those kept.
func (s *Store) prune(c *sqlite.Conn, id string) error {
	past, err := s.records(c, "WHERE v.collection = ? AND v.number IS NOT c.current ORDER BY v.version DESC LIMIT -1 OFFSET ?",
		id, referentials.KeptVersions-1)
	for i := range past {
		if err == nil {
			err = forget(c, &past[i])
		}
	}
	return err
}

// Rollback makes another kept version current.
func (s *Store) Rollback(ctx context.Context, id string, to int64, judge func(now, next *referentials.Descriptor) error) (referentials.Version, error) {
	var now referentials.Version
	err := s.write(ctx, func(c *sqlite.Conn) error {
		current, err := s.find(c, id, 0)
		if err != nil {
			return err
		}
		if to == 0 {
			to, err = c.Int("SELECT max(version) FROM socle_versions WHERE collection = ? AND version < ?", id, current.Version.ID)
			if err != nil {
				return err
			}
			if to == 0 {
				return referentials.Errorf(referentials.NotFound, "no version before the current one (%d) is kept", current.Version.ID).
					At("collection %s", id)
			}
		}
		target, err := s.find(c, id, to)
		if err != nil {
			return err
		}
		if now = target.Version; now.Current {
			return nil
		}
		if judge != nil {
			if err := judge(&current.Descriptor, &target.Descriptor); err != nil {
				return err
			}
		}
		now.Current = true
		return s.exchange(c, &current, &target)
	})
	if err != nil {
		return referentials.Version{}, err
	}
	return now, nil
}

// exchange withdraws the current version and exposes another.
func (s *Store) exchange(c *sqlite.Conn, current, target *record) error {
	table := current.layer.Table
	if err := withdraw(c, current); err != nil {
		return err
	}
	err := c.Exec(fmt.Sprintf("ALTER TABLE %s RENAME TO %s", gpkgfile.Quote(target.layer.Table), gpkgfile.Quote(table)))
	if err != nil {
		return err
	}
	target.layer.Table = table
	bound, err := target.layer.BuildIndex(c)
	if err != nil {
		return err
	}
	if err := expose(c, target, bound); err != nil {
		return err
	}
	return c.Exec("UPDATE socle_collections SET current = ? WHERE id = ?", target.number, target.Version.Collection)
}

// Drop removes a collection with all its versions. Their numbers are not given again, so
// that no client takes a later version for one it knows.
func (s *Store) Drop(ctx context.Context, id string) error {
	return s.write(ctx, func(c *sqlite.Conn) error {
		versions, err := s.records(c, "WHERE v.collection = ?", id)
		if err != nil {
			return err
		}
		if len(versions) == 0 {
			return noCollection(id)
		}
		for i := range versions {
			r := &versions[i]
			if r.Version.Current {
				if err := withdraw(c, r); err != nil {
					return err
				}
			}
			if err := forget(c, r); err != nil {
				return err
			}
		}
		return c.Exec("UPDATE socle_collections SET current = NULL, table_name = NULL WHERE id = ?", id)
	})
}
