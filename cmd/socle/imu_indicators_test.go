package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestImuIndicators measures a small synthetic town, and publishes its form as a mesh.
func TestImuIndicators(t *testing.T) {
	t.Parallel()
	dir, store := t.TempDir(), newGeoPackage(t)
	mustSocle(t, "synth", "--out", dir, "--addresses", "2000")
	for _, name := range []string{"batiments", "imu", "voies", "hydro", "vegetation"} {
		mustSocle(t, "import", "--store", store, filepath.Join(dir, name+".geojson"), "--as", name)
	}
	args := []string{"imu", "indicators", "--store", store, "--mesh", "imu", "--buildings", "batiments", "--streets", "voies",
		"--water", "hydro", "--vegetation", "vegetation", "--as", "forme"}
	var report indicatorsReport
	decode(t, &report, append(args, "--forms", "bati_forme", "--json")...)
	if report.Buildings == 0 || report.HeightMeasured != report.Buildings || report.Outside != 0 || len(report.Classes) < 3 {
		t.Errorf("%+v", report)
	}
	if told := mustSocle(t, args...); !strings.Contains(told, "forme: version 2") || !strings.Contains(told, "campagne") {
		t.Error(told)
	}
	shown := mustSocle(t, "collections", "forme", "--json", "--store", store)
	for _, field := range []string{`"ces"`, `"tissu"`, `"lcz"`, `"part_eau"`, `"id_imu"`} {
		if !strings.Contains(shown, field) {
			t.Errorf("no field %s", field)
		}
	}
	if forms := mustSocle(t, "collections", "bati_forme", "--json", "--store", store); !strings.Contains(forms, `"hauteur_origine"`) || !strings.Contains(forms, `"gml_id"`) {
		t.Error(forms)
	}
	for says, more := range map[string][]string{
		"it would replace what is measured": {"--as", "imu"},
		"cannot be one collection":          {"--forms", "forme"},
		"batimens":                          {"--buildings", "batimens"},
		"it has no polygons":                {"--buildings", "voies"},
		"it cannot be read":                 {"--typology", filepath.Join(dir, "none.yaml")},
	} {
		if _, err := socle(t, append(args, more...)...); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v: %v", more, err)
		}
	}
}
