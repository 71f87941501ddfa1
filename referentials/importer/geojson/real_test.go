package geojson_test

import (
	"context"
	"strings"
	"testing"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials/importer/geojson"
	"socle/referentials/importer/source"
)

const shared = "../../../../shared/data/"

func open(t testing.TB, file string) *geojson.Reader {
	t.Helper()
	ctx := context.Background()
	f, err := source.Open(ctx, shared+file, source.Options{})
	if err != nil {
		t.Fatal(err, " (the shared data folder lies beside the checkout)")
	}
	r, err := geojson.Open(ctx, f, geojson.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestRealFiles holds what the files are known to contain.
func TestRealFiles(t *testing.T) {
	crs84 := crs.CRS84
	for _, c := range []struct {
		file   string
		rows   int
		types  map[geo.Type]int
		fields int
		crs    crs.CRS
		layer  string
	}{
		{"rennes/batiments_iris160_cesson.ods.json.gz", 619, map[geo.Type]int{geo.MultiPolygon: 619}, 0, crs.CRS{}, "batiments"},
		{"rennes/batiments_iris163_rennes.ods.json.gz", 669, map[geo.Type]int{geo.MultiPolygon: 669}, 0, crs.CRS{}, "batiments"},
		{"rennes/carreaux_1km_35.geojson.gz", 6536, map[geo.Type]int{geo.Polygon: 6536}, 16, crs.CRS{}, "demographyref-france-donnees-carroyees-1km-millesime"},
		{"rennes/carreaux_200m_rm.geojson.gz", 6772, map[geo.Type]int{geo.Polygon: 6772}, 1, crs.CRS{}, "200m_carreaux_metropole_shapefile_wgs84"},
		{"rennes/communes35.geojson.gz", 332, map[geo.Type]int{geo.Polygon: 323, geo.MultiPolygon: 9}, 2, crs.CRS{}, "georef-france-commune-millesime"},
		{"rennes/communes35_france-geojson.geojson.gz", 345, map[geo.Type]int{geo.Polygon: 339, geo.MultiPolygon: 6}, 2, crs.CRS{}, ""},
		{"rennes/decheteries.geojson.gz", 25, map[geo.Type]int{geo.Point: 25}, 60, crs.CRS{}, ""},
		{"rennes/etat_trafic_2021.ods.json.gz", 2368, map[geo.Type]int{geo.MultiLineString: 2263, geo.None: 105}, 0, crs.CRS{}, ""},
		{"rennes/iris_rennes_metropole.ods.json.gz", 172, nil, 12, crs.CRS{}, ""},
		{"rennes/iris_rennes_rp_insee.geojson.gz", 93, map[geo.Type]int{geo.MultiPolygon: 93}, 17, crs84, "iris_rennes_rp_insee"},
		{"rennes/metro_lignes.geojson.gz", 73, map[geo.Type]int{geo.LineString: 73}, 7, crs.CRS{}, ""},
		{"rennes/metro_stations.geojson.gz", 30, map[geo.Type]int{geo.Point: 30}, 9, crs.CRS{}, ""},
		{"rennes/parkings.ods.json.gz", 4300, nil, 20, crs.CRS{}, ""},
		{"rennes/qpv_rennes.geojson.gz", 5, map[geo.Type]int{geo.Polygon: 5}, 8, crs.CRS{}, ""},
		{"rennes/rues_osm_2014.geojson.gz", 7181, map[geo.Type]int{geo.Point: 4116, geo.LineString: 3065}, 81, crs.CRS{}, ""},
		{"rennes/velostar.geojson.gz", 55, map[geo.Type]int{geo.Point: 55}, 14, crs.CRS{}, ""},
		{"rennes/villejean_bati_height.geojson.gz", 78, map[geo.Type]int{geo.Polygon: 78}, 3, crs84, ""},
		{"rennes/zac_rennes.geojson.gz", 3, map[geo.Type]int{geo.MultiPolygon: 3}, 26, crs.CRS{}, "zones_amenagement_concerte"},
		{"defects/accessibilite_trottoirs.geojson.gz", 7654, map[geo.Type]int{geo.LineString: 7654}, 8, crs.CRS{}, ""},
		{"defects/batiments_publics.geojson.gz", 3356, map[geo.Type]int{geo.Polygon: 3356}, 17, crs.CRS{}, ""},
		{"geneva/geneva_addresses.geojson.gz", 9163, map[geo.Type]int{geo.Point: 5369, geo.MultiPolygon: 3794}, 0, crs.CRS{}, ""},
		{"geneva/geneva_buildings.geojson.gz", 11673, map[geo.Type]int{geo.MultiPolygon: 11673}, 0, crs.CRS{}, ""},
		{"geneva/geneva_streets.geojson.gz", 14122, map[geo.Type]int{geo.LineString: 14122}, 0, crs.CRS{}, ""},
	} {
		t.Run(c.file, func(t *testing.T) {
			r := open(t, c.file)
			rows, types := 0, map[geo.Type]int{}
			for rec, err := range r.Records(context.Background()) {
				if err != nil {
					t.Fatal(err)
				}
				if rec.Err != nil {
					t.Fatal(rec.Err)
				}
				rows++
				types[rec.Geom.Type]++
				if rec.Geom.Type != geo.None {
					if err := rec.Geom.Check(); err != nil {
						t.Errorf("feature %d: %v", rec.Number, err)
					}
				}
			}
			t.Log(rows, types, len(r.Fields()), r.Layer(), r.CRS(), strings.Join(r.Notes(), " | "))
			if rows != c.rows {
				t.Errorf("%d rows", rows)
			}
			for typ, n := range c.types {
				if types[typ] != n {
					t.Errorf("%d %s, want %d", types[typ], typ, n)
				}
			}
			if c.fields > 0 && len(r.Fields()) != c.fields {
				t.Errorf("%d fields", len(r.Fields()))
			}
			if r.CRS() != c.crs || r.Layer() != c.layer {
				t.Errorf("crs %s layer %q", r.CRS(), r.Layer())
			}
		})
	}
}
