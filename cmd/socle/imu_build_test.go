package main

import (
	"path/filepath"
	"strings"
	"testing"

	"socle/imu/blocks"
)

// TestIMUBuild makes blocks of a synthetic town in each store, then again from the same
// data: every block keeps its id.
func TestIMUBuild(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mustSocle(t, "synth", "--out", dir, "--addresses", "2000")
	var store string
	for _, s := range stores {
		store = s.open(t)
		for _, name := range []string{"communes", "voies", "rail", "hydro", "batiments"} {
			mustSocle(t, "import", "--store", store, filepath.Join(dir, name+".geojson"), "--as", name)
		}
		args := []string{"imu", "build", "--store", store, "--within", "communes", "--barriers", "voies,rail,hydro", "--buildings", "batiments", "--as", "ilots"}
		if out := mustSocle(t, args...); !strings.Contains(out, "the parts add up exactly: true") || !strings.Contains(out, "ilots: version 1") || !strings.Contains(out, "campagne") {
			t.Errorf("%s: the report says\n%s", s.name, out)
		}
		var report blocks.Report
		decode(t, &report, append(args, "--json")...)
		if report.Blocks == 0 || report.Lineage[blocks.Kept] != report.Blocks || len(report.Lineage) != 1 || report.Buildings.Assigned != report.Buildings.Read {
			t.Errorf("%s: %+v", s.name, report)
		}
		shown := mustSocle(t, "collections", "--store", store, "ilots", "--json")
		for _, what := range []string{`"code_insee"`, `"zone"`, `"nature"`, `"perimetre"`, `"rugosite"`, `"part_estimee"`, `"lcz_distance"`, `"lcz_unicite"`, `"pavillonnaire_dense"`, "source: batiments", "source : voies"} {
			if !strings.Contains(shown, what) {
				t.Errorf("%s: nothing of %s", s.name, what)
			}
		}
	}
	for _, wrong := range []struct{ args, says string }{
		{"--within nowhere", "--within nowhere"},
		{"--within communes --barriers voies --as voies", "replace"},
		{"--within communes --params absent.yaml", "absent.yaml"},
		{"--within communes --typology absent.yaml", "absent.yaml"},
		{"--within communes --buildings batiments --forms batiments", "replace"},
	} {
		out, err := socle(t, append([]string{"imu", "build", "--store", store}, strings.Fields(wrong.args)...)...)
		if err == nil || !strings.Contains(err.Error(), wrong.says) {
			t.Errorf("%s: %v\n%s", wrong.args, err, out)
		}
	}
}
