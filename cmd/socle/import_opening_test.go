package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestImportOpensNothing imports a restricted collection, then its next file without the
// description: it stays as it is.
func TestImportOpensNothing(t *testing.T) {
	dir := t.TempDir()
	store, file := "gpkg:"+filepath.Join(dir, "s.gpkg"), filepath.Join(dir, "foyers.csv")
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(file, "id,revenu\n1,2\n")
	write(file+".yaml", "access: restricted\nkey: id\n")
	mustSocle(t, "import", "--store", store, file)
	write(file, "id,revenu\n1,3\n")
	if err := os.Remove(file + ".yaml"); err != nil {
		t.Fatal(err)
	}
	if _, err := socle(t, "import", "--store", store, file); err == nil || !strings.Contains(err.Error(), "access was restricted, and would be open") {
		t.Errorf("the next file is taken: %v", err)
	}
	if _, err := socle(t, "export", "--store", store, "foyers", "-o", filepath.Join(dir, "out.csv")); err == nil || !strings.Contains(err.Error(), "restricted") {
		t.Errorf("rows leave: %v", err)
	}
	write(file+".yaml", "access: open\nkey: id\n")
	mustSocle(t, "import", "--store", store, file)
}
