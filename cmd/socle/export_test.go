package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestExportProperties(t *testing.T) {
	t.Parallel()
	store, dir := newGeoPackage(t), t.TempDir()
	file := filepath.Join(dir, "lieux.csv")
	if err := os.WriteFile(file, []byte("code;nom;étage;lon;lat\na1;Mairie;2;-1.68;48.11\na2;;;-1.69;48.12\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	mustSocle(t, "import", "--store", store, file, "--key", "code")
	out := filepath.Join(dir, "out.csv")
	mustSocle(t, "export", "--store", store, "lieux", "-o", out, "--properties", "étage,nom")
	if got, want := readFile(t, out), "code,nom,étage,WKT\r\na1,Mairie,2,POINT (-1.68 48.11)\r\na2,,,POINT (-1.69 48.12)\r\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for name, says := range map[string]string{"etage": `did you mean "étage"?`, "surface_au_sol": "its fields are code, nom, étage"} {
		_, err := socle(t, "export", "--store", store, "lieux", "-o", out, "--properties", "nom,"+name)
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), `"`+name+`"`) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestExportFilter writes what a filter selects, of what anyone may see.
func TestExportFilter(t *testing.T) {
	t.Parallel()
	store, dir := newGeoPackage(t), t.TempDir()
	file := filepath.Join(dir, "lieux.csv")
	if err := os.WriteFile(file, []byte("code;nom;étage;lon;lat\na1;Mairie;2;-1.68;48.11\na2;;;-1.69;48.12\na3;Gare;5;-1.67;48.10\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	mustSocle(t, "import", "--store", store, file, "--key", "code")
	out := filepath.Join(dir, "out.csv")
	for where, want := range map[string]string{
		"étage > 1": "code,nom,WKT\r\na1,Mairie,POINT (-1.68 48.11)\r\na3,Gare,POINT (-1.67 48.1)\r\n",
		"nom IS NULL OR S_INTERSECTS(geometry,BBOX(-1.671,48,-1.669,49))": "code,nom,WKT\r\na2,,POINT (-1.69 48.12)\r\na3,Gare,POINT (-1.67 48.1)\r\n",
		`{"op":"=","args":[{"property":"code"},"a2"]}`:                    "code,nom,WKT\r\na2,,POINT (-1.69 48.12)\r\n",
		"étage > 9": "code,nom,WKT\r\n",
	} {
		mustSocle(t, "export", "--store", store, "lieux", "-o", out, "--properties", "nom", "--filter", where)
		if got := readFile(t, out); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", where, got, want)
		}
	}
	for where, says := range map[string]string{"étag > 1": `did you mean "étage"?`, "étage >": "character"} {
		if _, err := socle(t, "export", "--store", store, "lieux", "-o", out, "--filter", where); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", where, err)
		}
	}
}
