package api

import (
	"bufio"
	"bytes"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"socle/referentials"
	"socle/tiles"
)

// caller asks over one connection, in its own words.
type caller struct {
	t testing.TB
	c net.Conn
	r *bufio.Reader
}

func call(t testing.TB, server string) *caller {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(server, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return &caller{t, c, bufio.NewReader(c)}
}

func (c *caller) ask(words string) reply {
	c.t.Helper()
	if _, err := io.WriteString(c.c, words); err != nil {
		c.t.Fatal(err)
	}
	res, err := http.ReadResponse(c.r, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return reply{res.StatusCode, res.Header, body}
}

// settle asks until connections answer the words, and tells whether they do.
func settle(a *API, c *caller, words string) bool {
	for range 50 {
		c.ask(words)
		if _, _, ok := a.Answer(nil, []byte(words)); ok {
			return true
		}
	}
	return false
}

// headFor writes the head of a request for a path.
func headFor(path string, headers ...string) string {
	b := "GET " + path + " HTTP/1.1\r\nHost: socle.test\r\n"
	for i := 0; i < len(headers); i += 2 {
		b += headers[i] + ": " + headers[i+1] + "\r\n"
	}
	return b + "\r\n"
}

// TestAskedPageIsTheChains has the connection answer as the chain does, but for what was
// given to one request alone and the time.
func TestAskedPageIsTheChains(t *testing.T) {
	const first = "/collections/adresses/items?limit=2"
	for name, test := range map[string]struct {
		asked string
		here  bool
	}{
		"first page":    {headFor(first), true},
		"csv":           {headFor(first + "&f=csv"), true},
		"file":          {headFor(first, "Accept", "application/flatgeobuf"), true},
		"browser":       {headFor(first, "Accept-Language", "en", "Connection", "keep-alive", "User-Agent", "x"), true},
		"table":         {headFor("/collections/filosofi/items"), true},
		"tile":          {headFor(aTile), true},
		"small tile":    {headFor(aTile, "Accept-Encoding", "gzip, deflate, br, zstd"), true},
		"known tile":    {headFor(aTile, "If-None-Match", "*"), true},
		"empty tile":    {headFor("/tiles/adresses/10/0/0.mvt"), true},
		"no tile":       {headFor("/tiles/adresses/10/5000/0.mvt"), false},
		"filtered tile": {headFor(aTile + "?properties="), false},
		"compressed":    {headFor(first, "Accept-Encoding", "gzip"), false},
		"known":         {headFor(first, "If-None-Match", "*"), false},
		"numbered":      {headFor(first, "X-Request-Id", "r1"), false},
		"through proxy": {headFor(first, "X-Forwarded-Host", "elsewhere"), false},
		"ends":          {headFor(first, "Expect", "100-continue"), false},
		"page":          {headFor(first + "&f=html"), false},
		"wrong":         {headFor("/collections/adresses/items?limit=x"), false},
		"not public":    {headFor("/collections/occupants/items"), false},
		"a feature":     {headFor("/collections/adresses/items/A07"), false},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, nil)
			c := call(t, newTestServer(t, a))
			cold := c.ask(test.asked)
			if here := settle(a, c, test.asked); here != test.here {
				t.Fatalf("answered by the connection: %v", here)
			}
			if !test.here {
				return
			}
			raw, rest, _ := a.Answer([]byte("before"), []byte(test.asked))
			res, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(append(raw[len("before"):], rest...))), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range []http.Header{cold.header, res.Header} {
				if _, err := http.ParseTime(h.Get("Date")); err != nil {
					t.Error(err)
				}
				h.Del("Date")
				h.Del("X-Request-Id")
			}
			if res.StatusCode != cold.status || !bytes.Equal(body, cold.body) || !maps.EqualFunc(cold.header, res.Header, slices.Equal) {
				t.Errorf("%d %v\n%s\nthen %d %v\n%s", cold.status, cold.header, cold.body, res.StatusCode, res.Header, body)
			}
		})
	}
}

var stamped = regexp.MustCompile(`"timeStamp":"([^"]*)"`)

// TestAskedPageTellsTheTime writes into each answer when it was given.
func TestAskedPageTellsTheTime(t *testing.T) {
	a := open(t, nil)
	asked := headFor("/collections/adresses/items?limit=2")
	if c := call(t, newTestServer(t, a)); !settle(a, c, asked) {
		t.Fatal("never answered by the connection")
	}
	for _, now := range []time.Time{time.Date(2031, 12, 31, 23, 59, 59, 1000, time.FixedZone("", -7200)), time.Date(2032, 2, 29, 0, 0, 0, 0, time.UTC)} {
		a.now = func() time.Time { return now }
		b, _, ok := a.Answer(nil, []byte(asked))
		stamp := stamped.FindSubmatch(b)
		if !ok || stamp == nil || string(stamp[1]) != now.UTC().Format(timeStampLayout) ||
			!bytes.Contains(b, []byte("\r\nDate: "+now.UTC().Format(http.TimeFormat)+"\r\n\r\n")) {
			t.Errorf("%s\nat %v", b, now)
		}
	}
}

