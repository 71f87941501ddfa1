package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// TestQuestions asks for features in every way and counts them.
func TestQuestions(t *testing.T) {
	a := open(t, nil)
	stops := "/collections/arrets/items?"
	addresses := "/collections/adresses/items?"
	blocks := "/collections/%C3%AElots/items?"
	for _, test := range []struct {
		target string // the query is escaped here
		want   int
	}{
		{addresses + "numero=7", 1},
		{addresses + "numero=7&adr_cplete=7 Allée d'Été", 1},
		{addresses + "numero=7&adr_cplete=8 Allée d'Été", 0},
		{addresses + "maj=2022-01-10", 1},
		{addresses + "maj=2022-01-10/2022-01-12", 3},
		{addresses + "filter=numero < 5", 5},
		{addresses + "filter=NUMERO IS NULL OR numero >= 23", -1},
		{addresses + "filter=numero IS NULL", 1},
		{addresses + `filter=("numero" > 3) AND ("numero" <= 5)`, 2},
		{addresses + "filter=CASEI(adr_cplete) LIKE CASEI('%ALLÉE D''ÉTÉ') AND numero IN (1,2,99)", 2},
		{addresses + "filter=ACCENTI(CASEI(adr_cplete)) LIKE 'x'", 0},
		{addresses + "filter=ACCENTI(adr_cplete) = ACCENTI('4 Allee d''Ete')", 1},
		{addresses + `filter={"op":"<","args":[{"property":"numero"},5]}&filter-lang=cql2-json`, 5},
		{addresses + `filter={"op":"<","args":[{"property":"numero"},5]}`, 5},
		{addresses + "filter=numero < 5&filter-lang=cql-text", 5},
		{addresses + "filter=maj > DATE('2022-01-20')", -1},
		{addresses + "filter=S_INTERSECTS(geometry,BBOX(1350050,7222000,1350250,7223000))&filter-crs=" + crs.EPSG(3948).URI(), 2},
		{addresses + "filter=S_INTERSECTS(geom,BBOX(1350050,7222000,1350250,7223000))&filter-crs=" + crs.EPSG(3948).URI() + "&filter-lang=cql2-text", 2},
		{addresses + "filter=numero < 5&numero=3&bbox=-2,48,-1,49", 1},
		{stops + "filter=S_WITHIN(geometry,POLYGON((-1.69 48.1,-1.675 48.1,-1.675 48.115,-1.69 48.115,-1.69 48.1)))", 1},
		{stops + "filter=S_WITHIN(geometry,POLYGON((48.1 -1.69,48.1 -1.675,48.115 -1.675,48.115 -1.69,48.1 -1.69)))&filter-crs=" + crs.EPSG(4326).URI(), 1},
		{stops + "datetime=2024-01-01", 2}, // stops have no time
		{blocks + "hauteur=2.5", 1},
		{blocks + "haut=true", 2},
		{blocks + "filter=haut = TRUE AND hauteur > 0", 1},
		{blocks + "filter=hauteur * 2 = 5", 1},
		{blocks + "filter=A_CONTAINS(usages,('a'))", 4},
		{blocks + "filter=T_AFTER(vu,DATE('2023-01-01'))", 4},
		{blocks + "filter=area(geometry) > 9999 AND area(geometry) < 10001", 4},
		{"/collections/filosofi/items?bbox=-180,-90,180,90", 0},
	} {
		path, query, _ := strings.Cut(test.target, "?")
		values := url.Values{"limit": {"1"}}
		for part := range strings.SplitSeq(query, "&") {
			name, value, _ := strings.Cut(part, "=")
			values.Set(name, value)
		}
		if test.want < 0 { // NUMERO is not numero; a whole answer of any size
			w := ask(t, a, path+"?"+values.Encode())
			if strings.Contains(query, "NUMERO") == (w.Code == http.StatusOK) {
				t.Errorf("%s: %d %s", test.target, w.Code, w.Body)
			}
			continue
		}
		if got := get(t, a, path+"?"+values.Encode(), http.StatusOK).at("numberMatched").number(); int(got) != test.want {
			t.Errorf("%s: %g matched, want %d", test.target, got, test.want)
		}
	}
}

