package api

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/go-chi/chi/v5"

	"socle/referentials"
)

// statuses is the one place where a code of an error becomes a status of HTTP.
var statuses = map[referentials.Code]int{
	referentials.Invalid:     http.StatusBadRequest,
	referentials.NotFound:    http.StatusNotFound,
	referentials.Conflict:    http.StatusConflict,
	referentials.Unsupported: http.StatusNotImplemented,
	referentials.TooLarge:    http.StatusRequestEntityTooLarge,
	referentials.Refused:     http.StatusForbidden,
	referentials.Gone:        http.StatusGone,
	referentials.Unavailable: http.StatusServiceUnavailable,
	referentials.Internal:    http.StatusInternalServerError,
}

// statusError is an error whose status HTTP itself settles (405, 414…).
type statusError struct {
	status int
	err    *referentials.Error
}

func (e *statusError) Error() string { return e.err.Error() }
func (e *statusError) Unwrap() error { return e.err }

// problem is an error as RFC 9457 writes it.
type problem struct {
	Type    string `json:"type"`
	Title   string `json:"title"`
	Status  int    `json:"status"`
	Detail  string `json:"detail,omitempty"`
	Code    string `json:"code"`
	Where   string `json:"where,omitempty"`
	Hint    string `json:"hint,omitempty"`
	Request string `json:"request,omitempty"` // the id that logs know it by
}

// newProblem describes err. What is our own fault is told in the logs, not here.
func newProblem(err error, request string) problem {
	code := referentials.CodeOf(err)
	status, ok := statuses[code]
	if !ok {
		status = http.StatusInternalServerError
	}
	var se *statusError
	if errors.As(err, &se) {
		status = se.status
	}
	uri := anyException
	if e := (*exception)(nil); errors.As(err, &e) {
		uri = e.uri
	}
	p := problem{Type: uri, Title: http.StatusText(status), Status: status, Code: string(code), Request: request}
	if e, ok := asError(err); ok && code != referentials.Internal {
		p.Detail, p.Where, p.Hint = e.What, e.Where, e.Hint
	}
	if inPath := (*fs.PathError)(nil); errors.As(err, &inPath) { // which is nobody's business
		p.Detail = strings.ReplaceAll(p.Detail, inPath.Error(), inPath.Err.Error())
	}
	return p
}

// asError finds the error that says what, where and what to do.
func asError(err error) (*referentials.Error, bool) {
	var e *referentials.Error
	ok := errors.As(err, &e)
	return e, ok
}

// writeProblem answers with err. Nothing of another answer may have been written.
func (a *API) writeProblem(w http.ResponseWriter, r *http.Request, err error) {
	id := observationOf(r).id
	p, media := newProblem(err, id), mediaOfProblem(r, err)
	if p.Status >= http.StatusInternalServerError && r.Context().Err() == nil {
		level := slog.LevelError
		if p.Status == http.StatusServiceUnavailable { // a wait, not a fault
			level = slog.LevelWarn
		}
		a.config.Logger.Log(r.Context(), level, "request failed", "request", id, "path", r.URL.Path, "error", err)
	}
	body, err := jsonOf(p, "")
	if err != nil { // never: a struct of strings has a JSON form
		body = []byte("{}\n")
	}
	h := w.Header()
	for _, name := range []string{"ETag", "Content-Crs", "Content-Disposition", "Content-Language", "Content-Length", "Link", "OGC-NumberMatched", "OGC-NumberReturned"} {
		h.Del(name)
	}
	h.Set("Cache-Control", "no-store")
	if p.Status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "2")
	}
	if a.problemPage(w, r, &p) {
		return
	}
	h.Set("Content-Type", media)
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // a client that is gone needs no answer
}

// answer knows whether a handler has begun to write. It sits inside the compressor, whose
// buffer hides that from the connection.
type answer struct {
	http.ResponseWriter
	begun bool
}

func (a *answer) WriteHeader(status int) {
	a.begun = true
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	a.begun = true
	return a.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// handlerFunc answers a request or gives the error to answer with.
type handlerFunc func(w http.ResponseWriter, r *http.Request) error

// handle turns errors and panics, which are bugs, into problems. Once an answer has begun
// the connection is cut instead, so that no client takes a part for the whole.
func (a *API) handle(h handlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		out := &answer{ResponseWriter: w}
		fail := func(err error) {
			if r.Context().Err() != nil && errors.Is(err, r.Context().Err()) {
				err = referentials.Errorf(referentials.Unavailable, "the answer took too long").Do("ask for less at once, or try again")
			}
			if !out.begun {
				a.writeProblem(w, r, err)
				return
			}
			if r.Context().Err() == nil {
				a.config.Logger.ErrorContext(r.Context(), "answer cut short", "request", observationOf(r).id, "error", err)
			}
			panic(http.ErrAbortHandler) //nolint:forbidigo // how net/http has a connection cut
		}
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if e, ok := p.(error); ok && errors.Is(e, http.ErrAbortHandler) {
				panic(p) //nolint:forbidigo // for net/http
			}
			a.config.Logger.ErrorContext(r.Context(), "panic", "request", observationOf(r).id, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			fail(referentials.Errorf(referentials.Internal, "panic: %v", p))
		}()
		if err := h(out, r); err != nil {
			fail(err)
		}
	}
}

func notFound(_ http.ResponseWriter, r *http.Request) error {
	return referentials.Errorf(referentials.NotFound, "there is nothing at %q", r.URL.Path).Do("begin at the landing page, /")
}

func methodNotAllowed(routes chi.Routes) handlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		methods := methodsOf(routes, r.URL)
		w.Header().Set("Allow", methods)
		return &statusError{http.StatusMethodNotAllowed,
			referentials.Errorf(referentials.Unsupported, "%s is not offered here", r.Method).Do("use one of %s", methods)}
	}
}
