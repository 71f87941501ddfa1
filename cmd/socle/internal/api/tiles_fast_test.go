package api

import (
	"bytes"
	"compress/gzip"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"

	"socle/tiles/cache"
)

// aTile is one with something on it.
const aTile = "/tiles/%C3%AElots/10/507/355.mvt"

// TestWarmIsCold gives a tile that is at hand as the chain gives it the first time.
func TestWarmIsCold(t *testing.T) {
	for name, test := range map[string]struct {
		method, path string
		headers      []string
		status       int
	}{
		"plain":    {http.MethodGet, aTile, nil, 200},
		"gzip":     {http.MethodGet, aTile, []string{"Accept-Encoding", "gzip, deflate, br, zstd"}, 200},
		"zstd":     {http.MethodGet, aTile, []string{"Accept-Encoding", "zstd"}, 200},
		"refused":  {http.MethodGet, aTile, []string{"Accept-Encoding", "gzip;q=0, identity"}, 200},
		"head":     {http.MethodHead, aTile, []string{"Accept-Encoding", "gzip"}, 200},
		"pbf":      {http.MethodGet, "/tiles/adresses,arrets/10/507/355.pbf", nil, 200},
		"empty":    {http.MethodGet, "/tiles/adresses/10/0/0.mvt", nil, 204},
		"any":      {http.MethodGet, aTile, []string{"If-None-Match", "*"}, 304},
		"options":  {http.MethodOptions, aTile, nil, 204},
		"post":     {http.MethodPost, aTile, nil, 405},
		"query":    {http.MethodGet, aTile + "?a=b", nil, 400},
		"outside":  {http.MethodGet, "/tiles/adresses/10/5000/0.mvt", nil, 404},
		"trailing": {http.MethodGet, aTile + "/", nil, 200},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, nil)
			server := newTestServer(t, a)
			cold := fetch(t, server, test.method, test.path, append(test.headers, "X-Request-Id", "r1")...)
			warm := fetch(t, server, test.method, test.path, append(test.headers, "X-Request-Id", "r1")...)
			for _, r := range []reply{cold, warm} {
				r.header.Del("Date")
			}
			if cold.status != test.status || warm.status != test.status || !bytes.Equal(cold.body, warm.body) {
				t.Errorf("%d and %d bytes, then %d and %d bytes", cold.status, len(cold.body), warm.status, len(warm.body))
			}
			if !maps.EqualFunc(cold.header, warm.header, slices.Equal) {
				t.Errorf("headers\n%v, then\n%v", cold.header, warm.header)
			}
			if test.status != 200 && test.status != 304 {
				return
			}
			again := fetch(t, server, test.method, test.path, append(test.headers, "If-None-Match", `"x", `+warm.header.Get("ETag"))...)
			if again.status != http.StatusNotModified || len(again.body) > 0 || again.header.Get("ETag") != warm.header.Get("ETag") {
				t.Errorf("a known tile: %d %q %v", again.status, again.body, again.header)
			}
		})
	}
}

// TestEncodingsOfATile gives the same tile in each encoding.
func TestEncodingsOfATile(t *testing.T) {
	server := newTestServer(t, open(t, nil))
	plain := fetch(t, server, http.MethodGet, aTile)
	for _, encoding := range []string{"gzip", "zstd"} {
		r := fetch(t, server, http.MethodGet, aTile, "Accept-Encoding", encoding)
		if r.header.Get("Content-Encoding") != encoding || r.header.Get("Etag") != plain.header.Get("Etag") || r.header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: %v", encoding, r.header)
		}
		var body io.Reader
		var err error
		if encoding == "gzip" {
			body, err = gzip.NewReader(bytes.NewReader(r.body))
		} else {
			body, err = zstd.NewReader(bytes.NewReader(r.body))
		}
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(body); err != nil || !bytes.Equal(got, plain.body) || len(got) == 0 {
			t.Errorf("%s: %d bytes of %d, %v", encoding, len(got), len(plain.body), err)
		}
	}
}

