package api

import (
	"bytes"
	"context"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"socle/referentials"
	"socle/referentials/snapshot"
	"socle/tiles"
)

// reply is what a client got.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// newTestServer serves a on a port of its own until the test ends, and gives its address.
func newTestServer(t *testing.T, a *API) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- NewServer(a).Run(ctx, listener) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return "http://" + listener.Addr().String()
}

// fetch asks as a client that decompresses nothing by itself.
func fetch(t *testing.T, server, method, path string, headers ...string) reply {
	t.Helper()
	r, err := try(t.Context(), server, method, path, headers...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func try(ctx context.Context, server, method, path string, headers ...string) (reply, error) {
	r, err := http.NewRequestWithContext(ctx, method, server+path, nil)
	if err != nil {
		return reply{}, err
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}}
	res, err := client.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, body}, err
}

// slow is a Tiler that waits to be let go, or does what it is told.
type slow struct {
	Tiler
	started chan struct{}
	release chan struct{}
	do      func() ([]byte, error)
}

func (s *slow) Tile(ctx context.Context, _ []byte, _ *snapshot.Public, _ []string, _, _, _ uint32) ([]byte, tiles.Stats, error) {
	if s.do != nil {
		b, err := s.do()
		return b, tiles.Stats{}, err
	}
	s.started <- struct{}{}
	select {
	case <-s.release:
		return []byte("tile"), tiles.Stats{}, nil
	case <-ctx.Done():
		return nil, tiles.Stats{}, ctx.Err()
	}
}

// drawWith has a draw its tiles anew, by another tiler.
func drawWith(t *testing.T, a *API, tiler Tiler) {
	t.Helper()
	a.cache.Close()
	if err := a.useTiler(tiler); err != nil {
		t.Fatal(err)
	}
}

const slowPath = "/tiles/arrets/0/0/0.mvt"

func TestGracefulStop(t *testing.T) {
	a := open(t, nil)
	tiler := &slow{started: make(chan struct{}), release: make(chan struct{})}
	drawWith(t, a, tiler)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := "http://" + listener.Addr().String()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- NewServer(a).Run(ctx, listener) }()
	var got reply
	var asked sync.WaitGroup
	asked.Go(func() {
		var err error
		if got, err = try(t.Context(), server, http.MethodGet, slowPath); err != nil {
			t.Error(err)
		}
	})
	<-tiler.started
	cancel()
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		if _, err := try(t.Context(), server, http.MethodGet, "/livez"); err != nil {
			break // no more connections are taken
		}
		if time.Now().After(deadline) {
			t.Fatal("connections are still taken")
		}
	}
	close(tiler.release)
	asked.Wait()
	if string(got.body) != "tile" {
		t.Errorf("a request under way got %d %q", got.status, got.body)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestDrainEnds(t *testing.T) {
	a := open(t, func(c *Config) { c.DrainTimeout = 10 * time.Millisecond })
	tiler := &slow{started: make(chan struct{}), release: make(chan struct{})}
	drawWith(t, a, tiler)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- NewServer(a).Run(ctx, listener) }()
	var asked sync.WaitGroup
	asked.Go(func() { _, _ = try(t.Context(), "http://"+listener.Addr().String(), http.MethodGet, slowPath) })
	<-tiler.started
	cancel()
	if err := <-done; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want one of time", err)
	}
	asked.Wait()
}

