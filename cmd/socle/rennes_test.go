package main

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// rennes is what the real files must become, on either store.
var rennes = []struct {
	args []string // files of shared/data, then flags
	id   string
	rows float64
}{
	{[]string{"rennes/rva_adresses_2013.csv.gz"}, "adresses", 85292},
	{[]string{"rennes/iris_rennes_metropole.ods.json.gz", "--as", "iris"}, "iris", 172},
	{[]string{"rennes/iris_rennes_metropole.ods.csv.gz", "--as", "iris_csv"}, "iris_csv", 172},
	{[]string{"rennes/batiments_iris160_cesson.ods.json.gz", "rennes/batiments_iris163_rennes.ods.json.gz", "--as", "batiments"}, "batiments", 1288},
	{[]string{"rennes/rues_osm_2014.geojson.gz", "--as", "voies"}, "voies", 3065},
	{[]string{"rennes/communes35.geojson.gz", "--as", "communes"}, "communes", 332},
	{[]string{"rennes/carreaux_200m_rm.geojson.gz", "--as", "carreaux_200m"}, "carreaux_200m", 6772},
	{[]string{"insee/filosofi_disp_iris_2015.csv.gz", "--as", "filosofi_2015"}, "filosofi_2015", 12227},
	{[]string{"insee/filosofi_disp_iris_2018.csv.gz", "--as", "filosofi_2018"}, "filosofi_2018", 12395},
	{[]string{"bdtopo_12174/v3_BATIMENT.shp.zip", "--as", "bdtopo_batiment"}, "bdtopo_batiment", 2273},
	{[]string{"bdtopo_12174/v3_TRONCON_DE_ROUTE_NODBF.shp.zip"}, "TRONCON_DE_ROUTE", 1094},
	{[]string{"geneva/geneva_addresses.geojson.gz"}, "geneva_addresses", 9163},
	{[]string{"energie/dpe_ban_lozere_48.csv.gz", "--as", "dpe"}, "dpe", 2594},
	{[]string{"defects/batiments_publics.geojson.gz"}, "batiments_publics", 3356},
}

// TestRennes imports the real files into both stores and asks both servers the same things.
func TestRennes(t *testing.T) {
	t.Parallel()
	var bases, dsns []string
	for _, s := range stores {
		store := s.open(t)
		dsns = append(dsns, store)
		for _, r := range rennes {
			args := []string{"import", "--store", store}
			for _, a := range r.args {
				if strings.Contains(a, "/") {
					a = realFile(t, a)
				}
				args = append(args, a)
			}
			mustSocle(t, args...)
		}
		// Tiles that nobody asks for would take most of the test: other tests have them drawn.
		bases = append(bases, serve(t, store, "--tiles-ahead", "0"))
	}
	for i, base := range bases {
		for _, r := range rennes {
			doc := getJSON(t, base+"/collections/"+r.id+"/items?limit=1")
			if got := doc["numberMatched"]; got != r.rows {
				t.Errorf("%s: %s has %v features, want %v", stores[i].name, r.id, got, r.rows)
			}
		}
	}
	sameAnswers(t, bases[0], bases[1])
	t.Run("coordinates", func(t *testing.T) { coordinates(t, bases[0]) })
	t.Run("systems", func(t *testing.T) { systemsAgainstOracles(t, bases[1], dsns[1]) })
	t.Run("iris", func(t *testing.T) { sameIRIS(t, bases[0]) })
}

// sameAnswers compares the two servers byte by byte, host names and times apart.
func sameAnswers(t *testing.T, a, b string) {
	t.Helper()
	paths := []string{"/collections"}
	for _, r := range rennes {
		id := url.PathEscape(r.id)
		paths = append(paths, "/collections/"+id, "/collections/"+id+"/items?limit=500&offset=37",
			"/collections/"+id+"/items?bbox=-1.70,48.10,-1.66,48.13&limit=1000")
	}
	paths = append(paths, "/tiles/iris,adresses,batiments/14/8117/5685.mvt", "/tiles/communes/9/253/177.mvt", "/tiles/iris.json")
	for _, path := range paths {
		statusA, bodyA := get(t, a+path)
		statusB, bodyB := get(t, b+path)
		if statusA != 200 || statusA != statusB {
			t.Errorf("%s: status %d and %d", path, statusA, statusB)
			continue
		}
		x := timeless(strings.ReplaceAll(string(bodyA), a, "BASE"))
		y := timeless(strings.ReplaceAll(string(bodyB), b, "BASE"))
		if x != y {
			n := 0
			for n < min(len(x), len(y)) && x[n] == y[n] {
				n++
			}
			t.Errorf("%s: the stores differ at byte %d: …%.80q… and …%.80q…", path, n, x[n:], y[n:])
		}
	}
}

