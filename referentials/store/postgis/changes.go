package postgis

import (
	"context"
	"errors"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"socle/referentials"
)

// Changes gives the net edits of a version since a revision.
func (s *Store) Changes(ctx context.Context, id string, number, since int64) ([]referentials.Change, int64, error) {
	for range 10 {
		changes, revision, err := s.changes(ctx, id, number, since)
		if !errors.Is(err, errVanished) {
			return changes, revision, explain(ctx, err, id)
		}
	}
	return nil, 0, notKept(id, number)
}

func notKept(id string, number int64) error {
	return referentials.Errorf(referentials.Gone, "version %d is kept no longer", number).
		At("collection %s", id).Do("load the current version")
}

func (s *Store) changes(ctx context.Context, id string, number, since int64) (changes []referentials.Change, revision int64, err error) {
	err = pgx.BeginTxFunc(ctx, s.pool, oneMoment, func(tx pgx.Tx) error {
		var known bool
		if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM socle_store.collection WHERE id = $1)", id).Scan(&known); err != nil {
			return err
		}
		if !known {
			return noCollection(id)
		}
		if number <= 0 {
			return notKept(id, number)
		}
		k, err := hold(ctx, tx, id, number)
		if referentials.CodeOf(err) == referentials.NotFound {
			return notKept(id, number)
		} else if err != nil {
			return err
		}
		revision = k.Version.Revision
		var from int64
		err = tx.QueryRow(ctx, "SELECT journal_since FROM socle_store.version WHERE collection = $1 AND id = $2", id, number).Scan(&from)
		if err != nil {
			return err
		}
		if since < from || since > revision {
			return referentials.Errorf(referentials.Gone, "the edits since revision %d are not known", since).
				At("collection %s, version %d", id, number).Do("load it again")
		}
		if changes, err = deletedSince(ctx, tx, k, since); err != nil {
			return err
		}
		return storedSince(ctx, tx, k, since, func(r *referentials.Row) {
			changes = append(changes, referentials.Change{Op: referentials.Upsert, Key: r.Values[k.Descriptor.KeyIndex()], Row: *r})
		})
	})
	return changes, revision, err
}

// The keys an edit touched, as the key's type.
const touchedKeys = `SELECT key FROM socle_store.change WHERE collection = $1 AND version = $2 AND revision > $3`

func deletedSince(ctx context.Context, tx pgx.Tx, k *kept, since int64) ([]referentials.Change, error) {
	key := k.Descriptor.KeyIndex()
	of := k.Descriptor.Fields[key].Type
	rows, err := tx.Query(ctx, "SELECT DISTINCT j.key FROM ("+touchedKeys+") j WHERE NOT EXISTS (SELECT FROM "+k.quoted()+
		" t WHERE t."+k.column(key)+" = j.key::"+columnType(of)+") ORDER BY 1", k.Version.Collection, k.Version.ID, since)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (referentials.Change, error) {
		var text string
		if err := r.Scan(&text); err != nil {
			return referentials.Change{}, err
		}
		v := referentials.StringValue(text)
		if of == referentials.Integer {
			i, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return referentials.Change{}, err
			}
			v = referentials.IntegerValue(i)
		}
		return referentials.Change{Op: referentials.Delete, Key: v}, nil
	})
}

// storedSince gives the rows of touched keys, in the order of the rows, each in storage of
// its own.
func storedSince(ctx context.Context, tx pgx.Tx, k *kept, since int64, add func(*referentials.Row)) error {
	d := &k.Descriptor
	key := d.KeyIndex()
	sql := "SELECT " + k.list(d) + " FROM " + k.quoted() + " WHERE " + k.column(key) + " IN (SELECT j.key::" +
		columnType(d.Fields[key].Type) + " FROM (" + touchedKeys + ") j) ORDER BY " + ordinalColumn
	args := [][]byte{[]byte(k.Version.Collection), strconv.AppendInt(nil, k.Version.ID, 10), strconv.AppendInt(nil, since, 10)}
	result := tx.Conn().PgConn().ExecParams(ctx, sql, args, nil, nil, []int16{pgtype.BinaryFormatCode})
	dec := newDecoder(d, nil)
	for result.NextRow() {
		if err := dec.cut(result.Values()); err != nil {
			result.Close()
			return err
		}
		add(&referentials.Row{Values: append([]referentials.Value(nil), dec.row.Values...), Geom: dec.row.Geom.Clone()})
	}
	_, err := result.Close()
	return err
}
