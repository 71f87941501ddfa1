package gpkg_test

import (
	"path/filepath"
	"testing"
	"time"

	"socle/referentials"
	"socle/referentials/gpkgfile"
	"socle/referentials/sqlite"
	"socle/referentials/store/gpkg"
	"socle/referentials/store/storetest"
)

func open(t *testing.T, path string, options ...gpkg.Option) *gpkg.Store {
	t.Helper()
	s, err := gpkg.Open(t.Context(), path, options...)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

// plain opens the file as a client does that has none of our functions.
func plain(t *testing.T, path string) *sqlite.Conn {
	t.Helper()
	c, err := sqlite.Open(path, sqlite.ReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	c.SetBusyTimeout(5 * time.Second)
	if err := c.Script("PRAGMA synchronous = OFF"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// edit runs statements in one transaction of a plain client.
func edit(t *testing.T, path string, statements ...string) {
	t.Helper()
	c := plain(t, path)
	for _, sql := range append(append([]string{"BEGIN IMMEDIATE"}, statements...), "COMMIT") {
		if err := c.Script(sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestStore(t *testing.T) {
	const journal = 50
	storetest.Run(t, func(t *testing.T) storetest.Opened {
		path := filepath.Join(t.TempDir(), "var", "socle.gpkg")
		return storetest.Opened{
			Store:   open(t, path, gpkg.Journal(journal), gpkg.NoSync()),
			Reopen:  func(t *testing.T) referentials.Store { return open(t, path, gpkg.Journal(journal), gpkg.NoSync()) },
			SQL:     func(t *testing.T, statements ...string) { edit(t, path, statements...) },
			Table:   gpkgfile.Quote,
			Journal: journal,
		}
	})
}