// TestAsClientsWriteThem asks with queries as QGIS and GDAL put them on the wire.
func TestAsClientsWriteThem(t *testing.T) {
	a := open(t, nil)
	for query, want := range map[string]int{
		"filter=((numero%20+%201)%20%3E%2023)&filter-lang=cql2-text": 2,
		"filter=(%22adr_cplete%22%20%3D%20'4%20All%C3%A9e;d+x')":     0,
		"filter=numero+%3C+5": 5,
		"filter=((%22numero%22%20%3D%204))%20AND%20((numero%20%3E%203))":                        1,
		"filter=maj%20%3E=%20'2022-01-29T'&filter-lang=cql-text":                                4,
		"datetime=..%2F9999-12-31T00:00:00Z":                                                    25,
		"filter=adr_cplete%20ILIKE%20'4%20ALL%25'&filter-lang=cql-text":                         1,
		"filter=S_INTERSECTS(geom,BBOX(-180,-90,180,90))&filter-lang=cql2-text":                 24,
		"bbox=1350050.00000000000000000,7222000.0000000000,1350250,7223000&bbox-crs=" + lambert: 2,
	} {
		if got := get(t, a, "/collections/adresses/items?resultType=hits&"+query, http.StatusOK).at("numberMatched").number(); int(got) != want {
			t.Errorf("%s: %g matched, want %d", query, got, want)
		}
	}
}

const lambert = "http://www.opengis.net/def/crs/EPSG/0/3948"

// TestWrongQuestions are told what is wrong, where, and what to do.
func TestWrongQuestions(t *testing.T) {
	a := open(t, nil)
	for _, test := range []struct{ query, where, say string }{
		{"filter=numer > 3", "parameter filter", `did you mean \"numero\"?`},
		{"filter=occupant = 'x'", "parameter filter", "queryable"},
		{"filter=numero >", "parameter filter", "character"},
		{"filter=numero > 'x'", "parameter filter, character 10", "cannot be compared"},
		{"filter=", "parameter filter", ""},
		{"filter=numero>1&filter-lang=sql", "parameter filter-lang", "cql2-text"},
		{"filter=numero>1&filter-crs=EPSG:27572", "parameter filter-crs", "not offered"},
		{"filter=" + strings.Repeat("(", 500) + "numero>1" + strings.Repeat(")", 500), "parameter filter", ""},
		{"filter=nothing(numero) = 1", "parameter filter", "function"},
		{"numero=x", "parameter numero", "whole number"},
		{"maj=x", "parameter maj", "day"},
		{"datetime=x", "parameter datetime", "2024-05-06"},
		{"datetime=2024-02-01/2024-01-01", "parameter datetime", "ends before"},
		{"sortby=numer", "parameter sortby", `did you mean \"numero\"?`},
		{"sortby=", "parameter sortby", ""},
		{"sortby=geometry", "parameter sortby", "use one of"},
		{"properties=numer", "parameter properties", `did you mean \"numero\"?`},
		{"properties=occupant", "parameter properties", ""},
		{"skipGeometry=yes", "parameter skipGeometry", "true"},
		{"resultType=count", "parameter resultType", "hits"},
		{"cursor=abc", "parameter cursor", "next"},
		{"cursor=abc&offset=1", "query", "both"},
		{"skipGeometry=true&f=fgb", "parameter f", "use one of"},
	} {
		values, err := url.ParseQuery(strings.NewReplacer("+", "%2B", ";", "%3B").Replace(test.query))
		if err != nil {
			t.Fatal(err)
		}
		w := ask(t, a, "/collections/adresses/items?"+values.Encode())
		var p problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		if (w.Code != http.StatusBadRequest && w.Code != http.StatusRequestEntityTooLarge) || !strings.HasPrefix(p.Where, test.where) || !strings.Contains(w.Body.String(), test.say) {
			t.Errorf("%s: %d %s", test.query, w.Code, w.Body)
		}
	}
}