// The letters that each begins with let it be looked for at the speed of a search for text.
var (
	timeStamp = regexp.MustCompile(`"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)
	cursor    = regexp.MustCompile(`cursor=[\w-]+`)
)

// timeless takes the times of publication and of the answer out of a document, and the
// cursors, which name a publication. Dates in the data have no seconds, or are days.
func timeless(s string) string {
	return cursor.ReplaceAllString(timeStamp.ReplaceAllString(s, "TIME"), "CURSOR")
}

// coordinates checks lon/lat derived from CC48 against the file's own WGS84 columns.
func coordinates(t *testing.T, base string) {
	const toleranceM = 0.02
	seen, worst := 0, 0.0
	next := base + "/collections/adresses/items?limit=10000"
	for next != "" {
		status, body := get(t, next)
		var page struct {
			Features []struct {
				Geometry   struct{ Coordinates [2]*float64 }
				Properties struct {
					Lon *float64 `json:"x_wgs84"`
					Lat *float64 `json:"y_wgs84"`
				}
			}
			Links []struct{ Rel, Href string }
		}
		if err := json.Unmarshal(body, &page); status != http.StatusOK || err != nil {
			t.Fatalf("GET %s: %d, %v", next, status, err)
		}
		for i, f := range page.Features {
			xy, lon, lat := f.Geometry.Coordinates, f.Properties.Lon, f.Properties.Lat
			if xy[0] == nil || xy[1] == nil || lon == nil || lat == nil {
				t.Fatalf("GET %s: feature %d lacks a coordinate", next, i)
			}
			const metresPerDegree = 111_320
			dx := (*xy[0] - *lon) * metresPerDegree * math.Cos(*lat*math.Pi/180)
			dy := (*xy[1] - *lat) * metresPerDegree
			worst = max(worst, math.Hypot(dx, dy))
			seen++
		}
		next = ""
		for _, l := range page.Links {
			if l.Rel == "next" {
				next = l.Href
			}
		}
	}
	if seen != 85292 || worst > toleranceM {
		t.Errorf("%d addresses, the worst %.3f m from its WGS84 columns", seen, worst)
	}
	one := getJSON(t, base+"/collections/adresses/items/41205")
	if got := fmt.Sprint(one["properties"].(map[string]any)["voie_nom"]); got != "Allée Beau Rivage" {
		t.Errorf("voie_nom of 41205 is %q", got)
	}
}

// sameIRIS checks that the JSON and the CSV export of one layer gave the same shapes.
func sameIRIS(t *testing.T, base string) {
	shapes := func(id string) map[string]string {
		out := map[string]string{}
		for _, f := range getJSON(t, base+"/collections/"+id+"/items?limit=1000")["features"].([]any) {
			feature := f.(map[string]any)
			out[fmt.Sprint(feature["properties"].(map[string]any)["code_iris"])] = polygons(feature["geometry"].(map[string]any))
		}
		return out
	}
	fromJSON, fromCSV := shapes("iris"), shapes("iris_csv")
	if len(fromJSON) != 172 || len(fromCSV) != 172 {
		t.Fatalf("%d and %d IRIS", len(fromJSON), len(fromCSV))
	}
	for code, shape := range fromJSON {
		if fromCSV[code] != shape {
			t.Errorf("IRIS %s differs between the exports", code)
		}
	}
}

// polygons writes the coordinates of a polygon as those of the multipolygon of one, which
// a known referential makes of it.
func polygons(geometry map[string]any) string {
	if geometry["type"] == "Polygon" {
		return fmt.Sprint([]any{geometry["coordinates"]})
	}
	return fmt.Sprint(geometry["coordinates"])
}
