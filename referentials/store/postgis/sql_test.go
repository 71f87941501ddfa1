package postgis

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

func trees() referentials.Descriptor {
	return referentials.Descriptor{ID: "arbres", Class: referentials.Territory, Access: referentials.Open, Key: "id",
		Geometry: geo.Point, CRS: crs.EPSG(3948), Fields: []referentials.Field{
			{Name: "id", Type: referentials.Integer}, {Name: "nom", Type: referentials.String},
			{Name: "haut", Type: referentials.Number}, {Name: "jour", Type: referentials.Date}}}
}

func plant(t testing.TB, s *Store, d referentials.Descriptor, n int) referentials.Version {
	t.Helper()
	v, err := s.Replace(context.Background(), referentials.Publication{Descriptor: d}, func(yield func(*referentials.Row, error) bool) {
		for i := range n {
			r := referentials.Row{Values: make([]referentials.Value, len(d.Fields)), Geom: geo.Geometry{Type: geo.Point, XY: []float64{float64(i), 0}}}
			r.Values[0] = referentials.IntegerValue(int64(i))
			if !yield(&r, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func rowsOf(t testing.TB, s *Store, id string) (referentials.Version, []string) {
	t.Helper()
	var lines []string
	var v referentials.Version
	err := s.Load(context.Background(), id, 0, func(st referentials.State, rows referentials.Rows) error {
		v = st.Version
		for r, err := range rows {
			if err != nil {
				return err
			}
			line := fmt.Sprint(r.Geom.XY)
			for _, c := range r.Values {
				line += " " + c.String()
			}
			lines = append(lines, line)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return v, lines
}

func wantRevision(t *testing.T, s *Store, want int64, when string) {
	t.Helper()
	if v, _ := rowsOf(t, s, "arbres"); v.Revision != want {
		t.Fatalf("%s: revision %d, want %d", when, v.Revision, want)
	}
}

// TestOneRevisionPerTransaction: however many statements, however many rows.
func TestOneRevisionPerTransaction(t *testing.T) {
	dsn := database(t)
	s := open(t, dsn)
	plant(t, s, trees(), 10)
	execSQL(t, dsn, "UPDATE socle.arbres SET nom = 'chêne'", "DELETE FROM socle.arbres WHERE id = 3",
		"INSERT INTO socle.arbres (id, geom) VALUES (100, ST_SetSRID(ST_MakePoint(7, 8), 3948)), (99, NULL)")
	wantRevision(t, s, 1, "three statements")
	execSQL(t, dsn, "UPDATE socle.arbres SET nom = 'x' WHERE id = 1000")
	wantRevision(t, s, 1, "a statement that finds nothing")
	execSQL(t, dsn, "SAVEPOINT a", "UPDATE socle.arbres SET nom = 'x' WHERE id = 1", "ROLLBACK TO a")
	wantRevision(t, s, 1, "a statement taken back")
	execSQL(t, dsn, "SAVEPOINT a", "UPDATE socle.arbres SET nom = 'x' WHERE id = 1", "ROLLBACK TO a", "UPDATE socle.arbres SET nom = 'y' WHERE id = 2")
	wantRevision(t, s, 2, "one taken back, one not")
	execSQL(t, dsn, "INSERT INTO socle.arbres (id, nom) VALUES (2, 'z'), (50, 'w') ON CONFLICT (id) DO UPDATE SET nom = excluded.nom")
	wantRevision(t, s, 3, "an upsert in SQL")
	changes, _, err := s.Changes(t.Context(), "arbres", 1, 2)
	if err != nil || len(changes) != 2 || changes[0].Key.Int() != 2 || changes[1].Key.Int() != 50 {
		t.Fatalf("Changes gives %v, %v", changes, err)
	}
	v, lines := rowsOf(t, s, "arbres")
	if v.Rows != 12 || len(lines) != 12 || !strings.HasPrefix(lines[9], "[7 8] 100") || !strings.HasPrefix(lines[10], "[] 99") {
		t.Fatalf("%+v:\n%s", v, strings.Join(lines, "\n"))
	}
}

// TestJournalBounded: the journal keeps the newest edits, never more than its bound, and
// counts them right.
func TestJournalBounded(t *testing.T) {
	dsn := database(t)
	s := open(t, dsn)
	plant(t, s, trees(), 3*testJournal)
	conn := connect(t, dsn)
	defer conn.Close(context.Background())
	for i, edited := range []int{1, testJournal - 1, 1, 5, testJournal, 7, testJournal + 1, 2, testJournal, 1} {
		execSQL(t, dsn, fmt.Sprintf("UPDATE socle.arbres SET nom = '%d' WHERE id < %d", i, edited))
		var rows, size, oldest int64
		err := conn.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM socle_store.change), journal_size,
			(SELECT coalesce(min(revision), v.revision + 1) FROM socle_store.change) - journal_since
			FROM socle_store.version v`).Scan(&rows, &size, &oldest)
		if err != nil || rows != size || rows > testJournal || oldest != 1 {
			t.Fatalf("edit %d of %d rows: %d journal rows, counted %d, the oldest is %d after since (%v)", i, edited, rows, size, oldest, err)
		}
		changes, _, err := s.Changes(t.Context(), "arbres", 1, int64(i))
		if edited <= testJournal && (err != nil || len(changes) != edited) || edited > testJournal && referentials.CodeOf(err) != referentials.Gone {
			t.Fatalf("edit %d of %d rows: %d changes, %v", i, edited, len(changes), err)
		}
	}
}

func TestTruncate(t *testing.T) {
	dsn := database(t)
	s := open(t, dsn)
	plant(t, s, trees(), 10)
	execSQL(t, dsn, "TRUNCATE socle_data.arbres_v1")
	v, lines := rowsOf(t, s, "arbres")
	if v.Revision != 1 || v.Rows != 0 || len(lines) != 0 {
		t.Fatalf("%+v, %d rows", v, len(lines))
	}
	if _, _, err := s.Changes(t.Context(), "arbres", 1, 0); referentials.CodeOf(err) != referentials.Gone {
		t.Fatalf("Changes gives %v", err)
	}
	execSQL(t, dsn, "INSERT INTO socle.arbres (id) VALUES (1)", "TRUNCATE socle_data.arbres_v1", "INSERT INTO socle.arbres (id) VALUES (2)")
	if v, _ := rowsOf(t, s, "arbres"); v.Revision != 2 || v.Rows != 1 {
		t.Fatalf("%+v", v)
	}
}

// TestWhatNoFormatCarries: infinite values and broken shapes put there by SQL are read as
// null, shapes that are not simple features are refused.
func TestWhatNoFormatCarries(t *testing.T) {
	dsn := database(t)
	s := open(t, dsn)
	d := trees()
	d.Geometry = geo.Any
	plant(t, s, d, 1)
	execSQL(t, dsn, "UPDATE socle.arbres SET haut = 'NaN', jour = 'infinity', geom = ST_GeomFromText('POLYGON EMPTY', 3948)")
	if _, lines := rowsOf(t, s, "arbres"); lines[0] != "[] 0   " {
		t.Fatalf("%q", lines)
	}
	for _, shape := range []string{"ST_MakePoint('Infinity', 2)", "ST_MakePoint('NaN', 2)", "ST_MakeLine(ARRAY[ST_MakePoint(1, 2)])"} {
		execSQL(t, dsn, "UPDATE socle.arbres SET geom = ST_SetSRID("+shape+", 3948)")
		if _, lines := rowsOf(t, s, "arbres"); lines[0] != "[] 0   " {
			t.Fatalf("%s: %q", shape, lines)
		}
	}
	for _, shape := range []string{"GEOMETRYCOLLECTION(POINT(1 2))", "CIRCULARSTRING(0 0, 1 1, 2 0)", "POINT Z (1 2 3)"} {
		if err := run(t.Context(), dsn, "UPDATE socle.arbres SET geom = ST_GeomFromText('"+shape+"', 3948)"); err == nil {
			t.Errorf("%s is taken", shape)
		}
	}
}

// TestEditsWait: two transactions that touch the same rows in opposite order wait for each
// other, and do not deadlock.
func TestEditsWait(t *testing.T) {
	dsn := database(t)
	s := open(t, dsn)
	plant(t, s, trees(), 2)
	conns := [2]*pgx.Conn{connect(t, dsn), connect(t, dsn)}
	defer conns[0].Close(context.Background())
	defer conns[1].Close(context.Background())
	ctx := t.Context()
	one, err := conns[0].Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := one.Exec(ctx, "UPDATE socle.arbres SET nom = 'one' WHERE id = 0"); err != nil {
		t.Fatal(err)
	}
	second := make(chan error, 1)
	go func() {
		second <- pgx.BeginFunc(ctx, conns[1], func(two pgx.Tx) error {
			for _, id := range []int{1, 0} {
				if _, err := two.Exec(ctx, "UPDATE socle.arbres SET nom = 'two' WHERE id = $1", id); err != nil {
					return err
				}
			}
			return nil
		})
	}()
	time.Sleep(100 * time.Millisecond) // the second is at its first row, or waits
	if _, err := one.Exec(ctx, "UPDATE socle.arbres SET nom = 'one' WHERE id = 1"); err != nil {
		t.Fatal(err)
	}
	if err := one.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	if err := <-second; err != nil {
		t.Fatal(err)
	}
	wantRevision(t, s, 2, "both")
}

// TestAnalyst: rights on the view alone are enough to edit, they outlive publications, and
// so does what is built on the view as long as its columns stay.
func TestAnalyst(t *testing.T) {
	dsn := database(t)
	s := open(t, dsn)
	plant(t, s, trees(), 2)
	role := fmt.Sprintf("socle_store_analyst_%d", time.Now().UnixNano())
	execSQL(t, dsn, "CREATE ROLE "+role, "GRANT USAGE ON SCHEMA socle TO "+role, "GRANT SELECT, INSERT, UPDATE, DELETE ON socle.arbres TO "+role)
	t.Cleanup(func() { execSQL(t, dsn, "DROP OWNED BY "+role, "DROP ROLE "+role) })
	edit := func(when string) {
		t.Helper()
		before, _ := rowsOf(t, s, "arbres")
		execSQL(t, dsn, "SET ROLE "+role, "UPDATE socle.arbres SET nom = 'if'", "INSERT INTO socle.arbres (id) VALUES (77)", "DELETE FROM socle.arbres WHERE id = 77")
		after, _ := rowsOf(t, s, "arbres")
		if after.Revision != before.Revision+1 {
			t.Fatalf("%s: revision %d, then %d", when, before.Revision, after.Revision)
		}
	}
	edit("first version")
	execSQL(t, dsn, "CREATE VIEW hauts AS SELECT * FROM socle.arbres WHERE haut > 10")
	plant(t, s, trees(), 3)
	edit("same columns")

	wider := trees()
	wider.Fields = append(wider.Fields[:1:1], referentials.Field{Name: "espece", Type: referentials.String})
	_, err := s.Replace(t.Context(), referentials.Publication{Descriptor: wider}, func(func(*referentials.Row, error) bool) {})
	if referentials.CodeOf(err) != referentials.Conflict || !strings.Contains(err.Error(), "hauts") {
		t.Fatalf("other columns under a view give %v", err)
	}
	execSQL(t, dsn, "DROP VIEW hauts")
	wider.Fields = append(wider.Fields, trees().Fields[1])
	plant(t, s, wider, 1)
	edit("other columns")
	if _, err := s.Rollback(t.Context(), "arbres", 0, nil); err != nil {
		t.Fatal(err)
	}
	edit("rolled back")
}

// TestLayers: whoever opens the database finds ordinary, typed, indexed layers.
func TestLayers(t *testing.T) {
	dsn := database(t)
	s := open(t, dsn)
	d := trees()
	d.ID = "Arbres d'été"
	if err := d.Validate(); err == nil {
		t.Fatal("an id with a space is taken")
	}
	d.ID = "Arbres-été.2"
	plant(t, s, d, 3)
	conn := connect(t, dsn)
	defer conn.Close(context.Background())
	var shape string
	var srid, indexes int
	err := conn.QueryRow(t.Context(), `SELECT g.type, g.srid, (SELECT count(*) FROM pg_indexes WHERE schemaname = 'socle_data' AND tablename = $1)
		FROM geometry_columns g WHERE f_table_schema = 'socle' AND f_table_name = $2`, "Arbres-été.2_v1", "Arbres-été.2").Scan(&shape, &srid, &indexes)
	if err != nil || shape != "POINT" || srid != 3948 || indexes != 3 {
		t.Fatalf("%s, %d, %d indexes, %v", shape, srid, indexes, err)
	}
	columns, err := conn.Query(t.Context(), "SELECT column_name || ' ' || data_type FROM information_schema.columns WHERE table_schema = 'socle' ORDER BY ordinal_position")
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(columns, pgx.RowTo[string])
	if want := "[id bigint nom text haut double precision jour date geom USER-DEFINED]"; err != nil || fmt.Sprint(got) != want {
		t.Fatalf("%v, %v; want %s", got, err, want)
	}
}

// TestManyEditsAreSoonTold: the edits of a whole collection in one transaction are asked for
// in well under a second, not in the square of their number.
func TestManyEditsAreSoonTold(t *testing.T) {
	dsn := database(t)
	s, err := Open(t.Context(), dsn, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	const n = 40_000
	plant(t, s, trees(), n)
	execSQL(t, dsn, "CREATE TEMP TABLE t AS SELECT * FROM socle.arbres", "DELETE FROM socle.arbres", "INSERT INTO socle.arbres SELECT * FROM t WHERE id % 2 = 0")
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	changes, revision, err := s.Changes(ctx, "arbres", 1, 0)
	if err != nil || revision != 1 || len(changes) != n {
		t.Fatalf("Changes gives %d, %d, %v", len(changes), revision, err)
	}
}
