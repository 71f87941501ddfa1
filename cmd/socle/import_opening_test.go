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

// TestRollbackOpensNothing goes back from what is kept back to a version that showed it.
func TestRollbackOpensNothing(t *testing.T) {
	dir := t.TempDir()
	store, file := "gpkg:"+filepath.Join(dir, "s.gpkg"), filepath.Join(dir, "foyers.csv")
	for _, description := range []string{"key: id\n", "key: id\nfields: {revenu: {disclosure: confidential}}\n", "access: restricted\nkey: id\nfields: {revenu: {disclosure: confidential}}\n"} {
		for path, text := range map[string]string{file: "id,revenu\n1,2\n", file + ".yaml": description} {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		mustSocle(t, "import", "--store", store, file)
	}
	refused := func(says string, args ...string) {
		t.Helper()
		_, err := socle(t, append([]string{"rollback", "--store", store, "foyers"}, args...)...)
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "--open") {
			t.Errorf("rollback %v gives %v, which does not say %q", args, err, says)
		}
	}
	refused("access was restricted, and would be open")
	refused("access was restricted, and would be open", "--to", "1")
	mustSocle(t, "rollback", "--store", store, "foyers", "--to", "2", "--open")
	refused(`"revenu" was confidential`)
	mustSocle(t, "rollback", "--store", store, "foyers", "--to", "3")
}
