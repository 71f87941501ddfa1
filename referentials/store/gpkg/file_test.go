package gpkg_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"socle/referentials"
	"socle/referentials/sqlite"
	"socle/referentials/store/gpkg"
)

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	database := filepath.Join(dir, "other.db")
	c, err := sqlite.Open(database, sqlite.Create)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.Script("CREATE TABLE t (x)"), c.Close()); err != nil {
		t.Fatal(err)
	}
	whole := filepath.Join(dir, "whole.gpkg")
	s, err := gpkg.Open(t.Context(), whole)
	if err != nil {
		t.Fatal(err)
	}
	replace(t, s, lieux("lieux"), lieu("a", 1, 1, 2))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	torn := slices.Clone(data)
	for i := 100; i < 4096; i++ {
		torn[i] = 0xff
	}
	for _, c := range []struct {
		name, path, want string
		code             referentials.Code
	}{
		{"text", write("notes.txt", bytes.Repeat([]byte("code;nom\n"), 1000)), "nor any SQLite database", referentials.Invalid},
		{"another database", database, "not a GeoPackage", referentials.Invalid},
		{"a folder", dir, "a folder", referentials.Invalid},
		{"no folder to make", filepath.Join(whole, "x", "y.gpkg"), "folder cannot be made", referentials.Unavailable},
		{"damaged", write("torn.gpkg", torn), "damaged", referentials.Unavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := gpkg.Open(t.Context(), c.path)
			if err == nil {
				s.Close()
				t.Fatal("it was opened")
			}
			if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.path) || referentials.CodeOf(err) != c.code {
				t.Errorf("got %v (%s), want %q (%s)", err, referentials.CodeOf(err), c.want, c.code)
			}
		})
	}
	if now, err := os.ReadFile(database); err != nil || !bytes.Contains(now, []byte("CREATE TABLE t (x)")) || bytes.Contains(now, []byte("gpkg_contents")) {
		t.Errorf("the refused database was changed: %v", err)
	}
}

