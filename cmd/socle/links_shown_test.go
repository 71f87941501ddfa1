package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLinksShowNothingConfidential links an address to a building by their parcel, and not
// when that is confidential: links are shown to anyone.
func TestLinksShowNothingConfidential(t *testing.T) {
	for disclosure, want := range map[string]string{"public": "parcelle ", "confidential": ""} {
		dir := t.TempDir()
		store := "gpkg:" + filepath.Join(dir, "s.gpkg")
		for name, text := range map[string]string{
			"adresses.geojson": `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id_adr":"1","cad_parcelles":"352380000AB0001"},
				"geometry":{"type":"Point","coordinates":[350000,6789000]}}]}`,
			"adresses.geojson.yaml": "fields: {cad_parcelles: {disclosure: " + disclosure + "}}\n",
			"batiments.geojson": `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"gml_id":"b","parcelle":"352380000AB0001"},
				"geometry":{"type":"Polygon","coordinates":[[[350030,6789000],[350040,6789000],[350040,6789010],[350030,6789010],[350030,6789000]]]}}]}`,
			"batiments.geojson.yaml": "fields: {parcelle: {disclosure: " + disclosure + "}}\n",
		} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, id := range []string{"adresses", "batiments"} {
			mustSocle(t, "import", "--store", store, "--as", id, "--crs", "EPSG:2154", filepath.Join(dir, id+".geojson"))
		}
		told := mustSocle(t, "links", "--store", store)
		if strings.Contains(told, "parcelle ") != (want != "") {
			t.Errorf("%s parcels:\n%s", disclosure, told)
		}
	}
}
