package postgis

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"socle/referentials"
)

// importLock is the class of the advisory locks that have imports of one collection wait
// for each other; the other half of the lock is the hash of the collection's id.
const importLock = 0x736f63

// copyBlock is how many bytes of rows are encoded before they are handed to the
// connection.
const copyBlock = 64 << 10

// Replace publishes rows as the next version, in one transaction.
func (s *Store) Replace(ctx context.Context, p referentials.Publication, rows referentials.Rows) (referentials.Version, error) {
	d := &p.Descriptor
	if err := d.Validate(); err != nil {
		return referentials.Version{}, err
	}
	tx, err := s.pool.Begin(ctx)
	if err != nil {
		return referentials.Version{}, explain(ctx, err, d.ID)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()

	next, err := reserve(ctx, tx, d)
	if err != nil {
		return referentials.Version{}, explain(ctx, err, d.ID)
	}
	k := kept{State: referentials.State{Descriptor: *d}, table: tableOf(d, next)}
	k.Version = referentials.Version{Collection: d.ID, ID: next, Source: p.Source, Current: true}
	if k.Version.Rows, err = fill(ctx, tx, &k, rows); err != nil {
		return referentials.Version{}, explain(ctx, err, d.ID)
	}
	if err := s.enter(ctx, tx, &k); err != nil {
		return referentials.Version{}, explain(ctx, err, d.ID)
	}
	if err := judge(ctx, tx, &p); err != nil {
		return referentials.Version{}, explain(ctx, err, d.ID)
	}
	if err := makeCurrent(ctx, tx, &k); err != nil {
		return referentials.Version{}, explain(ctx, err, d.ID)
	}
	if err := prune(ctx, tx, d.ID); err != nil {
		return referentials.Version{}, explain(ctx, err, d.ID)
	}
	if err := tx.Commit(ctx); err != nil {
		return referentials.Version{}, explain(ctx, err, d.ID)
	}
	return k.Version, nil
}

// reserve waits for other imports of the collection, checks that the database knows its
// CRS, and gives the number of the version to be.
func reserve(ctx context.Context, tx pgx.Tx, d *referentials.Descriptor) (next int64, err error) {
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1, hashtext($2))", int32(importLock), d.ID); err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, "SELECT coalesce(max(id), 0) + 1 FROM socle_store.version WHERE collection = $1", d.ID).Scan(&next)
	if err != nil || !d.HasGeometry() {
		return next, err
	}
	var known bool
	if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM spatial_ref_sys WHERE srid = $1)", d.CRS.SRID()).Scan(&known); err != nil {
		return 0, err
	}
	if !known {
		return 0, referentials.Errorf(referentials.Invalid, "PostGIS does not know %s", d.CRS).At("collection %s", d.ID).
			Do("check the code, or add the system to spatial_ref_sys")
	}
	return next, nil
}

// judge has the publication say what it has against taking the place of the current version,
// which no rollback changes any more.
func judge(ctx context.Context, tx pgx.Tx, p *referentials.Publication) error {
	if p.Judge == nil {
		return nil
	}
	current, err := lockCollection(ctx, tx, p.Descriptor.ID, "FOR UPDATE")
	if referentials.CodeOf(err) == referentials.NotFound {
		return nil
	} else if err != nil {
		return err
	}
	k, err := version(ctx, tx, p.Descriptor.ID, current)
	if err != nil {
		return err
	}
	return p.Judge(&k.Descriptor)
}

// fill makes the version's table and streams the rows into it.
func fill(ctx context.Context, tx pgx.Tx, k *kept, rows referentials.Rows) (int64, error) {
	d := &k.Descriptor
	if err := script(ctx, tx, k.create(d)); err != nil {
		return 0, err
	}
	n, err := copyIn(ctx, tx, k, rows)
	if err != nil {
		return 0, err
	}
	if err := script(ctx, tx, k.finish(d, n)...); err != nil {
		return 0, repeatedKey(d, err)
	}
	_, err = tx.Exec(ctx, "SELECT socle_store.watch_table($1, $2, $3, $4)", k.name, d.ID, k.Version.ID, k.columns[d.KeyIndex()])
	return n, err
}

