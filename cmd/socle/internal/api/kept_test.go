package api

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"socle/referentials"
)

// TestKeptPageIsTheChains gives a page that is kept as the chain gave it, but for the time
// it says it was made at.
func TestKeptPageIsTheChains(t *testing.T) {
	for name, test := range map[string]struct {
		method, path string
		headers      []string
		kept         bool
	}{
		"first page":    {http.MethodGet, "/collections/adresses/items", nil, true},
		"all":           {http.MethodGet, "/collections/adresses/items?limit=1000", nil, true},
		"filter":        {http.MethodGet, "/collections/adresses/items?filter=numero%3E3&limit=2&f=jsonfg", nil, true},
		"letters":       {http.MethodGet, "/collections/%C3%AElots/items?crs=http://www.opengis.net/def/crs/EPSG/0/2154", nil, true},
		"csv":           {http.MethodGet, "/collections/adresses/items?f=csv&limit=3", nil, true},
		"file":          {http.MethodGet, "/collections/adresses/items", []string{"Accept", "application/flatgeobuf"}, true},
		"english":       {http.MethodGet, "/collections/adresses/items", []string{"Accept-Language", "en"}, true},
		"identity":      {http.MethodGet, "/collections/adresses/items", []string{"Accept-Encoding", "identity"}, true},
		"no position":   {http.MethodGet, "/collections/filosofi/items", nil, true},
		"hits":          {http.MethodGet, "/collections/adresses/items?resultType=hits", nil, true},
		"compressed":    {http.MethodGet, "/collections/adresses/items", []string{"Accept-Encoding", "gzip"}, false},
		"head":          {http.MethodHead, "/collections/adresses/items", nil, false},
		"known":         {http.MethodGet, "/collections/adresses/items", []string{"If-None-Match", "*"}, false},
		"page":          {http.MethodGet, "/collections/adresses/items?f=html", nil, false},
		"proxy":         {http.MethodGet, "/collections/adresses/items", []string{"remote", "10.1.2.3:80", "X-Forwarded-Prefix", "/socle"}, false},
		"wrong":         {http.MethodGet, "/collections/adresses/items?limit=x", nil, false},
		"not public":    {http.MethodGet, "/collections/occupants/items", nil, false},
		"trailing":      {http.MethodGet, "/collections/adresses/items/", nil, false},
		"a feature":     {http.MethodGet, "/collections/adresses/items/A07", nil, false},
		"not a feature": {http.MethodGet, "/collections/adresses/items/items", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, nil)
			headers := append(test.headers, "X-Request-Id", "r1")
			cold := send(t, a, test.method, test.path, headers...)
			want := cold.Body.String()
			if test.kept {
				later := a.now().Add(3*time.Hour + 70*time.Microsecond)
				a.now = func() time.Time { return later }
				want = strings.ReplaceAll(want, "2024-05-06T07:08:09.123456Z", "2024-05-06T10:08:09.123526Z")
			}
			warm := send(t, a, test.method, test.path, headers...)
			if warm.Code != cold.Code || warm.Body.String() != want || !maps.EqualFunc(cold.Header(), warm.Header(), slices.Equal) {
				t.Errorf("%d %v\n%s\nthen %d %v\n%s", cold.Code, cold.Header(), cold.Body, warm.Code, warm.Header(), warm.Body)
			}
			r := httptest.NewRequestWithContext(t.Context(), test.method, test.path, nil)
			r.Host = "socle.test"
			for i := 0; i < len(test.headers); i += 2 {
				r.Header.Set(test.headers[i], test.headers[i+1])
				if test.headers[i] == "remote" {
					r.RemoteAddr = test.headers[i+1]
				}
			}
			if _, ok := a.pageAtHand(r); ok != test.kept {
				t.Errorf("kept: %v", ok)
			}
		})
	}
}

// TestKeptPageEndsWithItsRevision gives what there is now, not what was kept.
func TestKeptPageEndsWithItsRevision(t *testing.T) {
	const page = "/collections/adresses/items?f=csv&limit=2"
	a, store, load := openChanging(t, Config{}, nil)
	before, again := ask(t, a, page).Body.String(), ask(t, a, page).Body.String()
	store.kept[0].rows = store.kept[0].rows[5:]
	store.kept[0].state.Version.Revision++
	load()
	after := ask(t, a, page).Body.String()
	if before != again || !strings.Contains(before, "A00") || !strings.Contains(after, "A05") {
		t.Errorf("%s, %s, then %s", before, again, after)
	}
	store.kept[0].state.Descriptor.Access = referentials.Restricted
	load()
	if w := ask(t, a, page); w.Code != http.StatusNotFound {
		t.Errorf("withdrawn from the public: %d %s", w.Code, w.Body)
	}
}

// TestLargePagesAreNotKept keeps memory for what is asked for often.
func TestLargePagesAreNotKept(t *testing.T) {
	k := pageRecorder{ResponseWriter: httptest.NewRecorder(), keeps: true}
	for range 3 {
		if _, err := k.Write(make([]byte, keptBody/2)); err != nil {
			t.Fatal(err)
		}
	}
	if k.keeps || k.body != nil {
		t.Errorf("%d bytes would be kept", len(k.body))
	}
}

// BenchmarkKeptPage asks for a page that is kept, and has the chain make it.
func BenchmarkKeptPage(b *testing.B) {
	a := open(b, nil)
	r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/collections/adresses/items?limit=10", nil)
	a.ServeHTTP(httptest.NewRecorder(), r)
	for name, handler := range map[string]http.Handler{"kept": a, "chain": a.handler} {
		b.Run(name, func(b *testing.B) {
			w := &nowhere{header: http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				clear(w.header)
				handler.ServeHTTP(w, r)
			}
		})
	}
}
