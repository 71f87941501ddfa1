package migrations

import (
	"fmt"
	"io/fs"
	"regexp"
	"testing"
)

// TestNumbers checks that the files are numbered from 001 without a gap, and undo nothing.
func TestNumbers(t *testing.T) {
	files, err := fs.ReadDir(Files, ".")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	name := regexp.MustCompile(`^(\d{3})_[a-z0-9_]+\.sql$`)
	undo := regexp.MustCompile(`drop below`)
	for i, f := range files {
		m := name.FindStringSubmatch(f.Name())
		if m == nil || m[1] != fmt.Sprintf("%03d", i+1) {
			t.Errorf("file %d is named %s, want %03d_what_it_does.sql", i+1, f.Name(), i+1)
		}
		text, err := fs.ReadFile(Files, f.Name())
		if err != nil {
			t.Fatal(err)
		}
		if undo.Match(text) {
			t.Errorf("%s can be undone; a step back is a new file", f.Name())
		}
	}
}