func repeatedKey(d *referentials.Descriptor, err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Code != uniqueViolation {
		return err
	}
	// The detail reads "Key (id)=(7) is duplicated.", in the server's language.
	key := pg.Detail
	if _, after, ok := strings.Cut(key, ")=("); ok {
		if i := strings.LastIndexByte(after, ')'); i >= 0 {
			key = after[:i]
		}
	}
	return &referentials.Error{
		Code: referentials.Conflict, What: fmt.Sprintf("several rows have the %s %q", d.Key, key), Where: "collection " + d.ID,
		Hint: "every feature needs its own key; choose another field as key, or repair the rows", Err: err,
	}
}

// copyIn streams rows into the bare table and tells how many there were.
func copyIn(ctx context.Context, tx pgx.Tx, k *kept, rows referentials.Rows) (int64, error) {
	d := &k.Descriptor
	sql := "COPY " + k.quoted() + " (" + k.list(d) + ", " + ordinalColumn + ") FROM STDIN WITH (FORMAT binary, FREEZE)"
	reader, writer := io.Pipe()
	copied := make(chan error, 1)
	go func() {
		_, err := tx.Conn().PgConn().CopyFrom(ctx, reader, sql)
		reader.CloseWithError(errCopyEnded)
		copied <- err
	}()
	n, err := encodeRows(ctx, d, rows, writer)
	writer.CloseWithError(err) // nil is the end
	copyErr := <-copied
	if err != nil && !errors.Is(err, errCopyEnded) {
		return 0, err // the server's complaint is but the echo
	}
	return n, copyErr
}

// errCopyEnded is met by the encoder where the server took no more.
var errCopyEnded = errors.New("the copy has ended")

// encodeRows checks rows and writes them as a binary COPY stream.
func encodeRows(ctx context.Context, d *referentials.Descriptor, rows referentials.Rows, w io.Writer) (n int64, err error) {
	srid := d.CRS.SRID()
	block := append(make([]byte, 0, copyBlock+copyBlock/4), copyHeader...)
	for r, err := range rows {
		if err != nil {
			return n, err
		}
		n++
		if err := d.CheckRow(r); err != nil {
			return n, atRow(err, d.ID, n)
		}
		block = appendTuple(block, d, srid, r, n)
		if len(block) < copyBlock {
			continue
		}
		if err := ctx.Err(); err != nil {
			return n, err
		}
		if _, err := w.Write(block); err != nil {
			return n, err
		}
		block = block[:0]
	}
	_, err = w.Write(append(block, copyTrailer...))
	return n, err
}

func atRow(err error, id string, n int64) error {
	var e *referentials.Error
	if errors.As(err, &e) {
		return e.At("collection %s, row %d", id, n)
	}
	return err
}

// enter writes a loaded version into the books.
func (s *Store) enter(ctx context.Context, tx pgx.Tx, k *kept) error {
	descriptor, err := json.Marshal(&k.Descriptor)
	if err != nil {
		return referentials.Errorf(referentials.Internal, "its descriptor cannot be written: %w", err).At("collection %s", k.Descriptor.ID)
	}
	v := &k.Version
	err = tx.QueryRow(ctx, `INSERT INTO socle_store.version
		(collection, id, descriptor, table_name, columns, source, published_at, rows, journal_bound)
		VALUES ($1, $2, $3::text::json, $4, $5, $6, clock_timestamp(), $7, $8) RETURNING published_at`,
		v.Collection, v.ID, string(descriptor), k.name, k.columns, v.Source, v.Rows, s.journal).Scan(&v.PublishedAt)
	v.PublishedAt = v.PublishedAt.UTC()
	return err
}
