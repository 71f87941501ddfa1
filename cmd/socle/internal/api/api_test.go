package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"socle/geo/crs"
)

const host = "http://socle.test"

// goldens are requests whose whole answers are kept in testdata.
var goldens = map[string]string{
	"landing.json":           "/",
	"landing.html":           "/?f=html",
	"conformance.json":       "/conformance",
	"collections.json":       "/collections",
	"collections.html":       "/collections?f=html",
	"collection.json":        "/collections/adresses",
	"collection.html":        "/collections/%C3%AElots?f=html",
	"table.json":             "/collections/filosofi",
	"openapi.json":           "/api",
	"api.html":               "/api.html",
	"items.json":             "/collections/adresses/items?limit=2&offset=21",
	"items-last.json":        "/collections/adresses/items?limit=2&offset=24",
	"items-stored.json":      "/collections/%C3%AElots/items?limit=1&crs=http://www.opengis.net/def/crs/EPSG/0/2154",
	"items-swapped.json":     "/collections/carreaux/items?crs=http://www.opengis.net/def/crs/EPSG/0/3035",
	"items-table.json":       "/collections/filosofi/items",
	"items-filtered.json":    "/collections/adresses/items?filter=numero%20BETWEEN%203%20AND%205&sortby=-numero&properties=numero&limit=2",
	"items-hits.json":        "/collections/adresses/items?resultType=hits&bbox=-1.8,48,-1.6,48.2",
	"items.jsonfg":           "/collections/%C3%AElots/items?f=jsonfg&limit=1&crs=http://www.opengis.net/def/crs/EPSG/0/2154",
	"schema.json":            "/collections/adresses/schema",
	"queryables.json":        "/collections/%C3%AElots/queryables",
	"sortables.json":         "/collections/%C3%AElots/sortables",
	"schema.html":            "/collections/%C3%AElots/schema?f=html",
	"functions.json":         "/functions",
	"functions.html":         "/functions?f=html",
	"problem-filter.txt":     "/collections/adresses/items?filter=numer%20%3E%203",
	"items.html":             "/collections/%C3%AElots/items?f=html&limit=2",
	"items.csv":              "/collections/adresses/items?f=csv&limit=2&offset=21",
	"items.geojsons":         "/collections/arrets/items?f=geojsonseq",
	"item.json":              "/collections/%C3%AElots/items/2",
	"item.html":              "/collections/adresses/items/a%2Fb%20c%3F%C3%A9?f=html",
	"tilejson.json":          "/tiles/adresses,arrets.json",
	"tilejson-filtered.json": "/tiles/adresses.json?filter=numero%3C3&properties=numero",
	"tile-matrix-sets.json":  "/tileMatrixSets",
	"tile-matrix-sets.html":  "/tileMatrixSets?f=html",
	"tile-matrix-set.json":   "/tileMatrixSets/LAMB93_10cm",
	"tile-matrix-set.html":   "/tileMatrixSets/WebMercatorQuad?f=html",
	"tilesets.json":          "/tiles",
	"tilesets.html":          "/collections/adresses/tiles?f=html",
	"tileset.json":           "/collections/%C3%AElots/tiles/WebMercatorQuad",
	"tileset.html":           "/tiles/WebMercatorQuad?f=html",
	"tileset-dataset.json":   "/tiles/WebMercatorQuad?collections=arrets,adresses&properties=code,numero",
	"styles.json":            "/styles",
	"styles.html":            "/styles?f=html",
	"style.json":             "/styles/%C3%AElots.json",
	"style-territory.json":   "/styles/territoire.json",
	"problem-parameter.txt":  "/collections/adresses/items?bbocks=1,2,3,4",
	"problem-missing.txt":    "/collections/adresse",
}

