package postgis

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"socle/referentials"
)

// beImpatient bounds how long a publication waits for whoever holds the view, as those who
// come after it wait as well; it tries viewTries times before a long import is given up.
const (
	beImpatient = "SET LOCAL lock_timeout = '5s'"
	viewTries   = 6
)

// channel is where changes are told by NOTIFY.
const channel = "socle"

// Locks are taken in one order everywhere, so that nothing deadlocks: the collection's row,
// its view, its tables, the version's row.

// makeCurrent makes a version that is in the books the current one, the view included. Who
// could read the table of the version before can read its table.
func makeCurrent(ctx context.Context, tx pgx.Tx, k *kept) error {
	v := &k.Version
	if err := handOver(ctx, tx, k); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO socle_store.collection (id, current) VALUES ($1, $2)
		ON CONFLICT (id) DO UPDATE SET current = excluded.current`, v.Collection, v.ID)
	if err != nil {
		return err
	}
	if err := showInView(ctx, tx, k); err != nil {
		return err
	}
	return tell(ctx, tx, v.Collection)
}

func tell(ctx context.Context, tx pgx.Tx, id string) error {
	_, err := tx.Exec(ctx, "SELECT pg_notify($1, $2)", channel, id)
	return err
}

// showInView has the collection's view show a version. Where the columns stay the view
// does too, with its rights and what is built on it; otherwise it is made anew with the
// same rights.
func showInView(ctx context.Context, tx pgx.Tx, k *kept) error {
	view := viewName(k.Version.Collection)
	create := "VIEW " + view + " AS SELECT " + k.list(&k.Descriptor) + " FROM " + k.quoted()
	for try := 1; ; try++ {
		err := attempt(ctx, tx, func(tx pgx.Tx) error { return script(ctx, tx, beImpatient, "CREATE OR REPLACE "+create) })
		if is(err, invalidDefinition) {
			err = attempt(ctx, tx, func(tx pgx.Tx) error { return renewView(ctx, tx, k.Version.Collection, "CREATE "+create) })
		}
		if !is(err, lockNotAvailable) || try == viewTries {
			return inTheWay(err, k.Version.Collection)
		}
		select { // let those through who wait behind
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

func renewView(ctx context.Context, tx pgx.Tx, id, create string) error {
	view := viewName(id)
	grants, err := grantsOf(ctx, tx, viewSchema, id, view)
	if err != nil {
		return err
	}
	return script(ctx, tx, append([]string{beImpatient, "DROP VIEW " + view, create}, grants...)...)
}

// handOver gives the rights on the table of the current version, if there is one, to that
// of the next.
func handOver(ctx context.Context, tx pgx.Tx, k *kept) error {
	var before string
	err := tx.QueryRow(ctx, `SELECT v.table_name FROM socle_store.collection c JOIN socle_store.version v ON v.collection = c.id AND v.id = c.current
		WHERE c.id = $1`, k.Version.Collection).Scan(&before)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	grants, err := grantsOf(ctx, tx, dataSchema, before, k.quoted())
	if err != nil {
		return err
	}
	return script(ctx, tx, grants...)
}

// grantsOf gives the statements that grant on target what is granted on a relation.
func grantsOf(ctx context.Context, tx pgx.Tx, schema, relation, target string) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT format('GRANT %s ON %s TO %s%s', a.privilege_type, $3::text,
			CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END,
			CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
		WHERE n.nspname = $1 AND c.relname = $2 AND a.grantee <> c.relowner
		ORDER BY 1`, schema, relation, target)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// inTheWay says what keeps a view from being changed.
func inTheWay(err error, id string) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return err
	}
	switch pg.Code {
	case dependentObjects:
		return &referentials.Error{Code: referentials.Conflict, What: "its columns change, and other objects are built on its view: " + pg.Detail,
			Where: "collection " + id, Hint: "drop them, publish, and make them again", Err: err}
	case wrongObjectType:
		return &referentials.Error{Code: referentials.Conflict, What: viewName(id) + " is not a view of socle's", Where: "collection " + id,
			Hint: "move what bears that name to another schema", Err: err}
	}
	return err
}

