package api

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"unsafe"

	"github.com/maypok86/otter/v2"

	"socle/cmd/socle/internal/wire"
)

// A page that is kept and asked for again in the very same words is answered by the
// connection, which does not need to understand them: see [wire]. It is known by the head of
// the request, and good as long as the page is.

// askedPage is a page that was asked for.
type askedPage struct {
	page       *keptPage
	collection string
	head       []byte // of the answer, up to the value of its Date, which comes last
}

const datePrefix = "Date: "

func newPagesAsked() (*otter.Cache[string, *askedPage], error) {
	return otter.New(&otter.Options[string, *askedPage]{
		MaximumWeight: keptBytes,
		Weigher: func(words string, p *askedPage) uint32 {
			return uint32(128 + len(words) + len(p.collection) + cap(p.head) + cap(p.page.body))
		},
	})
}

// remember has connections answer a request for a page by themselves, when it is one that
// they can.
func (a *API) remember(r *http.Request, p *keptPage) {
	words := wire.Head(r)
	if words == nil || r.Header["X-Request-Id"] != nil || forwarded(r.Header) {
		return
	}
	_, collection, ok := a.questionOf(r)
	if !ok {
		return
	}
	a.kept.asked.Set(string(words), &askedPage{page: p, collection: collection, head: p.written()})
}

// forwarded tells whether a proxy says for whom it asks: what that means depends on the proxy.
func forwarded(h http.Header) bool {
	for name := range h {
		if strings.HasPrefix(name, "X-Forwarded-") {
			return true
		}
	}
	return false
}

// written gives the head of the answer with the page as net/http writes it, but for Date.
func (p *keptPage) written() []byte {
	b := []byte("HTTP/1.1 200 OK\r\n")
	put := func(name, value string) { b = append(append(append(append(b, name...), ": "...), value...), "\r\n"...) }
	measured := false
	for _, h := range p.header {
		for _, value := range h.value {
			put(h.name, value)
		}
		measured = measured || h.name == "Content-Length"
	}
	if !measured {
		put("Content-Length", strconv.Itoa(len(p.body)))
	}
	return append(b, datePrefix...)
}

// Answer appends the answer to a request that was asked before in the same words. It is
// [wire.Answers].
func (a *API) Answer(dst, words []byte) ([]byte, bool) {
	asked, ok := a.kept.asked.GetIfPresent(unsafe.String(unsafe.SliceData(words), len(words))) // looked up, not kept
	if !ok || !a.holds(asked.page, asked.collection) || a.config.Logger.Enabled(context.Background(), slog.LevelDebug) {
		return dst, false
	}
	select {
	case a.slots <- struct{}{}:
		defer func() { <-a.slots }()
	default:
		return dst, false
	}
	a.measures.atHand.Inc()
	a.measures.count(http.StatusOK)
	now := a.now()
	second := a.times.at(now)
	dst = append(dst, asked.head...)
	dst = append(dst, second.date[:]...)
	dst = append(dst, "\r\n\r\n"...)
	from := len(dst)
	dst = append(dst, asked.page.body...)
	asked.page.date(dst[from:], second, now)
	return dst, true
}

// Idle tells whether no request is being answered. It is [wire.Answers].
func (a *API) Idle() bool { return len(a.slots) == 0 }
