package api

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"socle/geo"
	"socle/geo/crs"
	"socle/imu/theme"
	"socle/referentials"
	"socle/referentials/address"
	"socle/referentials/snapshot"
)

// consumption is what 4 blocks use, by delivery point: 12 points of 2 MWh each on the
// first, 3 on the second, 11 on the third and none on the last; and one outside.
func consumption() (referentials.Descriptor, []referentials.Row) {
	d := referentials.Descriptor{
		ID: "conso_elec", Class: referentials.Territory, Access: referentials.Restricted, Profile: "energie-elec-res",
		Geometry: geo.Point, CRS: crs.EPSG(2154), Key: "pdl", Vintage: "2023",
		Fields: []referentials.Field{
			{Name: "pdl", Type: referentials.String, Role: referentials.Key, Disclosure: referentials.Confidential},
			{Name: "conso_mwh", Type: referentials.Number, Unit: "MW.h", Role: referentials.Extensive, Disclosure: referentials.Confidential},
		},
	}
	var rows []referentials.Row
	for block, n := range []int{12, 3, 11, 0} {
		for i := range n {
			x, y := 351_000+float64(block%2)*100+5+float64(i), 6_789_000+float64(block/2)*100+50
			rows = append(rows, row(point(x, y), text(fmt.Sprintf("SECRET-%d-%d", block, i)), number(2)))
		}
	}
	return d, append(rows, row(point(360_000, 6_789_000), text("SECRET-out"), number(2)))
}

// openDesk gives an API that puts themes on meshes.
func openDesk(t *testing.T) *API {
	t.Helper()
	return openDeskThat(t, func(theme.File) {})
}

