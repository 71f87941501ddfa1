package sqlite_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"socle/referentials/sqlite"
)

func open(tb testing.TB) *sqlite.Conn {
	tb.Helper()
	c, err := sqlite.Open(":memory:", sqlite.Create)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := c.Close(); err != nil {
			tb.Error(err)
		}
	})
	return c
}

// TestRoundTrip binds rows of any texts and blobs to one statement: the buffer they lie
// in is reused, outgrown and freed between rows.
func TestRoundTrip(t *testing.T) {
	c := open(t)
	if err := c.Exec("CREATE TABLE t (id INTEGER PRIMARY KEY, a, b, n, f)"); err != nil {
		t.Fatal(err)
	}
	text := rapid.OneOf(rapid.String(), rapid.Map(rapid.IntRange(0, 30000), func(n int) string { return strings.Repeat("é", n) }))
	rapid.Check(t, func(t *rapid.T) {
		if err := c.Exec("DELETE FROM t"); err != nil {
			t.Fatal(err)
		}
		insert, err := c.Prepare("INSERT INTO t (a, b, n, f) VALUES (?, ?, ?, ?)")
		if err != nil {
			t.Fatal(err)
		}
		defer insert.Close()
		type row struct {
			a, b string
			n    int64
			f    float64
		}
		var rows []row
		for range rapid.IntRange(1, 8).Draw(t, "rows") {
			r := row{text.Draw(t, "a"), text.Draw(t, "b"), rapid.Int64().Draw(t, "n"), rapid.Float64().Draw(t, "f")}
			rows = append(rows, r)
			if err := errors.Join(insert.BindText(1, r.a), insert.BindBlob(2, []byte(r.b)), insert.BindInt(3, r.n), insert.BindFloat(4, r.f), insert.Run()); err != nil {
				t.Fatal(err)
			}
		}
		i := 0
		err = c.Query("SELECT a, b, n, f FROM t ORDER BY id", func(s *sqlite.Stmt) error {
			got := row{s.Text(0), string(s.BlobView(1)), s.Int(2), s.Float(3)}
			if got != rows[i] || s.Type(0) != sqlite.Text || s.Type(1) != sqlite.Blob || s.Type(2) != sqlite.Integer || s.Type(3) != sqlite.Float {
				t.Fatalf("row %d: %.100v, want %.100v", i, got, rows[i])
			}
			i++
			return nil
		})
		if err != nil || i != len(rows) {
			t.Fatalf("%d rows of %d, %v", i, len(rows), err)
		}
	})
}

func TestEmptyIsNotNull(t *testing.T) {
	c := open(t)
	err := c.Query("SELECT ?, ?, ?, typeof(?)", func(s *sqlite.Stmt) error {
		if s.IsNull(0) || s.IsNull(1) || !s.IsNull(2) || s.Text(3) != "real" {
			t.Errorf("types %d %d %d %s", s.Type(0), s.Type(1), s.Type(2), s.Text(3))
		}
		return nil
	}, "", []byte{}, nil, math.Copysign(0, -1))
	if err != nil {
		t.Fatal(err)
	}
}

func TestErrors(t *testing.T) {
	c := open(t)
	if err := c.Exec("CREATE TABLE t (n INTEGER UNIQUE)"); err != nil {
		t.Fatal(err)
	}
	for _, k := range []struct {
		err  error
		code int
		text string
	}{
		{c.Exec("SELEC 1"), 1, "syntax"},
		{c.Exec("INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)"), 21, "not one SQL statement"},
		{c.Exec(""), 21, "not one SQL statement"},
		{c.Exec("INSERT INTO t VALUES (1), (1)"), sqlite.Constraint, "UNIQUE"},
		{c.Script("CREATE TABLE u (n); CREATE TABLE u (n)"), 1, "already exists"},
	} {
		var e *sqlite.Error
		if !errors.As(k.err, &e) || e.Primary() != k.code || !strings.Contains(e.Error(), k.text) {
			t.Errorf("got %v, want %q (%d)", k.err, k.text, k.code)
		}
	}
	if err := c.Exec("SELECT ?", struct{}{}); err == nil {
		t.Error("a struct was bound")
	}
	if _, err := sqlite.Open(filepath.Join(t.TempDir(), "no", "such"), sqlite.ReadWrite); err == nil {
		t.Error("a file in no folder was opened")
	}
	stop := errors.New("stop")
	if err := c.Query("VALUES (1), (2)", func(*sqlite.Stmt) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the error of the caller comes back as %v", err)
	}
}

