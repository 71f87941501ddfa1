package postgis

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"socle/geo"
	"socle/referentials"
)

// terminate ends every other connection to the database, as a stop of PostgreSQL does.
func terminate(t *testing.T, dsn string) {
	t.Helper()
	admin(t, dsn, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'")
}

func next(t *testing.T, events <-chan referentials.Event, what string) referentials.Event {
	t.Helper()
	select {
	case e := <-events:
		return e
	case <-time.After(10 * time.Second):
		t.Fatalf("no event: %s", what)
		return referentials.Event{}
	}
}

// TestWatchReconnects: a watcher outlives its connection, tells that anything may have
// changed meanwhile, and goes on.
func TestWatchReconnects(t *testing.T) {
	dsn := database(t)
	s := open(t, dsn)
	plant(t, s, trees(), 1)
	ctx, cancel := context.WithCancel(t.Context())
	events, ended := make(chan referentials.Event, 100), make(chan error, 1)
	go func() { ended <- s.Watch(ctx, func(e referentials.Event) { events <- e }) }()
	if e := next(t, events, "ready"); e.Collection != "" {
		t.Fatalf("the first event is %v", e)
	}
	for range 3 {
		terminate(t, dsn)
		if e := next(t, events, "reconnected"); e.Collection != "" {
			t.Fatalf("after a lost connection the event is %v", e)
		}
		execSQL(t, dsn, "UPDATE socle.arbres SET nom = 'x'")
		if e := next(t, events, "an UPDATE"); e.Collection != "arbres" {
			t.Fatalf("after an UPDATE the event is %v", e)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatalf("Watch ended with %v", err)
	}
}

// TestLostConnections: the store works again as soon as PostgreSQL does.
func TestLostConnections(t *testing.T) {
	dsn := database(t)
	s := open(t, dsn)
	plant(t, s, trees(), 5)
	err := s.Load(t.Context(), "arbres", 0, func(referentials.State, referentials.Rows) error {
		terminate(t, dsn)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	big := plant(t, s, trees(), 200_000)
	err = s.Load(t.Context(), "arbres", big.ID, func(_ referentials.State, rows referentials.Rows) error {
		n := 0
		for _, err := range rows {
			if err != nil {
				return err
			}
			if n++; n == 1 {
				terminate(t, dsn)
			}
		}
		return nil
	})
	if referentials.CodeOf(err) != referentials.Unavailable {
		t.Fatalf("a load cut off gives %v", err)
	}
	if _, lines := rowsOf(t, s, "arbres"); len(lines) != 200_000 {
		t.Fatalf("%d rows", len(lines))
	}
}

// TestKilledImports: whatever kills an import, nothing of it is there, the version before
// is whole and the next import works.
func TestKilledImports(t *testing.T) {
	dsn := database(t)
	s := open(t, dsn)
	plant(t, s, trees(), 10)
	for _, after := range []int{1, 500, 20_000} {
		for name, kill := range map[string]func(context.CancelFunc){
			"cancelled":  func(cancel context.CancelFunc) { cancel() },
			"terminated": func(context.CancelFunc) { terminate(t, dsn) },
		} {
			ctx, cancel := context.WithCancel(t.Context())
			_, err := s.Replace(ctx, referentials.Publication{Descriptor: trees()}, func(yield func(*referentials.Row, error) bool) {
				for i := 0; ; i++ {
					if i == after {
						kill(cancel)
					}
					r := referentials.Row{Values: []referentials.Value{referentials.IntegerValue(int64(i)), {}, {}, {}}}
					if !yield(&r, nil) {
						return
					}
				}
			})
			cancel()
			if referentials.CodeOf(err) != referentials.Unavailable {
				t.Fatalf("%s after %d rows: %v", name, after, err)
			}
			if name == "cancelled" && !errors.Is(err, context.Canceled) {
				t.Fatalf("%s: %v does not say so", name, err)
			}
		}
		if v, lines := rowsOf(t, s, "arbres"); v.ID != 1 || len(lines) != 10 {
			t.Fatalf("after %d rows: %+v, %d rows", after, v, len(lines))
		}
	}
	if tables := dataTables(t, dsn); tables != "arbres_v1" {
		t.Fatalf("tables %s", tables)
	}
	for range 4 {
		plant(t, s, trees(), 3)
	}
	if tables := dataTables(t, dsn); tables != "arbres_v3 arbres_v4 arbres_v5" {
		t.Fatalf("tables %s", tables)
	}
}

func dataTables(t *testing.T, dsn string) (names string) {
	t.Helper()
	conn := connect(t, dsn)
	defer conn.Close(context.Background())
	err := conn.QueryRow(context.Background(), "SELECT coalesce(string_agg(tablename, ' ' ORDER BY tablename), '') FROM pg_tables WHERE schemaname = 'socle_data'").Scan(&names)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestReadersHoldNobody: the tables of versions that are still read, or that others have
// built on, stay until they can go.
func TestReadersHoldNobody(t *testing.T) {
	dsn := database(t)
	s := open(t, dsn)
	plant(t, s, trees(), 1)
	execSQL(t, dsn, "CREATE VIEW public.mien AS SELECT * FROM socle_data.arbres_v1")
	for range 4 {
		plant(t, s, trees(), 1)
	}
	if tables := dataTables(t, dsn); tables != "arbres_v1 arbres_v3 arbres_v4 arbres_v5" {
		t.Fatalf("tables %s", tables)
	}
	if err := s.Drop(t.Context(), "arbres"); err != nil {
		t.Fatal(err)
	}
	if tables := dataTables(t, dsn); tables != "arbres_v1" {
		t.Fatalf("tables %s after Drop", tables)
	}
	execSQL(t, dsn, "DROP VIEW public.mien")
	autres := trees()
	autres.ID = "autres"
	plant(t, s, autres, 1)
	if tables := dataTables(t, dsn); tables != "autres_v1" {
		t.Fatalf("tables %s after the last sweep", tables)
	}
}

// TestOpenTogether: servers that start at once wait for each other.
func TestOpenTogether(t *testing.T) {
	dsn := database(t)
	var g errgroup.Group
	for range 5 {
		g.Go(func() error {
			s, err := Open(t.Context(), dsn, Options{})
			if err != nil {
				return err
			}
			return s.Close()
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	execSQL(t, dsn, "UPDATE socle_store.migration SET version = 99")
	_, err := Open(t.Context(), dsn, Options{})
	wantFailure(t, "a newer database", err, referentials.Conflict, "newer")
}

func wantFailure(t *testing.T, what string, err error, code referentials.Code, says string) {
	t.Helper()
	if referentials.CodeOf(err) != code || !strings.Contains(err.Error(), says) {
		t.Errorf("%s gives %v (%s), want %s that says %q", what, err, referentials.CodeOf(err), code, says)
	}
	if strings.Contains(fmt.Sprint(err), "secret") {
		t.Errorf("%s: the message tells the password: %v", what, err)
	}
}

func TestOpenFails(t *testing.T) {
	dsn := database(t)
	role := fmt.Sprintf("socle_store_guest_%d", time.Now().UnixNano())
	execSQL(t, dsn, "CREATE ROLE "+role+" LOGIN PASSWORD 'secret'")
	guest := address(t, dsn, func(u *url.URL) { u.User = url.UserPassword(role, "secret") })

	_, err := Open(t.Context(), guest, Options{})
	wantFailure(t, "no right to create schemas", err, referentials.Refused, "GRANT CREATE ON DATABASE")

	execSQL(t, dsn, "DROP EXTENSION postgis")
	_, err = Open(t.Context(), guest, Options{})
	wantFailure(t, "no PostGIS", err, referentials.Refused, "CREATE EXTENSION postgis")
	execSQL(t, dsn, "CREATE SCHEMA gis", "CREATE EXTENSION postgis SCHEMA gis")

	_, err = Open(t.Context(), address(t, dsn, func(u *url.URL) { u.Path += "_not_there" }), Options{})
	wantFailure(t, "no such database", err, referentials.NotFound, "createdb")
	_, err = Open(t.Context(), "postgres://u:secret@127.0.0.1:1/x", Options{})
	wantFailure(t, "nobody there", err, referentials.Unavailable, "127.0.0.1")
	_, err = Open(t.Context(), "postgres://u:secret@127.0.0.1:port/x", Options{})
	wantFailure(t, "no address", err, referentials.Invalid, "postgres://")
	_, err = Open(t.Context(), "postgres://u:sec@ret@127.0.0.1:1/x", Options{})
	wantFailure(t, "an @ in the password", err, referentials.Invalid, "%40")
	if strings.Contains(err.Error(), "ret@") {
		t.Errorf("the password is told: %v", err)
	}

	// Once migrated, who may not create may still read; PostGIS may live in any schema.
	s := open(t, dsn)
	plant(t, s, trees(), 2)
	_, err = Open(t.Context(), guest, Options{})
	wantFailure(t, "no right to what is there", err, referentials.Refused, "GRANT USAGE ON SCHEMA socle_store")
	execSQL(t, dsn, "GRANT USAGE ON SCHEMA socle_store, socle_data, gis TO "+role, "GRANT SELECT ON ALL TABLES IN SCHEMA socle_store, socle_data TO "+role)
	t.Cleanup(func() { execSQL(t, dsn, "DROP OWNED BY "+role, "DROP ROLE "+role) })
	reader, err := Open(t.Context(), guest, Options{})
	if err != nil {
		t.Fatalf("a reader is refused: %v", err)
	}
	defer reader.Close()
	if _, lines := rowsOf(t, reader, "arbres"); len(lines) != 2 {
		t.Errorf("a reader sees %d rows", len(lines))
	}
	// The next version and its edits too, without another grant.
	plant(t, s, trees(), 3)
	if _, lines := rowsOf(t, reader, "arbres"); len(lines) != 3 {
		t.Errorf("a reader sees %d rows of the next version", len(lines))
	}
	_, err = reader.Replace(t.Context(), referentials.Publication{Descriptor: trees()}, func(func(*referentials.Row, error) bool) {})
	wantFailure(t, "a reader who writes", err, referentials.Refused, "GRANT")
}

// TestTooWide: a row that PostgreSQL cannot hold is told as such.
func TestTooWide(t *testing.T) {
	s := open(t, database(t))
	d := referentials.Descriptor{ID: "large", Class: referentials.Territory, Access: referentials.Open, Key: "f0", Geometry: geo.None}
	r := referentials.Row{}
	for i := range referentials.MaxFields {
		d.Fields = append(d.Fields, referentials.Field{Name: fmt.Sprint("f", i), Type: referentials.Integer})
		r.Values = append(r.Values, referentials.IntegerValue(int64(i)))
	}
	_, err := s.Replace(t.Context(), referentials.Publication{Descriptor: d}, func(yield func(*referentials.Row, error) bool) { yield(&r, nil) })
	wantFailure(t, "a row of 12 kB of numbers", err, referentials.TooLarge, "large")
	for i := range r.Values[1:] {
		r.Values[i+1] = referentials.Null
	}
	if _, err := s.Replace(t.Context(), referentials.Publication{Descriptor: d}, func(yield func(*referentials.Row, error) bool) { yield(&r, nil) }); err != nil {
		t.Fatal(err)
	}
}
