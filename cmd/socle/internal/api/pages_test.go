package api

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/snapshot"
	"socle/tiles"
)

const hostile = `<script>alert("1")</script><img src=x onerror=alert(1)> & ' é`

// oddities has what pages could trip over: markup in every text, absent and empty values,
// long ones, web addresses, references that lead somewhere and some that do not.
func oddities() *territory {
	t := rennes()
	t.add(referentials.Descriptor{
		ID: "bizarres", Title: referentials.Text{FR: hostile}, Description: referentials.Text{FR: hostile}, Class: referentials.Class(hostile),
		Producer: hostile, Licence: "ODbL-1.0", Vintage: hostile, Frequency: referentials.Frequency(hostile),
		Access: referentials.Open, Geometry: geo.Any, CRS: crs.CRS84, Key: "clé",
		Fields: []referentials.Field{
			{Name: hostile, Type: referentials.String, Title: referentials.Text{FR: hostile}, Description: referentials.Text{EN: hostile}, Unit: `"<m>`},
			{Name: "clé", Type: referentials.String, Role: referentials.Key},
			{Name: "adresse", Type: referentials.String, Role: referentials.Ref, Refers: "adresses"},
			{Name: "secret", Type: referentials.String, Role: referentials.Ref, Refers: "occupants"},
			{Name: "web", Type: referentials.String},
			{Name: "json", Type: referentials.JSON},
			{Name: "nombre", Type: referentials.Number, Unit: "MW.h"},
		},
	},
		row(point(-1.68, 48.11), text(hostile), text(hostile), text("A01"), text("A01"), text("https://example.org/?a=1&b="), referentials.JSONValue(`{"a":"<b>"}`), number(-1234567.5)),
		row(geo.Geometry{}, referentials.Null, text("//évil/../%2e"), referentials.Null, text(""), text("javascript:alert(1)"), referentials.Null, number(1e-9)),
		row(point(-1.67, 48.12), text(strings.Repeat("é", 1000)), text("?#"), text("no such"), text("x"), text("https://a b"), referentials.Null, referentials.Null),
	)
	return t
}

