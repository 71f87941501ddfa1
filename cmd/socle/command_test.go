package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"socle/cmd/socle/internal/formats"
	"socle/geo/crs"
)

func TestExitCodes(t *testing.T) {
	t.Parallel()
	store := newGeoPackage(t)
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--help"}, 0, "socle <command>"},
		{[]string{"import", "--help"}, 0, "socle import rva_adresses.csv.gz"},
		{[]string{"version"}, 0, "socle "},
		{[]string{"collections"}, 0, "No collection"},
		{[]string{"nothing"}, 2, "nothing"},
		{[]string{"import"}, 2, "<file>"},
		{[]string{"import", "--crs", "Lambert", "x.csv"}, 2, "EPSG:2154"},
		{[]string{"import", "absent.csv"}, 1, "absent.csv: there is no such file"},
		{[]string{"export", "absent", "-o", filepath.Join(t.TempDir(), "x.csv")}, 1, "absent"},
		{[]string{"export", "absent", "-o", "x.doc"}, 2, ".geojson"},
		{[]string{"rollback", "absent"}, 1, "absent"},
		{[]string{"serve", "--listen", "nowhere:x"}, 1, "name an address of this machine"},
		{[]string{"healthcheck", "http://127.0.0.1:1"}, 1, "is the server running?"},
		{[]string{"healthcheck", "--timeout", "0"}, 2, "--timeout"},
		{[]string{"synth", "--out", t.TempDir(), "--addresses", "5"}, 2, "--addresses: 5"},
		{[]string{"import", "command_test.go", "--as", "x", "--rejects", filepath.Join(t.TempDir(), "no", "r.csv")}, 1, "no first"},
		{[]string{"healthcheck", "127.0.0.1:1"}, 1, "http://127.0.0.1:8080"},
		{[]string{"collections", "--store", "mongo:x"}, 2, "postgres://"},
	} {
		var out bytes.Buffer
		m := NewMain()
		m.Stdout, m.Stderr = &out, &out
		args := c.args
		if !strings.Contains(strings.Join(args, " "), "--store") && args[0] != "--help" {
			args = append(append([]string{}, args...), "--store", store)
		}
		code := exitCode(m, m.ParseFlags(args))
		if code < 0 {
			code = max(exitCode(m, m.Run(t.Context())), 0)
		}
		if code != c.code || !strings.Contains(out.String(), c.says) {
			t.Errorf("socle %s: exit code %d, want %d, and %q in\n%s", strings.Join(c.args, " "), code, c.code, c.says, &out)
		}
	}
}

// TestSettings checks the order: default, file, environment, flag.
func TestSettings(t *testing.T) {
	file := filepath.Join(t.TempDir(), "socle.yaml")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parse := func(args ...string) (string, time.Duration, error) {
		m := NewMain()
		m.Stdout, m.Stderr = &bytes.Buffer{}, &bytes.Buffer{}
		err := m.ParseFlags(append([]string{"serve"}, args...))
		return m.cli.Serve.Listen, m.cli.Serve.RequestTimeout, err
	}
	check := func(what, wantListen string, wantTimeout time.Duration, args ...string) {
		t.Helper()
		listen, timeout, err := parse(args...)
		if err != nil || listen != wantListen || timeout != wantTimeout {
			t.Errorf("%s: listen %s, timeout %v, error %v", what, listen, timeout, err)
		}
	}
	check("defaults", "127.0.0.1:8080", time.Minute)
	write("listen: 0.0.0.0:1\nrequest-timeout: 5s\n")
	check("file", "0.0.0.0:1", 5*time.Second, "--config", file)
	t.Setenv("SOCLE_LISTEN", "0.0.0.0:2")
	check("environment", "0.0.0.0:2", 5*time.Second, "--config", file)
	check("flag", "0.0.0.0:3", 5*time.Second, "--config", file, "--listen", "0.0.0.0:3")
	write("lisen: 0.0.0.0:1\n")
	if _, _, err := parse("--config", file); err == nil || !strings.Contains(err.Error(), "lisen") {
		t.Errorf("a setting that does not exist passes: %v", err)
	}
}

