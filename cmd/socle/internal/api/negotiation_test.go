package api

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"socle/referentials"
)

func TestConditional(t *testing.T) {
	server := newTestServer(t, open(t, nil))
	for _, path := range allPaths {
		first := fetch(t, server, http.MethodGet, path)
		tag := first.header.Get("Etag")
		if !strings.HasPrefix(tag, `W/"`) {
			t.Fatalf("%s: ETag %q", path, tag)
		}
		zipped := fetch(t, server, http.MethodGet, path, "Accept-Encoding", "gzip")
		if zipped.header.Get("Etag") != tag {
			t.Errorf("%s: ETag %q compressed, %q not", path, zipped.header.Get("Etag"), tag)
		}
		if len(first.body) > 1024 {
			if zipped.header.Get("Content-Encoding") != "gzip" || !strings.Contains(strings.Join(zipped.header.Values("Vary"), ","), "Accept-Encoding") {
				t.Errorf("%s: Content-Encoding %q, Vary %q", path, zipped.header.Get("Content-Encoding"), zipped.header.Values("Vary"))
			}
			z, err := gzip.NewReader(bytes.NewReader(zipped.body))
			if err != nil {
				t.Fatal(err)
			}
			if body, err := io.ReadAll(z); err != nil || !bytes.Equal(body, first.body) {
				t.Errorf("%s: decompressed, the body is another (%v)", path, err)
			}
		}
		for _, header := range []string{tag, strings.TrimPrefix(tag, "W/"), `"other", ` + tag, "*"} {
			again := fetch(t, server, http.MethodGet, path, "If-None-Match", header, "Accept-Encoding", "gzip")
			if again.status != http.StatusNotModified || len(again.body) != 0 || again.header.Get("Etag") != tag {
				t.Errorf("%s with If-None-Match %s: %d, %d bytes", path, header, again.status, len(again.body))
			}
		}
		if again := fetch(t, server, http.MethodGet, path, "If-None-Match", `"other"`); again.status != http.StatusOK {
			t.Errorf("%s with another tag: %d", path, again.status)
		}
	}
	json := fetch(t, server, http.MethodGet, "/collections").header.Get("Etag")
	html := fetch(t, server, http.MethodGet, "/collections", "Accept", "text/html").header.Get("Etag")
	if json == html {
		t.Error("two representations have one ETag")
	}
}

func TestNegotiation(t *testing.T) {
	a := open(t, nil)
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
	for _, test := range []struct{ target, accept, want string }{
		{"/", "", "application/json"},
		{"/", "*/*", "application/json"},
		{"/", browser, "text/html"},
		{"/?f=json", browser, "application/json"},
		{"/?f=html", "application/json", "text/html"},
		{"/", "application/json;q=0.2, text/html;q=0.3", "text/html"},
		{"/", ";;;,/", "application/json"},
		{"/collections", browser, "text/html"},
		{"/collections/adresses/items", "", "application/geo+json"},
		{"/collections/adresses/items", "application/geo+json", "application/geo+json"},
		{"/collections/adresses/items", "application/json", "application/geo+json"},
		{"/collections/adresses/items", "text/csv", "text/csv"},
		{"/collections/adresses/items", browser, "text/html"},
		{"/collections/adresses/items/A01", browser, "text/html"},
		{"/collections/adresses/schema", "application/json", "application/schema+json"},
		{"/collections/adresses/items", "application/geo+json;q=0.5, application/fg+json", "application/fg+json"},
		{"/api", browser, "text/html"},
		{"/api", "application/vnd.oai.openapi+json;version=3.0", "application/vnd.oai.openapi+json;version=3.0"},
		{"/api", "", "application/vnd.oai.openapi+json;version=3.0"},
	} {
		w := ask(t, a, test.target, "Accept", test.accept)
		if got := w.Header().Get("Content-Type"); w.Code != http.StatusOK || !strings.HasPrefix(got, test.want) {
			t.Errorf("%s, Accept %q: %d %q, want %q", test.target, test.accept, w.Code, got, test.want)
		}
		if !strings.Contains(strings.Join(w.Header().Values("Vary"), ","), "Accept") {
			t.Errorf("%s: Vary %q", test.target, w.Header().Values("Vary"))
		}
	}
	for target, accept := range map[string]string{"/": "image/png", "/collections/filosofi/items": "application/flatgeobuf", "/collections/adresses/items/A01": "text/html;q=0"} {
		if w := ask(t, a, target, "Accept", accept); w.Code != http.StatusNotAcceptable || !strings.Contains(w.Body.String(), "ask for one of") {
			t.Errorf("%s, Accept %q: %d %s", target, accept, w.Code, w.Body)
		}
	}
	for accept, want := range map[string]string{"": "fr", "en": "en", "en-GB,en;q=0.9": "en", "fr;q=0.4,en;q=0.5": "en", "de": "fr", "en;q=0.5,fr": "fr", "en; q=0.9, fr; q=0.1": "en", "en;q=x": "fr"} {
		if got := ask(t, a, "/collections/adresses", "Accept-Language", accept).Header().Get("Content-Language"); got != want {
			t.Errorf("Accept-Language %q: %q, want %q", accept, got, want)
		}
	}
}