func openOddities(t *testing.T) *API {
	t.Helper()
	keeper := snapshot.New(oddities(), snapshot.Options{})
	if err := keeper.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	a, err := New(Config{Version: "test", TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}, keeper, tiles.New(tiles.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return a
}

var (
	tagPattern       = regexp.MustCompile(`<([a-zA-Z][a-zA-Z0-9]*)((?:\s+[^\s=>"]+(?:="[^"]*")?)*)\s*>`)
	attributePattern = regexp.MustCompile(`\s([^\s=>"]+)(?:="([^"]*)")?`)
)

// element is a start tag of a page. Ours are regular: double quotes everywhere.
type element struct {
	name       string
	attributes map[string]string
}

// elementsOf reads a page, and fails on what a strict browser would not run, or what is no
// start tag of ours.
func elementsOf(t *testing.T, target, page string) []element {
	t.Helper()
	var all []element
	at := 0
	for _, m := range tagPattern.FindAllStringSubmatchIndex(page, -1) {
		if strings.Contains(regexp.MustCompile(`</[a-zA-Z0-9]+>|<!doctype html>`).ReplaceAllString(page[at:m[0]], ""), "<") {
			t.Errorf("%s: a tag that cannot be read in %q", target, page[at:m[0]])
		}
		at = m[1]
		e := element{strings.ToLower(page[m[2]:m[3]]), map[string]string{}}
		for _, a := range attributePattern.FindAllStringSubmatch(page[m[4]:m[5]], -1) {
			name := strings.ToLower(a[1])
			if name == "style" || strings.HasPrefix(name, "on") {
				t.Errorf("%s: the policy forbids the attribute %s of %s", target, name, e.name)
			}
			e.attributes[name] = html.UnescapeString(a[2])
		}
		switch e.name {
		case "style", "iframe", "object", "base":
			t.Errorf("%s: there is a %s", target, e.name)
		case "script":
			if !strings.HasPrefix(page[m[1]:], "</script>") || e.attributes["src"] == "" {
				t.Errorf("%s: there is a script in the page", target)
			}
		}
		all = append(all, e)
	}
	return all
}

// TestPages walks from the landing page to every page that pages lead to, behind a prefix:
// each link leads somewhere, stays below the prefix, and no page has anything inline.
func TestPages(t *testing.T) {
	a := openOddities(t)
	const prefix = "/cartes/socle"
	proxied := []string{"remote", "10.0.0.1:1", "X-Forwarded-Prefix", prefix, "X-Forwarded-Host", "socle.test", "Accept", "text/html"}
	queue, seen := []string{prefix + "/"}, map[string]bool{}
	hostilePages := 0
	for len(queue) > 0 {
		target := queue[0]
		queue = queue[1:]
		if seen[target] || len(seen) > 4000 {
			continue
		}
		seen[target] = true
		for _, lang := range []string{"fr", "en"} {
			w := ask(t, a, strings.TrimPrefix(target, prefix), append(slices.Clone(proxied), "Accept-Language", lang)...)
			if w.Code != http.StatusOK && w.Code != http.StatusNoContent {
				t.Errorf("%s: %d %s", target, w.Code, w.Body)
			}
			if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
				break
			}
			page := w.Body.String()
			if strings.Contains(page, "&lt;script&gt;alert") {
				hostilePages++
			}
			if lang == "en" {
				continue
			}
			for _, e := range elementsOf(t, target, page) {
				for _, name := range []string{"href", "src", "action", "data-features", "data-description"} {
					link, ok := e.attributes[name]
					if !ok || strings.HasPrefix(link, "#") {
						continue
					}
					u, err := url.Parse(link)
					if err != nil {
						t.Errorf("%s: %s=%q: %v", target, name, link, err)
						continue
					}
					if u.Host == "example.org" || u.Host == "spdx.org" {
						continue
					}
					if (u.Host != "" && u.Host != "socle.test") || (u.Path != prefix && !strings.HasPrefix(u.EscapedPath(), prefix+"/") && link != "/") {
						t.Errorf("%s: %s=%q leaves %s", target, name, link, prefix)
						continue
					}
					if strings.Count(link, "&") <= 1 { // every combination of filters, orders and pages is too many
						queue = append(queue, u.RequestURI())
					}
				}
			}
		}
	}
	for _, want := range []string{"/collections/bizarres/queryables", "/collections/bizarres/items?f=html", "/functions?f=html", "/map", "/api.html",
		"/collections/bizarres/items/" + url.PathEscape(hostile) + "?f=html", "/collections/adresses/items/A01?f=html"} {
		if !seen[prefix+want] {
			t.Errorf("no page leads to %s", want)
		}
	}
	if hostilePages < 6 {
		t.Errorf("only %d pages show the hostile texts", hostilePages)
	}
}

var importPattern = regexp.MustCompile(`from "\./([^"]+)"`)

// TestModules checks that what scripts import is there.
func TestModules(t *testing.T) {
	p, err := newPages(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range p.assets {
		for _, m := range importPattern.FindAllStringSubmatch(string(file.body), -1) {
			if _, ok := p.assets[m[1]]; !ok {
				t.Errorf("%s imports %s, which is not there", name, m[1])
			}
		}
	}
}

// TestItemsPage reads the table of odd values.
func TestItemsPage(t *testing.T) {
	a := openOddities(t)
	page := ask(t, a, "/collections/bizarres/items?f=html").Body.String()
	for _, want := range []string{
		`<span class="none" title="absent">—</span>`, `<span class="none">vide</span>`,
		"\u22121\u202f234\u202f567,5", "1e-09", "MWh",
		`<a href="https://example.org/?a=1&amp;b=" rel="nofollow noopener">`,
		`<a href="/collections/adresses/items/A01?f=html">A01</a>`,
		`<td class="text">A01</td>`,                 // refers to what is not public
		`<td class="text">javascript:alert(1)</td>`, // no link
		strings.Repeat("é", maxShown) + "…</td>",    // cut, whole characters
		`<a href="/collections/bizarres/items/%3F%23?f=html">?#</a>`,
		`data-features="/collections/bizarres/items?f=json&amp;limit=10"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(page, "occupants") {
		t.Error("the page tells of a collection that is not public")
	}
	english := ask(t, a, "/collections/bizarres/items?f=html", "Accept-Language", "en").Body.String()
	if !strings.Contains(english, "\u22121,234,567.5") {
		t.Error("numbers are not written in English")
	}
	for target, want := range map[string]string{
		"/collections/vide/items?f=html":                               "Aucun objet",
		"/collections/adresses/items?f=html&offset=1000":               "Rien sur cette page, sur 25",
		"/collections/filosofi/items?f=html":                           "21\u202f450,5",
		"/collections/adresses/items?f=html&properties=numero&limit=1": `<code>numero</code>`,
		"/collections/adresses/items/A01?f=html&properties=numero":     `<dt> <code>numero</code></dt><dd>1</dd>`,
		"/collections/adresses/items?f=html&filter=" + url.QueryEscape("CASEI(ACCENTI(adr_cplete)) LIKE CASEI(ACCENTI('%ALLEE D''ETE%'))"): "sur 25", // as filter.js writes it
		"/collections/adresses/items?f=html&resultType=hits":                                                                               "sur 25",
		"/collections/adresses/items?f=html&filter=numero%3C3&sortby=-numero":                                                              `aria-sort="descending"`,
		"/collections/adresses/items?f=html&numero=7&bbox=-2,48,-1,49&limit=5":                                                             `data-box="-2,48,-1,49"`,
	} {
		if page := ask(t, a, target).Body.String(); !strings.Contains(page, want) {
			t.Errorf("%s lacks %s", target, want)
		}
	}
	for _, target := range []string{"/collections/vide/items?f=html", "/collections/filosofi/items?f=html", "/collections/adresses/items?f=html&skipGeometry=true"} {
		if strings.Contains(ask(t, a, target).Body.String(), "<canvas") {
			t.Errorf("%s has a map of nothing", target)
		}
	}
}

func TestPageQuery(t *testing.T) {
	d := &referentials.Descriptor{ID: "c", Key: "id", Fields: []referentials.Field{{Name: "id", Type: referentials.String}, {Name: "n", Type: referentials.Integer}, {Name: "j", Type: referentials.JSON}, {Name: "f", Type: referentials.Number}}}
	query := func(s string) pageQuery {
		v, err := url.ParseQuery(s)
		if err != nil {
			t.Fatal(err)
		}
		return pageQuery{"/items", v, d, "fr"}
	}
	for before, want := range map[string]string{
		"":                          "  /items?sortby=n",
		"sortby=n&cursor=x&limit=5": "ascending /items?limit=5&sortby=-n",
		"sortby=%2Bn":               "ascending /items?sortby=-n",
		"sortby=-n,id&offset=20":    "descending /items",
		"sortby=id,n&filter=n%3E1":  "  /items?filter=n%3E1&sortby=n",
	} {
		sorted, href := query(before).sort(&d.Fields[1])
		if got := fmt.Sprint(sorted, " ", href); got != strings.TrimPrefix(want, " ") {
			t.Errorf("%s: %q, want %q", before, got, want)
		}
	}
	if _, href := query("").sort(&d.Fields[2]); href != "" {
		t.Errorf("JSON is sorted by at %s", href)
	}
	active := query("filter=n>1&filter-lang=cql2-text&filter-crs=CRS84&bbox=1,2,3,4&bbox-crs=EPSG:2154&datetime=2024&n=3&limit=5&f=html&cursor=x&crs=y").active()
	got, err := json.Marshal(active)
	if err != nil {
		t.Fatal(err)
	}
	want := []condition{
		{"Emprise", "1,2,3,4", "/items?crs=y&datetime=2024&f=html&filter=n%3E1&filter-crs=CRS84&filter-lang=cql2-text&limit=5&n=3"},
		{"Période", "2024", "/items?bbox=1%2C2%2C3%2C4&bbox-crs=EPSG%3A2154&crs=y&f=html&filter=n%3E1&filter-crs=CRS84&filter-lang=cql2-text&limit=5&n=3"},
		{"Filtre", "n>1", "/items?bbox=1%2C2%2C3%2C4&bbox-crs=EPSG%3A2154&crs=y&datetime=2024&f=html&limit=5&n=3"},
		{"n", "3", "/items?bbox=1%2C2%2C3%2C4&bbox-crs=EPSG%3A2154&crs=y&datetime=2024&f=html&filter=n%3E1&filter-crs=CRS84&filter-lang=cql2-text&limit=5"},
	}
	if !slices.Equal(active, want) {
		t.Errorf("active: %s", got)
	}
	form := query("filter={}&filter-lang=cql2-json&limit=5&f=csv&offset=3&sortby=n").form()
	if form.Filter != "" || !slices.Equal(form.Kept, []input{{"f", "html"}, {"limit", "5"}, {"sortby", "n"}}) || len(form.Fields) != 3 {
		t.Errorf("form: %+v", form)
	}
	if got := query("limit=5000&crs=x&properties=n&cursor=y").features(500); got != "/items?cursor=y&f=json&limit=500" {
		t.Errorf("features: %s", got)
	}
}

func TestKeyFirst(t *testing.T) {
	f := func(name string, role referentials.Role) referentials.Field {
		return referentials.Field{Name: name, Role: role, Type: referentials.String}
	}
	for _, test := range []struct {
		fields []referentials.Field
		want   []int
	}{
		{[]referentials.Field{f("a", ""), f("key", referentials.Key), f("b", ""), f("name", referentials.Label)}, []int{1, 3, 0, 2}},
		{[]referentials.Field{f("key", referentials.Key), f("a", "")}, []int{0, 1}},
		{[]referentials.Field{f("key", referentials.Label)}, []int{0}},
	} {
		if got := keyFirst(&referentials.Descriptor{Key: "key", Fields: test.fields}); !slices.Equal(got, test.want) {
			t.Errorf("%v, want %v", got, test.want)
		}
	}
}

func TestCells(t *testing.T) {
	for _, test := range []struct {
		field  referentials.Field
		value  referentials.Value
		fr, en string
	}{
		{referentials.Field{Type: referentials.Integer}, integer(35000), "35000", "35000"},
		{referentials.Field{Type: referentials.Integer, Role: referentials.Extensive}, integer(35000), "35\u202f000", "35,000"},
		{referentials.Field{Type: referentials.Integer, Role: referentials.Extensive}, integer(-1234), "\u22121234", "\u22121,234"},
		{referentials.Field{Type: referentials.Integer, Unit: "a"}, integer(12024), "12024", "12024"},
		{referentials.Field{Type: referentials.Number}, number(0.5), "0,5", "0.5"},
		{referentials.Field{Type: referentials.Number}, number(1234567.25), "1\u202f234\u202f567,25", "1,234,567.25"},
		{referentials.Field{Type: referentials.Boolean}, referentials.BooleanValue(true), "oui", "yes"},
		{referentials.Field{Type: referentials.Boolean}, referentials.BooleanValue(false), "non", "no"},
		{referentials.Field{Type: referentials.Date}, referentials.DateValue(19000), "08/01/2022", "8 Jan 2022"},
		{referentials.Field{Type: referentials.DateTime}, referentials.DateTimeValue(1_700_000_000_123_456), "14/11/2023 22:13:20.123456\u00a0UTC", "14 Nov 2023 22:13:20.123456\u00a0UTC"},
		{referentials.Field{Type: referentials.DateTime}, referentials.DateTimeValue(0), "01/01/1970 00:00\u00a0UTC", "1 Jan 1970 00:00\u00a0UTC"},
		{referentials.Field{Type: referentials.Integer, Role: referentials.Ref, Refers: "x", Unit: "m"}, integer(35000), "35000", "35000"},
		{referentials.Field{Type: referentials.String}, referentials.Null, "", ""},
	} {
		if got := cellOf(&test.field, test.value, "fr").Text; got != test.fr {
			t.Errorf("%v in French: %q, want %q", test.value, got, test.fr)
		}
		if got := cellOf(&test.field, test.value, "en").Text; got != test.en {
			t.Errorf("%v in English: %q, want %q", test.value, got, test.en)
		}
	}
	for unit, want := range map[string]string{"": "", "1": "", "m2": "m²", "MW.h": "MWh", "kW.h/m2": "kWh/m²", "EUR": "€", "%": "%", "a": ""} {
		if got := unitOf(&referentials.Field{Type: referentials.Integer, Unit: unit}); got != want {
			t.Errorf("unit %s: %q, want %q", unit, got, want)
		}
	}
}

// TestProblemPage checks who gets a page and who gets JSON.
func TestProblemPage(t *testing.T) {
	a := open(t, nil)
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
	for accept, want := range map[string]string{
		browser: "text/html", "": "application/problem+json", "*/*": "application/problem+json", "application/json": "application/problem+json",
		"application/problem+json, text/html;q=0.5": "application/problem+json",
	} {
		w := ask(t, a, "/collections/adresses/items?filter=%3Cb%3E", "Accept", accept)
		if w.Code != http.StatusBadRequest || !strings.HasPrefix(w.Header().Get("Content-Type"), want) {
			t.Errorf("Accept %q: %d %s, want %s", accept, w.Code, w.Header().Get("Content-Type"), want)
		}
		if want == "text/html" {
			elementsOf(t, "the problem", w.Body.String())
		}
	}
	if w := send(t, a, http.MethodHead, "/nothing", "Accept", browser); w.Code != http.StatusNotFound {
		t.Errorf("HEAD: %d", w.Code)
	}
}
