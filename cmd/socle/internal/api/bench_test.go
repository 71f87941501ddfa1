package api

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// BenchmarkRequests answers small requests of each kind, without a network.
func BenchmarkRequests(b *testing.B) {
	a := open(b, nil)
	for name, target := range map[string]string{
		"items":     "/collections/adresses/items?limit=25",
		"bbox":      "/collections/adresses/items?bbox=-1.69,48.1,-1.68,48.12",
		"item":      "/collections/adresses/items/A07",
		"hits":      "/collections/adresses/items?limit=1",
		"unchanged": "/collections/adresses/items?limit=25",
		"landing":   "/",
	} {
		b.Run(name, func(b *testing.B) {
			r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, host+target, nil)
			want := http.StatusOK
			if name == "unchanged" {
				w := httptest.NewRecorder()
				a.ServeHTTP(w, r)
				r.Header.Set("If-None-Match", w.Header().Get("ETag"))
				want = http.StatusNotModified
			}
			b.ReportAllocs()
			for b.Loop() {
				w := &counter{header: http.Header{}}
				a.ServeHTTP(w, r)
				if w.status != want {
					b.Fatal(w.status)
				}
			}
		})
	}
}

// counter is an answer that nobody reads.
type counter struct {
	header http.Header
	status int
}

func (c *counter) Header() http.Header { return c.header }

func (c *counter) WriteHeader(status int) { c.status = status }

func (c *counter) Write(b []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	return len(b), nil
}