func TestBounds(t *testing.T) {
	a := open(t, func(c *Config) { c.MaxConcurrent, c.RequestTimeout = 1, 100*time.Millisecond })
	tiler := &slow{started: make(chan struct{}, 9), release: make(chan struct{})}
	drawWith(t, a, tiler)
	server := newTestServer(t, a)
	var asked sync.WaitGroup
	asked.Go(func() {
		r, err := try(t.Context(), server, http.MethodGet, slowPath)
		if err != nil || r.status != http.StatusServiceUnavailable {
			t.Errorf("a request that takes too long: %d %v", r.status, err)
		}
	})
	<-tiler.started
	r := fetch(t, server, http.MethodGet, "/collections")
	if r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" || !bytes.Contains(r.body, []byte("too many requests")) {
		t.Errorf("one request too many: %d %s", r.status, r.body)
	}
	if r := fetch(t, server, http.MethodGet, "/livez"); r.status != http.StatusOK {
		t.Errorf("/livez under load: %d", r.status)
	}
	asked.Wait()
	if r := fetch(t, server, http.MethodGet, "/collections"); r.status != http.StatusOK {
		t.Errorf("after the load: %d", r.status)
	}
}

func TestPanicsAndFaults(t *testing.T) {
	var logs bytes.Buffer
	a := open(t, func(c *Config) {
		c.Logger = slog.New(slog.NewTextHandler(&logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	for name, do := range map[string]func() ([]byte, error){
		"panic": func() ([]byte, error) { panic("password=hunter2") },
		"plain": func() ([]byte, error) { return nil, errors.New("password=hunter2") },
		"ours":  func() ([]byte, error) { return nil, referentials.Errorf(referentials.Internal, "password=hunter2") },
	} {
		logs.Reset()
		drawWith(t, a, &slow{do: do})
		w := ask(t, a, slowPath)
		if w.Code != http.StatusInternalServerError || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
		if strings.Contains(w.Body.String(), "hunter2") || !strings.Contains(logs.String(), "hunter2") {
			t.Errorf("%s: told to the client: %s; logged: %s", name, w.Body, &logs)
		}
	}
	logs.Reset()
	ask(t, a, "/collections/adresses/items?limit=1", "X-Request-Id", "abc")
	for _, want := range []string{"request=abc", "method=GET", "path=/collections/adresses/items", "query=\"limit=1\"", "status=200", "bytes="} {
		if !strings.Contains(logs.String(), want) {
			t.Errorf("no %s in the log: %s", want, &logs)
		}
	}
}

// TestEveryCodeHasAStatus reads the codes from the source, so that a new one is not
// forgotten.
func TestEveryCodeHasAStatus(t *testing.T) {
	for _, code := range []referentials.Code{referentials.Invalid, referentials.NotFound, referentials.Conflict, referentials.Unsupported,
		referentials.TooLarge, referentials.Refused, referentials.Gone, referentials.Unavailable, referentials.Internal} {
		if statuses[code] < 400 {
			t.Errorf("%s has no status", code)
		}
		if p := newProblem(referentials.Errorf(code, "x"), ""); p.Status != statuses[code] || (p.Detail == "") != (code == referentials.Internal) {
			t.Errorf("%s: %+v", code, p)
		}
	}
}

type starting struct{}

func (starting) Current() *snapshot.Snapshot {
	return snapshot.New(nil, snapshot.Options{}).Current()
}
func (starting) Status() snapshot.Status { return snapshot.Status{} }

func TestHealth(t *testing.T) {
	a, err := New(Config{}, starting{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"/livez": 200, "/readyz": 503, "/": 503, "/collections": 503, "/collections/adresses": 503, "/tiles/adresses/0/0/0.mvt": 503} {
		if w := ask(t, a, path); w.Code != want {
			t.Errorf("%s while loading: %d, want %d", path, w.Code, want)
		}
	}
	doc := get(t, open(t, nil), "/readyz", 200)
	if doc.at("ready").v != true || doc.at("following").v != true {
		t.Errorf("%v", doc.v)
	}
}

// TestNoPlainErrors holds the rule that errors are problems: http.Error and http.NotFound
// write text.
func TestNoPlainErrors(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.ParseFile(token.NewFileSet(), file, source, 0); err != nil {
			t.Fatal(err)
		}
		for _, banned := range []string{"http.Error(", "http.NotFound(", "http.Redirect("} {
			if bytes.Contains(source, []byte(banned)) {
				t.Errorf("%s calls %s…)", file, banned)
			}
		}
	}
}
