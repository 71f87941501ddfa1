package api

import "net/http"

// problemPage answers a browser with a page that says what is wrong, and tells whether it
// did: programs get JSON. A page that cannot be written leaves the answer to it.
func (a *API) problemPage(w http.ResponseWriter, r *http.Request, p *problem) bool {
	accept := r.Header.Get("Accept")
	if q := quality(accept, mediaHTML); q == 0 || q <= quality(accept, "application/problem+json") {
		return false
	}
	b, err := a.base(r)
	if err != nil {
		return false
	}
	lang := language(r)
	body, err := a.pages.render("problem", lang, b, p)
	if err != nil {
		return false
	}
	h := w.Header()
	confine(h)
	h.Add("Vary", "Accept, Accept-Language")
	h.Set("Content-Language", lang)
	h.Set("Content-Type", mediaHTML)
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // a client that is gone needs no answer
	return true
}