// TestAskedPageEndsWithItsRevision gives what there is now, not what was asked before.
func TestAskedPageEndsWithItsRevision(t *testing.T) {
	a, store, load := openChanging(t, Config{}, nil)
	c, asked := call(t, newTestServer(t, a)), headFor("/collections/adresses/items?f=csv&limit=2")
	if !settle(a, c, asked) {
		t.Fatal("never answered by the connection")
	}
	store.kept[0].rows = store.kept[0].rows[5:]
	store.kept[0].state.Version.Revision++
	load()
	if got := c.ask(asked); !bytes.Contains(got.body, []byte("A05")) || bytes.Contains(got.body, []byte("A00")) {
		t.Errorf("%s", got.body)
	}
	if !settle(a, c, asked) {
		t.Fatal("the new one is never answered by the connection")
	}
	store.kept[0].state.Descriptor.Access = referentials.Restricted
	load()
	if got := c.ask(asked); got.status != http.StatusNotFound {
		t.Errorf("withdrawn from the public: %d %s", got.status, got.body)
	}
}

// TestAskedTileEndsWithItsRevision gives the tile that there is now.
func TestAskedTileEndsWithItsRevision(t *testing.T) {
	a, store, load := openChanging(t, Config{}, tiles.New(tiles.Options{}))
	c, asked := call(t, newTestServer(t, a)), headFor("/tiles/adresses/10/507/355.mvt")
	if !settle(a, c, asked) {
		t.Fatal("never answered by the connection")
	}
	before := c.ask(asked)
	store.kept[0].rows = store.kept[0].rows[5:]
	store.kept[0].state.Version.Revision++
	load()
	if _, _, ok := a.Answer(nil, []byte(asked)); ok {
		t.Error("answered with the tile of before")
	}
	after := c.ask(asked)
	if len(before.body) == 0 || bytes.Equal(before.body, after.body) || before.header.Get("Etag") == after.header.Get("Etag") {
		t.Errorf("%v, then %v", before.header, after.header)
	}
	if !settle(a, c, asked) {
		t.Fatal("the new one is never answered by the connection")
	}
	if again := c.ask(asked); !bytes.Equal(again.body, after.body) {
		t.Errorf("%d bytes, then %d", len(after.body), len(again.body))
	}
}

// TestAskedPagesAreBounded counts what connections answer, leaves refusing to the chain, and
// the log of every request too.
func TestAskedPagesAreBounded(t *testing.T) {
	a := open(t, func(c *Config) { c.MaxConcurrent = 1 })
	asked := headFor("/collections/adresses/items?limit=2")
	if c := call(t, newTestServer(t, a)); !settle(a, c, asked) {
		t.Fatal("never answered by the connection")
	}
	before := a.measures.atHand.Get()
	if _, _, ok := a.Answer(nil, []byte(asked)); !ok || !a.Idle() || a.measures.atHand.Get() != before+1 {
		t.Error("not counted")
	}
	a.slots <- struct{}{}
	if _, _, ok := a.Answer(nil, []byte(asked)); ok || a.Idle() {
		t.Error("answered beyond the bound")
	}
	<-a.slots
	a.config.Logger = slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if _, _, ok := a.Answer(nil, []byte(asked)); ok {
		t.Error("answered without being logged")
	}
}

// BenchmarkAskedPage answers in the words of before.
func BenchmarkAskedPage(b *testing.B) {
	a := open(b, nil)
	a.now = time.Now
	w := keptPageOf(b, a)
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		var ok bool
		if dst, _, ok = a.Answer(dst[:0], w); !ok {
			b.Fatal("not at hand")
		}
	}
}

// keptPageOf has a page be kept under words that connections would know it by.
func keptPageOf(b *testing.B, a *API) []byte {
	b.Helper()
	ask(b, a, "/collections/adresses/items?limit=10")
	w := []byte(headFor("/collections/adresses/items?limit=10"))
	for p := range a.kept.cache.Values() {
		h := http.Header{}
		for _, each := range p.header {
			h[each.name] = each.value
		}
		a.asked.Set(string(w), &asked{status: http.StatusOK, head: headOf(http.StatusOK, h), page: &askedPage{p, "adresses"}})
	}
	return w
}
