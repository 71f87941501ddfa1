package api

import (
	"errors"
	"net/http"
)

// The types of exceptions that OGC API Processes names.
const (
	exceptionTypes = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"
	noSuchProcess  = exceptionTypes + "no-such-process"
	noSuchJob      = exceptionTypes + "no-such-job"
	notReady       = exceptionTypes + "result-not-ready"
	anyException   = "about:blank"
)

// exception is an error on the paths of OGC API Processes, of one of its types. Its clients
// may ask for application/json and nothing else, and get errors so.
type exception struct {
	uri string
	err error
}

func (e *exception) Error() string { return e.err.Error() }
func (e *exception) Unwrap() error { return e.err }

// exceptions has the errors of a handler told as exceptions.
func exceptions(h handlerFunc) handlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := h(w, r)
		if e := (*exception)(nil); err != nil && !errors.As(err, &e) {
			return &exception{anyException, err}
		}
		return err
	}
}

// mediaOfProblem gives the media type that an error is sent as.
func mediaOfProblem(r *http.Request, err error) string {
	accept := r.Header.Get("Accept")
	if e := (*exception)(nil); errors.As(err, &e) && quality(accept, mediaProblem) == 0 && quality(accept, mediaJSON) > 0 {
		return mediaJSON
	}
	return mediaProblem
}
