package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// shared is where the real data lies, beside the checkout.
const shared = "../../../shared"

func realFile(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join(shared, "data", name)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("real data are missing: %v", err)
	}
	return path
}

// stores are the kinds every end-to-end test runs on.
var stores = []struct {
	name string
	open func(testing.TB) string
}{
	{"gpkg", newGeoPackage},
	{"postgis", newDatabase},
}

func newGeoPackage(t testing.TB) string {
	return "gpkg:" + filepath.Join(t.TempDir(), "socle.gpkg")
}

var databases atomic.Int64

func newDatabase(t testing.TB) string {
	t.Helper()
	admin := os.Getenv("SOCLE_TEST_POSTGIS")
	if admin == "" {
		t.Fatal("SOCLE_TEST_POSTGIS is not set: run `make test`, or give the DSN of a superuser on a scratch PostGIS")
	}
	name := fmt.Sprintf("socle_e2e_%d_%d", os.Getpid(), databases.Add(1))
	execute(t, admin, "CREATE DATABASE "+name)
	t.Cleanup(func() { execute(t, admin, "DROP DATABASE "+name+" WITH (FORCE)") })
	config, err := pgx.ParseConfig(admin)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("postgres://%s@%s:%d/%s?sslmode=disable", config.User, config.Host, config.Port, name)
}

// execute runs one statement in plain SQL, outside Socle.
func execute(t testing.TB, dsn, sql string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// socle runs a command inside the test and gives its output, standard error last.
func socle(t testing.TB, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	var out, errs bytes.Buffer
	m := NewMain()
	m.Stdout, m.Stderr = &out, &errs
	err := m.ParseFlags(args)
	if err == nil {
		err = m.Run(ctx)
	}
	return out.String() + errs.String(), err
}

func mustSocle(t testing.TB, args ...string) string {
	t.Helper()
	out, err := socle(t, args...)
	if err != nil {
		t.Fatalf("socle %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// decode reads the JSON that a command that must end well prints. Lines that tell how far slow
// work is may follow it.
func decode(t testing.TB, v any, args ...string) {
	t.Helper()
	if err := json.NewDecoder(strings.NewReader(mustSocle(t, args...))).Decode(v); err != nil {
		t.Fatal(err)
	}
}

// serve starts the server on a free port inside the test and gives its base URL. It is
// stopped, and must stop well, when the test ends.
func serve(t testing.TB, store string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	addresses := make(chan net.Addr, 4)
	logs := &logBuffer{}
	m := NewMain()
	m.Stdout, m.Stderr = io.Discard, logs
	m.Listening = func(a net.Addr) { addresses <- a }
	if err := m.ParseFlags(append([]string{"serve", "--store", store, "--listen", "127.0.0.1:0"}, args...)); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("the server did not stop well: %v\n%s", err, logs)
			} else if !strings.Contains(logs.String(), "msg=stopped") {
				t.Errorf("the server does not tell that it stopped:\n%s", logs)
			}
		case <-time.After(30 * time.Second):
			t.Errorf("the server did not stop\n%s", logs)
		}
	})
	select {
	case a := <-addresses:
		base := "http://" + a.String()
		waitReady(t, base)
		return base
	case err := <-ended:
		ended <- nil
		t.Fatalf("the server ended at once: %v\n%s", err, logs)
	case <-time.After(30 * time.Second):
		t.Fatalf("the server did not listen\n%s", logs)
	}
	return ""
}

func waitReady(t testing.TB, base string) {
	t.Helper()
	deadline := time.Now().Add(3 * time.Minute)
	for time.Now().Before(deadline) {
		if status, _ := get(t, base+"/readyz"); status == http.StatusOK {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("the server did not get ready")
}

// get fetches a URL and gives the status and the body.
func get(t testing.TB, url string) (int, []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, []byte(err.Error())
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, body
}

// getJSON fetches a document that must be there.
func getJSON(t testing.TB, url string) map[string]any {
	t.Helper()
	status, body := get(t, url)
	if status != http.StatusOK {
		t.Fatalf("GET %s: %d\n%s", url, status, body)
	}
	var doc map[string]any
	if err := json.Unmarshal(body, &doc); err != nil {
		t.Fatalf("GET %s: %v\n%s", url, err, body)
	}
	return doc
}

// logBuffer gathers logs from several goroutines.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
