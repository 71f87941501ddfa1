package api

import (
	"log/slog"
	"net/http"
	"time"

	"socle/tiles/cache"
)

// What is at hand is answered before the chain of middleware, which would cost more than
// the answer: a map asks for dozens of tiles at once, and a client that opens a collection
// for its first page. It sends what the chain would, from values made once, and gives up
// at the first thing that is not plain:
//
//	GET or HEAD /tiles/{ids}/{z}/{x}/{y}.mvt, no parameters, in the cache ─▶ answered here
//	GET /collections/{id}/items?…, kept, of the revision of now           ─▶ answered here
//	anything else                                                         ─▶ the chain
//
// What is asked in the words of before does not even come here: see asked.go.
//
// So errors, what has to be made and the time that this may take are dealt with in one
// place. What differs is that a request gets no id unless it brings one.

// ready is an answer that is at hand.
type ready interface {
	send(a *API, w http.ResponseWriter, r *http.Request) (status int, bytes int64)
}

// warmTile is a tile in the cache.
type warmTile struct{ tile *cache.Tile }

func (t warmTile) send(a *API, w http.ResponseWriter, r *http.Request) (status int, bytes int64) {
	h := w.Header()
	for i := range a.always {
		h[a.always[i].name] = a.always[i].value
	}
	status, bytes = a.sendTile(w, r, t.tile)
	a.rememberTile(r, status, h, t.tile)
	return status, bytes
}

// atHand finds the answer to a request, if it is at hand.
func (a *API) atHand(r *http.Request) (ready, bool) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || len(r.RequestURI) > a.config.MaxURLBytes {
		return nil, false
	}
	if tile, ok := a.tileAtHand(r); ok {
		return warmTile{tile}, true
	}
	if page, ok := a.pageAtHand(r); ok {
		return page, true
	}
	return nil, false
}

// serveAtOnce answers a request whose answer is at hand. It tells whether it has.
func (a *API) serveAtOnce(w http.ResponseWriter, r *http.Request) bool {
	answer, ok := a.atHand(r)
	if !ok {
		return false
	}
	select {
	case a.slots <- struct{}{}:
		defer func() { <-a.slots }()
	default:
		return false // the chain knows how to refuse
	}
	id := ""
	if r.Header["X-Request-Id"] != nil {
		id = a.requestID(r)
		w.Header()["X-Request-Id"] = []string{id}
	}
	a.measures.atHand.Inc()
	if !a.config.Logger.Enabled(r.Context(), slog.LevelDebug) {
		status, _ := answer.send(a, w, r)
		a.measures.count(status)
		return true
	}
	began := time.Now()
	o := observation{id: id}
	o.status, o.bytes = answer.send(a, w, r)
	a.measures.count(o.status)
	a.logRequest(r, &o, time.Since(began))
	return true
}

// header is one of an answer, as net/http keeps it.
type header struct {
	name  string
	value []string
}
