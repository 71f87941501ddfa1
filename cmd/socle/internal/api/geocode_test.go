package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"socle/referentials/address"
)

// streets is the index of a small town.
type streets struct{ index *address.Index }

func (s streets) Current(context.Context) (*address.Index, error) { return s.index, nil }

func withStreets(c *Config) {
	b := address.NewBuilder()
	b.AddCommune(address.Commune{Code: "35238", Name: "Rennes", Postcodes: []string{"35000"}, Position: address.Position{Lon: -1.68, Lat: 48.11}})
	b.AddCommune(address.Commune{Code: "35240", Name: "Le Rheu", Postcodes: []string{"35650"}, Position: address.Position{Lon: -1.79, Lat: 48.1}})
	for _, city := range []string{"35238", "35240"} {
		for n := range int32(20) {
			b.Add(&address.Address{ID: fmt.Sprint(city, "-", n+1), Number: n + 1, StreetID: "v" + city, StreetName: "Rue de l'Été", CityCode: city,
				Position: address.Position{Lon: -1.7 + float64(n)/1e4, Lat: 48.1}})
		}
	}
	c.Addresses = streets{b.Build("town")}
}

func geocode(t *testing.T, a *API, target string) []map[string]any {
	t.Helper()
	w := ask(t, a, "/geocodage/"+target)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/geo+json" {
		t.Fatalf("%s: %d %s", target, w.Code, w.Body)
	}
	var doc struct {
		Type     string
		Features []struct {
			Geometry   struct{ Coordinates []float64 }
			Properties map[string]any
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || doc.Type != "FeatureCollection" {
		t.Fatalf("%s: %v %s", target, err, w.Body)
	}
	var out []map[string]any
	for _, f := range doc.Features {
		f.Properties["lon"] = f.Geometry.Coordinates[0]
		out = append(out, f.Properties)
	}
	return out
}

func TestGeocode(t *testing.T) {
	a := open(t, withStreets)
	got := geocode(t, a, "search?q="+url.QueryEscape("12 r. de l'ete Rennes"))
	if len(got) == 0 {
		t.Fatal("nothing is found")
	}
	for name, want := range map[string]any{
		"label": "12 Rue de l'Été 35000 Rennes", "housenumber": "12", "id": "35238-12", "name": "12 Rue de l'Été", "street": "Rue de l'Été", "postcode": "35000",
		"citycode": "35238", "city": "Rennes", "context": "35", "type": "housenumber", "match_level": "housenumber", "number_status": "exact", "rva_id": "35238-12",
		"id_voie": "v35238", "code_insee": "35238", "lon": -1.6989, "score": 1.0, "text_score": 1.0, "x": 350425.66, "y": 6788140.57,
	} {
		if n, ok := want.(float64); ok {
			if v, _ := got[0][name].(float64); v < n-5 || v > n+5 {
				t.Errorf("%s is %v, want %v", name, got[0][name], want)
			}
			continue
		}
		if got[0][name] != want {
			t.Errorf("%s is %v, want %v", name, got[0][name], want)
		}
	}
	for target, want := range map[string]string{
		"search?q=12+rue+de+l%27ete&citycode=35240":            "35240-12",
		"search?q=12+rue+de+l%27ete&postcode=35650&limit=1":    "35240-12",
		"search?q=12+rue+de+l%27%E9t%E9&postcode=35650":        "35240-12", // latin-1
		"search?q=12+rue+de+l%27ete&postcode=99999":            "",
		"search?q=rue+de+l%27ete+rennes&type=street":           "v35238",
		"search?q=le+rheu&type=municipality&autocomplete=0":    "35240",
		"search?q=zzzz+zzzz":                                   "",
		"search?q=%27%3B+DROP+TABLE+x%3B--":                    "",
		"search?q=%F0%9F%99%82%F0%9F%99%82%F0%9F%99%82":        "",
		"reverse?lon=-1.7&lat=48.1&citycode=35240":             "35240-1",
		"reverse?lon=2&lat=48.1":                               "",
		"reverse?lon=-1.7&lat=48.1&type=street&citycode=35240": "v35240",
	} {
		got, id := geocode(t, a, target), ""
		if len(got) > 0 {
			id, _ = got[0]["id"].(string)
		}
		if id != want {
			t.Errorf("%s finds %q, want %q", target, id, want)
		}
	}
	for target, says := range map[string]string{
		"search":      "letters",
		"search?q=ab": "2 letters",
		"search?q=" + strings.Repeat("x", 10_000): "10000 letters",
		"search?q=rennes&limit=0":                 "limit",
		"search?q=rennes&limit=21":                "at most 20",
		"search?q=rennes&type=house":              "housenumber",
		"search?q=rennes&lat=91&lon=0":            "lat",
		"search?q=rennes&lat=48":                  "lon",
		"search?q=rennes&index=parcel":            "index",
		"search?q=rennes&autocomplet=1":           "autocomplete",
		"search?q=rennes&with=code_irys":          "code_iris",
		"reverse":                                 "position",
		"reverse?lat=NaN&lon=1":                   "lat",
	} {
		w := ask(t, a, "/geocodage/"+target)
		if w.Code < 400 || w.Code >= 500 || !strings.Contains(w.Body.String(), says) {
			t.Errorf("%.60s: %d %s", target, w.Code, w.Body)
		}
	}
	w := ask(t, a, "/geocodage/search?q=rennes")
	if again := ask(t, a, "/geocodage/search?q=rennes", "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("an answer that is known is sent again: %d", again.Code)
	}
}

// post sends a file as a form whose fields are name, value pairs; fields come after data,
// as curl sends them.
func post(t *testing.T, a *API, path, data string, fields ...string) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	part, err := m.CreateFormFile("data", "adresses.csv")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(part, data)
	for i := 0; i+1 < len(fields); i += 2 {
		_ = m.WriteField(fields[i], fields[i+1])
	}
	_ = m.Close()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://socle.test"+path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w
}

