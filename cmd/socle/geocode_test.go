package main

import (
	"encoding/csv"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGeocode finds the addresses of a synthetic town again: by command, and by HTTP.
func TestGeocode(t *testing.T) {
	t.Parallel()
	store, dir := newGeoPackage(t), t.TempDir()
	mustSocle(t, "synth", "--out", dir, "--addresses", "1000")
	mustSocle(t, "import", "--store", store, filepath.Join(dir, "rva_adresses.csv"))
	source := filepath.Join(dir, "adresses.csv")
	mustSocle(t, "export", "--store", store, "adresses", "-o", source)
	out, review := filepath.Join(dir, "out.csv"), filepath.Join(dir, "doubts.csv")
	told := mustSocle(t, "geocode", "--store", store, source, "-o", out, "--review", review, "--columns", "adr_cplete", "--citycode", "code_insee")
	if !strings.Contains(told, "housenumber") {
		t.Errorf("the command tells\n%s", told)
	}
	rows, err := csv.NewReader(strings.NewReader(readFile(t, out))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	same := 0
	for _, r := range rows[1:] {
		if r[column["id_adr"]] == r[column["result_rva_id"]] && r[column["result_status"]] == "ok" {
			same++
		}
	}
	if len(rows) < 900 || same < (len(rows)-1)*995/1000 {
		t.Errorf("%d of %d addresses are found again", same, len(rows)-1)
	}
	if _, err := os.Stat(review); err != nil {
		t.Error(err)
	}
	for _, c := range [][2]string{{"absent.csv", "there is no such file"}, {source, "no column"}} {
		if _, err := socle(t, "geocode", "--store", store, c[0], "-o", filepath.Join(dir, "none.csv"), "--columns", "nowhere"); err == nil || !strings.Contains(err.Error(), c[1]) {
			t.Errorf("%s: %v", c[0], err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "none.csv")); !os.IsNotExist(err) {
		t.Error("an output was left of what failed")
	}
	if _, err := socle(t, "geocode", "--store", store, source, "-o", source); err == nil || readFile(t, source) == "" {
		t.Errorf("the file to read may be written over: %v", err)
	}
	base := serve(t, store)
	if status, body := get(t, base+"/geocodage/reverse?lon=-1.68&lat=48.11"); status != http.StatusOK || !strings.Contains(string(body), "FeatureCollection") {
		t.Errorf("%d %s", status, body)
	}
}