const endless = "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT count(*) FROM c"

func TestGuard(t *testing.T) {
	c := open(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	release := c.Guard(ctx)
	err := c.Exec(endless)
	release()
	var e *sqlite.Error
	if !errors.As(err, &e) || e.Primary() != sqlite.Interrupted {
		t.Fatalf("an endless statement ends with %v", err)
	}
	if n, err := c.Int("SELECT 1"); err != nil || n != 1 {
		t.Fatalf("the next statement: %d, %v", n, err)
	}
	release = c.Guard(ctx) // ended before
	release()
	if _, err := c.Int("SELECT 1"); err != nil {
		t.Fatal(err)
	}
}

func TestInterruptAfterClose(t *testing.T) {
	c, err := sqlite.Open(":memory:", sqlite.Create)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.Close(), c.Close()); err != nil {
		t.Fatal(err)
	}
	c.Interrupt()
}

func TestFunction(t *testing.T) {
	c := open(t)
	offset := 0.5 // a closure keeps its own state
	err := c.CreateBlobFunction("sum_of", func(b []byte) (float64, bool) {
		sum := offset
		for _, v := range b {
			sum += float64(v)
		}
		return sum, len(b) > 0
	})
	if err != nil {
		t.Fatal(err)
	}
	err = c.Query("SELECT sum_of(x'0102'), sum_of(x''), sum_of('text'), sum_of(NULL)", func(s *sqlite.Stmt) error {
		if s.Float(0) != 3.5 || !s.IsNull(1) || !s.IsNull(2) || !s.IsNull(3) {
			t.Errorf("%v %v %v %v", s.Float(0), s.Text(1), s.Text(2), s.Text(3))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func BenchmarkInsert(b *testing.B) {
	c := open(b)
	if err := c.Exec("CREATE TABLE t (a TEXT, n INTEGER, f REAL)"); err != nil {
		b.Fatal(err)
	}
	s, err := c.Prepare("INSERT INTO t VALUES (?, ?, ?)")
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := errors.Join(s.BindText(1, "Allée du Beau Rivage"), s.BindInt(2, int64(i)), s.BindFloat(3, 1.5), s.Run()); err != nil {
			b.Fatal(err)
		}
	}
}

// TestBindNull checks that a parameter can go to NULL and back, and that one that does not
// exist is refused, though binding NULL over NULL is left out.
func TestBindNull(t *testing.T) {
	c := open(t)
	s, err := c.Prepare("SELECT ?1 IS NULL")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	isNull := func(bind func() error, want int64) {
		t.Helper()
		if err := bind(); err != nil {
			t.Fatal(err)
		}
		if ok, err := s.Step(); !ok || err != nil || s.Int(0) != want {
			t.Errorf("NULL: %d, want %d (%v)", s.Int(0), want, err)
		}
		s.Reset()
	}
	null := func() error { return s.BindNull(1) }
	isNull(null, 1)
	isNull(func() error { return s.BindText(1, "a") }, 0)
	isNull(null, 1)
	isNull(func() error { return s.BindText(1, strings.Repeat("b", 100_000)) }, 0)
	isNull(null, 1)
	isNull(func() error { return s.BindInt(1, 7) }, 0)
	isNull(null, 1)
	if s.BindNull(2) == nil || s.BindNull(0) == nil {
		t.Error("a parameter that does not exist was bound")
	}
}