// TestVersionsAndExport publishes two versions, goes back to the first, and writes it in
// every format; micro-data stay where they are.
func TestVersionsAndExport(t *testing.T) {
	t.Parallel()
	for _, s := range stores {
		t.Run(s.name, func(t *testing.T) {
			store, dir := s.open(t), t.TempDir()
			metropolis := filepath.Join(dir, "files")
			mustSocle(t, "synth", "--out", metropolis, "--addresses", "1000")
			mustSocle(t, "import", "--store", store, filepath.Join(metropolis, "rva_adresses.csv"))
			whole := exportCSV(t, store, "adresses")
			part := filepath.Join(dir, "part.csv")
			lines := strings.SplitAfterN(readFile(t, filepath.Join(metropolis, "rva_adresses.csv")), "\n", 12)
			if err := os.WriteFile(part, []byte(strings.Join(lines[:11], "")), 0o600); err != nil {
				t.Fatal(err)
			}
			mustSocle(t, "import", "--store", store, part)
			if n := strings.Count(exportCSV(t, store, "adresses"), "\n"); n != 11 {
				t.Errorf("version 2 has %d lines", n)
			}
			if out := mustSocle(t, "collections", "--store", store, "adresses"); !strings.Contains(out, "current") || !strings.Contains(out, "EPSG:3948") {
				t.Errorf("collections adresses shows\n%s", out)
			}
			mustSocle(t, "rollback", "--store", store, "adresses")
			if exportCSV(t, store, "adresses") != whole {
				t.Error("after the rollback the first version is not what it was")
			}
			for _, extension := range formats.Extensions() {
				file := filepath.Join(dir, "out"+extension)
				mustSocle(t, "export", "--store", store, "adresses", "-o", file)
				// CSV has no place for the reference system; GeoJSON is in longitude and latitude.
				args := []string{"import", "--store", store, file, "--as", "adresses_again", "--key", "id_adr"}
				if extension == ".csv" {
					args = append(args, "--crs", "EPSG:3948")
				}
				mustSocle(t, args...)
				again := exportCSV(t, store, "adresses_again")
				format, _ := formats.ByExtension(file)
				inDegrees := formats.DefaultCRS(format, crs.EPSG(3948)) == crs.CRS84
				// FlatGeobuf orders features along its index.
				if strings.Count(again, "\n") != 1001 || !inDegrees && sortedLines(again) != sortedLines(whole) {
					t.Errorf("%s did not come back as it was", extension)
				}
			}
			mustSocle(t, "import", "--store", store, filepath.Join(metropolis, "enedis_adresse.csv"))
			secret := filepath.Join(dir, "secret.csv")
			if _, err := socle(t, "export", "--store", store, "conso_elec_adresse", "-o", secret); err == nil || !strings.Contains(err.Error(), "may not leave") {
				t.Errorf("micro-data can be exported: %v", err)
			}
			if _, err := os.Stat(secret); !os.IsNotExist(err) {
				t.Error("a file of micro-data was left")
			}
			base := serve(t, store)
			for _, path := range []string{"/collections/conso_elec_adresse", "/collections/conso_elec_adresse/items", "/tiles/conso_elec_adresse.json"} {
				if status, body := get(t, base+path); status != 404 {
					t.Errorf("%s: %d\n%s", path, status, body)
				}
			}
		})
	}
}

func exportCSV(t *testing.T, store, id string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), id+".csv")
	mustSocle(t, "export", "--store", store, id, "-o", file)
	return readFile(t, file)
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func sortedLines(s string) string { return strings.Join(slices.Sorted(strings.Lines(s)), "") }

// TestOutputsSpareInputs checks that nothing is written over the store or over what is read.
func TestOutputsSpareInputs(t *testing.T) {
	t.Parallel()
	store, dir := newGeoPackage(t), t.TempDir()
	file := filepath.Join(dir, "lieux.csv")
	const text = "id;nom\n1;a\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := socle(t, "import", "--store", store, file, "--rejects", file); err == nil || readFile(t, file) != text {
		t.Errorf("rejects were written over the file to import: %v", err)
	}
	mustSocle(t, "import", "--store", store, file)
	path := strings.TrimPrefix(store, "gpkg:")
	if _, err := socle(t, "export", "--store", store, "lieux", "-o", path); err == nil || !strings.Contains(err.Error(), "the store itself") {
		t.Errorf("an export may replace the store: %v", err)
	}
	if out := mustSocle(t, "collections", "--store", store); !strings.Contains(out, "lieux") {
		t.Errorf("the store is gone:\n%s", out)
	}
}
