package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"socle/imu/links"
)

// TestLinks links the addresses of a synthetic town to its buildings, publishes the links and
// accounts for every address.
func TestLinks(t *testing.T) {
	t.Parallel()
	store, _ := newTerritory(t, "rva_adresses.csv", "batiments.geojson", "voies.geojson")
	dir := t.TempDir()
	receipt, table := filepath.Join(dir, "liens.json"), filepath.Join(dir, "liens.csv")
	told := mustSocle(t, "links", "--store", store, "--streets", "voies", "--receipt", receipt)
	var r links.Receipt
	if err := json.Unmarshal([]byte(readFile(t, receipt)), &r); err != nil {
		t.Fatal(err)
	}
	ruled, unlinked := 0, 0
	for _, n := range r.Rules {
		ruled += n
	}
	for _, n := range r.Unlinked {
		unlinked += n
	}
	if r.Linked < 1000 || r.Linked+unlinked != 2000 || ruled != r.Linked || r.Unchecked != 0 || r.Unlinked["every building near lies across a street"] == 0 {
		t.Errorf("%+v", r)
	}
	if !strings.Contains(told, "adresses_batiments: version 1 published") {
		t.Errorf("the command tells\n%s", told)
	}
	mustSocle(t, "export", "--store", store, "adresses_batiments", "-o", table)
	linked := map[string]bool{}
	columns := tableOf(t, readFile(t, table))
	for _, id := range columns["id_adr"] {
		linked[id] = true
	}
	if len(linked) != r.Linked || len(columns["id_adr"]) != r.Links {
		t.Errorf("%d links of %d addresses are published, the receipt tells %d of %d", len(columns["id_adr"]), len(linked), r.Links, r.Linked)
	}
	for _, c := range [][]string{{"--addresses", "adreses"}, {"--streets", "batiments"}, {"--as", "adresses"}} {
		if _, err := socle(t, append([]string{"links", "--store", store}, c...)...); err == nil || !strings.Contains(err.Error(), c[1]) {
			t.Errorf("%v: %v", c, err)
		}
	}
}
