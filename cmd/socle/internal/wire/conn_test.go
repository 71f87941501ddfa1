package wire

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// site answers every GET with its path and, where it may, has connections do so too.
type site struct {
	mu    sync.Mutex
	known map[string][]byte
	here  atomic.Int64 // answers by connections
	pause time.Duration
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	text := r.Method + " " + r.URL.Path + " " + string(body)
	w.Header()["Date"], w.Header()["Content-Type"] = nil, nil
	w.Header().Set("Content-Length", fmt.Sprint(len(text)))
	if r.URL.Path == "/slow" {
		time.Sleep(2 * time.Millisecond)
	}
	if words := Head(r); words != nil {
		s.mu.Lock()
		s.known[string(words)] = fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(text), text)
		s.mu.Unlock()
	}
	_, _ = io.WriteString(w, text)
}

func (s *site) Answer(dst, head []byte) (begin, rest []byte, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer, ok := s.known[string(head)]
	if ok {
		s.here.Add(1)
		time.Sleep(s.pause)
	}
	if bytes.Contains(head, []byte("/large")) {
		return append(dst, answer[:9]...), answer[9:], ok
	}
	return append(dst, answer...), nil, ok
}

func (s *site) Idle() bool { return true }

// open serves a site and gives its address, and how to stop it with grace.
func open(t testing.TB, s *site, change func(*http.Server)) (address string, stop func() error) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, WriteTimeout: time.Minute}
	if change != nil {
		change(&server)
	}
	served := make(chan error, 1)
	if s.known != nil {
		Install(&server)
		l = Listen(l, s, server.IdleTimeout, server.WriteTimeout)
	} else {
		s.known = map[string][]byte{}
	}
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close(); <-served })
	return l.Addr().String(), func() error { return server.Shutdown(context.WithoutCancel(t.Context())) }
}

func dial(t testing.TB, address string) net.Conn {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return c
}

// say sends text and reads the body of one answer.
func say(t testing.TB, c net.Conn, r *bufio.Reader, text string) string {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

const plainA = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"

// warm asks the same until the connection has answered it: when a client asks again very soon,
// net/http has the beginning of its request already.
func (s *site) warm(t testing.TB, c net.Conn, r *bufio.Reader, text string) {
	t.Helper()
	began := s.here.Load()
	for tries := 0; s.here.Load() == began; tries++ {
		if tries > 1000 {
			t.Fatalf("no connection answers %q", text)
		}
		if got := say(t, c, r, text); !strings.HasPrefix(got, "GET /a") {
			t.Fatal(got)
		}
	}
}

// TestAnswersHere has the connection answer what was asked before, and nothing else.
func TestAnswersHere(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		here bool
	}{
		"plain":           {plainA, true},
		"kept alive":      {"GET /a HTTP/1.1\r\nHost: x\r\nConnection: Keep-Alive\r\n\r\n", true},
		"in two pieces":   {"GET /a/large HTTP/1.1\r\nHost: x\r\n\r\n", true},
		"head":            {"HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n", false},
		"body":            {"GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nz", false},
		"no body":         {"GET /a HTTP/1.1\r\nHost: x\r\ncontent-length: 0\r\n\r\n", false},
		"bare line feeds": {"GET /a HTTP/1.1\nHost: x\n\n", false},
		"long":            {"GET /a HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", maxHead) + "\r\n\r\n", false},
		"old":             {"GET /a HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n", false},
		"upgrade":         {"GET /a HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\n\r\n", false},
		"other options":   {"GET /a HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\n\r\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := &site{known: map[string][]byte{}}
			address, _ := open(t, s, nil)
			c := dial(t, address)
			r := bufio.NewReader(c)
			if test.here {
				s.warm(t, c, r, test.text)
				return
			}
			for range 10 {
				if name == "head" {
					if _, err := io.WriteString(c, test.text); err != nil {
						t.Fatal(err)
					}
					if res, err := http.ReadResponse(r, &http.Request{Method: http.MethodHead}); err != nil || res.ContentLength != 8 {
						t.Fatal(res, err)
					}
					continue
				}
				if got := say(t, c, r, test.text); !strings.HasPrefix(got, "GET /a") {
					t.Fatal(got)
				}
			}
			if s.here.Load() > 0 {
				t.Error("answered by the connection")
			}
		})
	}
}

var dates = regexp.MustCompile("Date: [^\r]*\r\n")

