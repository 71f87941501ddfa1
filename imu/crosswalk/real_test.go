package crosswalk

import (
	"context"
	"math"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"socle/referentials/importer"
	"socle/referentials/snapshot"
)

// rennes imports real files, each as one collection, once for all tests.
var rennes = sync.OnceValues(func() (*snapshot.Snapshot, error) {
	w := new(world)
	var group errgroup.Group
	for as, name := range map[string]string{
		"adresses":      "rva_adresses_2013.csv.gz",
		"iris":          "iris_rennes_metropole.ods.json.gz",
		"communes":      "communes35.geojson.gz",
		"carreaux_200m": "carreaux_200m_rm.geojson.gz",
	} {
		group.Go(func() error {
			_, err := importer.Import(context.Background(), w, importer.Options{Files: []string{sharedPath("data/rennes/" + name)}, As: as})
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	k := snapshot.New(w, snapshot.Options{})
	if err := k.Load(context.Background()); err != nil {
		return nil, err
	}
	return k.Current(), nil
})

func realRennes(t *testing.T) func(id string) *snapshot.Collection {
	t.Helper()
	now, err := rennes()
	if err != nil {
		t.Fatalf("%v (the real data lies in ../shared/data beside the checkout)", err)
	}
	return func(id string) *snapshot.Collection {
		c, ok := now.Collection(id)
		if !ok {
			t.Fatal("no collection " + id)
		}
		return c
	}
}

// TestRealAddressesOnIRIS counts what PostGIS counted: 85,287 of 85,292, at most 1,714.
func TestRealAddressesOnIRIS(t *testing.T) {
	t.Parallel()
	find := realRennes(t)
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
	t.Parallel()
	find := realRennes(t)
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
	t.Parallel()
	find := realRennes(t)
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