func TestSortAndSelection(t *testing.T) {
	a := open(t, nil)
	ids := func(query string) string {
		t.Helper()
		var all []string
		for _, f := range get(t, a, "/collections/adresses/items?limit=100&"+query, 200).at("features").list() {
			all = append(all, f.(map[string]any)["id"].(string))
		}
		return strings.Join(all, " ")
	}
	if got := ids("sortby=-numero&filter=numero>20%20OR%20numero%20IS%20NULL"); got != "A24 a/b c?é A21 A22" {
		t.Errorf("from the highest number, those without last: %s", got)
	}
	if got := ids("sortby=%2Bnumero&filter=numero>20%20OR%20numero%20IS%20NULL"); got != "A21 a/b c?é A24 A22" {
		t.Errorf("from the lowest number, those without last: %s", got)
	}
	if got, want := ids("sortby=+numero"), ids("sortby=numero"); got != want {
		t.Error("a plus that became a space is not understood")
	}
	feature := get(t, a, "/collections/adresses/items?limit=1&properties=adr_cplete,geometry", 200).at("features.0")
	properties := feature.at("properties").v.(map[string]any)
	if len(properties) != 1 || feature.at("id").text() != "A00" || properties["adr_cplete"] != "0 Allée d'Été" || feature.at("geometry.type").text() != "Point" {
		t.Errorf("properties=adr_cplete: %v", feature.v)
	}
	if item := get(t, a, "/collections/adresses/items/A01?properties=numero&skipGeometry=true", 200); len(item.at("properties").v.(map[string]any)) != 1 || item.at("geometry").v != nil {
		t.Errorf("a feature with one property and no geometry: %v", item.v)
	}
	hits := get(t, a, "/collections/adresses/items?resultType=hits&filter=numero<5", 200)
	if hits.at("numberMatched").number() != 5 || hits.at("numberReturned").number() != 0 || len(hits.at("features").list()) != 0 || hits.link("next") != "" {
		t.Errorf("hits: %v", hits.v)
	}
}

// TestWalkOutlivesAnEdit turns pages while the data are replaced.
func TestWalkOutlivesAnEdit(t *testing.T) {
	a, store, load := openChanging(t, Config{DefaultLimit: 10}, nil)
	first := get(t, a, "/collections/adresses/items?limit=10", 200)
	unwalked := get(t, a, "/collections/arrets/items?resultType=hits", 200)
	if unwalked.link("next") != "" {
		t.Fatal("hits have a next page")
	}

	store.kept[0].rows = store.kept[0].rows[5:]
	store.kept[0].state.Version.Revision++
	load()

	second := get(t, a, strings.TrimPrefix(first.link("next"), host), 200)
	if second.at("features.0.id").text() != "A10" || second.at("numberMatched").number() != 25 {
		t.Errorf("the walk goes on at %s of %g", second.at("features.0.id").text(), second.at("numberMatched").number())
	}
	back := get(t, a, strings.TrimPrefix(second.link("prev"), host), 200)
	if back.at("features.0.id").text() != "A00" {
		t.Errorf("the page before begins at %s", back.at("features.0.id").text())
	}
	if now := get(t, a, "/collections/adresses/items?limit=1", 200); now.at("numberMatched").number() != 20 || now.at("features.0.id").text() != "A05" {
		t.Errorf("a new walk begins at %v", now.v)
	}

	d := &store.kept[0].state.Descriptor
	d.Fields[slices.IndexFunc(d.Fields, func(f referentials.Field) bool { return f.Name == "numero" })].Disclosure = referentials.Confidential
	store.kept[0].state.Version.Revision++
	load()
	w := ask(t, a, strings.TrimPrefix(second.link("next"), host))
	if w.Code != http.StatusGone || !strings.Contains(w.Body.String(), "start again") {
		t.Errorf("a field was withdrawn, the walk goes on: %d %s", w.Code, w.Body)
	}
}

