package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"socle/imu/blocks"
)

// TestIMUUnits builds blocks of enough delivery points to be published, counted by a table
// that has no shapes, and tells what several sizes come to.
func TestIMUUnits(t *testing.T) {
	t.Parallel()
	dir, store := t.TempDir(), newGeoPackage(t)
	mustSocle(t, "synth", "--out", dir, "--addresses", "2000")
	for _, name := range []string{"communes.geojson", "voies.geojson", "contours_iris.geojson", "batiments.geojson", "rva_adresses.csv", "enedis_adresse.csv"} {
		mustSocle(t, "import", "--store", store, filepath.Join(dir, name))
	}
	params := filepath.Join(dir, "imu.yaml")
	build := func(rules string) (report blocks.Report) {
		t.Helper()
		if err := os.WriteFile(params, []byte("units: ["+rules+"]"), 0o600); err != nil {
			t.Fatal(err)
		}
		decode(t, &report, "imu", "build", "--store", store, "--within", "communes", "--barriers", "voies", "--params", params, "--dry-run", "--json")
		return report
	}
	plain := build("")
	for _, rule := range []string{
		"{source: adresses, minimum: 10}", "{source: conso_elec_adresse, field: nombre_de_logements, minimum: 10}", "{source: batiments, minimum: 25}",
	} {
		r := build(rule)
		u := r.Units[0]
		if r.Blocks >= plain.Blocks || r.Blocks != plain.Blocks-r.JoinedUnits || u.Enough+u.None+u.Short != r.Blocks || u.Inside == 0 || u.Outside+u.Unplaced != 0 {
			t.Errorf("%s: %d blocks of %d, %+v", rule, r.Blocks, plain.Blocks, u)
		}
	}
	var rows []sizeRow
	sizes := []string{"imu", "sizes", "--store", store, "--within", "communes", "--barriers", "voies", "--source", "conso_elec_adresse",
		"--sum", "consommation_annuelle_totale_de_l_adresse_mwh", "--minimums", "0,10,40", "--parents", "communes"}
	decode(t, &rows, append(sizes, "--json")...)
	for k, r := range rows {
		if r.Cells != r.Published+r.Threshold+r.Secondary || r.Published == 0 || r.MassShare > 1+1e-9 || r.UnitShare > 1+1e-9 {
			t.Errorf("%+v", r)
		}
		if k > 0 && (r.Blocks >= rows[k-1].Blocks || r.CellShare <= 0.9 || r.MassShare < rows[0].MassShare) {
			t.Errorf("%+v after %+v", r, rows[k-1])
		}
	}
	out := filepath.Join(dir, "sizes.csv")
	mustSocle(t, append(sizes, "-o", out)...)
	if text, err := os.ReadFile(out); err != nil || strings.Count(string(text), "\n") != 4 {
		t.Errorf("%s %v", text, err)
	}
	if out, err := socle(t, "imu", "build", "--store", store, "--within", "communes", "--params", params, "--as", "batiments"); err == nil || !strings.Contains(err.Error(), "would replace") {
		t.Errorf("what is counted is replaced: %v\n%s", err, out)
	}
	for says, rule := range map[string]string{
		"there is no such collection": "{source: pdl, minimum: 1}",
		"it has no field":             "{source: adresses, field: pdl, minimum: 1}",
		"only numbers add up":         "{source: adresses, field: voie_nom, minimum: 1}",
	} {
		if err := os.WriteFile(params, []byte("units: ["+rule+"]"), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := socle(t, "imu", "build", "--store", store, "--within", "communes", "--params", params, "--dry-run"); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v\n%s", rule, err, out)
		}
	}
}

// TestUnitsOfTheLastYear counts features that lie in several years, told by integers or by days,
// and one that lies in none: in whatever order they come.
func TestUnitsOfTheLastYear(t *testing.T) {
	t.Parallel()
	dir, store := t.TempDir(), newGeoPackage(t)
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	zone := `{"type":"Feature","properties":{"code":"Z"},"geometry":{"type":"Polygon","coordinates":[[[-1.7,48.1],[-1.6,48.1],[-1.6,48.2],[-1.7,48.2],[-1.7,48.1]]]}}`
	mustSocle(t, "import", "--store", store, "--key", "code", write("zone.geojson", zone))
	for of, times := range map[string][]string{"integer": {"null", "2022", "2023", "2023"}, "date": {"null", `"2022-06-01"`, `"2023-01-31"`, `"2023-02-28"`}} {
		for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}} {
			var features []string
			for _, k := range order {
				features = append(features, fmt.Sprintf(`{"type":"Feature","properties":{"id":"%d","n":%d,"t":%s},"geometry":{"type":"Point","coordinates":[-1.65,48.15]}}`, k, []int{100, 10, 4, 2}[k], times[k]))
			}
			file := write("points.geojson", `{"type":"FeatureCollection","features":[`+strings.Join(features, ",")+`]}`)
			write("points.geojson.yaml", "key: id\nfields:\n  t: {type: "+of+", role: time}\n")
			mustSocle(t, "import", "--store", store, "--as", "points", file)
			var report blocks.Report
			decode(t, &report, "imu", "build", "--store", store, "--within", "zone", "--params", write("imu.yaml", "units: [{source: points, field: n, minimum: 1}]"), "--dry-run", "--json")
			if got := report.Units[0].Inside; got != 6 {
				t.Errorf("%s, in the order %v: %g units, not the 6 of 2023", of, order, got)
			}
		}
	}
}