func TestGoldens(t *testing.T) {
	a := open(t, nil)
	for name, target := range goldens {
		t.Run(name, func(t *testing.T) {
			w := ask(t, a, target, "X-Request-Id", "golden")
			if w.Code >= http.StatusInternalServerError {
				t.Fatalf("%d %s", w.Code, w.Body) // never a golden
			}
			var got bytes.Buffer
			fmt.Fprintf(&got, "GET %s\n%d\n", target, w.Code)
			for _, h := range []string{"Content-Type", "Content-Crs", "Content-Language", "Link", "Etag", "Ogc-Numbermatched", "Ogc-Numberreturned", "Content-Disposition"} {
				for _, v := range w.Header()[h] {
					fmt.Fprintf(&got, "%s: %s\n", h, v)
				}
			}
			fmt.Fprintf(&got, "\n%s", w.Body)
			file := filepath.Join("testdata", "golden", name)
			if os.Getenv("SOCLE_GOLDEN") == "write" {
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatalf("%v (make golden writes it)", err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("the answer differs from %s (make golden rewrites it):\n%s", file, got.Bytes())
			}
		})
	}
}

// TestPaging follows next from each start to the end: every feature once, in order, no
// empty page, every parameter kept.
func TestPaging(t *testing.T) {
	a := open(t, nil)
	for _, query := range []string{"", "limit=1", "limit=7", "limit=24", "limit=25", "limit=1000000", "limit=5&bbox=-1.8,48,-1.6,48.2",
		"limit=3&bbox=1350450,7222000,1352000,7224000&bbox-crs=EPSG:3948&crs=EPSG:3948", "limit=9&f=geojson",
		"limit=4&filter=numero<17", "limit=2&datetime=2022-01-10/..", "limit=6&sortby=adr_cplete&properties=numero", "limit=5&skipGeometry=true"} {
		t.Run(query, func(t *testing.T) {
			var seen []string
			want := -1
			for next := "/collections/adresses/items?" + query; next != ""; {
				page := get(t, a, next, http.StatusOK)
				matched, returned := int(page.at("numberMatched").number()), int(page.at("numberReturned").number())
				if n := len(page.at("features").list()); n != returned || n == 0 {
					t.Fatalf("%d features, %d returned", n, returned)
				}
				if want < 0 {
					want = matched
				}
				if matched != want {
					t.Fatalf("%d matched, %d on the first page", matched, want)
				}
				for i := range returned {
					seen = append(seen, page.at(fmt.Sprintf("features.%d.id", i)).text())
				}
				next = page.link("next")
				if next == "" {
					break
				}
				u, err := url.Parse(next)
				if err != nil {
					t.Fatal(err)
				}
				q, _ := url.ParseQuery(query)
				for name := range q {
					if u.Query().Get(name) != q.Get(name) {
						t.Errorf("next lost %s: %s", name, next)
					}
				}
				next = strings.TrimPrefix(next, host)
			}
			if len(seen) != want {
				t.Errorf("%d features were seen, %d matched", len(seen), want)
			}
			for i := 1; i < len(seen)-1; i++ {
				if seen[i-1] >= seen[i] && !strings.Contains(seen[i], "/") && !strings.Contains(query, "sortby") {
					t.Errorf("%s after %s", seen[i], seen[i-1])
				}
			}
		})
	}
}

func TestBBox(t *testing.T) {
	a := open(t, nil)
	for _, test := range []struct {
		target string
		want   int
	}{
		{"/collections/arrets/items?bbox=-1.69,48.1,-1.675,48.115", 1},
		{"/collections/arrets/items?bbox=-1.68,48.11,-1.68,48.11", 1},
		{"/collections/arrets/items?bbox=-1.69,48.1,0,-1.675,48.115,100", 1},
		{"/collections/arrets/items?bbox=48.1,-1.69,48.115,-1.675&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326", 1},
		{"/collections/arrets/items?bbox=-1.69,48.1,-1.66,48.13", 2},
		{"/collections/arrets/items?bbox=170,48,-1.675,49", 1},
		{"/collections/arrets/items?bbox=-1.675,48,-170,49", 1},
		{"/collections/arrets/items?bbox=0,0,1,1", 0},
		{"/collections/filosofi/items?bbox=-180,-90,180,90", 0},
		{"/collections/adresses/items?bbox=-180,-90,180,90", 24},
		{"/collections/adresses/items?bbox=1350050,7222000,1350250,7223000&bbox-crs=EPSG:3948", 2},
		{"/collections/adresses/items?bbox=1350100,7222050.5,1350100,7222050.5&bbox-crs=EPSG:3948", 1},
		{"/collections/%C3%AElots/items?bbox=351010,6789010,351020,6789020&bbox-crs=EPSG:2154", 1},
		{"/collections/%C3%AElots/items?bbox=351100,6789010,351100,6789020&bbox-crs=EPSG:2154", 2},
		{"/collections/carreaux/items?bbox=2810050,3470050,2810060,3470060&bbox-crs=EPSG:3035", 1},
		{"/collections/carreaux/items?bbox=3470050,2810050,3470060,2810060&bbox-crs=EPSG:3035", 0},
	} {
		if got := get(t, a, test.target, http.StatusOK).at("numberMatched").number(); int(got) != test.want {
			t.Errorf("%s: %g matched, want %d", test.target, got, test.want)
		}
	}
}

func TestCoordinates(t *testing.T) {
	a := open(t, nil)
	first := func(target, header string) []float64 {
		t.Helper()
		w := ask(t, a, target)
		if got := w.Header().Get("Content-Crs"); got != header {
			t.Errorf("%s: Content-Crs %q, want %q", target, got, header)
		}
		doc := get(t, a, target, http.StatusOK)
		if list, ok := doc.v.(map[string]any)["features"].([]any); ok {
			doc = document{t, list[0]}
		}
		c := doc.at("geometry.coordinates")
		for {
			inner, nested := c.list()[0].([]any)
			if !nested {
				return []float64{c.at("0").number(), c.at("1").number()}
			}
			c = document{t, inner}
		}
	}
	tr, err := crs.NewTransformer(crs.EPSG(3948), crs.CRS84)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	lonLat := []float64{1_350_000, 7_222_000}
	if err := tr.Forward(lonLat); err != nil {
		t.Fatal(err)
	}
	const uri = "http://www.opengis.net/def/crs/"
	for _, test := range []struct {
		target, crs string
		x, y        float64
	}{
		{"/collections/adresses/items?", "OGC/1.3/CRS84", lonLat[0], lonLat[1]},
		{"/collections/adresses/items?crs=" + uri + "EPSG/0/4326", "EPSG/0/4326", lonLat[1], lonLat[0]},
		{"/collections/adresses/items?crs=" + uri + "EPSG/0/3948", "EPSG/0/3948", 1_350_000, 7_222_000},
		{"/collections/adresses/items/A00?", "OGC/1.3/CRS84", lonLat[0], lonLat[1]},
		{"/collections/adresses/items/A00?crs=" + uri + "EPSG/0/4326", "EPSG/0/4326", lonLat[1], lonLat[0]},
		{"/collections/adresses/items/A00?crs=" + uri + "EPSG/0/3948", "EPSG/0/3948", 1_350_000, 7_222_000},
		{"/collections/arrets/items?crs=" + uri + "EPSG/0/4326", "EPSG/0/4326", 48.11, -1.68},
		{"/collections/arrets/items?", "OGC/1.3/CRS84", -1.68, 48.11},
		{"/collections/carreaux/items?crs=" + uri + "EPSG/0/3035", "EPSG/0/3035", 2_810_000, 3_470_000},
	} {
		got := first(test.target, "<"+uri+test.crs+">")
		if math.Abs(got[0]-test.x) > 1e-8 || math.Abs(got[1]-test.y) > 1e-8 {
			t.Errorf("%s begins at %v, want %v, %v", test.target, got, test.x, test.y)
		}
	}
}

// TestRefusals are requests that are wrong, with what the answer must say.
func TestRefusals(t *testing.T) {
	a := open(t, nil)
	for _, test := range []struct {
		target string
		status int
		say    string
	}{
		{"/nowhere", 404, "there is nothing"},
		{"/collections/occupants", 404, "no collection"},
		{"/collections/conso/items", 404, "no collection"},
		{"/collections/occupants/items/A01", 404, "no collection"},
		{"/tiles/occupants/0/0/0.mvt", 404, "no collection"},
		{"/tiles/occupants.json", 404, "no collection"},
		{"/tiles/filosofi/0/0/0.mvt", 404, "table"},
		{"/tiles/adresses/3/9/0.mvt", 404, "no tile"},
		{"/tiles/adresses/a/0/0.mvt", 404, "zoom"},
		{"/tiles/adresses/99999999999/0/0.mvt", 404, "zoom"},
		{"/tiles/adresses/0/0/0.png", 404, "nothing"},
		{"/tiles/adresses,adresses/0/0/0.mvt", 400, "twice"},
		{"/tiles/adresses/0/0/0.mvt?x=1", 400, "no parameter"},
		{"/assets/../api.go", 404, "nothing"},
		{"/assets/nothing.js", 404, "nothing"},
		{"/collections/adresses/items/A99", 404, `no feature \"A99\"`},
		{"/collections/%C3%AElots/items/01", 404, "no feature"},
		{"/collections/%C3%AElots/items/x", 404, "no feature"},
		{"/collections/adresses/items?limite=2", 400, `did you mean \"limit\"?`},
		{"/collections/adresses/items?occupant=x", 400, "known are"},
		{"/collections/adresses/items/A01?limit=2", 400, "no parameter"},
		{"/collections?limit=2", 400, "no parameter"},
		{"/?x=1", 400, "no parameter"},
		{"/conformance?x", 400, "no parameter"},
		{"/api?x", 400, "no parameter"},
		{"/collections/adresses/items?limit=0", 400, "at least 1"},
		{"/collections/adresses/items?limit=-1", 400, "at least 1"},
		{"/collections/adresses/items?limit=", 400, "at least 1"},
		{"/collections/adresses/items?limit=ten", 400, "parameter limit"},
		{"/collections/adresses/items?limit=99999999999999999999", 400, "parameter limit"},
		{"/collections/adresses/items?limit=1&limit=2", 400, "2 times"},
		{"/collections/adresses/items?offset=-1", 400, "parameter offset"},
		{"/collections/adresses/items?bbox=", 400, "parameter bbox"},
		{"/collections/adresses/items?bbox=1,2,3", 400, "3 numbers"},
		{"/collections/adresses/items?bbox=1,2,3,4,5", 400, "5 numbers"},
		{"/collections/adresses/items?bbox=1,2,3,x", 400, "not a number"},
		{"/collections/adresses/items?bbox=1,2,3,NaN", 400, "not a number"},
		{"/collections/adresses/items?bbox=1,2,3,1e999", 400, "not a number"},
		{"/collections/adresses/items?bbox=1,4,3,2", 400, "south"},
		{"/collections/adresses/items?bbox=1,2,9,3,4,5", 400, "height"},
		{"/collections/adresses/items?bbox=9,2,3,4&bbox-crs=EPSG:3948", 400, "west"},
		{"/collections/adresses/items?bbox=1,2,3,4&bbox-crs=EPSG:27572", 400, "not offered"},
		{"/collections/adresses/items?bbox-crs=EPSG:27572", 400, "not offered"},
		{"/collections/adresses/items?crs=EPSG:27572", 400, "not offered"},
		{"/collections/adresses/items?crs=nonsense", 400, "parameter crs"},
		{"/collections/filosofi/items?crs=EPSG:2154", 400, "no geometry"},
		{"/collections/adresses/items?f=xml", 400, "use one of"},
		{"/collections/filosofi/items?f=fgb", 400, "use one of"},
		{"/collections/adresses?f=csv", 400, "use one of"},
		{"/collections/adresses/items?f=%zz", 400, "query"},
		{"/collections/adresses/items?x=" + strings.Repeat("a", 20_000), 414, "bytes"},
	} {
		w := ask(t, a, test.target, "X-Request-Id", "r1")
		name := test.target[:min(len(test.target), 100)]
		if w.Code != test.status || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s, want %d", name, w.Code, w.Header().Get("Content-Type"), test.status)
			continue
		}
		if body := w.Body.String(); !strings.Contains(body, test.say) || !strings.Contains(body, `"request":"r1"`) {
			t.Errorf("%s: %s, want %q in it", name, body, test.say)
		}
		if w.Header().Get("ETag") != "" {
			t.Errorf("%s: a problem has an ETag", name)
		}
	}
}

