package admin

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/VictoriaMetrics/metrics"
)

// TestServe reads metrics and a profile, and stops.
func TestServe(t *testing.T) {
	set := metrics.NewSet()
	set.NewCounter(`answers_total{status="2xx"}`).Add(3)
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, l, Handler(set)) }()
	for path, want := range map[string]string{
		"/metrics":                       `answers_total{status="2xx"} 3`,
		"/metrics?":                      "process_resident_memory_bytes",
		"/metrics?files":                 "process_open_fds",
		"/debug/pprof/":                  "goroutine",
		"/debug/pprof/goroutine?debug=1": "TestServe",
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+l.Addr().String()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err != nil || answer.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
			t.Errorf("%s: %d %v, without %q", path, answer.StatusCode, err, want)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
