package sql

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"socle/referentials/store/postgis"
)

// cluster gives the address of the tests' PostgreSQL.
func cluster(t testing.TB) string {
	t.Helper()
	dsn := os.Getenv("SOCLE_TEST_POSTGIS")
	if dsn == "" {
		t.Fatal("SOCLE_TEST_POSTGIS is not set: give the address of a scratch PostGIS as superuser, postgres://postgres@127.0.0.1:5432/postgres (make test does)")
	}
	return dsn
}

var databases atomic.Int64

// open makes a database of its own for a test, with the store that keeps collections in it,
// and a connection: texts sort as in a French dictionary, the session is in another zone
// than UTC.
func open(t testing.TB) (*postgis.Store, *pgx.Conn) {
	t.Helper()
	ctx := context.Background()
	dsn := cluster(t)
	name := fmt.Sprintf("socle_filter_%d_%d", os.Getpid(), databases.Add(1))
	admin := func(statement string) {
		conn, err := pgx.Connect(ctx, dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(ctx)
		if _, err := conn.Exec(ctx, statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	admin("CREATE DATABASE " + name + " TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'fr'")
	t.Cleanup(func() { admin("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)") })

	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	store, err := postgis.Open(ctx, u.String(), postgis.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store, connect(t, u.String())
}

// connect waits for a server that has just been killed by a query, so that the test can
// tell by which.
func connect(t testing.TB, address string) *pgx.Conn {
	t.Helper()
	ctx := context.Background()
	var conn *pgx.Conn
	var err error
	for range 50 {
		if conn, err = pgx.Connect(ctx, address); err == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(ctx) })
	if _, err := conn.Exec(ctx, "SET TIME ZONE 'Asia/Kathmandu'; SET enable_seqscan = off"); err != nil {
		t.Fatal(err)
	}
	return conn
}

// column gives the first column of a query.
func column[T any](t testing.TB, conn *pgx.Conn, query string, args ...any) []T {
	t.Helper()
	rows, err := conn.Query(context.Background(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	values, err := pgx.CollectRows(rows, pgx.RowTo[T])
	if err != nil {
		t.Fatalf("%v\n%.2000s", err, query)
	}
	return values
}
