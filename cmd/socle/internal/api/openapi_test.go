package api

import (
	"bytes"
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

func description(t testing.TB, a *API) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(ask(t, a, "/api").Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return doc
}

// route finds the operation of a path, and the values of its parameters. The routers of
// the library know neither {y}.mvt nor letters with accents.
func route(doc *openapi3.T, path string) (*routers.Route, map[string]string) {
	all := doc.Paths.Map()
	// Paths with fewer parameters go first: a tile by zoom also looks like one in a set.
	templates := slices.SortedFunc(maps.Keys(all), func(a, b string) int {
		return cmp.Or(strings.Count(a, "{")-strings.Count(b, "{"), strings.Compare(a, b))
	})
	for _, template := range templates {
		item := all[template]
		pattern := regexp.MustCompile(`\\\{(\w+)\\\}`).ReplaceAllString(regexp.QuoteMeta(template), `(?P<$1>[^/]+)`)
		match := regexp.MustCompile("^" + pattern + "$")
		values := match.FindStringSubmatch(path)
		if values == nil {
			continue
		}
		parameters := map[string]string{}
		for i, name := range match.SubexpNames()[1:] {
			parameters[name] = values[i+1]
		}
		return &routers.Route{Spec: doc, Server: doc.Servers[0], Path: template, PathItem: item, Method: http.MethodGet, Operation: item.Get}, parameters
	}
	return nil, nil
}

// TestOpenAPI validates the description, and every answer against it.
func TestOpenAPI(t *testing.T) {
	for _, media := range []string{"application/geo+json", "application/fg+json", "application/problem+json"} {
		openapi3filter.RegisterBodyDecoder(media, openapi3filter.JSONBodyDecoder)
	}
	for _, media := range []string{"text/csv", "text/html", "application/geo+json-seq", mediaMVT, "application/flatgeobuf", "application/geopackage+sqlite3", "application/vnd.apache.parquet"} {
		openapi3filter.RegisterBodyDecoder(media, openapi3filter.FileBodyDecoder)
	}
	a := open(t, nil)
	doc := description(t, a)
	var targets []string
	for path := range doc.Paths.Map() {
		path = strings.NewReplacer("{z}", "14", "{x}", "8114", "{y}", "5685").Replace(path)
		if !strings.Contains(path, "{") {
			targets = append(targets, path)
		}
	}
	targets = append(targets, "/collections/adresses/items/A01", "/collections/îlots/items/2", "/collections/filosofi/items/352380102",
		"/collections/adresses/items/missing", "/collections/adresses/items?limit=0", "/collections/adresses/items?limit=3&offset=20&bbox=-2,48,-1,49",
		"/collections/adresses/items?limit=25", "/collections/adresses/items?crs=http://www.opengis.net/def/crs/EPSG/0/3948", "/collections/adresses/items?f=csv",
		"/collections/adresses/items?f=html", "/collections/adresses/items?f=jsonfg", "/collections/adresses/items/A01?f=jsonfg", "/collections/adresses/items?f=geojsonseq", "/collections/arrets/items?f=fgb", "/collections?f=html", "/collections?x=1")
	if len(targets) < 20 {
		t.Fatalf("only %d paths: %v", len(targets), targets)
	}
	for _, target := range targets {
		u, err := url.Parse(host + target)
		if err != nil {
			t.Fatal(err)
		}
		w := ask(t, a, u.RequestURI())
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, u.String(), nil)
		if err != nil {
			t.Fatal(err)
		}
		route, parameters := route(doc, u.Path)
		if route == nil {
			t.Errorf("%s is not described", target)
			continue
		}
		in := &openapi3filter.RequestValidationInput{Request: r, PathParams: parameters, Route: route}
		if w.Code == http.StatusOK {
			if err := openapi3filter.ValidateRequest(t.Context(), in); err != nil {
				t.Errorf("%s is answered but not described: %v", target, err)
			}
		}
		out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: w.Code, Header: w.Header()}
		out.SetBodyBytes(w.Body.Bytes())
		if err := openapi3filter.ValidateResponse(t.Context(), out); err != nil {
			t.Errorf("%s: %v\n%.300s", target, err, w.Body)
		}
	}
}

