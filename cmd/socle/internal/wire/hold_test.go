package wire

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"
	"time"
)

// TestWrite has bodies arrive as they are, in one write when they are neither small
// nor large, over one connection.
func TestWrite(t *testing.T) {
	raw, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	counted := &countedListener{Listener: raw}
	server := http.Server{
		ReadHeaderTimeout: time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n, _ := strconv.Atoi(r.URL.Query().Get("n"))
			w.Header().Set("Content-Length", strconv.Itoa(n))
			if wrote, err := Write(w, r, bytes.Repeat([]byte{'x'}, n)); wrote != n || err != nil {
				t.Errorf("%d of %d bytes, %v", wrote, n, err)
			}
		}),
	}
	Install(&server)
	done := make(chan error, 1)
	go func() { done <- server.Serve(Listen(counted, nothing{}, time.Minute, time.Minute)) }()
	t.Cleanup(func() { _ = server.Close(); <-done })
	client := http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}}
	for n, writes := range map[int]int64{0: 1, 1: 1, heldFrom - 1: 1, heldFrom: 1, 4096: 1, 7410: 1, heldTo: 1, heldTo + 1: 2, 1 << 20: 2} {
		counted.writes.Store(0)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+raw.Addr().String()+"/?n="+strconv.Itoa(n), nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil || len(body) != n || bytes.Count(body, []byte{'x'}) != n || counted.writes.Load() != writes {
			t.Errorf("%d bytes: got %d in %d writes, %v", n, len(body), counted.writes.Load(), err)
		}
		_ = answer.Body.Close()
	}
}

// countedListener counts what is written to its connections.
type countedListener struct {
	net.Listener
	writes atomic.Int64
}

func (l *countedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return countedConn{c, &l.writes}, err
}

type countedConn struct {
	net.Conn
	writes *atomic.Int64
}

func (c countedConn) Write(b []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(b)
}

// nothing is at hand.
type nothing struct{}

func (nothing) Answer(dst, _ []byte) (answer, rest []byte, ok bool) { return dst, nil, false }
func (nothing) Idle() bool                                          { return true }