func TestLinksFollowTheClient(t *testing.T) {
	proxied := []string{"X-Forwarded-Proto", "https", "X-Forwarded-Host", "data.example.org", "X-Forwarded-Prefix", "/socle/"}
	fixed := func(c *Config) { c.BaseURL = "https://fixed.example.org/base/" }
	for _, test := range []struct {
		name    string
		change  func(*Config)
		headers []string
		want    string
	}{
		{"plain", nil, nil, host},
		{"trusted proxy", nil, append([]string{"remote", "10.1.2.3:99"}, proxied...), "https://data.example.org/socle"},
		{"untrusted client", nil, proxied, host},
		{"two proxies", nil, []string{"remote", "10.1.2.3:99", "X-Forwarded-Host", "a.example.org, b.example.org"}, "http://a.example.org"},
		{"bad protocol", nil, []string{"remote", "10.1.2.3:99", "X-Forwarded-Proto", "javascript"}, host},
		{"configured", fixed, append([]string{"remote", "10.1.2.3:99"}, proxied...), "https://fixed.example.org/base"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := open(t, test.change)
			if got := get(t, a, "/", 200, test.headers...).link("data"); got != test.want+"/collections" {
				t.Errorf("data is at %q, want %q", got, test.want+"/collections")
			}
			for _, path := range []string{"/", "/collections", "/collections/adresses", "/collections/adresses/items?offset=10", "/collections/adresses/items/A01"} {
				doc := get(t, a, path, 200, test.headers...)
				for i := range doc.at("links").list() {
					if href := doc.at(fmt.Sprintf("links.%d.href", i)).text(); !strings.HasPrefix(href, test.want) && !strings.Contains(href, "spdx.org") {
						t.Errorf("%s has a link to %s", path, href)
					}
				}
			}
			if got := get(t, a, "/api", 200, test.headers...).at("servers.0.url").text(); got != test.want {
				t.Errorf("the API is at %q", got)
			}
			if got := get(t, a, "/tiles/arrets.json", 200, test.headers...).at("tiles.0").text(); got != test.want+"/tiles/arrets/{z}/{x}/{y}.mvt" {
				t.Errorf("tiles are at %q", got)
			}
		})
	}
	for _, headers := range [][]string{
		{"remote", "10.1.2.3:99", "X-Forwarded-Host", `evil"><script>`},
		{"remote", "10.1.2.3:99", "X-Forwarded-Prefix", "//evil.example.org"},
		{"remote", "10.1.2.3:99", "X-Forwarded-Prefix", "nonsense"},
	} {
		if w := ask(t, open(t, nil), "/", headers...); w.Code != http.StatusBadRequest {
			t.Errorf("%v: %d", headers, w.Code)
		}
	}
	for _, bad := range []string{"data.example.org", "ftp://x", "https://", "https://x?y", "%"} {
		if _, err := New(Config{BaseURL: bad}, nil, nil); err == nil {
			t.Errorf("base URL %q is taken", bad)
		}
	}
}

// TestSchemaFollowsWhatIsServed: a schema says which collection a field leads to only while
// that one is served, so it is another one from then on.
func TestSchemaFollowsWhatIsServed(t *testing.T) {
	a, store, load := openChanging(t, Config{Version: "test"}, nil)
	store.add(referentials.Descriptor{ID: "abris", Class: referentials.Territorial, Access: referentials.Open, Key: "code", Fields: []referentials.Field{
		{Name: "code", Type: referentials.String, Role: referentials.Key}, {Name: "arret", Type: referentials.String, Role: referentials.Ref, Refers: "arrets"}}})
	load()
	const path, reference = "/collections/abris/schema", `"x-ogc-collectionId": "arrets"`
	before := ask(t, a, path)
	if !strings.Contains(before.Body.String(), reference) {
		t.Fatalf("it leads nowhere: %s", before.Body)
	}
	for i := range store.kept {
		if d := &store.kept[i].state.Descriptor; d.ID == "arrets" {
			d.Access = referentials.Restricted
		}
	}
	load()
	after := ask(t, a, path, "If-None-Match", before.Header().Get("Etag"))
	if after.Code != http.StatusOK || strings.Contains(after.Body.String(), reference) {
		t.Errorf("once that is restricted: %d, %s", after.Code, after.Body)
	}
}