// TestOpenAPIForClients checks what QGIS, GDAL and the OGC suites look for.
func TestOpenAPIForClients(t *testing.T) {
	a := open(t, func(c *Config) { c.DefaultLimit, c.MaxLimit = 20, 5000 })
	api := get(t, a, "/api", 200)
	limit := api.at("components.parameters.limit.schema")
	if limit.at("default").number() != 20 || limit.at("maximum").number() != 5000 || limit.at("minimum").number() != 1 {
		t.Errorf("limit: %v", limit.v)
	}
	box := api.at("components.parameters.bbox")
	if box.at("style").text() != "form" || box.at("explode").v != false || box.at("schema.minItems").number() != 4 || box.at("schema.maxItems").number() != 6 {
		t.Errorf("bbox: %v", box.v)
	}
	api.at("paths").v.(map[string]any)["/collections/adresses/items"].(map[string]any)["get"] = nil // panics when it is not there
	landing := get(t, a, "/", 200)
	for _, rel := range []string{"self", "service-desc", "service-doc", "conformance", "data"} {
		if landing.link(rel) == "" {
			t.Errorf("the landing page has no link %q", rel)
		}
	}
	body := ask(t, a, "/").Body.Bytes()
	if !bytes.Contains(body, []byte(`"type": "application/vnd.oai.openapi+json;version=3.0"`)) {
		t.Errorf("service-desc is not typed: %s", body)
	}
}

// FuzzItems asks for features with any query: wrong ones are told, none is our fault, and
// what is answered is what was asked.
func FuzzItems(f *testing.F) {
	for _, query := range []string{"", "limit=3&offset=2", "bbox=-2,48,-1,49", "bbox=1,2,3,4,5,6&bbox-crs=EPSG:3948", "crs=CRS84&f=csv", "f=html",
		"bbox=-1e308,-1e308,1e308,1e308&bbox-crs=EPSG:3948", "limit=%00", "offset=9223372036854775807&limit=9223372036854775807",
		"bbox=179,0,-179,1", "bbox=-1e9,-90,1e9,90", "f=geojsonseq&limit=1", "crs=[EPSG:4326]", "a=1;b=2", "limit=1&limit=2", "f=fgb&limit=4", "bbox=,,,"} {
		f.Add(query)
	}
	a := open(f, nil)
	f.Fuzz(func(t *testing.T, query string) {
		u := url.URL{Scheme: "http", Host: "socle.test", Path: "/collections/adresses/items", RawQuery: query}
		if _, err := url.Parse(host + u.RequestURI()); err != nil {
			return // no client can send it
		}
		w := ask(t, a, u.RequestURI())
		if w.Code >= 500 {
			t.Fatalf("%q: %d %s", query, w.Code, w.Body)
		}
		if w.Code >= 400 && w.Header().Get("Content-Type") != "application/problem+json" {
			t.Fatalf("%q: %d %s", query, w.Code, w.Header().Get("Content-Type"))
		}
	})
}

// FuzzHeaders sends any headers that answers depend on.
func FuzzHeaders(f *testing.F) {
	f.Add("text/html;q=0.5,*/*", "en;q=0.8, fr", "https", "data.example.org", "/socle", `W/"x"`)
	f.Add(";;q=,text/", "q;q=q", "", "a,b", "//x", "*")
	a := open(f, nil)
	f.Fuzz(func(t *testing.T, accept, lang, proto, host, prefix, tag string) {
		for _, target := range []string{"/", "/collections/adresses/items?limit=1", "/tiles/arrets.json"} {
			w := ask(t, a, target, "remote", "10.0.0.1:1", "Accept", accept, "Accept-Language", lang, "X-Forwarded-Proto", proto,
				"X-Forwarded-Host", host, "X-Forwarded-Prefix", prefix, "If-None-Match", tag)
			if w.Code >= 500 {
				t.Fatalf("%s: %d %s", target, w.Code, w.Body)
			}
		}
	})
}