func TestGeocodeCSV(t *testing.T) {
	a := open(t, withStreets)
	w := post(t, a, "/geocodage/search/csv", "id;rue;insee\n1;12 rue de l'été;35240\n2;;\n", "columns", "rue", "citycode", "insee", "result_columns", "result_id")
	if w.Code != http.StatusOK || w.Body.String() != "id;rue;insee;result_id;result_status\n1;12 rue de l'été;35240;35240-12;ok\n2;;;;skipped\n" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	w = post(t, a, "/geocodage/reverse/csv", "lat,lon\n48.1,-1.7\n", "result_columns", "result_type", "with_bom", "true")
	if w.Body.String() != "\ufefflat,lon,result_type,result_status\n48.1,-1.7,housenumber,ok\n" {
		t.Errorf("%d %q", w.Code, w.Body)
	}
	for name, c := range map[string]struct {
		data   string
		fields []string
		says   string
	}{
		"empty":     {"", nil, "empty"},
		"no column": {"a\n1\n", []string{"columns", "b"}, "no column"},
		"unknown":   {"a\n1\n", []string{"colums", "a"}, "did you mean"},
		"utf-16":    {"\xff\xfea\x00", nil, "UTF-16"},
		"garbage":   {"\x00\x01\x02\x03", nil, "no text"},
	} {
		if w := post(t, a, "/geocodage/search/csv", c.data, c.fields...); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://socle.test/geocodage/search/csv?columns=rue", strings.NewReader("rue\n3 rue de l'été Rennes\n"))
	r.Header.Set("Content-Type", "text/csv")
	w = httptest.NewRecorder()
	a.ServeHTTP(w, r)
	if !strings.Contains(w.Body.String(), ",35238-3,") {
		t.Errorf("a file on its own: %d %s", w.Code, w.Body)
	}
	r = httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://socle.test/geocodage/search/csv", strings.NewReader("{}"))
	r.Header.Set("Content-Type", "application/json")
	w = httptest.NewRecorder()
	if a.ServeHTTP(w, r); w.Code != http.StatusUnsupportedMediaType {
		t.Errorf("JSON is taken: %d", w.Code)
	}
	small := open(t, func(c *Config) { withStreets(c); c.MaxGeocodeBytes = 1000 })
	if w := post(t, small, "/geocodage/search/csv", "a\n"+strings.Repeat("12 rue\n", 1000)); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a file that is too large: %d %s", w.Code, w.Body)
	}
}

// TestGeocodeDescribed validates the description, and answers against it.
func TestGeocodeDescribed(t *testing.T) {
	a := open(t, withStreets)
	doc := description(t, a)
	for _, path := range []string{"/geocodage/search", "/geocodage/reverse"} {
		if route, _ := route(doc, path); route == nil || route.Operation == nil {
			t.Errorf("%s is not described", path)
		}
	}
	if item := doc.Paths.Value("/geocodage/search/csv"); item == nil || item.Post == nil {
		t.Error("files are not described")
	}
	var body any
	if err := json.Unmarshal(ask(t, a, "/geocodage/search?q=12+rue+de+l%27ete").Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	if err := doc.Components.Schemas["Places"].Value.VisitJSON(body); err != nil {
		t.Error(err)
	}
}

// TestNoRoom: a server that cannot keep a file says so, and not where it would have kept it.
func TestNoRoom(t *testing.T) {
	a := open(t, withStreets)
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "nowhere"))
	for name, w := range map[string]*httptest.ResponseRecorder{
		"addresses": post(t, a, "/geocodage/search/csv", "a\n1 rue de l'été\n"),
		"features":  ask(t, a, "/collections/adresses/items?f=gpkg"),
	} {
		if said := w.Body.String(); w.Code != http.StatusServiceUnavailable || strings.Contains(said, "nowhere") || !strings.Contains(said, "no such file") {
			t.Errorf("%s: %d %s", name, w.Code, said)
		}
	}
}
