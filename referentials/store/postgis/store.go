// Package postgis keeps collections in a PostGIS database.
//
// Every version of a collection is a typed table in the schema socle_data, with a
// geometry column named geom, a GiST index and the collection's key as primary key. The
// view socle.<collection> shows the current version and can be edited like a table: an
// analyst who opens the database with QGIS or psql finds ordinary layers. Triggers record
// such edits in a journal and tell the watchers. Field names become column names as they
// are, save those that PostgreSQL cannot hold (longer than 63 bytes, a system column's,
// "geom"), which get a suffix.
//
// A version is published in one transaction: what is killed half-way never was. The
// migrations package holds the tables and triggers behind it all.
package postgis

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"socle/referentials"
)

// DefaultJournal is how many edits of rows the journal of a version keeps by default.
const DefaultJournal = 100_000

// Options are the choices of [Open]; the zero value is the usual one.
type Options struct {
	// Journal bounds how many edits of rows the journal of each version keeps, for the
	// versions published through this handle; 0 is DefaultJournal.
	Journal int64
}

// Store is a [referentials.Store] in one PostGIS database.
type Store struct {
	pool    *pgxpool.Pool
	journal int64
}

var _ referentials.Store = (*Store)(nil)

// Open connects to the database of a postgres:// URL and migrates it. Unavailable when it
// does not answer, Refused when the login or its rights do not suffice, Unsupported when
// PostgreSQL is older than 13 or PostGIS is missing, Conflict when a newer program has
// migrated the database.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	_, login, _ := strings.Cut(url, "://")
	if end := strings.IndexAny(login, "/?"); end >= 0 {
		login = login[:end]
	}
	if strings.Count(login, "@") > 1 {
		// What follows the first would be taken for a host, and told in errors.
		return nil, badURL(errors.New("several @ stand before its host")).Do("write an @ of the password as %%40")
	}
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, badURL(err)
	}
	schema, err := prepare(ctx, config.ConnConfig)
	if err != nil {
		return nil, err
	}
	session(config.ConnConfig, schema)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, explain(ctx, err, "")
	}
	s := &Store{pool: pool, journal: o.Journal}
	if s.journal <= 0 {
		s.journal = DefaultJournal
	}
	return s, nil
}

// Close closes the connections.
func (s *Store) Close() error {
	s.pool.Close()
	return nil
}

// Collections gives the current state of every collection, sorted by id.
func (s *Store) Collections(ctx context.Context) ([]referentials.State, error) {
	return s.states(ctx, "", "WHERE v.id = c.current ORDER BY c.id")
}

// Versions gives the kept versions of a collection, newest first.
func (s *Store) Versions(ctx context.Context, id string) ([]referentials.State, error) {
	states, err := s.states(ctx, id, "WHERE c.id = $1 AND v.state = 'kept' ORDER BY v.id DESC", id)
	if err == nil && len(states) == 0 {
		return nil, noCollection(id)
	}
	return states, err
}

func (s *Store) states(ctx context.Context, id, where string, args ...any) ([]referentials.State, error) {
	rows, err := s.pool.Query(ctx, selectVersion+where, args...)
	if err != nil {
		return nil, explain(ctx, err, id)
	}
	states, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (referentials.State, error) {
		v, err := scanVersion(r)
		if err != nil {
			return referentials.State{}, err
		}
		return v.State, nil
	})
	if err != nil {
		return nil, explain(ctx, err, id)
	}
	return states, nil
}

// kept is a version as the books describe it.
type kept struct {
	referentials.State
	table
}

const selectVersion = `SELECT v.descriptor::text, v.collection, v.id, v.revision, v.published_at, v.rows, v.source,
	v.id = c.current, v.table_name, v.columns
	FROM socle_store.collection c JOIN socle_store.version v ON v.collection = c.id `

func scanVersion(r pgx.Row) (*kept, error) {
	var k kept
	var descriptor []byte
	v := &k.Version
	err := r.Scan(&descriptor, &v.Collection, &v.ID, &v.Revision, &v.PublishedAt, &v.Rows, &v.Source,
		&v.Current, &k.name, &k.columns)
	if err != nil {
		return nil, err
	}
	v.PublishedAt = v.PublishedAt.UTC()
	if err := json.Unmarshal(descriptor, &k.Descriptor); err != nil {
		return nil, referentials.Errorf(referentials.Internal, "its stored descriptor cannot be read: %w", err).
			At("collection %s, version %d", v.Collection, v.ID)
	}
	return &k, nil
}

// script runs statements without parameters in one round trip; their plans are not kept.
func script(ctx context.Context, tx pgx.Tx, statements ...string) error {
	_, err := tx.Conn().PgConn().Exec(ctx, strings.Join(statements, ";\n")).ReadAll()
	return err
}

// querier is a connection or a transaction.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// version reads what the books say of one kept version, 0 for the current one. The error
// is NotFound or the database's own.
func version(ctx context.Context, q querier, id string, number int64) (*kept, error) {
	k, err := scanVersion(q.QueryRow(ctx, selectVersion+
		"WHERE c.id = $1 AND v.state = 'kept' AND v.id = CASE WHEN $2 = 0 THEN c.current ELSE $2 END", id, number))
	if !errors.Is(err, pgx.ErrNoRows) {
		return k, err
	}
	var known bool
	if err := q.QueryRow(ctx, "SELECT EXISTS (SELECT FROM socle_store.collection WHERE id = $1)", id).Scan(&known); err != nil {
		return nil, err
	}
	if !known {
		return nil, noCollection(id)
	}
	return nil, referentials.Errorf(referentials.NotFound, "version %d is not kept", number).At("collection %s", id).Do("socle collections %s lists those that are", id)
}
