package main

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"socle/imu/blocks"
)

// TestIMULineage rebuilds blocks after a street has gone: those that stayed keep their ids,
// the table of lineage tells of all others, and takes values from one vintage to the next.
func TestIMULineage(t *testing.T) {
	t.Parallel()
	dir, store := t.TempDir(), newGeoPackage(t)
	mustSocle(t, "synth", "--out", dir, "--addresses", "2000")
	for _, name := range []string{"communes", "voies", "batiments"} {
		mustSocle(t, "import", "--store", store, filepath.Join(dir, name+".geojson"))
	}
	build := []string{"imu", "build", "--store", store, "--within", "communes", "--barriers", "voies", "--buildings", "batiments"}
	mustSocle(t, append(build, "--as", "imu_2023", "--vintage", "2023")...)

	// Half the streets of importance 5 go.
	file := filepath.Join(dir, "voies.geojson")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var streets map[string]any
	if err := json.Unmarshal(text, &streets); err != nil {
		t.Fatal(err)
	}
	var kept []any
	for i, f := range streets["features"].([]any) {
		if i%9 != 0 {
			kept = append(kept, f)
		}
	}
	streets["features"] = kept
	if text, err = json.Marshal(streets); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	mustSocle(t, "import", "--store", store, file)
	var report struct {
		blocks.Report
		Links []blocks.Link
	}
	decode(t, &report, append(build, "--as", "imu_2024", "--vintage", "2024", "--previous", "imu_2023", "--json")...)
	if report.Lineage[blocks.Kept] < report.Blocks/2 || report.Lineage[blocks.Kept] == report.Blocks || report.Lineage[blocks.Merged] == 0 {
		t.Errorf("%d blocks, %v", report.Blocks, report.Lineage)
	}

	// The lineage is a collection like any other.
	table := filepath.Join(dir, "lineage.csv")
	mustSocle(t, "export", "--store", store, "imu_2024_lineage", "-o", table)
	ofOld := map[string]float64{}
	for i, row := range readCSV(t, table) {
		if i == 0 {
			if strings.Join(row[:4], ",") != "id_lien,id_imu_ancien,id_imu,part_ancien" || row[7] != "millesime_ancien" {
				t.Fatal(row)
			}
			continue
		}
		share, err := strconv.ParseFloat(row[3], 64)
		if err != nil || row[7] != "2023" || row[8] != "2024" {
			t.Fatal(row, err)
		}
		if ofOld[row[1]] += share; row[6] == string(blocks.Kept) && row[1] != row[2] {
			t.Errorf("%s was kept as %s", row[1], row[2])
		}
	}
	for id, sum := range ofOld {
		if math.Abs(sum-1) > 1e-4 {
			t.Errorf("of block %s there is %v", id, sum)
		}
	}

	// Values of the old vintage on the new: all of them, as the lineage says, and as areas say.
	sums := map[string]float64{}
	for _, method := range [][]string{{"--weights", "imu_2024_lineage"}, {"--method", "area"}} {
		to := filepath.Join(dir, "plancher.csv")
		mustSocle(t, append([]string{"aggregate", "--store", store, "--source", "imu_2023", "--mesh", "imu_2024", "--measure", "sum(plancher)", "-o", to}, method...)...)
		for i, row := range readCSV(t, to) {
			if i == 0 || row[1] == "" {
				continue
			}
			v, err := strconv.ParseFloat(row[1], 64)
			if err != nil {
				t.Fatal(row, err)
			}
			sums[method[1]] += v
		}
	}
	if a, b := sums["imu_2024_lineage"], sums["area"]; a == 0 || math.Abs(a-b) > 1e-4*b {
		t.Errorf("%v by lineage, %v by area", a, b)
	}
	if out := mustSocle(t, "crosswalk", "--store", store, "--source", "imu_2023", "--mesh", "imu_2024", "--method", "passage", "--weights", "imu_2024_lineage"); strings.Count(out, "\n") < report.Blocks {
		t.Error(out)
	}
}

func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
