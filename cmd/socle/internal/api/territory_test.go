package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/snapshot"
	"socle/tiles"
)

// territory is a store of a few small collections, in memory.
type territory struct {
	referentials.Store // what a Keeper does not call here
	kept               []kept
}

type kept struct {
	state referentials.State
	rows  []referentials.Row
}

func (t *territory) Collections(context.Context) ([]referentials.State, error) {
	var all []referentials.State
	for _, k := range t.kept {
		all = append(all, k.state)
	}
	return all, nil
}

func (t *territory) Load(_ context.Context, id string, _ int64, read func(referentials.State, referentials.Rows) error) error {
	i := slices.IndexFunc(t.kept, func(k kept) bool { return k.state.Descriptor.ID == id })
	return read(t.kept[i].state, func(yield func(*referentials.Row, error) bool) {
		for k := range t.kept[i].rows {
			if !yield(&t.kept[i].rows[k], nil) {
				return
			}
		}
	})
}

func (t *territory) add(d referentials.Descriptor, rows ...referentials.Row) {
	t.kept = append(t.kept, kept{referentials.State{Descriptor: d, Version: referentials.Version{
		Collection: d.ID, ID: 3, Revision: 14, Rows: int64(len(rows)), Current: true, Source: "/home/somebody/secret-path.csv",
		PublishedAt: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC),
	}}, rows})
}

func point(x, y float64) geo.Geometry { return geo.Geometry{Type: geo.Point, XY: []float64{x, y}} }

func square(x, y, side float64) geo.Geometry {
	g := geo.Geometry{Type: geo.MultiPolygon, XY: []float64{x, y, x + side, y, x + side, y + side, x, y + side, x, y}}
	g.EndRing()
	g.EndPart()
	return g
}

func row(g geo.Geometry, values ...referentials.Value) referentials.Row {
	return referentials.Row{Values: values, Geom: g}
}

var (
	text    = referentials.StringValue
	integer = referentials.IntegerValue
	number  = referentials.NumberValue
)

// rennes is 25 addresses in CC48, 4 blocks in Lambert-93, stops in EPSG:4326, cells in
// EPSG:3035 (which is written y first), a table, and what must not be shown.
func rennes() *territory {
	t := new(territory)
	addresses := referentials.Descriptor{
		ID: "adresses", Title: referentials.Text{FR: "Adresses", EN: "Addresses"}, Description: referentials.Text{FR: "Le référentiel des voies et adresses"},
		Class: referentials.Reference, Access: referentials.Open, Geometry: geo.Point, CRS: crs.EPSG(3948), Key: "id_adr",
		Producer: "Rennes Métropole", Licence: "ODbL-1.0", Vintage: "2024", Frequency: referentials.Weekly,
		Fields: []referentials.Field{
			{Name: "id_adr", Title: referentials.Text{FR: "Identifiant", EN: "Identifier"}, Type: referentials.String, Role: referentials.Key},
			{Name: "numero", Type: referentials.Integer},
			{Name: "adr_cplete", Type: referentials.String, Role: referentials.Label},
			{Name: "maj", Type: referentials.Date},
			{Name: "occupant", Type: referentials.String, Disclosure: referentials.Confidential},
		},
	}
	var rows []referentials.Row
	for i := range 25 {
		g := point(1_350_000+float64(i)*100, 7_222_000+float64(i)*50.5)
		if i == 24 {
			g = geo.Geometry{}
		}
		rows = append(rows, row(g, text(fmt.Sprintf("A%02d", i)), integer(int64(i)),
			text(fmt.Sprintf("%d Allée d'Été", i)), referentials.DateValue(int64(19000+i)), text("CLASSIFIED")))
	}
	rows[23].Values[0] = text("a/b c?é")
	rows[22].Values[1] = referentials.Null
	t.add(addresses, rows...)

	blocks := referentials.Descriptor{
		ID: "îlots", Class: referentials.Reference, Access: referentials.Open, Geometry: geo.MultiPolygon, CRS: crs.EPSG(2154), Key: "id", Mesh: true,
		Fields: []referentials.Field{
			{Name: "id", Type: referentials.Integer, Role: referentials.Key},
			{Name: "hauteur", Type: referentials.Number, Unit: "m"},
			{Name: "haut", Type: referentials.Boolean},
			{Name: "usages", Type: referentials.JSON},
			{Name: "vu", Type: referentials.DateTime},
		},
	}
	var cells []referentials.Row
	for i := range 4 {
		cells = append(cells, row(square(351_000+float64(i%2)*100, 6_789_000+float64(i/2)*100, 100), integer(int64(i+1)), number(float64(i)*2.5),
			referentials.BooleanValue(i%2 == 0), referentials.JSONValue(`["a",{"b":1}]`), referentials.DateTimeValue(1_700_000_000_123_456)))
	}
	t.add(blocks, cells...)

	label := []referentials.Field{{Name: "code", Type: referentials.String, Role: referentials.Key}}
	t.add(referentials.Descriptor{ID: "arrets", Class: referentials.Territorial, Access: referentials.Open, Geometry: geo.Point, CRS: crs.EPSG(4326), Key: "code", Fields: label},
		row(point(-1.68, 48.11), text("République")), row(point(-1.67, 48.12), text("Sainte-Anne")))
	t.add(referentials.Descriptor{ID: "carreaux", Class: referentials.Territory, Access: referentials.Open, Geometry: geo.MultiPolygon, CRS: crs.EPSG(3035), Key: "code", Fields: label},
		row(square(3_470_000, 2_810_000, 200), text("N2810000E3470000")))
	t.add(referentials.Descriptor{ID: "filosofi", Class: referentials.Territory, Access: referentials.Open, Key: "iris",
		Fields: []referentials.Field{{Name: "iris", Type: referentials.String, Role: referentials.Key}, {Name: "median", Type: referentials.Number}}},
		row(geo.Geometry{}, text("352380101"), number(21450.5)), row(geo.Geometry{}, text("352380102"), referentials.Null))
	t.add(referentials.Descriptor{ID: "vide", Class: referentials.Territory, Access: referentials.Open, Geometry: geo.Point, CRS: crs.EPSG(3948), Key: "code", Fields: label})

	secret := addresses.Clone()
	secret.ID, secret.Access = "occupants", referentials.Restricted
	t.add(secret, rows...)
	conso := addresses.Clone()
	conso.ID, conso.Profile = "conso", "energie"
	t.add(conso, rows...)
	return t
}

