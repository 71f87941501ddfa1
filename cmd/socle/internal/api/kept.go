package api

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	"socle/cmd/socle/internal/wire"
)

// Small pages of features are kept as they were sent. Clients ask for the same ones over
// and over, the first page of each collection above all, and to make one costs several
// times what sending it does. One is good for as long as its collection stays as it is;
// only the time it says it was made at is written anew.
//
// What is compressed, follows a cursor or comes through a proxy that is believed is not
// kept: the chain makes it each time.

const (
	keptBody  = 64 << 10 // of one page
	keptBytes = 16 << 20 // of all
)

// question is what a page depends on, beside the revision of its collection.
type question struct{ host, uri, accept, language string }

// pagesKept keeps small pages of features.
type pagesKept struct {
	cache  *otter.Cache[question, *keptPage]
	copies sync.Pool // of bodies, to write the time into
}

func newPagesKept() (*pagesKept, error) {
	c, err := otter.New(&otter.Options[question, *keptPage]{
		MaximumWeight: keptBytes,
		Weigher:       func(q question, p *keptPage) uint32 { return p.weight(q) },
	})
	if err != nil {
		return nil, err
	}
	return &pagesKept{cache: c, copies: sync.Pool{New: func() any { return new([]byte) }}}, nil
}

// keptPage is a page as it was sent.
type keptPage struct {
	tag    string // of the collection
	turns  bool   // it has cursors, which have to stay good
	header []header
	body   []byte
	stamp  int // where the body says when it was made; negative: nowhere
}

// weight is about how many bytes it takes to keep a page.
func (p *keptPage) weight(q question) uint32 {
	n := 256 + len(p.tag) + cap(p.body) + len(q.host) + len(q.uri) + len(q.accept) + len(q.language)
	for _, h := range p.header {
		n += 64 + len(h.name) + len(h.value[0])
	}
	return uint32(n)
}

// questionOf reads a request for a page that may be kept, and the collection it is of.
func (a *API) questionOf(r *http.Request) (q question, collection string, ok bool) {
	collection, ok = strings.CutPrefix(r.URL.Path, "/collections/")
	if !ok {
		return q, "", false
	}
	if collection, ok = strings.CutSuffix(collection, "/items"); !ok {
		return q, "", false
	}
	accept, language, encoding := r.Header["Accept"], r.Header["Accept-Language"], r.Header["Accept-Encoding"]
	if r.Method != http.MethodGet || r.TLS != nil || r.Host == "" || len(accept) > 1 || len(language) > 1 || len(encoding) > 1 ||
		len(encoding) == 1 && encoding[0] != "identity" || r.Header["If-None-Match"] != nil || a.trusts(r.RemoteAddr) {
		return q, "", false
	}
	q = question{host: r.Host, uri: r.RequestURI}
	if len(accept) == 1 {
		q.accept = accept[0]
	}
	if len(language) == 1 {
		q.language = language[0]
	}
	return q, collection, true
}

// pageAtHand gives the page that answers a request, when it is kept.
func (a *API) pageAtHand(r *http.Request) (*keptPage, bool) {
	q, id, ok := a.questionOf(r)
	if !ok {
		return nil, false
	}
	page, ok := a.kept.cache.GetIfPresent(q)
	if !ok {
		return nil, false
	}
	return page, a.holds(page, id)
}

// holds tells whether a page of a collection is still what there is. If so, its cursors stay
// good for a while.
func (a *API) holds(page *keptPage, collection string) bool {
	c, ok := a.public().Collection(collection)
	if !ok || c.Tag() != page.tag {
		return false
	}
	if page.turns {
		a.engine.Keep(c)
	}
	return true
}

// date writes into a copy of the body when it is given.
func (p *keptPage) date(body []byte, s *second, now time.Time) {
	if p.stamp >= 0 {
		s.put(body[p.stamp:], now)
	}
}

// send answers with the page.
func (p *keptPage) send(a *API, w http.ResponseWriter, r *http.Request) (status int, bytes int64) {
	h := w.Header()
	for i := range p.header {
		h[p.header[i].name] = p.header[i].value
	}
	a.rememberPage(r, h, p)
	body := p.body
	if p.stamp >= 0 {
		held, _ := a.kept.copies.Get().(*[]byte)
		defer a.kept.copies.Put(held)
		*held = append((*held)[:0], p.body...)
		body = *held
		now := a.now()
		p.date(body, a.times.at(now), now)
	}
	n, _ := wire.Write(w, r, body) // a client that is gone needs no answer
	return http.StatusOK, int64(n)
}

// pageRecorder writes a page and remembers what it wrote, if that may be kept.
type pageRecorder struct {
	http.ResponseWriter
	kept     *pagesKept
	question question
	body     []byte
	keeps    bool
}

// record gives what to write the page to.
func (a *API) record(w http.ResponseWriter, r *http.Request, p *page) *pageRecorder {
	k := &pageRecorder{ResponseWriter: w, kept: a.kept}
	if !p.query.values.Has("cursor") {
		k.question, _, k.keeps = a.questionOf(r)
	}
	return k
}

func (k *pageRecorder) Write(b []byte) (int, error) {
	if k.keeps = k.keeps && len(k.body)+len(b) <= keptBody; k.keeps {
		k.body = append(k.body, b...)
	} else {
		k.body = nil
	}
	return k.ResponseWriter.Write(b)
}

// keep keeps the page, which was written whole. It says that it was made at stamp.
func (k *pageRecorder) keep(p *page, turns bool, stamp string) {
	h := k.Header()
	if !k.keeps || h.Get("Content-Encoding") != "" {
		return
	}
	kept := &keptPage{tag: p.collection.Tag(), turns: turns, body: k.body, stamp: -1}
	if stamp != "" {
		kept.stamp = bytes.LastIndex(k.body, []byte(`"`+stamp+`"`))
		if kept.stamp++; kept.stamp == 0 {
			return
		}
	}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if name != "X-Request-Id" {
			kept.header = append(kept.header, header{name, slices.Clip(slices.Clone(h[name]))})
		}
	}
	k.kept.cache.Set(k.question, kept)
}
