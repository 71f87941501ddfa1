package api

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// TestOneClientLeavesRoom has one client ask for far more than it waits for: others are
// answered meanwhile, and it is when it has done.
func TestOneClientLeavesRoom(t *testing.T) {
	const atOnce, share = 8, 7
	a := open(t, func(c *Config) { c.MaxConcurrent = atOnce })
	entered, done := make(chan struct{}, 4*atOnce), make(chan struct{})
	h := a.bound(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			entered <- struct{}{}
			<-done
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	get := func(path, from string) int {
		w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		r.RemoteAddr = from + ":4711"
		h.ServeHTTP(w, r)
		return w.Code
	}
	var all sync.WaitGroup
	refused := make(chan int, 4*atOnce)
	for range 2 * atOnce {
		all.Go(func() { refused <- get("/slow", "192.0.2.1") })
	}
	for range share {
		<-entered
	}
	for range 2*atOnce - share {
		if code := <-refused; code != http.StatusServiceUnavailable {
			t.Errorf("one client has more than its share: %d", code)
		}
	}
	if code := get("/", "192.0.2.2"); code != http.StatusNoContent {
		t.Errorf("another client: %d", code)
	}
	if code := get("/livez", "192.0.2.1"); code != http.StatusNoContent {
		t.Errorf("health: %d", code)
	}
	close(done)
	all.Wait()
	if code := get("/", "192.0.2.1"); code != http.StatusNoContent || len(a.shares.taken) != 0 || len(a.slots) != 0 {
		t.Errorf("after that: %d, %v", code, a.shares.taken)
	}
}
