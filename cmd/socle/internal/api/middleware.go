package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/klauspost/compress/gzhttp"

	"socle/referentials"
)

// methodsOf tells which methods a path takes.
func methodsOf(routes chi.Routes, u *url.URL) string {
	path := u.Path
	if u.RawPath != "" {
		path = u.RawPath
	}
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/")
	}
	var list []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete} {
		if routes.Match(chi.NewRouteContext(), method, path) {
			list = append(list, method)
		}
	}
	if list == nil { // nothing is there
		list = []string{http.MethodGet, http.MethodHead}
	}
	return strings.Join(append(list, http.MethodOptions), ", ")
}

// observation is what the log tells of a request. It belongs to the request's goroutine.
type observation struct {
	http.ResponseWriter
	id     string
	status int
	bytes  int64
}

type observationKey struct{}

// observationOf gives the observation of a request that went through observe.
func observationOf(r *http.Request) *observation {
	if o, ok := r.Context().Value(observationKey{}).(*observation); ok {
		return o
	}
	return &observation{}
}

func (o *observation) WriteHeader(status int) {
	if o.status == 0 {
		o.status = status
	}
	o.ResponseWriter.WriteHeader(status)
}

func (o *observation) Write(b []byte) (int, error) {
	if o.status == 0 {
		o.status = http.StatusOK
	}
	n, err := o.ResponseWriter.Write(b)
	o.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (o *observation) Unwrap() http.ResponseWriter { return o.ResponseWriter }

// slowRequest is one that operators want to know of.
const slowRequest = time.Second

// logRequest logs a request that is over: what went wrong or took long always, the others
// where someone looks at details, because writing a line costs as much as a small answer.
func (a *API) logRequest(r *http.Request, o *observation, took time.Duration) {
	level := slog.LevelDebug
	if took >= slowRequest || o.status >= http.StatusInternalServerError {
		level = slog.LevelInfo
	}
	if !a.config.Logger.Enabled(r.Context(), level) {
		return
	}
	a.config.Logger.Log(r.Context(), level, "request", "request", o.id, "method", r.Method, "path", r.URL.EscapedPath(),
		"query", r.URL.RawQuery, "status", o.status, "bytes", o.bytes, "duration", took,
		"remote", r.RemoteAddr, "agent", r.UserAgent())
}

// observe gives the request an id and a time limit, and logs it when it is over.
func (a *API) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		o := &observation{ResponseWriter: w, id: a.requestID(r)}
		w.Header().Set("X-Request-Id", o.id)
		ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), observationKey{}, o), a.config.RequestTimeout)
		defer cancel()
		r = r.WithContext(ctx)
		defer func() {
			took := time.Since(started)
			a.measures.count(o.status)
			a.measures.took.Update(took.Seconds())
			a.logRequest(r, o, took)
		}()
		next.ServeHTTP(o, r)
	})
}

const maxRequestID = 64

// requestID takes over a sane id from a proxy, or makes one.
func (a *API) requestID(r *http.Request) string {
	id := r.Header.Get("X-Request-Id")
	sane := id != "" && len(id) <= maxRequestID && strings.IndexFunc(id, func(c rune) bool {
		return (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' && c != '.'
	}) < 0
	if sane {
		return id
	}
	return a.boot + strconv.FormatUint(a.requests.Add(1), 36)
}

// secure has browsers believe the media types of answers.
func secure(next http.Handler) http.Handler {
	nosniff := []string{"nosniff"}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["X-Content-Type-Options"] = nosniff
		next.ServeHTTP(w, r)
	})
}

// confine tells browsers how strict to be with what they show as a page.
func confine(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "+
		"base-uri 'none'; form-action 'self'; frame-ancestors 'self'")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
}

// cors opens what is served, all of it public, to scripts of any origin, and answers
// OPTIONS: editing clients look there for POST of features and must not find it.
func cors(routes chi.Routes) func(next http.Handler) http.Handler {
	anyone, exposed := []string{"*"}, []string{"Content-Crs, ETag, Link, Location, OGC-NumberMatched, OGC-NumberReturned, Preference-Applied, X-Request-Id"}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h["Access-Control-Allow-Origin"] = anyone
			h["Access-Control-Expose-Headers"] = exposed
			if r.Method == http.MethodOptions {
				methods := methodsOf(routes, r.URL)
				h.Set("Allow", methods)
				h.Set("Access-Control-Allow-Methods", methods)
				h.Set("Access-Control-Allow-Headers", "Accept, Accept-Language, Content-Type, If-None-Match, Prefer")
				h.Set("Access-Control-Max-Age", "86400")
				w.WriteHeader(http.StatusNoContent)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// bound refuses what is too long, more requests at once than were agreed or of one client than
// its share, and everything while collections are being loaded: one that is missing then may be
// there in a moment. Health checks always pass.
func (a *API) bound(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.RequestURI) > a.config.MaxURLBytes {
			a.writeProblem(w, r, &statusError{http.StatusRequestURITooLong,
				referentials.Errorf(referentials.TooLarge, "the URL has %d bytes, at most %d are read", len(r.RequestURI), a.config.MaxURLBytes)})
			return
		}
		if r.URL.Path == "/livez" || r.URL.Path == "/readyz" {
			next.ServeHTTP(w, r)
			return
		}
		client := a.client(r)
		if !a.shares.enter(client) {
			a.writeProblem(w, r, referentials.Errorf(referentials.Unavailable, "too many requests of yours are being answered").Do("take the answers before you ask for more"))
			return
		}
		defer a.shares.leave(client)
		select {
		case a.slots <- struct{}{}:
			defer func() { <-a.slots }()
		default:
			a.writeProblem(w, r, referentials.Errorf(referentials.Unavailable, "too many requests are being answered").Do("try again in a moment"))
			return
		}
		if !a.hasLoaded() {
			a.writeProblem(w, r, errLoading())
			return
		}
		next.ServeHTTP(w, r)
	})
}

// compressor compresses what is worth it. ETags are weak, so they name the content
// whatever its encoding.
func compressor() (func(http.Handler) http.Handler, error) {
	wrapper, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.CompressionLevel(4), gzhttp.ContentTypeFilter(compressible))
	if err != nil {
		return nil, err
	}
	return func(next http.Handler) http.Handler { return wrapper(next) }, nil
}

// compressible leaves alone what is compressed by its nature.
func compressible(mediaType string) bool {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	switch strings.TrimSpace(mediaType) {
	case "application/geopackage+sqlite3", "application/vnd.apache.parquet", "image/png":
		return false
	}
	return true
}

// normalise takes one trailing slash from the path: every resource answers with and
// without it.
func normalise(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path := r.URL.Path; len(path) > 1 && path[len(path)-1] == '/' && strings.HasSuffix(r.URL.EscapedPath(), "/") {
			u := *r.URL
			u.Path = strings.TrimSuffix(u.Path, "/")
			u.RawPath = strings.TrimSuffix(u.RawPath, "/")
			c := *r
			c.URL = &u
			r = &c
		}
		next.ServeHTTP(w, r)
	})
}
