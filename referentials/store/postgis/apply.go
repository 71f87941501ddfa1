package postgis

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"socle/referentials"
)

// applyRows and applyBytes bound what one statement of Apply carries.
const (
	applyRows  = 10_000
	applyBytes = 16 << 20
)

// Apply commits edits to the current version. The triggers of its table count, number and
// tell them, as they do for edits in SQL.
func (s *Store) Apply(ctx context.Context, id string, changes []referentials.Change) (referentials.Version, error) {
	var v referentials.Version
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		current, err := lockCollection(ctx, tx, id, "FOR SHARE")
		if err != nil {
			return err
		}
		k, err := version(ctx, tx, id, current)
		if err != nil {
			return err
		}
		deletes, upserts, err := fold(&k.Descriptor, changes)
		if err != nil {
			return err
		}
		if err := deleteKeys(ctx, tx, k, deletes); err != nil {
			return err
		}
		if err := upsertRows(ctx, tx, k, upserts); err != nil {
			return err
		}
		if k, err = version(ctx, tx, id, current); err != nil {
			return err
		}
		v = k.Version
		return nil
	})
	return v, explain(ctx, err, id)
}

// fold checks edits and brings them to their net effect: keys to delete, then rows to
// upsert in the order in which their keys come to be.
func fold(d *referentials.Descriptor, changes []referentials.Change) (deletes []referentials.Value, upserts []*referentials.Row, err error) {
	key := d.KeyIndex()
	deleted := make(map[referentials.Value]bool)
	place := make(map[referentials.Value]int) // of a key in upserts
	for i := range changes {
		c := &changes[i]
		switch {
		case c.Op == referentials.Upsert:
			err = d.CheckRow(&c.Row)
			if err == nil && c.Row.Values[key] != c.Key {
				err = referentials.Errorf(referentials.Invalid, "the change is of key %q, its row of %q", c.Key, c.Row.Values[key])
			}
		case c.Op == referentials.Delete:
			err = d.CheckKey(c.Key)
		default:
			err = referentials.Errorf(referentials.Invalid, "there is no operation %q", c.Op).Do("use upsert or delete")
		}
		if err != nil {
			return nil, nil, atChange(err, d.ID, i+1)
		}
		at, stored := place[c.Key]
		switch {
		case c.Op == referentials.Delete:
			if stored {
				upserts[at] = nil
				delete(place, c.Key)
			}
			if !deleted[c.Key] {
				deleted[c.Key] = true
				deletes = append(deletes, c.Key)
			}
		case stored:
			upserts[at] = &c.Row
		default:
			place[c.Key] = len(upserts)
			upserts = append(upserts, &c.Row)
		}
	}
	whole := upserts[:0]
	for _, r := range upserts {
		if r != nil {
			whole = append(whole, r)
		}
	}
	return deletes, whole, nil
}

func atChange(err error, id string, n int) error {
	var e *referentials.Error
	if errors.As(err, &e) {
		return e.At("collection %s, change %d", id, n)
	}
	return err
}

func deleteKeys(ctx context.Context, tx pgx.Tx, k *kept, keys []referentials.Value) error {
	f := &k.Descriptor.Fields[k.Descriptor.KeyIndex()]
	sql := "DELETE FROM " + k.quoted() + " WHERE " + k.column(k.Descriptor.KeyIndex()) + " = ANY($1::" + columnType(f.Type) + "[])"
	for len(keys) > 0 {
		n := min(len(keys), applyRows)
		array := appendArrayHeader(nil, oidOf(f.Type), n)
		for _, v := range keys[:n] {
			array = appendValue(array, v)
		}
		if err := execArrays(ctx, tx, sql, [][]byte{array}); err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}

// upsertRows sends rows as one array per column, so that a statement carries thousands
// and the triggers fire once for them.
func upsertRows(ctx context.Context, tx pgx.Tx, k *kept, rows []*referentials.Row) error {
	if len(rows) == 0 {
		return nil
	}
	d := &k.Descriptor
	sql := upsertSQL(k)
	arrays := make([][]byte, len(d.Fields), len(d.Fields)+1)
	if d.HasGeometry() {
		arrays = arrays[:len(d.Fields)+1]
	}
	for len(rows) > 0 {
		n, size := 0, 0
		for n < len(rows) && n < applyRows && size < applyBytes {
			size += 16 * rows[n].Geom.NumVertices()
			for _, v := range rows[n].Values {
				size += 8 + len(v.Str())
			}
			n++
		}
		for i := range d.Fields {
			arrays[i] = appendArrayHeader(arrays[i][:0], oidOf(d.Fields[i].Type), n)
			for _, r := range rows[:n] {
				arrays[i] = appendValue(arrays[i], r.Values[i])
			}
		}
		if d.HasGeometry() {
			last := appendArrayHeader(arrays[len(d.Fields)][:0], pgtype.ByteaOID, n)
			for _, r := range rows[:n] {
				last = appendGeometry(last, &r.Geom, d.CRS.SRID())
			}
			arrays[len(d.Fields)] = last
		}
		if err := execArrays(ctx, tx, sql, arrays); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

func upsertSQL(k *kept) string {
	d := &k.Descriptor
	var arrays, aliases, values, sets []string
	for i := range d.Fields {
		alias := fmt.Sprintf("c%d", i)
		arrays = append(arrays, fmt.Sprintf("$%d::%s[]", i+1, columnType(d.Fields[i].Type)))
		aliases, values = append(aliases, alias), append(values, alias)
		sets = append(sets, k.column(i)+" = excluded."+k.column(i))
	}
	if d.HasGeometry() {
		arrays = append(arrays, fmt.Sprintf("$%d::bytea[]", len(d.Fields)+1))
		aliases, values = append(aliases, "g"), append(values, "g::geometry")
		sets = append(sets, geomColumn+" = excluded."+geomColumn)
	}
	return "INSERT INTO " + k.quoted() + " (" + k.list(d) + ") SELECT " + strings.Join(values, ", ") +
		" FROM unnest(" + strings.Join(arrays, ", ") + ") WITH ORDINALITY AS u(" + strings.Join(aliases, ", ") + ", place) ORDER BY place" +
		" ON CONFLICT (" + k.column(d.KeyIndex()) + ") DO UPDATE SET " + strings.Join(sets, ", ")
}

// oidOf gives PostgreSQL's number of a field's type.
func oidOf(t referentials.FieldType) uint32 {
	switch t {
	case referentials.Integer:
		return pgtype.Int8OID
	case referentials.Number:
		return pgtype.Float8OID
	case referentials.Boolean:
		return pgtype.BoolOID
	case referentials.Date:
		return pgtype.DateOID
	case referentials.DateTime:
		return pgtype.TimestamptzOID
	case referentials.JSON:
		return pgtype.JSONOID
	}
	return pgtype.TextOID
}

// execArrays runs a statement whose parameters are arrays in binary form; the casts in it
// tell their types.
func execArrays(ctx context.Context, tx pgx.Tx, sql string, arrays [][]byte) error {
	formats := []int16{pgtype.BinaryFormatCode}
	result := tx.Conn().PgConn().ExecParams(ctx, sql, arrays, nil, formats, nil)
	_, err := result.Close()
	return err
}