// TestSameAsNetHTTP sends bytes in random pieces, requests and rubbish, and expects all that
// comes back to be what net/http alone gives.
func TestSameAsNetHTTP(t *testing.T) {
	parts := []string{
		plainA, plainA, plainA, "GET /b HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a HTTP/1.1\nHost: x\n\n", "HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n",
		"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 28\r\n\r\n" + plainA, "GET /c HTTP/1.1\r\nHost: x\r\nContent-Length: 28\r\n\r\n" + plainA,
		"\r\n", "\n", "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		plainA + plainA, plainA + "X", "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n", "X", "GET /a HTTP/1.1\nHost: x\n\n" + plainA, "GE", "T /a HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a HTTP/1.1\r\nHost: x\r\n Content-Length: 3\r\n\r\n",
	}
	here := &site{known: map[string][]byte{}}
	quick, _ := open(t, here, nil)
	alone, _ := open(t, &site{}, nil)
	exchange := func(t rapid.TB, address string, pieces []string) string {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(time.Minute))
		var all []byte
		for _, piece := range pieces {
			if _, err := io.WriteString(c, piece); err != nil {
				break // closed for good reason: what was said before counts
			}
			time.Sleep(200 * time.Microsecond)
		}
		_ = c.(*net.TCPConn).CloseWrite()
		all, err = io.ReadAll(c)
		if err != nil && !strings.Contains(err.Error(), "reset") {
			t.Fatal(err)
		}
		return string(dates.ReplaceAll(all, nil))
	}
	compare := func(t rapid.TB, pieces []string) {
		got, want := exchange(t, quick, pieces), exchange(t, alone, pieces)
		ends := strings.Contains(want, "400 Bad Request") || strings.Contains(want, "Connection: close")
		if got != want && (!ends || !strings.HasPrefix(got, want) && !strings.HasPrefix(want, got)) { // a reset loses what was on its way
			t.Fatalf("%q gave\n%q\nwant\n%q", pieces, got, want)
		}
	}
	slow := "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"
	for _, pieces := range [][]string{
		{plainA, plainA, slow, "X", plainA, plainA, plainA},
		{plainA, plainA, plainA + "X", plainA, plainA},
		{plainA + plainA, plainA + plainA, plainA + plainA},
		{plainA, slow, plainA, plainA},
		{"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 28\r\n\r\n", plainA, plainA},
	} {
		compare(t, pieces)
	}
	rapid.Check(t, func(t *rapid.T) {
		chosen := rapid.SliceOfN(rapid.SampledFrom(parts), 1, 8).Draw(t, "parts")
		pieces := chosen
		if rapid.Bool().Draw(t, "cut anywhere") {
			text := strings.Join(chosen, "")
			pieces = nil
			for text != "" {
				n := rapid.IntRange(1, len(text)).Draw(t, "bytes")
				pieces = append(pieces, text[:n])
				text = text[n:]
			}
		}
		compare(t, pieces)
	})
	if here.here.Load() == 0 {
		t.Error("no connection answered anything")
	}
}

// TestStopsWithGrace has a server that stops finish what it has begun to answer.
func TestStopsWithGrace(t *testing.T) {
	s := &site{known: map[string][]byte{}}
	address, stop := open(t, s, nil)
	c := dial(t, address)
	r := bufio.NewReader(c)
	s.warm(t, c, r, plainA)
	before := s.here.Load()
	s.mu.Lock()
	s.pause = 50 * time.Millisecond
	s.mu.Unlock()
	stopped := make(chan error, 1)
	go func() {
		for s.here.Load() == before {
			time.Sleep(time.Millisecond)
		}
		stopped <- stop()
	}()
	s.warm(t, c, r, plainA)
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if _, err := r.ReadByte(); !errors.Is(err, io.EOF) {
		t.Errorf("still open: %v", err)
	}
}

// TestTimeLimits closes a connection that asks nothing for long, or does not take its answer,
// but not one that is in use.
func TestTimeLimits(t *testing.T) {
	const limit = 1500 * time.Millisecond
	s := &site{known: map[string][]byte{}}
	address, _ := open(t, s, func(h *http.Server) { h.IdleTimeout, h.WriteTimeout = limit, limit })
	t.Run("in use", func(t *testing.T) {
		c := dial(t, address)
		r := bufio.NewReader(c)
		for began := time.Now(); time.Since(began) < 2*limit; time.Sleep(limit / 10) {
			say(t, c, r, plainA)
		}
		began := time.Now()
		if _, err := r.ReadByte(); !errors.Is(err, io.EOF) || time.Since(began) > 2*limit {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
	t.Run("not taken", func(t *testing.T) {
		large := bytes.Repeat([]byte("x"), 32<<20)
		c := dial(t, address)
		r := bufio.NewReader(c)
		s.warm(t, c, r, plainA)
		s.mu.Lock()
		s.known[plainA] = large
		s.mu.Unlock()
		before := s.here.Load()
		if _, err := io.WriteString(c, plainA); err != nil {
			t.Fatal(err)
		}
		for s.here.Load() == before {
			time.Sleep(time.Millisecond)
		}
		other := dial(t, address)
		b, began := bufio.NewReader(other), time.Now()
		s.warm(t, other, b, "GET /ab HTTP/1.1\r\nHost: x\r\n\r\n")
		if took := time.Since(began); took > limit/2 {
			t.Errorf("others waited %v", took)
		}
		time.Sleep(2 * limit)
		if n, err := io.Copy(io.Discard, r); n >= int64(len(large)) {
			t.Errorf("%d bytes, %v", n, err)
		}
	})
}

// TestQuickClient has one that asks at once after each answer be waited for eagerly, beside
// others that come and go, and loses nothing.
func TestQuickClient(t *testing.T) {
	s := &site{known: map[string][]byte{}}
	address, _ := open(t, s, nil)
	run := func(times int) {
		c := dial(t, address)
		r := bufio.NewReader(c)
		for k := range times {
			if got := say(t, c, r, plainA); got != "GET /a " {
				t.Error(k, got)
				return
			}
		}
	}
	run(2000)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() { run(500) })
	}
	group.Wait()
	run(2000)
	if got := s.here.Load(); got < 5000 {
		t.Errorf("%d answers by connections", got)
	}
}
