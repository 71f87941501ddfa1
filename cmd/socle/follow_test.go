package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// places is a small collection with a key of its own.
func importPlaces(t *testing.T, store string) {
	t.Helper()
	var b strings.Builder
	b.WriteString(`{"type":"FeatureCollection","features":[`)
	for i := range 100 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"type":"Feature","properties":{"code":"p%03d","name":"Lieu %d"},"geometry":{"type":"Point","coordinates":[%g,48.1]}}`, i, i, -1.7+float64(i)/1000)
	}
	b.WriteString(`]}`)
	file := filepath.Join(t.TempDir(), "places.geojson")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	mustSocle(t, "import", "--store", store, "--key", "code", file)
}

// seenWithin waits until an item's name is want and gives how long it took.
func seenWithin(t *testing.T, base, id, want string, limit time.Duration) time.Duration {
	t.Helper()
	began := time.Now()
	got := ""
	for time.Since(began) < limit {
		if status, _ := get(t, base+"/collections/places/items/"+id); status == 200 {
			doc := getJSON(t, base+"/collections/places/items/"+id)
			if got = fmt.Sprint(doc["properties"].(map[string]any)["name"]); got == want {
				return time.Since(began)
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("item %s is still %q after %v, not %q", id, got, limit, want)
	return 0
}

// TestSQLEdit edits in plain SQL and expects the server to show it within two seconds.
func TestSQLEdit(t *testing.T) {
	store := newDatabase(t)
	importPlaces(t, store)
	base := serve(t, store)
	seenWithin(t, base, "p042", "Lieu 42", time.Second)
	execute(t, store, `UPDATE socle.places SET name = 'Changé en SQL' WHERE code = 'p042'`)
	took := seenWithin(t, base, "p042", "Changé en SQL", 2*time.Second)
	t.Logf("seen after %v", took)
	execute(t, store, `DELETE FROM socle.places WHERE code = 'p007'`)
	deadline := time.Now().Add(2 * time.Second)
	for {
		if status, _ := get(t, base+"/collections/places/items/p007"); status == 404 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the deleted item is still served after 2 s")
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestDatabaseAway takes the database away from a running server, which must go on
// answering, and gives it back with an edit made meanwhile, which must be seen.
func TestDatabaseAway(t *testing.T) {
	store := newDatabase(t)
	importPlaces(t, store)
	config, err := pgx.ParseConfig(store)
	if err != nil {
		t.Fatal(err)
	}
	wire := newWire(t, fmt.Sprintf("%s:%d", config.Host, config.Port))
	base := serve(t, fmt.Sprintf("postgres://%s@%s/%s?sslmode=disable", config.User, wire.address, config.Database))
	wire.cut()
	execute(t, store, `UPDATE socle.places SET name = 'Pendant la coupure' WHERE code = 'p001'`)
	for range 20 {
		if status, body := get(t, base+"/collections/places/items?limit=5"); status != 200 {
			t.Fatalf("without the database the server answers %d\n%s", status, body)
		}
		time.Sleep(20 * time.Millisecond)
	}
	seenWithin(t, base, "p001", "Lieu 1", time.Second)
	wire.mend()
	took := seenWithin(t, base, "p001", "Pendant la coupure", 15*time.Second)
	t.Logf("caught up after %v", took)
}

// wire is a TCP relay that can be cut, as when a database stops, and mended.
type wire struct {
	address string
	target  string
	mu      sync.Mutex
	down    bool
	conns   map[net.Conn]bool
}

func newWire(t *testing.T, target string) *wire {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{address: l.Addr().String(), target: target, conns: map[net.Conn]bool{}}
	t.Cleanup(func() { l.Close(); w.cut() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go w.relay(c)
		}
	}()
	return w
}

func (w *wire) relay(from net.Conn) {
	defer from.Close()
	to, err := net.Dial("tcp", w.target)
	if err != nil {
		return
	}
	defer to.Close()
	w.mu.Lock()
	if w.down {
		w.mu.Unlock()
		return
	}
	w.conns[from], w.conns[to] = true, true
	w.mu.Unlock()
	done := make(chan struct{}, 2)
	pipe := func(dst, src net.Conn) {
		io.Copy(dst, src)
		dst.Close()
		done <- struct{}{}
	}
	go pipe(to, from)
	go pipe(from, to)
	<-done
	<-done
	w.mu.Lock()
	delete(w.conns, from)
	delete(w.conns, to)
	w.mu.Unlock()
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down = true
	for c := range w.conns {
		c.Close()
	}
}

func (w *wire) mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down = false
}