// attempt runs f in a savepoint: its failure leaves the transaction whole.
func attempt(ctx context.Context, tx pgx.Tx, f func(pgx.Tx) error) error {
	inner, err := tx.Begin(ctx)
	if err != nil {
		return err
	}
	if err := f(inner); err != nil {
		return errors.Join(err, inner.Rollback(context.WithoutCancel(ctx)))
	}
	return inner.Commit(ctx)
}

// prune drops the versions of a collection beyond those that are kept, and whatever
// tables of dropped versions still wait.
func prune(ctx context.Context, tx pgx.Tx, id string) error {
	_, err := tx.Exec(ctx, `UPDATE socle_store.version v SET state = 'dropped'
		FROM (SELECT id FROM socle_store.version WHERE collection = $1 AND state = 'kept' ORDER BY id DESC OFFSET $2) old
		WHERE v.collection = $1 AND v.id = old.id`, id, referentials.KeptVersions)
	if err != nil {
		return err
	}
	return sweep(ctx, tx)
}

// sweep drops the tables of dropped versions. One that somebody reads, or that others
// have built on, stays for the next sweep: nobody waits for a reader.
func sweep(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `SELECT collection, id, table_name FROM socle_store.version WHERE state = 'dropped'
		ORDER BY collection, id FOR UPDATE SKIP LOCKED`)
	if err != nil {
		return err
	}
	type dropped struct {
		Collection string
		ID         int64
		Name       string
	}
	old, err := pgx.CollectRows(rows, pgx.RowToStructByPos[dropped])
	if err != nil {
		return err
	}
	for _, v := range old {
		t := table{name: v.Name}
		err := attempt(ctx, tx, func(tx pgx.Tx) error {
			if err := script(ctx, tx, "SET LOCAL lock_timeout = '10ms'", "DROP TABLE IF EXISTS "+t.quoted()); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "DELETE FROM socle_store.version WHERE collection = $1 AND id = $2", v.Collection, v.ID)
			return err
		})
		if err != nil && !is(err, lockNotAvailable, dependentObjects) {
			return err
		}
	}
	return nil
}

// Rollback makes another kept version current.
func (s *Store) Rollback(ctx context.Context, id string, to int64, judge func(now, next *referentials.Descriptor) error) (referentials.Version, error) {
	var v referentials.Version
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		current, err := lockCollection(ctx, tx, id, "FOR UPDATE")
		if err != nil {
			return err
		}
		if to == 0 {
			err := tx.QueryRow(ctx, `SELECT coalesce(max(id), 0) FROM socle_store.version
				WHERE collection = $1 AND state = 'kept' AND id < $2`, id, current).Scan(&to)
			if err != nil {
				return err
			}
			if to == 0 {
				return referentials.Errorf(referentials.NotFound, "no version before %d is kept", current).At("collection %s", id)
			}
		}
		k, err := version(ctx, tx, id, to)
		if err != nil {
			return err
		}
		if judge != nil {
			now, err := version(ctx, tx, id, current)
			if err != nil {
				return err
			}
			if err := judge(&now.Descriptor, &k.Descriptor); err != nil {
				return err
			}
		}
		if err := makeCurrent(ctx, tx, k); err != nil {
			return err
		}
		v = k.Version
		v.Current = true
		return nil
	})
	return v, explain(ctx, err, id)
}

// lockCollection takes the collection's row and tells its current version.
func lockCollection(ctx context.Context, tx pgx.Tx, id, strength string) (current int64, err error) {
	err = tx.QueryRow(ctx, "SELECT current FROM socle_store.collection WHERE id = $1 "+strength, id).Scan(&current)
	if errors.Is(err, pgx.ErrNoRows) {
		err = noCollection(id)
	}
	return current, err
}

// Drop removes a collection with all its versions.
func (s *Store) Drop(ctx context.Context, id string) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := lockCollection(ctx, tx, id, "FOR UPDATE"); err != nil {
			return err
		}
		if err := script(ctx, tx, beImpatient, "DROP VIEW IF EXISTS "+viewName(id)); err != nil {
			return inTheWay(err, id)
		}
		if _, err := tx.Exec(ctx, "UPDATE socle_store.version SET state = 'dropped' WHERE collection = $1", id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM socle_store.collection WHERE id = $1", id); err != nil {
			return err
		}
		if err := sweep(ctx, tx); err != nil {
			return err
		}
		return tell(ctx, tx, id)
	})
	return explain(ctx, err, id)
}
