package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"socle/cmd/socle/internal/wire"
	"socle/referentials/snapshot"
	"socle/tiles/cache"
)

// tileAtHand gives the tile that a request asks for, when it is in the cache.
func (a *API) tileAtHand(r *http.Request) (*cache.Tile, bool) {
	if a.cache == nil || r.URL.RawQuery != "" {
		return nil, false
	}
	list, z, x, y, ok := readTilePath(r.URL.Path)
	if !ok {
		return nil, false
	}
	return a.cache.Lookup(list, z, x, y)
}

// readTilePath takes apart the path of a tile.
func readTilePath(path string) (list string, z, x, y uint32, ok bool) {
	rest, ok := strings.CutPrefix(path, "/tiles/")
	if !ok {
		return "", 0, 0, 0, false
	}
	if rest, ok = strings.CutSuffix(rest, ".mvt"); !ok {
		if rest, ok = strings.CutSuffix(rest, ".pbf"); !ok {
			return "", 0, 0, 0, false
		}
	}
	list, rest, _ = strings.Cut(rest, "/")
	zoom, rest, _ := strings.Cut(rest, "/")
	column, row, _ := strings.Cut(rest, "/")
	z, isZoom := readNumber(zoom)
	x, isColumn := readNumber(column)
	y, isRow := readNumber(row)
	return list, z, x, y, isZoom && isColumn && isRow
}

// readNumber reads a number of at most eight digits, more than any tile has.
func readNumber(s string) (n uint32, ok bool) {
	if s == "" || len(s) > 8 {
		return 0, false
	}
	for i := range len(s) {
		d := s[i] - '0'
		if d > 9 {
			return 0, false
		}
		n = 10*n + uint32(d)
	}
	return n, true
}

// Headers of a tile, as net/http keeps them. They are few: to write and to read one takes
// clients and servers longer than to find the tile. More than eight would also have
// net/http make room for them.
var (
	tileMedia   = []string{mediaMVT}
	tileCaching = []string{"no-cache"} // keep it, ask whether it still holds
	tileVary    = []string{"Accept-Encoding"}

	// ofDocuments are those of other answers that mean nothing on a tile.
	ofDocuments = []string{"Access-Control-Expose-Headers"}
)

// writeTile answers with a tile within the chain.
func (a *API) writeTile(w http.ResponseWriter, r *http.Request, t *cache.Tile) {
	for _, name := range ofDocuments {
		delete(w.Header(), name)
	}
	a.sendTile(w, r, t)
}

// sendTile answers with a tile, or says that the client has it, and tells the status and
// the bytes of the body. A client that is gone needs no answer.
func (a *API) sendTile(w http.ResponseWriter, r *http.Request, t *cache.Tile) (status int, bytes int64) {
	h := w.Header()
	h["Etag"], h["Cache-Control"] = t.ETag(), tileCaching
	switch vary := h["Vary"]; {
	case vary == nil:
		h["Vary"] = tileVary
	case !slices.Contains(vary, tileVary[0]):
		h["Vary"] = append(vary[:len(vary):len(vary)], tileVary[0])
	}
	if isKnown(r, t.ETag()[0]) {
		w.WriteHeader(http.StatusNotModified)
		return http.StatusNotModified, 0
	}
	if t.Empty() {
		w.WriteHeader(http.StatusNoContent)
		return http.StatusNoContent, 0
	}
	form := a.cache.Encoded(t, preferredEncoding(r.Header["Accept-Encoding"]))
	h["Content-Type"], h["Content-Length"] = tileMedia, form.Length
	if form.Encoding != nil {
		h["Content-Encoding"] = form.Encoding
	}
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusOK)
		return http.StatusOK, 0
	}
	n, _ := wire.Write(w, r, form.Body)
	return http.StatusOK, int64(n)
}

// headersOf gives what a chain of middleware puts on every answer, as far as it means
// something on a tile, so that whoever answers before it does the same.
func headersOf(chain func(http.Handler) http.Handler) []header {
	var out []header
	w := headerCatcher{}
	chain(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(w, &http.Request{Method: http.MethodGet})
	for name, value := range w {
		if !slices.Contains(ofDocuments, name) {
			out = append(out, header{name, value})
		}
	}
	return out
}

// headerCatcher is an answer that nobody gets.
type headerCatcher http.Header

func (h headerCatcher) Header() http.Header         { return http.Header(h) }
func (h headerCatcher) Write(b []byte) (int, error) { return len(b), nil }
func (h headerCatcher) WriteHeader(int)             {}

// useTiler has tiles drawn by t, and kept.
func (a *API) useTiler(t Tiler) error {
	kept, err := cache.New(cache.Options{
		Bytes: a.config.TileBytes, Ahead: a.config.TilesAhead, Timeout: a.config.RequestTimeout, Logger: a.config.Logger,
	}, t, func() *snapshot.Public { return a.public() })
	if err != nil {
		return err
	}
	a.tiles, a.cache = t, kept
	a.always = headersOf(func(next http.Handler) http.Handler { return secure(cors(chi.NewRouter())(next)) })
	return nil
}

// Run works ahead of requests until ctx ends: it draws the tiles that may be asked for.
func (a *API) Run(ctx context.Context) error {
	if a.cache == nil {
		return nil
	}
	return a.cache.Run(ctx)
}

// Prepare makes ready what the first tiles would wait for. Until it has, a server that was
// told to is not ready.
func (a *API) Prepare(ctx context.Context) error {
	defer a.prepared.Store(true)
	if a.tiles == nil || !a.config.Prepare {
		return nil
	}
	return a.tiles.Prepare(ctx, a.public())
}

// TileStats tells how the cache of tiles does, for metrics.
func (a *API) TileStats() cache.Stats {
	if a.cache == nil {
		return cache.Stats{}
	}
	return a.cache.Stats()
}