func TestMethods(t *testing.T) {
	a := open(t, nil)
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch} {
		w := send(t, a, method, "/collections/adresses/items")
		if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD, OPTIONS" {
			t.Errorf("%s: %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
	w := send(t, a, http.MethodOptions, "/collections/adresses/items")
	if w.Code != http.StatusNoContent || strings.Contains(w.Header().Get("Allow"), "POST") || w.Header().Get("Access-Control-Allow-Methods") == "" {
		t.Errorf("OPTIONS: %d, %v", w.Code, w.Header())
	}
}

// allPaths are a path of every kind.
var allPaths = []string{"/", "/conformance", "/api", "/api.html", "/map", "/map/menu", "/assets/items.js", "/assets/style.css", "/collections", "/collections/adresses",
	"/collections/adresses/schema", "/collections/adresses/queryables", "/collections/adresses/sortables", "/functions",
	"/collections/adresses/items", "/collections/adresses/items/A01", "/collections/filosofi/items", "/tiles/adresses.json", "/tiles/adresses/10/507/355.mvt",
	"/tileMatrixSets", "/tileMatrixSets/WebMercatorQuad", "/tiles", "/tiles/WebMercatorQuad", "/collections/adresses/tiles",
	"/collections/adresses/tiles/WebMercatorQuad", "/collections/adresses/tiles/WebMercatorQuad/10/355/507", "/styles", "/styles/adresses.json"}

func TestTrailingSlashAndHead(t *testing.T) {
	server := newTestServer(t, open(t, nil))
	for _, path := range append([]string{"/collections/adresses/items/a%2Fb%20c%3F%C3%A9"}, allPaths...) {
		want := fetch(t, server, http.MethodGet, path)
		if want.status != http.StatusOK || len(want.body) == 0 {
			t.Fatalf("%s: %d, %d bytes", path, want.status, len(want.body))
		}
		if got := fetch(t, server, http.MethodGet, path+"/"); path != "/" && !bytes.Equal(got.body, want.body) {
			t.Errorf("%s/ differs: %d %s", path, got.status, got.body)
		}
		head := fetch(t, server, http.MethodHead, path)
		if head.status != want.status || len(head.body) != 0 {
			t.Errorf("HEAD %s: %d, %d bytes", path, head.status, len(head.body))
		}
		for _, name := range []string{"Content-Type", "Etag", "Content-Crs", "Vary"} {
			if head.header.Get(name) != want.header.Get(name) {
				t.Errorf("HEAD %s: %s %q, GET %q", path, name, head.header.Get(name), want.header.Get(name))
			}
		}
	}
}

// TestNothingConfidential walks every page that is linked and looks for what must not be
// there.
func TestNothingConfidential(t *testing.T) {
	a := open(t, nil)
	paths := append([]string{"/collections/adresses/items?f=csv&limit=100", "/collections/adresses/items?f=html&limit=100", "/collections/adresses/items?limit=100",
		"/collections/adresses?f=html", "/collections?f=html", "/?f=html", "/readyz", "/tiles/adresses/0/0/0.mvt", "/collections/adresses/items?f=gpkg&limit=100"}, allPaths...)
	for _, path := range paths {
		w := ask(t, a, path)
		for _, secret := range []string{"CLASSIFIED", "occupant", "conso", "secret-path"} {
			if strings.Contains(w.Body.String(), secret) {
				t.Errorf("%s tells of %q", path, secret)
			}
		}
	}
}

func TestOddKey(t *testing.T) {
	a := open(t, nil)
	page := get(t, a, "/collections/adresses/items?offset=23&limit=1", 200)
	id := page.at("features.0.id").text()
	item := get(t, a, "/collections/adresses/items/"+url.PathEscape(id), 200)
	if item.at("id").text() != id || id != "a/b c?é" {
		t.Errorf("%q leads to %q", id, item.at("id").text())
	}
	if self := item.link("self"); get(t, a, strings.TrimPrefix(self, host), 200).at("id").text() != id {
		t.Errorf("self is %s", self)
	}
}

func TestHeaders(t *testing.T) {
	a := open(t, nil)
	for _, path := range append([]string{"/nowhere", "/livez"}, allPaths...) {
		h := ask(t, a, path).Header()
		for name, want := range map[string]string{"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		if h.Get("Content-Type") == mediaHTML && !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: a page that is not confined: %v", path, h)
		}
		if h.Get("X-Request-Id") == "" {
			t.Errorf("%s has no request id", path)
		}
	}
	if got := ask(t, a, "/", "X-Request-Id", "evil\"\n").Header().Get("X-Request-Id"); strings.ContainsAny(got, "\"\n") {
		t.Errorf("request id %q", got)
	}
	w := ask(t, a, "/collections/adresses/items?f=csv&limit=2&offset=4")
	links := strings.Join(w.Header().Values("Link"), "\n")
	if !strings.Contains(links, `&f=csv&limit=2>; rel="next"; type="text/csv"`) || !strings.Contains(links, `>; rel="prev"`) ||
		w.Header().Get("OGC-NumberMatched") != "25" || w.Header().Get("OGC-NumberReturned") != "2" {
		t.Errorf("CSV paging: %q", w.Header())
	}
	var problem map[string]any
	if err := json.Unmarshal(ask(t, a, "/nowhere").Body.Bytes(), &problem); err != nil || problem["status"] != 404.0 {
		t.Errorf("%v, %v", problem, err)
	}
}