// TestClosedFileStandsAlone copies the one file after Close.
func TestClosedFileStandsAlone(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "deep", "er", "socle.gpkg")
	s, err := gpkg.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	replace(t, s, lieux("lieux"), lieu("a", 1, 1, 2))
	load(t, s, "lieux")
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(path + "*"); err != nil || len(left) != 1 {
		t.Fatalf("files %v, %v", left, err)
	}
	for what, err := range map[string]error{
		"Load":  s.Load(t.Context(), "lieux", 0, nil),
		"Apply": func() error { _, err := s.Apply(t.Context(), "lieux", make([]referentials.Change, 1)); return err }(),
		"Drop":  s.Drop(t.Context(), "lieux"),
	} {
		if referentials.CodeOf(err) != referentials.Unavailable {
			t.Errorf("%s on a closed store: %v", what, err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	twin := filepath.Join(dir, "copy.gpkg")
	if err := os.WriteFile(twin, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, rows := load(t, open(t, twin), "lieux"); len(rows) != 1 {
		t.Errorf("the copy has %d rows", len(rows))
	}
}

// TestLocked has another program hold the write lock.
func TestLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socle.gpkg")
	s := open(t, path, gpkg.LockPatience(150*time.Millisecond))
	replace(t, s, lieux("lieux"), lieu("a", 1, 1, 2))
	other := plain(t, path)
	if err := other.Exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	_, err := s.Replace(t.Context(), referentials.Publication{Descriptor: lieux("lieux")}, stream(nil))
	if referentials.CodeOf(err) != referentials.Unavailable || !strings.Contains(err.Error(), "locked") {
		t.Errorf("Replace of a locked file: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if err := s.Drop(ctx, "lieux"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Drop of a locked file, cancelled: %v", err)
	}
	load(t, s, "lieux") // readers do not wait
	if err := other.Exec("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	replace(t, s, lieux("lieux"), lieu("a", 2, 1, 2))
}

// TestReadersDuringReplace has another process read in the middle of a publication.
func TestReadersDuringReplace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socle.gpkg")
	s := open(t, path)
	replace(t, s, lieux("lieux"), lieu("a", 1, 1, 2), lieu("b", 1, 3, 4))
	count := func() string { return ogr(t, "ogrinfo", "-ro", "-so", path, "lieux") }
	_, err := s.Replace(t.Context(), referentials.Publication{Descriptor: lieux("lieux")}, func(yield func(*referentials.Row, error) bool) {
		for i := range int64(30_000) { // more than the page cache keeps from the log
			if i == 29_000 {
				if got := count(); !strings.Contains(got, "Feature Count: 2") {
					t.Errorf("in the middle of a publication GDAL sees\n%s", got)
				}
				if _, rows := load(t, s, "lieux"); len(rows) != 2 {
					t.Errorf("in the middle of a publication Load sees %d rows", len(rows))
				}
			}
			if r := lieu(strings.Repeat("k", 500)+time.Unix(i, 0).String(), 2, 5, 6); !yield(&r, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := count(); !strings.Contains(got, "Feature Count: 30000") {
		t.Errorf("after the publication GDAL sees\n%s", got)
	}
}

// TestWatchOtherProgram has GDAL, in a process of its own, edit the file.
func TestWatchOtherProgram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socle.gpkg")
	s := open(t, path)
	replace(t, s, lieux("lieux"), lieu("a", 1, 1, 2))
	replace(t, s, lieux("autres"), lieu("a", 1, 1, 2))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	events := make(chan referentials.Event, 10)
	done := make(chan error, 1)
	go func() { done <- s.Watch(ctx, func(e referentials.Event) { events <- e }) }()
	<-events
	cmd := exec.Command("ogrinfo", path, "-sql", "UPDATE lieux SET n = 2")
	began := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	select {
	case e := <-events:
		if e.Collection != "lieux" || time.Since(began) > 2*time.Second {
			t.Errorf("event %v after %v", e, time.Since(began))
		}
	case <-time.After(10 * time.Second):
		t.Fatal("no event")
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if len(events) > 0 {
		t.Errorf("event %v of a collection that did not change", <-events)
	}
}

// TestForeignJournal bounds what other clients' edits leave in the journal.
func TestForeignJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socle.gpkg")
	s := open(t, path, gpkg.Journal(40))
	replace(t, s, lieux("lieux"), lieu("a", 1, 1, 2))
	for range 100 {
		edit(t, path, "UPDATE lieux SET n = n + 1")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path, gpkg.Journal(40))
	if n, err := plain(t, path).Int("SELECT count(*) FROM socle_journal"); err != nil || n != 40 {
		t.Errorf("%d rows of journal, %v", n, err)
	}
	if _, revision, err := s.Changes(t.Context(), "lieux", 1, 60); err != nil || revision != 100 {
		t.Errorf("Changes within the journal: revision %d, %v", revision, err)
	}
	if _, _, err := s.Changes(t.Context(), "lieux", 1, 59); referentials.CodeOf(err) != referentials.Gone {
		t.Errorf("Changes beyond the journal: %v", err)
	}
}

// TestFileIsExchanged takes the file away, and puts another in its place, while it is open:
// nothing is read from it or written to it, and the watch tells.
func TestFileIsExchanged(t *testing.T) {
	dir := t.TempDir()
	path, away, other := filepath.Join(dir, "s.gpkg"), filepath.Join(dir, "away.gpkg"), filepath.Join(dir, "other.gpkg")
	o := open(t, other)
	replace(t, o, lieux("lieux"), lieu("a", 1, 1, 2), lieu("b", 1, 1, 2))
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	s := open(t, path)
	replace(t, s, lieux("lieux"), lieu("a", 1, 1, 2))
	ctx, cancel := context.WithCancel(t.Context())
	told, ended := make(chan referentials.Event, 100), make(chan error, 1)
	go func() { ended <- s.Watch(ctx, func(e referentials.Event) { told <- e }) }()
	defer func() {
		cancel()
		<-ended
	}()
	tells := func(when string) {
		t.Helper()
		select {
		case <-told:
		case <-time.After(10 * time.Second):
			t.Fatalf("%s, nothing is told", when)
		}
	}
	tells("at the start")
	rename := func(from, to string) {
		t.Helper()
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		says string
		do   func()
	}{
		{"removed", func() { rename(path, away) }},
		{"another file", func() { rename(other, path) }},
	} {
		c.do()
		if c.says == "removed" {
			tells("once the file is away")
		}
		_, err := s.Collections(t.Context())
		_, written := s.Apply(t.Context(), "lieux", []referentials.Change{{Op: referentials.Delete, Key: referentials.StringValue("a")}})
		for _, err := range []error{err, written} {
			if referentials.CodeOf(err) != referentials.Unavailable || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, which does not say %q", err, c.says)
			}
		}
	}
	rename(path, other)
	rename(away, path)
	tells("once the file is back")
	if states, err := s.Collections(t.Context()); err != nil || states[0].Version.Rows != 1 {
		t.Errorf("of the file that is back: %v, %v", states, err)
	}
}
