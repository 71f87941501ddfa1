package crosswalk

import (
	"context"
	"math"
	"testing"

	"socle/referentials/importer"
	"socle/referentials/snapshot"
)

// rennes imports real files, each as one collection.
func rennes(t *testing.T, files map[string]string) func(id string) *snapshot.Collection {
	t.Helper()
	w := new(world)
	for as, name := range files {
		if _, err := importer.Import(context.Background(), w, importer.Options{Files: []string{shared(t, "data/rennes/"+name)}, As: as}); err != nil {
			t.Fatal(err)
		}
	}
	return w.load(t)
}

// TestRealAddressesOnIRIS counts what PostGIS counted: 85,287 of 85,292, at most 1,714.
func TestRealAddressesOnIRIS(t *testing.T) {
	find := rennes(t, map[string]string{"adresses": "rva_adresses_2013.csv.gz", "iris": "iris_rennes_metropole.ods.json.gz"})
	m := made(t, Request{Source: find("adresses"), Mesh: find("iris"), Method: Point})
	checkWhole(t, m)
	empty, fullest := 0, 0
	for k := range m.Cells() {
		list, _ := m.Cell(k)
		if len(list) == 0 {
			empty++
		}
		fullest = max(fullest, len(list))
	}
	if m.Len() != 85_287 || empty != 5 || fullest != 1714 {
		t.Errorf("%d addresses in IRIS, %d IRIS without, %d in the fullest", m.Len(), empty, fullest)
	}
	told := m.Unmatched()
	if len(told) != 5 {
		t.Fatal(told)
	}
	commune := find("adresses").Descriptor().FieldIndex("code_insee")
	for _, f := range told {
		if f.Reason != "it lies outside the mesh" || find("adresses").Value(f.Row, commune).Str() != "35319" {
			t.Error(f)
		}
	}
}

// TestRealIRISOnCommunes leads there by key and by place: to the same communes.
func TestRealIRISOnCommunes(t *testing.T) {
	find := rennes(t, map[string]string{"iris": "iris_rennes_metropole.ods.json.gz", "communes": "communes35.geojson.gz"})
	byKey := made(t, Request{Source: find("iris"), Mesh: find("communes"), Method: Key})
	byPoint := made(t, Request{Source: find("iris"), Mesh: find("communes"), Method: Point})
	byArea := made(t, Request{Source: find("iris"), Mesh: find("communes"), Method: Area})
	place, area, most := cellsOf(byPoint), cellsOf(byArea), 1.0
	for i, cells := range cellsOf(byKey) {
		if len(cells) != 1 {
			t.Errorf("IRIS %d has %d communes", i, len(cells))
		}
		for c := range cells {
			if place[i][c] != 1 {
				t.Errorf("IRIS %d is in commune %d by key, in %v by place", i, c, place[i])
			}
			most = min(most, area[i][c])
		}
	}
	// The two files draw the limits of communes differently.
	if most < 0.95 {
		t.Errorf("%v of an IRIS lies in its commune", most)
	}
	t.Log(most)
}

// TestRealPopulationOnIRIS conserves the people of the grid.
func TestRealPopulationOnIRIS(t *testing.T) {
	find := rennes(t, map[string]string{"iris": "iris_rennes_metropole.ods.json.gz", "carreaux_200m": "carreaux_200m_rm.geojson.gz"})
	grid := find("carreaux_200m")
	m := made(t, Request{Source: grid, Mesh: find("iris"), Method: Area, Base: Total})
	checkWhole(t, m)
	people := grid.Descriptor().FieldIndex("ind")
	all, inside, outside := 0.0, 0.0, 0.0
	for i := range grid.Len() {
		v := grid.Value(i, people).Float()
		all += v
		outside += v * m.Outside(i)
	}
	for e := range m.Entries() {
		inside += e.Weight * grid.Value(e.Source, people).Float()
	}
	t.Log(all, inside, outside)
	if math.Abs(inside+outside-all) > 1e-9*all || outside <= 0 || inside < 0.9*all {
		t.Errorf("%v people in IRIS and %v outside make %v", inside, outside, all)
	}
}