type fixedKeeper struct {
	current atomic.Pointer[snapshot.Snapshot]
}

func (k *fixedKeeper) Current() *snapshot.Snapshot { return k.current.Load() }
func (k *fixedKeeper) Status() snapshot.Status     { return snapshot.Status{Ready: true} }

// TestConformance holds every class declared against something that answers.
func TestConformance(t *testing.T) {
	a := open(t, nil)
	declared := fmt.Sprint(get(t, a, "/conformance", 200).at("conformsTo").v)
	for _, class := range []string{ // those that QGIS needs to push filters down
		"ogcapi-features-3/1.0/conf/filter", "ogcapi-features-3/1.0/conf/features-filter", "cql2/1.0/conf/cql2-text", "cql2/1.0/conf/basic-cql2",
		"cql2/1.0/conf/advanced-comparison-operators", "cql2/1.0/conf/case-insensitive-comparison", "cql2/1.0/conf/basic-spatial-functions", "cql2/1.0/conf/basic-spatial-operators",
	} {
		if !strings.Contains(declared, "/spec/"+class+" ") && !strings.Contains(declared, "/spec/"+class+"]") {
			t.Errorf("%s is not declared", class)
		}
	}
	for _, id := range []string{"adresses", "filosofi"} {
		doc := get(t, a, "/collections/"+id, 200)
		for _, kind := range []string{"schema", "queryables", "sortables"} {
			schema := get(t, a, strings.TrimPrefix(doc.link("http://www.opengis.net/def/rel/ogc/1.0/"+kind), host), 200)
			if schema.at("type").text() != "object" || schema.at("$id").text() != host+"/collections/"+id+"/"+kind {
				t.Errorf("%s of %s: %v", kind, id, schema.v)
			}
		}
	}
}

// TestWalkOverOtherOrder follows a link to a server that holds the rows of the same revision
// in another order: it does not go on where rows would be left out or come twice.
func TestWalkOverOtherOrder(t *testing.T) {
	a := open(t, nil)
	other, store, load := openChanging(t, Config{Version: "test"}, nil)
	for i := range store.kept {
		if store.kept[i].state.Descriptor.ID == "adresses" {
			rows := store.kept[i].rows
			store.kept[i].rows = append(slices.Clone(rows[1:]), rows[0])
		}
	}
	load()
	for query, want := range map[string]int{"limit=5": http.StatusGone, "limit=5&sortby=id_adr": http.StatusOK} {
		next := get(t, a, "/collections/adresses/items?"+query, http.StatusOK).link("next")
		get(t, other, strings.TrimPrefix(next, "http://socle.test"), want)
	}
}

// TestNamesWithCommas: lists of fields take names that hold commas themselves.
func TestNamesWithCommas(t *testing.T) {
	d := &referentials.Descriptor{Fields: []referentials.Field{{Name: "a"}, {Name: "b"}, {Name: "a,b"}, {Name: "m², en tout, net"}}}
	for list, want := range map[string][]string{
		"":                           {""},
		"a":                          {"a"},
		" a , -b":                    {"a", "-b"},
		"b,a":                        {"b", "a"},
		"a,b":                        {"a,b"},
		"b,-a,b,a":                   {"b", "-a,b", "a"},
		"-m², en tout, net,a":        {"-m², en tout, net", "a"},
		"m², en tout,a":              {"m²", "en tout", "a"},
		"a, m², en tout, net, a,b,c": {"a", "m², en tout, net", "a,b", "c"},
	} {
		if got := namesIn(list, d); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", list, got, want)
		}
	}
}
