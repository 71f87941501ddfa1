package postgis

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"socle/referentials"
	"socle/referentials/store/storetest"
)

// testJournal is small, so that the suite can go beyond it.
const testJournal = 64

func TestConformance(t *testing.T) {
	dsn := database(t)
	storetest.Run(t, func(t *testing.T) storetest.Opened {
		// A new database takes half a second, emptying one a few milliseconds.
		execSQL(t, dsn, "DROP SCHEMA IF EXISTS socle, socle_data, socle_store CASCADE")
		return storetest.Opened{
			Store: open(t, dsn),
			Reopen: func(t *testing.T) referentials.Store {
				s, err := Open(t.Context(), dsn, Options{Journal: testJournal})
				if err != nil {
					t.Fatal(err)
				}
				return s
			},
			SQL:     func(t *testing.T, statements ...string) { execSQL(t, dsn, statements...) },
			Table:   viewName,
			Journal: testJournal,
		}
	})
}

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

// database makes an empty database that lives as long as the test, and gives its address.
func database(t testing.TB) string {
	t.Helper()
	dsn := cluster(t)
	name := fmt.Sprintf("socle_store_%d_%d", os.Getpid(), databases.Add(1))
	model, err := template()
	if err != nil {
		t.Fatal(err)
	}
	admin(t, dsn, "CREATE DATABASE "+name+" TEMPLATE "+model)
	t.Cleanup(func() { admin(t, dsn, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	return address(t, dsn, func(u *url.URL) { u.Path = "/" + name })
}

// template makes the database that the others are copies of, as adding PostGIS takes most
// of a second. TestMain drops it.
var template = sync.OnceValues(func() (name string, err error) {
	dsn := os.Getenv("SOCLE_TEST_POSTGIS")
	ctx := context.Background()
	name = templateName()
	if err := run(ctx, dsn, "CREATE DATABASE "+name+" TEMPLATE template0"); err != nil {
		return "", err
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return "", err
	}
	u.Path = "/" + name
	return name, run(ctx, u.String(), "CREATE EXTENSION postgis")
})

func templateName() string { return fmt.Sprintf("socle_store_%d_template", os.Getpid()) }

func TestMain(m *testing.M) {
	code := m.Run()
	if dsn := os.Getenv("SOCLE_TEST_POSTGIS"); dsn != "" {
		if err := run(context.Background(), dsn, "DROP DATABASE IF EXISTS "+templateName()+" WITH (FORCE)"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

func run(ctx context.Context, dsn, sql string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

func address(t testing.TB, dsn string, change func(*url.URL)) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatalf("SOCLE_TEST_POSTGIS: %v", err)
	}
	change(u)
	return u.String()
}

func connect(t testing.TB, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func admin(t testing.TB, dsn, sql string) {
	t.Helper()
	if err := run(context.Background(), dsn, sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// execSQL runs statements in one transaction, as psql would.
func execSQL(t testing.TB, dsn string, statements ...string) {
	t.Helper()
	conn := connect(t, dsn)
	defer conn.Close(context.Background())
	tx, err := conn.Begin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range statements {
		if _, err := tx.Exec(context.Background(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	if err := tx.Commit(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, dsn string) *Store {
	t.Helper()
	s, err := Open(context.Background(), dsn, Options{Journal: testJournal})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}
