package api

import (
	"encoding/json"
	"net/http"

	"socle/cmd/socle/internal/explorer"
	"socle/imu/theme"
	"socle/referentials"
	"socle/tiles/cache"
	"socle/tiles/style"
)

// mapPage is the explorer. What it shows is the business of its scripts, which read it from
// the query and the fragment.
func (a *API) mapPage(w http.ResponseWriter, r *http.Request) error {
	page := explorerPage{Tag: a.explorer.Tag(), Complete: a.explorer.Complete(), Jobs: a.config.Jobs != nil, JobRows: jobRows}
	if _, ids := a.looks.OfTerritory(drawableIn(a.public())); len(ids) > 0 {
		page.Style = style.Territory + ".json"
	}
	return a.fixedPage(w, r, "map", page, page.Tag+page.Style)
}

// jobRows is from how many rows of a source on a question is worked out as a job, which tells
// how far it is and can be dismissed.
const jobRows = 200_000

// explorerPage is what the page of the map depends on.
type explorerPage struct {
	Tag      string // of its files
	Complete bool   // the library that draws is there
	Jobs     bool   // work can go on without the page waiting
	JobRows  int
	Style    string // of the territory, "" when nothing of it is there
}

// mapMenu tells what the explorer can show and ask.
func (a *API) mapMenu(w http.ResponseWriter, r *http.Request) error {
	if _, err := parseQuery(r.URL.RawQuery); err != nil {
		return err
	}
	if fresh(w, r, a.etag("menu", a.menuTag())) {
		return nil
	}
	var offers []theme.Offer
	if a.desk != nil {
		offers = a.desk.Offers()
	}
	menu, err := explorer.NewMenu(a.public(), offers)
	if err != nil {
		return err
	}
	body, err := json.Marshal(menu)
	if err != nil {
		return referentials.Errorf(referentials.Internal, "writing the menu: %w", err)
	}
	return writeBytes(w, mediaJSON, body)
}

// menuTag names the menu for as long as the collections stay as they are, those that only
// the desk sees included.
func (a *API) menuTag() string {
	if a.desk == nil {
		return a.public().Tag()
	}
	return a.desk.Tag(&theme.Question{})
}

// mapFile gives a file of the explorer. Its address changes with what is in it, so it is
// kept for good.
func (a *API) mapFile(w http.ResponseWriter, r *http.Request) error {
	tag, err := pathValue(r, "tag")
	if err != nil {
		return err
	}
	name, err := pathValue(r, "name")
	if err != nil {
		return err
	}
	file, ok := a.explorer.File(name)
	if !ok || tag != a.explorer.Tag() {
		return notFound(w, r)
	}
	h := w.Header()
	confine(h)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	body := file.Body
	if squeezed := file.Gzip(); squeezed != nil && preferredEncoding(r.Header["Accept-Encoding"]) == cache.Gzip {
		h.Set("Content-Encoding", "gzip")
		body = squeezed
	}
	return writeBytes(w, file.Media, body)
}
