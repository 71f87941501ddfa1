package gpkg

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"socle/referentials"
	"socle/referentials/sqlite"
)

func TestExplain(t *testing.T) {
	s := &Store{path: "a.gpkg"}
	for code, want := range map[int]struct {
		code referentials.Code
		text string
	}{
		sqlite.Busy:               {referentials.Unavailable, "locked"},
		sqlite.Busy | 2<<8:        {referentials.Unavailable, "locked"},
		sqlite.ReadOnlyError:      {referentials.Unavailable, "cannot be written"},
		sqlite.NotADatabase:       {referentials.Invalid, "not a GeoPackage"},
		sqlite.Corrupt:            {referentials.Unavailable, "damaged"},
		sqlite.CantOpen:           {referentials.Unavailable, "cannot be opened"},
		sqlite.Full:               {referentials.Unavailable, "disk is full"},
		sqlite.IOError:            {referentials.Unavailable, "disk fails"},
		sqlite.Constraint | 1<<8:  {referentials.Internal, "odd"},
		sqlite.Interrupted | 0<<8: {referentials.Internal, "odd"},
	} {
		cause := &sqlite.Error{Code: code, Message: "odd"}
		err := s.explain(t.Context(), cause)
		if referentials.CodeOf(err) != want.code || !strings.Contains(err.Error(), want.text) || !strings.HasPrefix(err.Error(), "a.gpkg: ") || !errors.Is(err, cause) {
			t.Errorf("%d: %v (%s), want %q (%s)", code, err, referentials.CodeOf(err), want.text, want.code)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.explain(ended, &sqlite.Error{Code: sqlite.Interrupted}); !errors.Is(err, context.Canceled) {
		t.Errorf("an interrupted statement: %v", err)
	}
	mine := errors.New("mine")
	if err := s.explain(t.Context(), mine); !errors.Is(err, mine) {
		t.Errorf("an error of others becomes %v", err)
	}
}

// TestReadOnly opens the file as one without the right to write finds it; the tests may
// run as root, who has every right.
func TestReadOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socle.gpkg")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	c, err := sqlite.Open("file:"+path+"?immutable=1", sqlite.ReadOnly|sqlite.URI)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	err = s.prepareFile(t.Context(), c)
	if referentials.CodeOf(err) != referentials.Unavailable || !strings.Contains(err.Error(), "read-only") {
		t.Errorf("got %v", err)
	}
}
