package api

import (
	"encoding/json"
	"net/http"
	"time"

	"socle/referentials"
)

// livez tells that the program answers.
func (a *API) livez(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	return writeBytes(w, "text/plain; charset=utf-8", []byte("ok\n"))
}

// readiness is the body of /readyz. What keeps the snapshot from following the store is
// told in the logs: the message may name what is not public.
type readiness struct {
	Ready     bool   `json:"ready"`
	Following bool   `json:"following"` // the store answers and all it holds is served
	Checked   string `json:"checked,omitempty"`
	Refreshed string `json:"refreshed,omitempty"`
}

// readyz tells whether requests can be answered, with 503 when not. A store that does not
// answer is no reason: the snapshot stays.
func (a *API) readyz(w http.ResponseWriter, _ *http.Request) error {
	s := a.status()
	if !s.Ready {
		return errLoading()
	}
	if a.config.Prepare && !a.prepared.Load() {
		return referentials.Errorf(referentials.Unavailable, "the tiles are being prepared").Do("try again in a moment")
	}
	body, err := json.Marshal(readiness{true, s.Error == "", instant(s.CheckedAt), instant(s.RefreshedAt)})
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeBytes(w, mediaJSON, append(body, '\n'))
}

func errLoading() error {
	return referentials.Errorf(referentials.Unavailable, "the collections are being loaded").Do("try again in a moment")
}

// hasLoaded tells whether all that the store held at the start is there; once it is, it stays.
func (a *API) hasLoaded() bool {
	if a.loaded.Load() {
		return true
	}
	if !a.status().Ready {
		return false
	}
	a.loaded.Store(true)
	return true
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
