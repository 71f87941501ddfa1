package gpkg

import (
	"context"
	"fmt"
	"time"

	"github.com/paulmach/orb"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/gpkgfile"
	"socle/referentials/sqlite"
)

// Apply commits edits to the current version.
func (s *Store) Apply(ctx context.Context, id string, changes []referentials.Change) (referentials.Version, error) {
	if len(changes) == 0 {
		return s.currentVersion(ctx, id)
	}
	var now referentials.Version
	err := s.write(ctx, func(c *sqlite.Conn) error {
		r, err := s.find(c, id, 0)
		if err != nil {
			return err
		}
		if err := checkChanges(&r.Descriptor, changes); err != nil {
			return err
		}
		if err := c.Exec("UPDATE socle_versions SET applying = 1 WHERE number = ?", r.number); err != nil {
			return err
		}
		e, err := newEditor(c, &r)
		if err != nil {
			return missing(c, &r, err)
		}
		defer e.close()
		for i := range changes {
			if err := e.apply(&changes[i]); err != nil {
				return err
			}
		}
		r.Version.Revision++
		r.Version.Rows += e.added
		now = r.Version
		err = c.Exec("UPDATE socle_versions SET applying = 0, revision = ?1, row_count = ?2, counted_at = ?1 WHERE number = ?3",
			now.Revision, now.Rows, r.number)
		if err != nil {
			return err
		}
		if err := r.layer.Touch(c, time.Now().UTC().Format(gpkgfile.TimeLayout), e.bound); err != nil {
			return err
		}
		return s.trimJournal(c, r.number)
	})
	if err != nil {
		return referentials.Version{}, err
	}
	return now, nil
}

func (s *Store) currentVersion(ctx context.Context, id string) (v referentials.Version, err error) {
	err = s.read(ctx, func(c *sqlite.Conn) error {
		r, err := s.find(c, id, 0)
		v = r.Version
		return err
	})
	return v, err
}

// checkChanges tells what keeps edits from being applied, before any of them is.
func checkChanges(d *referentials.Descriptor, changes []referentials.Change) error {
	k := d.KeyIndex()
	for i := range changes {
		ch := &changes[i]
		var err error
		switch ch.Op {
		case referentials.Upsert:
			if err = d.CheckRow(&ch.Row); err == nil && ch.Row.Values[k] != ch.Key {
				err = referentials.Errorf(referentials.Invalid, "the change is of %.60q, its row of %.60q", ch.Key.String(), ch.Row.Values[k].String())
			}
		case referentials.Delete:
			err = d.CheckKey(ch.Key)
		default:
			err = referentials.Errorf(referentials.Invalid, "%q is not an operation", ch.Op).Do("write upsert or delete")
		}
		if err != nil {
			return where(err, "collection %s, change %d", d.ID, i+1)
		}
	}
	return nil
}

// editor applies edits to the current version; its triggers keep the journal and the
// R-tree.
type editor struct {
	c                      *sqlite.Conn
	binder                 *gpkgfile.Binder
	update, insert, remove *sqlite.Stmt
	added                  int64     // rows inserted less rows deleted
	bound                  orb.Bound // of the geometries written
}

func newEditor(c *sqlite.Conn, r *record) (e *editor, err error) {
	e = &editor{c: c, binder: gpkgfile.NewBinder(&r.layer), bound: geo.EmptyBound()}
	for _, p := range []struct {
		stmt **sqlite.Stmt
		sql  string
	}{
		{&e.update, r.layer.Update(r.keyColumn())},
		{&e.insert, r.layer.Insert()},
		{&e.remove, fmt.Sprintf("DELETE FROM %s WHERE %s = ?", gpkgfile.Quote(r.layer.Table), gpkgfile.Quote(r.keyColumn()))},
	} {
		if *p.stmt, err = c.Prepare(p.sql); err != nil {
			e.close()
			return nil, err
		}
	}
	return e, nil
}

func (e *editor) close() {
	for _, s := range []*sqlite.Stmt{e.update, e.insert, e.remove} {
		if s != nil {
			s.Close()
		}
	}
}

func (e *editor) apply(ch *referentials.Change) error {
	if ch.Op == referentials.Delete {
		if err := e.binder.BindValue(e.remove, 1, ch.Key); err != nil {
			return err
		}
		err := e.remove.Run()
		e.added -= e.c.Changes()
		return err
	}
	e.bound = geo.Union(e.bound, ch.Row.Geom.Bound())
	next, err := e.binder.Bind(e.update, &ch.Row)
	if err != nil {
		return err
	}
	if err := e.binder.BindValue(e.update, next, ch.Key); err != nil {
		return err
	}
	if err := e.update.Run(); err != nil || e.c.Changes() > 0 {
		return err
	}
	if _, err := e.binder.Bind(e.insert, &ch.Row); err != nil {
		return err
	}
	e.added++
	return e.insert.Run()
}
