package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"

	"socle/referentials"
)

// etag names a representation: the revisions it was made of, its form, and the program and
// settings that made it. It is weak because compression changes the bytes and nothing else.
func (a *API) etag(parts ...string) string {
	return `W/"` + strings.Join(append(parts, a.maker), "/") + `"`
}

// makerOf names the program and those of its settings that show in answers.
func makerOf(c *Config) string {
	h := fnv.New64a()
	// Writing to a hash never fails.
	fmt.Fprintf(h, "%q", []any{c.Version, c.BaseURL, c.Title, c.Description, c.DefaultLimit, c.MaxLimit})
	return strconv.FormatUint(h.Sum64(), 36)
}

// fresh sets the ETag and tells whether the client has that representation, which it is
// then told.
func fresh(w http.ResponseWriter, r *http.Request, tag string) bool {
	h := w.Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", "no-cache") // keep it, ask whether it still holds
	if !isKnown(r, tag) {
		return false
	}
	w.WriteHeader(http.StatusNotModified)
	return true
}

// isKnown tells whether the client has the representation of a tag.
func isKnown(r *http.Request, tag string) bool {
	known := r.Header.Get("If-None-Match")
	if known == "" {
		return false
	}
	opaque := strings.TrimPrefix(tag, "W/")
	for candidate := range strings.SplitSeq(known, ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.TrimPrefix(candidate, "W/") == opaque {
			return true
		}
	}
	return false
}

// document answers with one of the documentFormats: value as JSON, or a page of it.
func (a *API) document(w http.ResponseWriter, r *http.Request, tag string, json func(base, string) any, page func(base, string) (string, any)) error {
	return a.documentAs(w, r, tag, documentFormats, json, page)
}

// documentAs answers with one of two formats, JSON and a page.
func (a *API) documentAs(w http.ResponseWriter, r *http.Request, tag string, formats []format, json func(base, string) any, page func(base, string) (string, any)) error {
	b, err := a.base(r)
	if err != nil {
		return err
	}
	if _, err := parseQuery(r.URL.RawQuery, "f"); err != nil {
		return err
	}
	f, err := negotiate(r, formats)
	if err != nil {
		return err
	}
	lang := language(r)
	h := w.Header()
	h.Add("Vary", "Accept, Accept-Language")
	h.Set("Content-Language", lang)
	if fresh(w, r, a.etag(tag, f.name, lang)) {
		return nil
	}
	if f.name == "html" {
		name, data := page(b, lang)
		return a.pages.write(w, name, lang, b, data)
	}
	return writeJSON(w, f.media, json(b, lang))
}

// writeJSON answers with a value as JSON on indented lines: people read it too.
func writeJSON(w http.ResponseWriter, media string, value any) error {
	body, err := jsonOf(value, " ")
	if err != nil {
		return referentials.Errorf(referentials.Internal, "writing JSON: %w", err)
	}
	return writeBytes(w, media, body)
}

// jsonOf writes a value with a line feed at its end, and signs such as & as they are: people
// copy URLs from there, and no page holds it.
func jsonOf(value any, indent string) ([]byte, error) {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	err := e.Encode(value)
	return body.Bytes(), err
}

func writeBytes(w http.ResponseWriter, media string, body []byte) error {
	w.Header().Set("Content-Type", media)
	_, err := w.Write(body)
	return err
}
