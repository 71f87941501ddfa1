package blocks

import (
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
		r := built(t, &Input{Zone: bdtopo(t, "", "v3_COMMUNE"), Barriers: c.barriers, Buildings: &buildings}, &p)
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
	r := built(t, &Input{Zone: iris, Barriers: []Layer{streets}, Buildings: &buildings}, &p)
	units := map[int]bool{}
	for _, b := range r.Blocks {
		units[b.Unit] = true
	}
	if len(units) != 172 || r.Report.Buildings.Assigned != 1288 {
		t.Errorf("%d IRIS\n%s", len(units), r.Report.String())
	}
}

func TestGeneva(t *testing.T) {
	p := defaultParams(t)
	plane := crs.EPSG(32632)
	buildings := imported(t, "", plane, "data/geneva/geneva_buildings.geojson.gz")
	zone := layer("centre", "", rectangle(278000, 5120000, 281000, 5122000))
	r := built(t, &Input{Zone: zone, Barriers: []Layer{imported(t, Streets, plane, "data/geneva/geneva_streets.geojson.gz")}, Buildings: &buildings}, &p)
	if n := r.Report.Buildings; r.Report.Blocks < 200 || n.Assigned < 4000 || n.Assigned+n.Outside != n.Read {
		t.Errorf("\n%s", r.Report.String())
	}
}
