package blocks

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"socle/geo/crs"
)

var lambert = crs.EPSG(2154)

func bdtopo(t testing.TB, kind Kind, name string) Layer {
	return imported(t, kind, lambert, "data/bdtopo_12174/"+name+".shp.zip")
}

func TestBDTopo(t *testing.T) {
	p := defaultParams(t)
	buildings := bdtopo(t, "", "v3_BATIMENT")
	for _, c := range []struct {
		barriers []Layer
		blocks   int
	}{
		{[]Layer{bdtopo(t, Streets, "v3_TRONCON_DE_ROUTE_NODBF"), bdtopo(t, Rail, "v3_TRONCON_DE_VOIE_FERREE"),
			bdtopo(t, Water, "v3_SURFACE_HYDROGRAPHIQUE"), bdtopo(t, Vegetation, "v3_ZONE_DE_VEGETATION"), bdtopo(t, Areas, "v3_ZONE_D_ACTIVITE_OU_D_INTERET")}, 294},
		{[]Layer{bdtopo(t, Streets, "v2_ROUTE"), bdtopo(t, Rail, "v2_TRONCON_VOIE_FERREE"), bdtopo(t, Water, "v2_SURFACE_EAU"), bdtopo(t, Vegetation, "v2_ZONE_VEGETATION")}, 159},
	} {
		in := &Input{Zone: bdtopo(t, "", "v3_COMMUNE"), Barriers: c.barriers, Buildings: &buildings}
		r := built(t, in, &p)
		noneCrosses(t, in, &p, r)
		if len(r.Blocks) != c.blocks || r.Report.Buildings.Assigned != 2273 || r.Report.Natures[IsWater] != 7 {
			t.Errorf("\n%s", r.Report.String())
		}
		small := 0
		for _, b := range r.Blocks {
			if b.Area < p.MinArea {
				small++
			}
		}
		if small != r.Report.KeptSmall {
			t.Errorf("%d small blocks, %d told of", small, r.Report.KeptSmall)
		}
	}
}

func TestRennes(t *testing.T) {
	p := defaultParams(t)
	streets := imported(t, Streets, lambert, "data/rennes/rues_osm_2014.geojson.gz")
	iris := imported(t, "", lambert, "data/rennes/iris_rennes_metropole.ods.json.gz")
	buildings := imported(t, "", lambert, "data/rennes/batiments_iris160_cesson.ods.json.gz", "data/rennes/batiments_iris163_rennes.ods.json.gz")
	in := &Input{Zone: iris, Barriers: []Layer{streets}, Buildings: &buildings}
	r := built(t, in, &p)
	noneCrosses(t, in, &p, r)
	units := map[int]bool{}
	for _, b := range r.Blocks {
		units[b.Unit] = true
	}
	if len(units) != 172 || r.Report.Buildings.Assigned != 1288 {
		t.Errorf("%d IRIS\n%s", len(units), r.Report.String())
	}
}

// TestRedon reads streets, rail, water, green and buildings from one OpenStreetMap file.
func TestRedon(t *testing.T) {
	p := defaultParams(t)
	osm := func(kind Kind, name string) Layer {
		return importedLayer(t, kind, lambert, name, "data/rennes/redon.osm.gz")
	}
	buildings := osm("", "multipolygons") // with all the other polygons
	building := slices.Index(buildings.Fields, "building")
	buildings.Features = slices.DeleteFunc(buildings.Features, func(f Feature) bool { return f.Values[building] == "" })
	in := &Input{Zone: layer("redon", "", rectangle(317870, 6739670, 318910, 6740310)), Buildings: &buildings,
		Barriers: []Layer{osm(Streets, "lines"), osm(Rail, "lines"), osm(Water, "multipolygons"), osm(Vegetation, "multipolygons"), osm(Areas, "multipolygons")}}
	r := built(t, in, &p)
	noneCrosses(t, in, &p, r)
	used := []int{}
	for _, l := range r.Report.Layers {
		used = append(used, l.Used)
	}
	if fmt.Sprint(used) != "[132 27 7 120 9]" || len(buildings.Features) != 1053 || r.Report.Natures[IsWater] != 2 || r.Report.SplitBlocks == 0 || r.Report.Buildings.Assigned+r.Report.Buildings.Outside != 1053 {
		t.Error(used, r.Report.String())
	}
}

func TestGeneva(t *testing.T) {
	p := defaultParams(t)
	plane := crs.EPSG(32632)
	buildings := imported(t, "", plane, "data/geneva/geneva_buildings.geojson.gz")
	zone := layer("centre", "", rectangle(278000, 5120000, 281000, 5122000))
	in := &Input{Zone: zone, Barriers: []Layer{imported(t, Streets, plane, "data/geneva/geneva_streets.geojson.gz")}, Buildings: &buildings}
	r := built(t, in, &p)
	if n := r.Report.Buildings; r.Report.Blocks < 200 || n.Assigned < 4000 || n.Assigned+n.Outside != n.Read {
		t.Errorf("\n%s", r.Report.String())
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	alone, err := Build(t.Context(), in, &p)
	if err != nil || fmt.Sprint(alone.Blocks, alone.Assigned, alone.Report) != fmt.Sprint(r.Blocks, r.Assigned, r.Report) {
		t.Error("one processor tells another story", err)
	}
}
