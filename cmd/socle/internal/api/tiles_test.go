package api

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	orbmvt "github.com/paulmach/orb/encoding/mvt"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/tiles"
	"socle/tiles/matrix"
)

// tileOf asks for a tile and reads it with an independent reader.
func tileOf(t testing.TB, h http.Handler, target string) orbmvt.Layers {
	t.Helper()
	w := ask(t, h, target)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != mediaMVT {
		t.Fatalf("%s: %d %s %s", target, w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	layers, err := orbmvt.Unmarshal(w.Body.Bytes())
	if err != nil {
		t.Fatalf("%s: %v", target, err)
	}
	return layers
}

// TestTilesets follows the links from the landing page to a tile of every tileset.
func TestTilesets(t *testing.T) {
	a := open(t, nil)
	follow := func(d document, rel string) document {
		t.Helper()
		href := d.link(rel)
		if !strings.HasPrefix(href, host) {
			t.Fatalf("link %q is %q", rel, href)
		}
		return get(t, a, strings.TrimPrefix(href, host), 200)
	}
	landing := get(t, a, "/", 200)
	if sets := follow(landing, relSchemes); len(sets.at("tileMatrixSets").list()) != len(matrix.Sets()) {
		t.Errorf("%v", sets.v)
	}
	lists := []document{follow(landing, relTilesets)}
	all := get(t, a, "/collections", 200)
	for i := range all.at("collections").list() {
		c := all.at(fmt.Sprintf("collections.%d", i))
		if c.link(relTilesets) == "" {
			if c.at("id").text() != "filosofi" {
				t.Errorf("%s has no tiles", c.at("id").text())
			}
			continue
		}
		lists = append(lists, follow(c, relTilesets))
	}
	tiles := 0
	for _, list := range lists {
		for i := range list.at("tilesets").list() {
			item := list.at(fmt.Sprintf("tilesets.%d", i))
			set := follow(item, "self")
			if follow(item, relTilingScheme).at("crs").text() != set.at("crs").text() || follow(set, relTilingScheme).at("id").text() != set.at("tileMatrixSetId").text() {
				t.Errorf("%v", set.v)
			}
			filled := walkLimits(t, a, set)
			if filled == 0 && len(set.at("tileMatrixSetLimits").list()) > 0 {
				t.Errorf("%s: nothing is on its tiles", set.link("self"))
			}
			tiles += filled
		}
	}
	if tiles < 20 {
		t.Errorf("only %d tiles", tiles)
	}
}

// walkLimits asks for the corners of a tileset's limits, which are there, and for what lies
// beyond them, which is not. It counts the tiles that hold something.
func walkLimits(t *testing.T, a *API, set document) (filled int) {
	t.Helper()
	template := set.link("item")
	if !strings.HasPrefix(template, host) || !strings.Contains(template, "{tileMatrix}/{tileRow}/{tileCol}") {
		t.Fatalf("item is %q", template)
	}
	for i := range set.at("tileMatrixSetLimits").list() {
		l := set.at(fmt.Sprintf("tileMatrixSetLimits.%d", i))
		status := func(row, column float64) int {
			target := strings.NewReplacer("{tileMatrix}", l.at("tileMatrix").text(), "{tileRow}", fmt.Sprint(int(row)), "{tileCol}", fmt.Sprint(int(column))).Replace(template)
			return ask(t, a, strings.TrimPrefix(target, host)).Code
		}
		top, bottom, left, right := l.at("minTileRow").number(), l.at("maxTileRow").number(), l.at("minTileCol").number(), l.at("maxTileCol").number()
		for _, code := range []int{status(top, left), status(bottom, right)} {
			switch code {
			case http.StatusOK:
				filled++
			case http.StatusNoContent:
			default:
				t.Errorf("%s at %v: %d", template, l.v, code)
			}
		}
		for _, code := range []int{status(bottom+1, left), status(top, right+1)} {
			if code != http.StatusNotFound {
				t.Errorf("%s beyond %v: %d", template, l.v, code)
			}
		}
	}
	return filled
}

// TestSameTile: one tile has one form, by whatever path it is asked for.
func TestSameTile(t *testing.T) {
	a := open(t, nil)
	body := func(target string) []byte {
		w := ask(t, a, target)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", target, w.Code, w.Body)
		}
		return w.Body.Bytes()
	}
	for web, others := range map[string][]string{
		"/tiles/adresses/12/2028/1422.mvt": {"/tiles/adresses/12/2028/1422.pbf", "/collections/adresses/tiles/WebMercatorQuad/12/1422/2028",
			"/collections/adresses/tiles/WebMercatorQuad/12/1422/2028?f=mvt", "/tiles/WebMercatorQuad/12/1422/2028?collections=adresses"},
		"/tiles/arrets,adresses/10/507/355.mvt": {"/tiles/WebMercatorQuad/10/355/507?collections=arrets,adresses", "/tiles/arrets,adresses/10/507/355.mvt?filter=TRUE"},
	} {
		want := body(web)
		for _, other := range others {
			if !bytes.Equal(body(other), want) {
				t.Errorf("%s differs from %s", other, web)
			}
		}
	}
	if layers := tileOf(t, a, "/tiles/WebMercatorQuad/10/355/507?collections=arrets,adresses"); len(layers) != 2 || layers[0].Name != "arrets" {
		t.Errorf("layers out of order: %v", layers)
	}
}

// TestNarrowedTiles: a filter and properties do on tiles what they do on features.
func TestNarrowedTiles(t *testing.T) {
	a := open(t, nil)
	const tile = "/tiles/adresses/8/126/88.mvt?"
	whole := tileOf(t, a, "/tiles/adresses/8/126/88.mvt")
	if len(whole[0].Features) < 5 {
		t.Fatalf("only %d addresses on the tile", len(whole[0].Features))
	}
	for _, query := range []string{
		"filter=" + url.QueryEscape("numero BETWEEN 3 AND 7"),
		"filter=" + url.QueryEscape("adr_cplete LIKE '1%'"),
		"filter-lang=cql2-json&filter=" + url.QueryEscape(`{"op":"<","args":[{"property":"numero"},5]}`),
		"filter-crs=EPSG:3948&filter=" + url.QueryEscape("S_INTERSECTS(geometry,BBOX(1350000,7222000,1350450,7222300))"),
	} {
		page := get(t, a, "/collections/adresses/items?limit=100&"+query, 200)
		var want []string
		for i := range page.at("features").list() {
			f := page.at(fmt.Sprintf("features.%d", i))
			if f.at("geometry").v != nil {
				want = append(want, f.at("id").text())
			}
		}
		var got []string
		// Deep enough that no point stands for others: the addresses are a hundred metres apart.
		for _, at := range []string{"13/4057/2843", "13/4057/2844"} {
			w := ask(t, a, "/tiles/adresses/"+at+".mvt?"+query)
			if w.Code == http.StatusNoContent {
				continue
			}
			layers, err := orbmvt.Unmarshal(w.Body.Bytes())
			if err != nil {
				t.Fatalf("%s: %v", w.Body, err)
			}
			for _, f := range layers[0].Features {
				got = append(got, fmt.Sprint(f.Properties["id_adr"]))
			}
		}
		slices.Sort(got)
		if got = slices.Compact(got); len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	for query, want := range map[string]string{
		"properties=numero":             "id_adr numero",
		"properties=adr_cplete,numero":  "adr_cplete id_adr numero",
		"properties=numero,numero,geom": "id_adr numero",
		"properties=":                   "id_adr",
	} {
		for _, f := range tileOf(t, a, tile+query)[0].Features {
			if f.Properties["numero"] == nil && strings.Contains(want, "numero") {
				continue // null, or it stands for others
			}
			var names []string
			for name := range f.Properties {
				if name != "point_count" {
					names = append(names, name)
				}
			}
			slices.Sort(names)
			if got := strings.Join(names, " "); got != want {
				t.Errorf("%s: %s, want %s", query, got, want)
			}
		}
		fields := get(t, a, "/tiles/adresses.json?"+query, 200).at("vector_layers.0.fields").v.(map[string]any)
		delete(fields, "point_count") // what no field says, and points that stand for others do
		if len(fields) != len(strings.Fields(want)) {
			t.Errorf("%s: TileJSON tells of %v", query, fields)
		}
	}
	doc := get(t, a, "/tiles/adresses.json?filter=numero%3C3&properties=numero", 200).at("tiles.0").text()
	if doc != host+"/tiles/adresses/{z}/{x}/{y}.mvt?filter=numero%3C3&properties=numero" {
		t.Errorf("the tiles of a filtered TileJSON are at %s", doc)
	}
	// Each of several collections shows what it has.
	layers := tileOf(t, a, "/tiles/arrets,adresses/8/126/88.mvt?properties=numero,code")
	if layers[0].Features[0].Properties["code"] == nil {
		t.Errorf("stops have lost their code: %v", layers[0].Features[0].Properties)
	}
}

// TestTileRefusals are requests for tiles that are wrong, with what the answer must say.
func TestTileRefusals(t *testing.T) {
	a := open(t, nil)
	const tile = "/collections/adresses/tiles/WebMercatorQuad/12/1422/2028"
	for _, test := range []struct {
		target string
		status int
		say    string
	}{
		{"/tileMatrixSets/WebMercatorQuads", 404, `did you mean \"WebMercatorQuad\"?`},
		{"/tileMatrixSets?x=1", 400, "no parameter"},
		{"/tiles/adresses", 404, "end in .mvt"},
		{"/tiles/adresses/12/2028/1422", 404, "end in .mvt"},
		{"/tiles/WebMercatorQuad.json", 404, "no collection"},
		{"/tiles/WebMercatorQuad?f=csv", 400, "use one of"},
		{"/tiles/WebMercatorQuad?collections=occupants", 404, "no collection"},
		{"/tiles/WebMercatorQuad?collections=", 404, "no collection"},
		{"/tiles/WebMercatorQuad?collections=adresses,filosofi", 404, "table"},
		{"/tiles/WebMercatorQuad/0/0/0?collections=adresses,adresses", 400, "twice"},
		{"/tiles/WebMercatorQuad/0/0/0?collections=adresses&collections=arrets", 400, "2 times"},
		{"/tiles/WebMercatorQuad/0/0/0?collections=" + strings.Repeat("adresses,", 40) + "arrets", 413, "at most"},
		{"/tiles/WebMercatorQuad/0/0/0?limit=1", 400, "no parameter"},
		{"/collections/filosofi/tiles", 404, "table"},
		{"/collections/filosofi/tiles/WebMercatorQuad", 404, "table"},
		{"/collections/occupants/tiles", 404, "no collection"},
		{"/collections/adresses/tiles/Nowhere", 404, "no tile matrix set"},
		{"/collections/adresses/tiles/Nowhere/0/0/0", 404, "no tile matrix set"},
		{"/collections/adresses/tiles/WebMercatorQuad/25/0/0", 404, "no tile matrix"},
		{"/collections/adresses/tiles/WebMercatorQuad/x/0/0", 404, "no tile matrix"},
		{"/collections/adresses/tiles/WebMercatorQuad/24/0/0", 404, "no tiles at matrix 24"},
		{"/collections/adresses/tiles/WebMercatorQuad/12/x/0", 404, "not the zoom, column or row"},
		{"/collections/adresses/tiles/WebMercatorQuad/12/2147483647/2147483647", 404, "rows go from 1421 to"},
		{"/collections/adresses/tiles/WebMercatorQuad/12/1/1", 404, "rows go from"},
		{"/collections/vide/tiles/WebMercatorQuad/0/0/0", 404, "no tiles at matrix 0"},
		{tile + "?collections=arrets", 400, "no parameter"},
		{tile + "?f=json", 400, "use one of: mvt"},
		{tile + "?filter=numer%3C3", 400, `did you mean`},
		{tile + "?filter=(", 400, "parameter filter"},
		{tile + "?filter-lang=sql", 400, "parameter filter-lang"},
		{tile + "?filter-crs=EPSG:27572", 400, "not offered"},
		{tile + "?filter=occupant%3D'x'", 400, "occupant"},
		{tile + "?properties=occupant", 400, "features cannot show"},
		{"/tiles/adresses/0/0/0.mvt?properties=nom", 400, "features cannot show"},
		{"/tiles/adresses/0/0/0.mvt?filter=x", 400, "parameter filter"},
		{"/tiles/adresses,arrets/0/0/0.mvt?filter=numero%3C3", 400, "collection arrets"},
		{"/tiles/adresses.json?filter=x", 400, "parameter filter"},
		{"/tiles/adresses/0/0/0.mvt?f=mvt", 400, "no parameter"},
		{"/styles/nowhere.json", 404, "no collection"},
		{"/styles/occupants.json", 404, "no collection"},
		{"/styles/filosofi.json", 404, "no style"},
		{"/styles/adresses.json?f=html", 400, "no parameter"},
	} {
		for _, headers := range [][]string{nil, {"If-None-Match", "*"}} {
			w := ask(t, a, test.target, headers...)
			if w.Code != test.status || w.Header().Get("Content-Type") != "application/problem+json" || !strings.Contains(w.Body.String(), test.say) {
				t.Errorf("%.100s: %d %s, want %d %q", test.target, w.Code, w.Body, test.status, test.say)
			}
		}
	}
	if w := ask(t, a, tile, "Accept", "application/json"); w.Code != http.StatusNotAcceptable {
		t.Errorf("a tile as JSON: %d", w.Code)
	}
	// As Java's own client asks.
	if w := ask(t, a, tile, "Accept", "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"); w.Code != http.StatusOK {
		t.Errorf("a tile for Java: %d", w.Code)
	}
}

// TestStyles asks for every style that is listed, and for a tile of each.
func TestStyles(t *testing.T) {
	a := open(t, nil)
	list := get(t, a, "/styles", 200)
	if len(list.at("styles").list()) != 6 || list.at("default").text() != "territoire" {
		t.Fatalf("%v", list.v)
	}
	for i := range list.at("styles").list() {
		item := list.at(fmt.Sprintf("styles.%d", i))
		style := get(t, a, strings.TrimPrefix(item.link("stylesheet"), host), 200)
		template := style.at("sources.socle.tiles.0").text()
		if !strings.HasPrefix(template, host+"/tiles/") {
			t.Errorf("%s: tiles are at %q", item.at("id").text(), template)
		}
		target := strings.NewReplacer("{z}", "10", "{x}", "507", "{y}", "355").Replace(template)
		if w := ask(t, a, strings.TrimPrefix(target, host)); w.Code != http.StatusOK && w.Code != http.StatusNoContent {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
	if key := get(t, a, "/styles/adresses.json", 200).at("sources.socle.promoteId.adresses").text(); key != "id_adr" {
		t.Errorf("features on tiles are told apart by %q", key)
	}
	if w := ask(t, a, "/styles/adresses"); w.Header().Get("Content-Type") != mediaStyle {
		t.Errorf("%d %s", w.Code, w.Header().Get("Content-Type"))
	}
}

// FuzzTiles asks for tiles at any address: wrong ones are told, none is our fault.
func FuzzTiles(f *testing.F) {
	for _, path := range []string{"/tiles/adresses/8/126/88.mvt", "/tiles/adresses,arrets.json", "/tiles/WebMercatorQuad/8/88/126", "/tiles/LAMB93_10cm",
		"/collections/adresses/tiles/WebMercatorQuad/8/88/126", "/tiles/,,/0/0/0.mvt", "/tiles/adresses/-1/0/0.mvt", "/tiles/a%2Fb/4294967296/0/0.pbf",
		"/tiles//0/0/0.mvt", "/styles/territoire.json", "/styles/.json", "/tileMatrixSets/CC48_10cm", "/collections/%C3%AElots/tiles"} {
		for _, query := range []string{"", "filter=numero<3&filter-lang=cql2-text", "properties=numero,geometry", "collections=adresses,arrets&f=mvt", "collections=,&f=html"} {
			f.Add(path, query)
		}
	}
	a := open(f, nil)
	f.Fuzz(func(t *testing.T, path, query string) {
		u := url.URL{Scheme: "http", Host: "socle.test", Path: "/" + strings.TrimPrefix(path, "/"), RawQuery: query}
		if _, err := url.Parse(host + u.RequestURI()); err != nil {
			return // no client can send it
		}
		w := ask(t, a, u.RequestURI())
		if w.Code >= 500 {
			t.Fatalf("%q: %d %s", u.RequestURI(), w.Code, w.Body)
		}
		if w.Code >= 400 && w.Header().Get("Content-Type") != "application/problem+json" {
			t.Fatalf("%q: %d %s", u.RequestURI(), w.Code, w.Header().Get("Content-Type"))
		}
	})
}

// TestNumberedFeatures: where the number of a feature is its key, and no attribute, no style
// has clients look for that attribute.
func TestNumberedFeatures(t *testing.T) {
	a, store, load := openChanging(t, Config{}, tiles.New(tiles.Options{}))
	store.add(referentials.Descriptor{
		ID: "bornes", Access: referentials.Open, Geometry: geo.Point, CRS: crs.CRS84, Key: "n", Tiles: referentials.TilePolicy{Fields: []string{"nom"}},
		Fields: []referentials.Field{{Name: "n", Type: referentials.Integer, Role: referentials.Key}, {Name: "nom", Type: referentials.String}},
	}, row(point(-1.68, 48.11), integer(7), text("Borne")))
	load()
	if w := ask(t, a, "/styles/bornes.json"); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "promoteId") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if about := strings.Join(strings.Fields(ask(t, a, "/tiles/bornes.json").Body.String()), ""); !strings.Contains(about, `"nom":"String"`) || strings.Contains(about, `"n":`) {
		t.Errorf("tiles carry the key, and the test shows nothing: %s", about)
	}
}
