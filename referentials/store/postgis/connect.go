package postgis

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/tern/v2/migrate"

	"socle/migrations"
	"socle/referentials"
)

// minServer is the oldest PostgreSQL that has what the triggers need (xid8), as its
// server_version_num.
const minServer = 130000

// migrateLock is the advisory lock of whoever prepares a database.
const migrateLock = 0x736f636c65 // "socle"

// session sets what every connection of the store relies on, unless the URL says otherwise.
func session(config *pgx.ConnConfig, postgisSchema string) {
	for name, value := range map[string]string{
		"application_name":                    "socle",
		"statement_timeout":                   "0", // an import may be long
		"idle_in_transaction_session_timeout": "0",
	} {
		if _, set := config.RuntimeParams[name]; !set {
			config.RuntimeParams[name] = value
		}
	}
	// Ours are named in full; only PostGIS' own types and functions are looked up.
	config.RuntimeParams["search_path"] = pgx.Identifier{postgisSchema}.Sanitize()
}

// prepare checks the server, makes sure of PostGIS, migrates, and tells the schema that
// PostGIS lives in. Servers that start together wait for each other.
func prepare(ctx context.Context, config *pgx.ConnConfig) (schema string, err error) {
	conn, err := pgx.ConnectConfig(ctx, config.Copy())
	if err != nil {
		return "", explain(ctx, err, "")
	}
	defer conn.Close(context.WithoutCancel(ctx))

	var number int
	var name string
	if err := conn.QueryRow(ctx, "SELECT current_setting('server_version_num')::int, current_setting('server_version')").Scan(&number, &name); err != nil {
		return "", explain(ctx, err, "")
	}
	if number < minServer {
		return "", referentials.Errorf(referentials.Unsupported, "PostgreSQL %s is too old", name).Do("use PostgreSQL 13 or newer")
	}
	// The lock ends with the connection.
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(migrateLock)); err != nil {
		return "", explain(ctx, err, "")
	}
	schema, err = ensurePostGIS(ctx, conn)
	if err != nil {
		return "", err
	}
	return schema, explainMigration(ctx, runMigrations(ctx, conn))
}

// ensurePostGIS creates the extension when it is not there and tells its schema.
func ensurePostGIS(ctx context.Context, conn *pgx.Conn) (schema string, err error) {
	const find = "SELECT n.nspname FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'postgis'"
	err = conn.QueryRow(ctx, find).Scan(&schema)
	if !errors.Is(err, pgx.ErrNoRows) {
		return schema, explain(ctx, err, "")
	}
	database := conn.Config().Database
	_, err = conn.Exec(ctx, "CREATE EXTENSION postgis")
	switch {
	case err == nil:
		err = conn.QueryRow(ctx, find).Scan(&schema)
		return schema, explain(ctx, err, "")
	case is(err, insufficientRight):
		return "", referentials.Errorf(referentials.Refused, "database %s has no PostGIS, and this user may not add it", database).
			Do("have a superuser run: CREATE EXTENSION postgis")
	case is(err, featureNotSupported, undefinedFile):
		return "", referentials.Errorf(referentials.Unsupported, "the PostgreSQL server has no PostGIS to add to database %s", database).
			Do("install it on the server (Debian: postgresql-15-postgis-3)")
	}
	return "", explain(ctx, err, "")
}

func runMigrations(ctx context.Context, conn *pgx.Conn) error {
	// Asked first, for IF NOT EXISTS wants the right to create even where nothing is to do.
	var there bool
	if err := conn.QueryRow(ctx, "SELECT to_regnamespace('socle_store') IS NOT NULL").Scan(&there); err != nil {
		return err
	}
	if !there {
		if _, err := conn.Exec(ctx, "CREATE SCHEMA socle_store"); err != nil {
			return err
		}
	}
	err := migrateSchema(ctx, conn)
	if there && is(err, insufficientRight) {
		return referentials.Errorf(referentials.Refused, "this user may not use what another has prepared in the database: %w", err).
			Do("connect as the user that ran socle migrate; to read only: " +
				"GRANT USAGE ON SCHEMA socle_store, socle_data and SELECT ON ALL TABLES IN SCHEMA socle_store, socle_data TO this user")
	}
	return err
}

func migrateSchema(ctx context.Context, conn *pgx.Conn) error {
	m, err := migrate.NewMigrator(ctx, conn, "socle_store.migration")
	if err != nil {
		return err
	}
	if err := m.LoadMigrations(migrations.Files); err != nil {
		return err
	}
	return m.Migrate(ctx)
}

func explainMigration(ctx context.Context, err error) error {
	var told *referentials.Error
	var newer migrate.BadVersionError
	switch {
	case errors.As(err, &told):
		return err
	case errors.As(err, &newer):
		return referentials.Errorf(referentials.Conflict, "a newer socle has migrated this database: %w", err).Do("run that version, or newer")
	case is(err, insufficientRight):
		return referentials.Errorf(referentials.Refused, "this user may not prepare the database: %w", err).
			Do("have the owner run: GRANT CREATE ON DATABASE … TO this user, or socle migrate as the owner")
	}
	return explain(ctx, err, "")
}
