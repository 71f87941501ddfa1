package gpkg

import (
	"context"
	"fmt"

	"socle/referentials"
	"socle/referentials/gpkgfile"
	"socle/referentials/sqlite"
)

// checkEvery is how many rows pass between two looks at the context.
const checkEvery = 1024

// Collections gives the current state of every collection, sorted by id.
func (s *Store) Collections(ctx context.Context) ([]referentials.State, error) {
	return s.states(ctx, "WHERE v.number = c.current ORDER BY v.collection")
}

// Versions gives the kept versions of a collection, newest first.
func (s *Store) Versions(ctx context.Context, id string) ([]referentials.State, error) {
	states, err := s.states(ctx, "WHERE v.collection = ? ORDER BY v.version DESC", id)
	if err == nil && len(states) == 0 {
		err = noCollection(id)
	}
	return states, err
}

func (s *Store) states(ctx context.Context, where string, args ...any) (states []referentials.State, err error) {
	err = s.read(ctx, func(c *sqlite.Conn) error {
		list, err := s.records(c, where, args...)
		for i := range list {
			states = append(states, list[i].State)
		}
		return err
	})
	return states, err
}

// Load calls read with one version and its rows.
func (s *Store) Load(ctx context.Context, id string, version int64, read func(referentials.State, referentials.Rows) error) error {
	return s.read(ctx, func(c *sqlite.Conn) error {
		r, err := s.find(c, id, version)
		if err != nil {
			return err
		}
		q, err := c.Prepare(r.layer.Select() + " ORDER BY " + gpkgfile.Quote(r.layer.FID))
		if err != nil {
			return missing(c, &r, err)
		}
		defer q.Close()
		return read(r.State, s.rows(ctx, q, &r))
	})
}

// rows walks a prepared SELECT, from its start each time.
func (s *Store) rows(ctx context.Context, q *sqlite.Stmt, r *record) referentials.Rows {
	return func(yield func(*referentials.Row, error) bool) {
		q.Reset()
		defer q.Reset()
		scanner := gpkgfile.NewScanner(&r.layer)
		for n := 1; ; n++ {
			more, err := q.Step()
			if err == nil && n%checkEvery == 0 {
				err = ctx.Err()
			}
			var row *referentials.Row
			if err == nil && more {
				row, err = scanner.Row(q)
				err = unreadable(r, err)
			}
			if err != nil {
				yield(nil, s.explain(ctx, err))
				return
			}
			if !more || !yield(row, nil) {
				return
			}
		}
	}
}

// unreadable says which collection a row that cannot be read belongs to: another client
// has put a value of another type there, or a geometry we do not know.
func unreadable(r *record, err error) error {
	if err == nil {
		return nil
	}
	return referentials.Errorf(referentials.Invalid, "table %q: %w", r.layer.Table, err).
		At("collection %s", r.Version.Collection).Do("correct the value in the client that wrote it")
}

// Changes gives the net edits of a version since a revision.
func (s *Store) Changes(ctx context.Context, id string, version, since int64) (changes []referentials.Change, revision int64, err error) {
	err = s.read(ctx, func(c *sqlite.Conn) error {
		r, err := s.find(c, id, version)
		if err != nil {
			return goneVersion(c, id, version, err)
		}
		revision = r.Version.Revision
		if err := s.reaches(c, &r, since); err != nil {
			return err
		}
		changes, err = s.netChanges(ctx, c, &r, since)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	return changes, revision, nil
}

// goneVersion tells a version that is not kept from a collection that is not there.
func goneVersion(c *sqlite.Conn, id string, version int64, err error) error {
	if referentials.CodeOf(err) != referentials.NotFound {
		return err
	}
	known, lookup := c.Int("SELECT count(*) FROM socle_collections WHERE id = ? AND current IS NOT NULL", id)
	if lookup != nil || known == 0 {
		return err
	}
	return referentials.Errorf(referentials.Gone, "version %d is kept no longer", version).At("collection %s", id).Do("load the current version")
}

// reaches tells whether the journal knows all edits since a revision.
func (s *Store) reaches(c *sqlite.Conn, r *record, since int64) error {
	gone := referentials.Errorf(referentials.Gone, "the journal of version %d does not reach revision %d", r.Version.ID, since).
		At("collection %s", r.Version.Collection).Do("load the version again")
	if since < r.floor || since > r.Version.Revision {
		return gone
	}
	n, err := c.Int(`SELECT count(*) FROM (SELECT 1 FROM socle_journal WHERE number = ? AND revision > ? LIMIT ?)`,
		r.number, since, s.journal+1)
	if err == nil && n > s.journal {
		// Edits of other clients are trimmed later, but no more of them are promised.
		return gone
	}
	return err
}

func (s *Store) netChanges(ctx context.Context, c *sqlite.Conn, r *record, since int64) (changes []referentials.Change, err error) {
	k := r.Descriptor.KeyIndex()
	table, key := gpkgfile.Quote(r.layer.Table), gpkgfile.Quote(r.keyColumn())
	const touched = "SELECT key FROM socle_journal WHERE number = ?1 AND revision > ?2"
	deletes := fmt.Sprintf(`SELECT j.key FROM (%s) j
		WHERE NOT EXISTS (SELECT 1 FROM %s t WHERE t.%s = j.key) GROUP BY j.key ORDER BY j.key`, touched, table, key)
	err = c.Query(deletes, func(q *sqlite.Stmt) error {
		v, err := gpkgfile.ReadValue(q, 0, r.Descriptor.Fields[k].Type)
		if err == nil {
			changes = append(changes, referentials.Change{Op: referentials.Delete, Key: v})
		}
		return unreadable(r, err)
	}, r.number, since)
	if err != nil {
		return nil, missing(c, r, err)
	}
	// The plus keeps SQLite from walking the whole table in the order asked for.
	upserts := fmt.Sprintf("%s WHERE %s IN (%s) ORDER BY +%s", r.layer.Select(), key, touched, gpkgfile.Quote(r.layer.FID))
	scanner := gpkgfile.NewScanner(&r.layer)
	err = c.Query(upserts, func(q *sqlite.Stmt) error {
		row, err := scanner.Row(q)
		if err != nil {
			return unreadable(r, err)
		}
		own := referentials.Row{Values: append([]referentials.Value(nil), row.Values...), Geom: row.Geom.Clone()}
		changes = append(changes, referentials.Change{Op: referentials.Upsert, Key: own.Values[k], Row: own})
		if len(changes)%checkEvery == 0 {
			return ctx.Err()
		}
		return nil
	}, r.number, since)
	return changes, err
}