// openDeskThat is openDesk, and tells what files are sent.
func openDeskThat(t *testing.T, sent func(theme.File)) *API {
	t.Helper()
	store := rennes()
	d, rows := consumption()
	store.add(d, rows...)
	keeper := snapshot.New(store, snapshot.Options{})
	if err := keeper.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	addresses := address.NewKeeper(func() *snapshot.Public { return keeper.Current().Public() }, nil) // which does not run
	desk, err := theme.New(theme.Options{Addresses: addresses.Ready, ReadFile: func(_ context.Context, f theme.File) (*snapshot.Collection, []referentials.Text, error) {
		sent(f)
		own, _ := keeper.Current().Collection("arrets")
		return own, nil, nil
	}}, keeper.Current)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(desk.Close)
	a, err := New(Config{Version: "test", Desk: desk}, keeper, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return a
}

// TestAggregate counts stops on blocks and on one that holds none.
func TestAggregate(t *testing.T) {
	a := openDesk(t)
	doc := get(t, a, "/collections/îlots/aggregate?source=adresses&measure=count", http.StatusOK)
	balance := doc.at("receipt.balance.0")
	if balance.at("total").number() != 25 || balance.at("shown").number()+balance.at("unmatched").number() != 25 || doc.at("receipt.method.name").text() != "point" {
		t.Errorf("%v", doc.at("receipt").v)
	}
	if got := len(doc.at("columns.id").list()); got != 4 {
		t.Errorf("%d cells", got)
	}
	for _, format := range []string{"csv", "geojson", "jsonfg", "geojsonseq", "fgb", "gpkg", "parquet"} {
		w := ask(t, a, "/collections/îlots/aggregate?source=adresses&measure=count&f="+format)
		if w.Code != http.StatusOK || w.Body.Len() == 0 || !strings.Contains(w.Header().Get("Link"), "describedby") {
			t.Errorf("%s: %d %s", format, w.Code, w.Body)
		}
	}
	w := ask(t, a, "/collections/îlots/aggregate?source=adresses&measure=count")
	if known := ask(t, a, "/collections/îlots/aggregate?source=adresses&measure=count", "If-None-Match", w.Header().Get("ETag")); known.Code != http.StatusNotModified {
		t.Errorf("known: %d", known.Code)
	}
	if other := ask(t, a, "/collections/îlots/aggregate?source=adresses&measure=count,min(numero)"); other.Header().Get("ETag") == w.Header().Get("ETag") {
		t.Error("another question has the same ETag")
	}
}

// TestAggregateHides shows no figure of fewer than ten points, nor what would give it away,
// and none of the points in any form, error or header.
func TestAggregateHides(t *testing.T) {
	a := openDesk(t)
	for _, format := range []string{"json", "csv", "geojson"} {
		w := ask(t, a, "/collections/îlots/aggregate?source=conso_elec&measure=sum(conso_mwh)&f="+format)
		if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "SECRET") {
			t.Fatalf("%s: %d %s", format, w.Code, w.Body)
		}
	}
	w := ask(t, a, "/collections/îlots/aggregate?source=conso_elec&measure=sum(conso_mwh)&f=csv")
	table, err := csv.NewReader(w.Body).ReadAll()
	if err != nil || len(table) != 5 {
		t.Fatal(table, err)
	}
	hidden := 0
	for _, line := range table[1:] {
		if strings.Contains(strings.Join(line, ","), "hidden") {
			hidden++
			if line[1] != "" {
				t.Errorf("a hidden figure is told: %v", line)
			}
		}
	}
	if hidden != 1 {
		t.Errorf("%d figures are hidden in %v", hidden, table)
	}
	// The whole total would give the only hidden figure away: what is told is of the rest, and says so.
	balance := get(t, a, "/collections/îlots/aggregate?source=conso_elec&measure=sum(conso_mwh)", http.StatusOK).at("receipt.balance.0")
	if balance.at("total").number() != 46 || balance.at("partial").v != true || balance.at("withheld").v != nil || balance.at("unmatched").v != nil {
		t.Errorf("the balance is %v", balance.v)
	}
	for _, path := range []string{
		"/collections/conso_elec", "/collections/conso_elec/items", "/tiles/conso_elec.json", "/collections/conso_elec/aggregate?source=adresses&measure=count",
		"/collections/îlots/crosswalk?source=conso_elec", "/collections/îlots/aggregate?source=conso_elec&measure=sum(conso_mwh)&profile=none",
		"/collections/îlots/aggregate?source=conso_elec&measure=sum(conso_mwh)&filter=pdl%3D'SECRET-0-1'", "/collections/îlots/aggregate?source=conso_elec&measure=sum(pdl)",
		"/collections/îlots/aggregate?source=occupants&measure=count", "/collections/îlots/aggregate?source=conso_elec&measure=max(conso_mwh)",
		"/collections/îlots/aggregate?source=conso_elec&measure=count&by=pdl",
	} {
		w := ask(t, a, path)
		if w.Code < 400 || w.Code >= 500 || strings.Contains(w.Body.String(), "SECRET-1") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

func TestAggregateRefusals(t *testing.T) {
	a := openDesk(t)
	for query, want := range map[string]struct {
		status int
		says   string
	}{
		"nulle/aggregate?source=adresses&measure=count":                     {404, "no collection"},
		"filosofi/aggregate?source=adresses&measure=count":                  {400, "filosofi"},
		"îlots/aggregate?source=adreses&measure=count":                      {400, "did you mean \"adresses\"?"},
		"îlots/aggregate?source=adresses":                                   {400, "measure"},
		"îlots/aggregate?source=adresses&measure=summ(numero)":              {400, "sum"},
		"îlots/aggregate?source=adresses&measure=sum(adr_cplete)":           {400, "string"},
		"îlots/aggregate?source=adresses&measure=sum(numeros)":              {400, "numero"},
		"îlots/aggregate?source=adresses&measure=count&profile=insee":       {400, "insee"},
		"îlots/aggregate?source=adresses&measure=count&method=magic":        {400, "magic"},
		"îlots/aggregate?source=adresses&measure=count&year=x":              {400, "year"},
		"îlots/aggregate?source=adresses&measure=count&colour=red":          {400, "colour"},
		"îlots/aggregate?source=adresses&measure=count&f=xml":               {400, "parameter f"},
		"îlots/aggregate?source=adresses&measure=count&filter=numero<":      {400, "filter"},
		"îlots/aggregate?source=adresses&measure=count&filter=occupant='x'": {400, "occupant"},
		"îlots/aggregate?source=adresses&measure=count&by=occupant":         {400, ""},
		"îlots/aggregate?source=adresses&measure=count&parents=rien":        {400, "rien"},
		"îlots/aggregate?source=adresses&measure=count&weight=x":            {400, "weights="},
		"îlots/crosswalk?source=nulle":                                      {400, "no collection"},
		"îlots/crosswalk?source=filosofi":                                   {400, ""},
		"îlots/crosswalk?source=adresses&measure=count":                     {400, "measure"},
	} {
		w := ask(t, a, "/collections/"+query)
		if w.Code != want.status && !(want.says == "" && w.Code == http.StatusForbidden) || !strings.Contains(strings.ReplaceAll(w.Body.String(), `\"`, `"`), want.says) {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
}

func TestCrosswalk(t *testing.T) {
	w := ask(t, openDesk(t), "/collections/îlots/crosswalk?source=carreaux")
	table, err := csv.NewReader(w.Body).ReadAll()
	if w.Code != http.StatusOK || err != nil || len(table) < 1 || table[0][0] != "source_id" {
		t.Errorf("%d %v %v", w.Code, table, err)
	}
	w = ask(t, openDesk(t), "/collections/îlots/crosswalk?source=carreaux&f=parquet")
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Body.String(), "PAR1") || !strings.Contains(w.Body.String(), "cell_id") ||
		w.Header().Get("Content-Type") != "application/vnd.apache.parquet" || !strings.Contains(w.Header().Get("Content-Disposition"), ".parquet") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

// TestAggregateOwn takes a file that is sent and keeps none of it.
func TestAggregateOwn(t *testing.T) {
	var sent theme.File
	a := openDeskThat(t, func(f theme.File) { sent = f })
	post := func(target, media, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, host+target, strings.NewReader(body))
		r.Header.Set("Content-Type", media)
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		return w
	}
	w := post("/collections/îlots/aggregate?measure=count", "text/csv; charset=utf-8", "code,x,y\n")
	var doc struct {
		Receipt struct{ Rows int } `json:"receipt"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || w.Code != http.StatusOK || doc.Receipt.Rows != 2 || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %s %v", w.Code, w.Body, err)
	}
	if w := post("/collections/îlots/aggregate?measure=count&source-key=code&source-crs=EPSG:2154", "text/csv", ""); w.Code != http.StatusOK || sent.Key != "code" || sent.CRS != crs.EPSG(2154) {
		t.Errorf("%d %s %+v", w.Code, w.Body, sent)
	}
	if w := post("/collections/îlots/aggregate?measure=count&source-address=voie,", "text/csv", ""); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "source-address") {
		t.Errorf("a column without a name: %d %s", w.Code, w.Body)
	}
	sent = theme.File{}
	if w := post("/collections/îlots/aggregate?measure=count&source-address=voie,ville", "text/csv", ""); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" ||
		!strings.Contains(w.Body.String(), "try again in a moment") || sent.Body != nil {
		t.Errorf("before the index of addresses is made: %d %s %v", w.Code, w.Body, sent)
	}
	if w := post("/collections/îlots/aggregate?measure=count&source-crs=Lambert", "text/csv", ""); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "source-crs") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := post("/collections/îlots/aggregate?measure=count", "image/png", ""); w.Code != http.StatusUnsupportedMediaType {
		t.Errorf("a picture: %d", w.Code)
	}
	if w := post("/collections/îlots/aggregate?measure=count&source=adresses", "text/csv", ""); w.Code != http.StatusBadRequest {
		t.Errorf("a source too: %d", w.Code)
	}
}

// TestAggregateIsDescribed finds the way to figures in the document of a mesh and in the
// description of the API, and nowhere else.
func TestAggregateIsDescribed(t *testing.T) {
	a := openDesk(t)
	doc := description(t, a)
	if doc.Paths.Find("/collections/îlots/aggregate") == nil || doc.Paths.Find("/collections/îlots/crosswalk") == nil || doc.Paths.Find("/collections/adresses/aggregate") != nil {
		t.Error("the description does not tell which collections are meshes")
	}
	if p := doc.Paths.Find("/collections/îlots/aggregate").Post.Parameters.GetByInAndName("query", "source-address"); p == nil || p.Required {
		t.Error("the description does not tell of written addresses")
	}
	mesh, plain := get(t, a, "/collections/îlots", 200), get(t, a, "/collections/adresses", 200)
	if !strings.Contains(fmt.Sprint(mesh.v), "/aggregate") || strings.Contains(fmt.Sprint(plain.v), "/aggregate") {
		t.Error("the links do not tell which collections are meshes")
	}
	if a := open(t, nil); ask(t, a, "/collections/îlots/aggregate").Code != http.StatusNotFound || strings.Contains(ask(t, a, "/api").Body.String(), "aggregate") {
		t.Error("a server without a desk offers figures")
	}
}