func TestPreferredEncoding(t *testing.T) {
	for accept, want := range map[string]cache.Encoding{
		"": cache.Identity, "identity": cache.Identity, "br": cache.Identity, "gzip": cache.Gzip, "GZIP": cache.Gzip, "x-gzip": cache.Gzip,
		"gzip, deflate, br, zstd": cache.Gzip, "zstd": cache.Zstd, "zstd, br": cache.Zstd, "gzip;q=0.5, zstd": cache.Zstd, "gzip;q=0": cache.Identity,
		"*": cache.Gzip, "*;q=0": cache.Identity, "gzip;q=0, *": cache.Identity, "identity;q=1, gzip;q=0.5": cache.Identity, "gzip; q=0.8": cache.Gzip,
		"gzip;q=x": cache.Identity, ",;,=": cache.Identity, "gzip;q=0, zstd;q=0.1": cache.Zstd,
	} {
		if got := preferredEncoding([]string{accept}); got != want {
			t.Errorf("%q prefers %d, want %d", accept, got, want)
		}
	}
	if preferredEncoding([]string{"br", "gzip"}) != cache.Gzip {
		t.Error("only the first header is read")
	}
}

// TestTilePaths never reads as a tile what the chain would not.
func TestTilePaths(t *testing.T) {
	a := open(t, nil)
	for _, path := range []string{"/tiles/adresses/10/507/355.mvt", "/tiles/adresses/0/0/0.mvt"} {
		ask(t, a, path)
	}
	parts := rapid.SampledFrom([]string{"/", "tiles", "adresses", "arrets", ",", "0", "10", "507", "355", ".mvt", ".pbf", "+", "-1", "00", "99999999999", "%2F", " ", "é", ""})
	rapid.Check(t, func(rt *rapid.T) {
		path := "/tiles/adresses/0/0/0.mvt"
		if rapid.Bool().Draw(rt, "made up") {
			path = "/tiles/"
			for _, p := range rapid.SliceOfN(parts, 0, 9).Draw(rt, "parts") {
				path += p
			}
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, host, nil)
		r.URL.Path = path
		fast, slow := httptest.NewRecorder(), httptest.NewRecorder()
		if !a.serveAtOnce(fast, r) {
			return
		}
		a.handler.ServeHTTP(slow, r)
		if fast.Code != slow.Code || !bytes.Equal(fast.Body.Bytes(), slow.Body.Bytes()) {
			rt.Fatalf("%q: %d at once, %d by the chain", path, fast.Code, slow.Code)
		}
	})
}

// nowhere is a connection without a network.
type nowhere struct {
	header http.Header
	bytes  int
}

func (w *nowhere) Header() http.Header         { return w.header }
func (w *nowhere) Write(b []byte) (int, error) { w.bytes += len(b); return len(b), nil }
func (w *nowhere) WriteHeader(int)             {}

// BenchmarkWarmTile asks for a tile that is at hand: at once, by the chain, and as a client
// that has it.
func BenchmarkWarmTile(b *testing.B) {
	a := open(b, nil)
	r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, host+aTile, nil)
	r.Header.Set("Accept-Encoding", "gzip, deflate, br")
	first := httptest.NewRecorder()
	a.ServeHTTP(first, r)
	known := r.Clone(b.Context())
	known.Header.Set("If-None-Match", first.Header().Get("ETag"))
	for name, run := range map[string]struct {
		handler http.Handler
		request *http.Request
	}{"warm": {a, r}, "known": {a, known}, "chain": {a.handler, r}} {
		b.Run(name, func(b *testing.B) {
			w := &nowhere{header: http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				clear(w.header)
				run.handler.ServeHTTP(w, run.request)
			}
			if name == "warm" && w.bytes == 0 {
				b.Fatal("nothing is written")
			}
		})
	}
}