// open gives a loaded API of rennes.
func open(t testing.TB, change func(*Config)) *API {
	t.Helper()
	keeper := snapshot.New(rennes(), snapshot.Options{})
	if err := keeper.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	config := Config{Version: "test", TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	if change != nil {
		change(&config)
	}
	a, err := New(config, keeper, tiles.New(tiles.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	a.now = func() time.Time { return time.Date(2024, 5, 6, 7, 8, 9, 123_456_000, time.UTC) }
	t.Cleanup(a.Close)
	return a
}

// openChanging gives an API of rennes as a store that changes: load has it see what is there now.
func openChanging(t testing.TB, config Config, tiler Tiler) (a *API, store *territory, load func()) {
	t.Helper()
	store = rennes()
	shelf := &fixedKeeper{}
	load = func() {
		k := snapshot.New(store, snapshot.Options{})
		if err := k.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		shelf.current.Store(k.Current())
	}
	load()
	a, err := New(config, shelf, tiler)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return a, store, load
}

// ask sends a GET, with headers as pairs, and gives the answer.
func ask(t testing.TB, h http.Handler, target string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	return send(t, h, http.MethodGet, target, headers...)
}

func send(t testing.TB, h http.Handler, method, target string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://socle.test"+target, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.RemoteAddr, r.RequestURI = "192.0.2.1:4711", r.URL.RequestURI()
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "remote" {
			r.RemoteAddr = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// document is JSON as it comes.
type document struct {
	t testing.TB
	v any
}

// get asks for JSON and expects a status.
func get(t testing.TB, h http.Handler, target string, status int, headers ...string) document {
	t.Helper()
	w := ask(t, h, target, headers...)
	if w.Code != status {
		t.Fatalf("GET %s: %d, want %d: %s", target, w.Code, status, w.Body)
	}
	var v any
	d := json.NewDecoder(w.Body)
	if err := d.Decode(&v); err != nil {
		t.Fatalf("GET %s: %v", target, err)
	}
	if _, err := d.Token(); err != io.EOF {
		t.Fatalf("GET %s: more than one document", target)
	}
	return document{t, v}
}

// at follows a path of members and positions, "features.0.id".
func (d document) at(path string) document {
	d.t.Helper()
	v := d.v
	for name := range strings.SplitSeq(path, ".") {
		switch c := v.(type) {
		case map[string]any:
			m, ok := c[name]
			if !ok {
				d.t.Fatalf("no %q of %q in %v", name, path, c)
			}
			v = m
		case []any:
			var i int
			if _, err := fmt.Sscan(name, &i); err != nil || i >= len(c) {
				d.t.Fatalf("no %q of %q in %v", name, path, c)
			}
			v = c[i]
		default:
			d.t.Fatalf("%q of %q: not in %v", name, path, v)
		}
	}
	return document{d.t, v}
}

func (d document) list() []any {
	l, _ := d.v.([]any)
	return l
}

func (d document) text() string {
	s, _ := d.v.(string)
	return s
}

func (d document) number() float64 {
	f, ok := d.v.(float64)
	if !ok {
		d.t.Helper()
		d.t.Fatalf("%v is not a number", d.v)
	}
	return f
}

// link gives the address of the first link of a relation, "" when there is none.
func (d document) link(rel string) string {
	for i := range d.at("links").list() {
		if l := d.at(fmt.Sprintf("links.%d", i)); l.at("rel").text() == rel {
			return l.at("href").text()
		}
	}
	return ""
}
