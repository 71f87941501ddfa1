package api

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"unsafe"

	"github.com/maypok86/otter/v2"

	"socle/cmd/socle/internal/wire"
	"socle/tiles/cache"
)

// What is at hand and asked for again in the very same words is answered by the connection,
// which does not need to understand them: see [wire]. It is known by the head of the request,
// and good as long as the page or the tile is.

// asked is a question that was answered with what is at hand.
type asked struct {
	status int
	head   []byte     // of the answer, up to the value of its Date, which comes last
	page   *askedPage // one of them
	tile   *askedTile
}

type askedPage struct {
	*keptPage
	collection string
}

// askedTile names a tile rather than holding it: the cache decides what is kept.
type askedTile struct {
	list     string
	z, x, y  uint32
	tag      string
	encoding cache.Encoding
	size     int // of the body; 0 when there is none
}

func (q *asked) weight(words string) uint32 {
	n := 256 + len(words) + cap(q.head)
	if q.page != nil {
		n += cap(q.page.body)
	}
	return uint32(n)
}

func newAsked() (*otter.Cache[string, *asked], error) {
	return otter.New(&otter.Options[string, *asked]{
		MaximumWeight: keptBytes,
		Weigher:       func(words string, q *asked) uint32 { return q.weight(words) },
	})
}

// wordsOf gives those of a request, when a connection can answer them by itself; else nil.
func wordsOf(r *http.Request) []byte {
	if r.Header["X-Request-Id"] != nil || isForwarded(r.Header) {
		return nil
	}
	return wire.Head(r)
}

// rememberPage has connections answer a request for a page, which is sent with these headers.
func (a *API) rememberPage(r *http.Request, h http.Header, p *keptPage) {
	words := wordsOf(r)
	_, collection, ok := a.questionOf(r)
	if words == nil || !ok {
		return
	}
	if h["Content-Length"] == nil {
		h = maps.Clone(h)
		h.Set("Content-Length", strconv.Itoa(len(p.body)))
	}
	a.asked.Set(string(words), &asked{status: http.StatusOK, head: headOf(http.StatusOK, h), page: &askedPage{p, collection}})
}

// rememberTile has connections answer a request for a tile, as it was with that status and
// these headers.
func (a *API) rememberTile(r *http.Request, status int, h http.Header, t *cache.Tile) {
	words := wordsOf(r)
	list, z, x, y, ok := readTilePath(r.URL.Path)
	if words == nil || !ok {
		return
	}
	q := askedTile{list: list, z: z, x: x, y: y, tag: t.ETag()[0], encoding: preferredEncoding(r.Header["Accept-Encoding"])}
	if status == http.StatusOK {
		q.size = len(a.cache.Encoded(t, q.encoding).Body)
	}
	a.asked.Set(string(words), &asked{status: status, head: headOf(status, h), tile: &q})
}

// headOf gives the head of an answer as net/http writes it, but for the value of Date.
func headOf(status int, h http.Header) []byte {
	b := append(strconv.AppendInt([]byte("HTTP/1.1 "), int64(status), 10), ' ')
	b = append(append(b, http.StatusText(status)...), "\r\n"...)
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			b = append(append(append(append(b, name...), ": "...), value...), "\r\n"...)
		}
	}
	return append(b, "Date: "...)
}

// Answer gives the answer to a request that was asked before in the same words. It is
// [wire.Answers].
func (a *API) Answer(dst, words []byte) (answer, rest []byte, ok bool) {
	q, ok := a.asked.GetIfPresent(unsafe.String(unsafe.SliceData(words), len(words))) // looked up, not kept
	if !ok || a.config.Logger.Enabled(context.Background(), slog.LevelDebug) {
		return dst, nil, false
	}
	if q.page != nil {
		ok = a.holds(q.page.keptPage, q.page.collection)
	} else {
		rest, ok = a.bodyOf(q.tile)
	}
	if !ok {
		return dst, nil, false
	}
	select {
	case a.slots <- struct{}{}:
		defer func() { <-a.slots }()
	default:
		return dst, nil, false
	}
	a.measures.atHand.Inc()
	a.measures.count(q.status)
	now := a.now()
	second := a.times.at(now)
	dst = append(dst, q.head...)
	dst = append(dst, second.date[:]...)
	dst = append(dst, "\r\n\r\n"...)
	if q.page != nil {
		from := len(dst)
		dst = append(dst, q.page.body...)
		q.page.date(dst[from:], second, now)
	}
	return dst, rest, true
}

// bodyOf gives what is sent of a tile, when it is at hand and still the same.
func (a *API) bodyOf(q *askedTile) ([]byte, bool) {
	t, ok := a.cache.Lookup(q.list, q.z, q.x, q.y)
	if !ok || t.ETag()[0] != q.tag {
		return nil, false
	}
	if q.size == 0 {
		return nil, true
	}
	body := a.cache.Encoded(t, q.encoding).Body
	return body, len(body) == q.size
}

// Idle tells whether no request is being answered. It is [wire.Answers].
func (a *API) Idle() bool { return len(a.slots) == 0 }
