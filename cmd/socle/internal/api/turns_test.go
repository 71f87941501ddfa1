package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"socle/referentials"
)

// TestTurnsAreBounded has clients take turns, give them back and lose patience in any order.
func TestTurnsAreBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		atOnce, places := rapid.IntRange(1, 5).Draw(t, "at once"), rapid.IntRange(2, 9).Draw(t, "places")
		turns := newTurns(atOnce, places)
		gone, leave := context.WithCancel(t.Context())
		leave()
		var held []func()
		mine := map[string]int{}
		owners := []string{}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			if len(held) > 0 && rapid.Bool().Draw(t, "gives back") {
				k := rapid.IntRange(0, len(held)-1).Draw(t, "whose")
				held[k]()
				mine[owners[k]]--
				held, owners = append(held[:k], held[k+1:]...), append(owners[:k], owners[k+1:]...)
				continue
			}
			who := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "client")
			free := len(held) < atOnce && mine[who] < max(1, atOnce/2) && len(held) < places && mine[who] < max(1, places/2)
			ctx := gone // nobody waits here: what is not free at once is not given
			if free {
				ctx = t.Context()
			}
			done, err := turns.take(ctx, who)
			switch {
			case free && err != nil:
				t.Fatalf("%v, with %d of %d turns taken, %d by %s", err, len(held), atOnce, mine[who], who)
			case err == nil:
				held, owners = append(held, done), append(owners, who)
				mine[who]++
			case referentials.CodeOf(err) != referentials.Unavailable && !errors.Is(err, context.Canceled):
				t.Fatal(err)
			}
			if len(held) > atOnce || mine[who] > max(1, atOnce/2) {
				t.Fatalf("%d of %d turns are taken, %d by %s", len(held), atOnce, mine[who], who)
			}
		}
		for _, done := range held {
			done()
		}
		if turns.taken != 0 || len(turns.clients) != 0 || len(turns.all) != 0 {
			t.Fatalf("%d places, %d clients, %d turns are never given back", turns.taken, len(turns.clients), len(turns.all))
		}
	})
}

// TestTurnsAreWaitedFor serves more clients than there are turns, one after the other.
func TestTurnsAreWaitedFor(t *testing.T) {
	turns := newTurns(2, 64)
	var all sync.WaitGroup
	for k := range 20 {
		all.Go(func() {
			done, err := turns.take(t.Context(), fmt.Sprint(k%3))
			if err != nil {
				t.Error(err)
				return
			}
			time.Sleep(time.Millisecond)
			done()
		})
	}
	all.Wait()
}

// asking is an answer that asks for another while it is taken.
type asking struct {
	*httptest.ResponseRecorder
	ask func()
}

func (a *asking) Write(b []byte) (int, error) {
	a.ask()
	return a.ResponseRecorder.Write(b)
}

// TestTurnsEndBeforeAnswers asks for figures while those of the only turn are being taken.
func TestTurnsEndBeforeAnswers(t *testing.T) {
	a := openDesk(t)
	a.figures = newTurns(1, 8)
	request := func(ctx context.Context, path string) *http.Request {
		return httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil)
	}
	for _, path := range []string{
		"/collections/%C3%AElots/aggregate?source=adresses&measure=count&f=csv",
		"/collections/%C3%AElots/crosswalk?source=carreaux&f=csv",
	} {
		second := 0
		first := &asking{httptest.NewRecorder(), nil}
		first.ask = func() {
			first.ask = func() {}
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			w := httptest.NewRecorder()
			a.ServeHTTP(w, request(ctx, path))
			second = w.Code
		}
		if a.ServeHTTP(first, request(t.Context(), path)); first.Code != http.StatusOK || second != http.StatusOK {
			t.Errorf("%s: %d, and %d meanwhile: %.200s", path, first.Code, second, first.Body)
		}
	}
}

// TestSlowFilesLeaveRoom sends files that never end over more connections than requests are
// answered at once: everything else is answered as before.
func TestSlowFilesLeaveRoom(t *testing.T) {
	const connections = 12
	a := open(t, func(c *Config) { withStreets(c); c.MaxConcurrent, c.RequestTimeout = 8, 2*time.Second })
	server := newTestServer(t, a)
	host := strings.TrimPrefix(server, "http://")
	for range connections {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", host)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.WriteString(c, "POST /geocodage/search/csv HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\nContent-Length: 1000\r\n\r\nrue\n"); err != nil {
			t.Fatal(err)
		}
	}
	for until := time.Now().Add(5 * time.Second); len(a.files.all) == 0 && time.Now().Before(until); {
		time.Sleep(time.Millisecond)
	}
	for range 20 {
		if r := fetch(t, server, http.MethodGet, "/collections/adresses"); r.status != http.StatusOK {
			t.Fatalf("%d: %s", r.status, r.body)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// deadlines is an answer that notes until when its connection may read.
type deadlines struct {
	http.ResponseWriter
	read time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error { d.read = t; return nil }

// TestBodiesKeepComing gives a client time for what it sends, and no more than was agreed.
func TestBodiesKeepComing(t *testing.T) {
	w := &deadlines{ResponseWriter: httptest.NewRecorder()}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(strings.Repeat("x", 100*leastRate)))
	body := newSteadyBody(w, r, 200*leastRate, patience+90*time.Second)
	for _, c := range []struct{ seconds, allowed int }{{0, 0}, {60, 60}, {30, 90}, {10, 90}} { // sent, and granted for it
		if _, err := io.ReadFull(body, make([]byte, c.seconds*leastRate)); err != nil {
			t.Fatal(err)
		}
		_, _ = body.Read(nil)
		if got := w.read.Sub(body.began); got != patience+time.Duration(c.allowed)*time.Second {
			t.Errorf("after %d s more: %s", c.seconds, got)
		}
	}
}

// TestSearchesLeaveRoom: whoever has all its turns at slow filters keeps nobody else from
// searching, and gets what is at hand.
func TestSearchesLeaveRoom(t *testing.T) {
	a := open(t, func(c *Config) { c.MaxHeavy, c.RequestTimeout = 4, 200*time.Millisecond })
	const one, other = "192.0.2.7:1", "192.0.2.8:1"
	const known, unknown = "/collections/adresses/items?numero=1", "/collections/adresses/items?numero=2"
	if w := ask(t, a, known, "remote", one); w.Code != http.StatusOK {
		t.Fatal(w.Code)
	}
	for range 2 {
		done, err := a.searches.take(t.Context(), "192.0.2.7")
		if err != nil {
			t.Fatal(err)
		}
		defer done()
	}
	for _, c := range []struct {
		who, path string
		want      int
	}{
		{one, unknown, http.StatusServiceUnavailable},
		{one, "/tiles/adresses/0/0/0.mvt?filter=numero=3", http.StatusServiceUnavailable},
		{one, known, http.StatusOK},
		{one, "/collections/adresses/items", http.StatusOK},
		{other, unknown, http.StatusOK},
		{one, unknown, http.StatusOK},
	} {
		if w := ask(t, a, c.path, "remote", c.who); w.Code != c.want {
			t.Errorf("%s of %s: %d, not %d: %.200s", c.path, c.who, w.Code, c.want, w.Body)
		}
	}
}
