package blocks

import (
	"math"
	"slices"
	"testing"

	"socle/geo"
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
			bdtopo(t, Water, "v3_SURFACE_HYDROGRAPHIQUE"), bdtopo(t, Vegetation, "v3_ZONE_DE_VEGETATION"), bdtopo(t, Areas, "v3_ZONE_D_ACTIVITE_OU_D_INTERET")}, 260},
		{[]Layer{bdtopo(t, Streets, "v2_ROUTE"), bdtopo(t, Rail, "v2_TRONCON_VOIE_FERREE"), bdtopo(t, Water, "v2_SURFACE_EAU"), bdtopo(t, Vegetation, "v2_ZONE_VEGETATION")}, 129},
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

// TestGeoClimate counts the units of GeoClimate's delineation vector, by its rules: streets
// of zindex 0, no rail that is not said to be a main line, all faces over 1 m², streets cut
// the water. It says 237, and here there are 262.
//
// The difference is at the border. The streets were cut by the zone, and rounding left most of
// their ends a hair from it. Noded in floating point, as GeoClimate does, those that fall short
// are dead ends, and what lies between two of them and the border belongs to no unit: GEOS
// 3.11 makes 230 faces of the same lines, which leave 100,641 m² of the zone, one part in
// thirteen, to nobody. On a grid the ends meet the border. So with all of them the units are
// 262, with none (drawn back by two millimetres below) far fewer, and 237 lies between.
func TestGeoClimate(t *testing.T) {
	p := defaultParams(t)
	p.MinArea, p.MinWidth, p.SliverArea, p.CrossMainBelow, p.BridgesCutWater = 1, 0, 0, 1, true
	vector := func(kind Kind, name string) Layer {
		return imported(t, kind, lambert, "vectors/morphology/"+name+"_test.geojson")
	}
	roads := vector(Streets, "road")
	zindex := slices.Index(roads.Fields, "zindex")
	roads.Features = slices.DeleteFunc(roads.Features, func(f Feature) bool { return f.Values[zindex] != "0" })
	in := &Input{Zone: vector("", "zone"), Barriers: []Layer{roads, vector(Vegetation, "veget"), vector(Water, "hydro")}}
	r := built(t, in, &p)
	if len(roads.Features) != 460 || len(r.Blocks) != 262 {
		t.Errorf("%d streets\n%s", len(roads.Features), r.Report.String())
	}
	border := borderOf(&in.Zone.Features[0].Shape)
	drawn := roads
	drawn.Features = slices.Clone(roads.Features)
	for i := range drawn.Features {
		drawn.Features[i].Shape = drawBack(drawn.Features[i].Shape.Clone(), border)
	}
	in.Barriers[0] = drawn
	if short := built(t, in, &p); len(short.Blocks) >= 237 {
		t.Errorf("with streets that stop short of the border there are %d", len(short.Blocks))
	} else {
		t.Logf("with streets that stop short of the border there are %d", len(short.Blocks))
	}
}

// borderOf gives the segments of a polygon, four numbers each.
func borderOf(g *geo.Geometry) (segments [][4]float64) {
	for i := range g.Ends {
		ring := g.Ring(i)
		for k := 2; k < len(ring); k += 2 {
			segments = append(segments, [4]float64(ring[k-2:k+2]))
		}
	}
	return segments
}

// drawBack shortens lines by two millimetres at ends within one of the border.
func drawBack(g geo.Geometry, border [][4]float64) geo.Geometry {
	for i := range g.Ends {
		ring := g.Ring(i)
		n := len(ring)
		for _, end := range [2][2]int{{0, 2}, {n - 2, n - 4}} {
			x, y := ring[end[0]], ring[end[0]+1]
			if !slices.ContainsFunc(border, func(s [4]float64) bool { return distance(s, x, y) < 0.001 }) {
				continue
			}
			dx, dy := x-ring[end[1]], y-ring[end[1]+1]
			length := max(1e-9, math.Hypot(dx, dy))
			ring[end[0]], ring[end[0]+1] = x-0.002*dx/length, y-0.002*dy/length
		}
	}
	return g
}

// distance is from a point to a segment.
func distance(s [4]float64, x, y float64) float64 {
	dx, dy := s[2]-s[0], s[3]-s[1]
	share := ((x-s[0])*dx + (y-s[1])*dy) / (dx*dx + dy*dy)
	share = min(max(share, 0), 1)
	return math.Hypot(x-s[0]-share*dx, y-s[1]-share*dy)
}
