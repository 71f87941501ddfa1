package api

import (
	"net/http"

	"socle/referentials"
	"socle/referentials/encode"
)

// itemParameter are what a single feature understands.
var itemParameter = []string{"f", "crs", "properties", "skipGeometry"}

func (a *API) item(w http.ResponseWriter, r *http.Request) error {
	public := a.public()
	c, err := find(public, r)
	if err != nil {
		return err
	}
	d, lang := c.Descriptor(), language(r)
	b, err := a.base(r)
	if err != nil {
		return err
	}
	asked, err := parseQuery(r.URL.RawQuery, itemParameter...)
	if err != nil {
		return err
	}
	shown, err := newProjection(d, &asked)
	if err != nil {
		return err
	}
	f, err := negotiate(r, formatsOf(&shown.descriptor))
	if err != nil {
		return err
	}
	in, err := a.systems.choose(d, "crs", asked.get("crs"))
	if err != nil {
		return err
	}
	fid, err := pathValue(r, "fid")
	if err != nil {
		return err
	}
	i, ok := c.Find(fid)
	if !ok {
		return referentials.Errorf(referentials.NotFound, "collection %q has no feature %q", d.ID, fid)
	}
	h := w.Header()
	announce(h, &shown.descriptor, f, in, lang)
	if fresh(w, r, a.etag(tagOf(public, c, f), f.name, lang)) {
		return nil
	}
	address := b.url("collections", d.ID, "items", fid)
	links := []encode.Link{{Href: with(address, asked.values), Rel: "self", Type: plain(f.media), Title: f.title}}
	for _, other := range formatsOf(&shown.descriptor) {
		if other.name != f.name {
			links = append(links, encode.Link{Href: with(address, asked.values, "f", other.name), Rel: "alternate", Type: plain(other.media), Title: other.title})
		}
	}
	links = append(links, encode.Link{Href: b.url("collections", d.ID), Rel: "collection", Type: mediaJSON, Title: titleOf(d, lang)})
	read, err := a.systems.newReader(c, shown, in)
	if err != nil {
		return err
	}
	only := func(k int, row *referentials.Row) error { return read.read(k, 1, func(int) int { return i }, row) }
	if f.rows != nil && f.rows.Feature == nil {
		attach(h, d.ID, f)
		return writeRows(r.Context(), w, f.rows, a.headerOf(shown, f, in, 1, links), 1, only)
	}
	var row referentials.Row
	if err := only(0, &row); err != nil {
		return err
	}
	if f.rows == nil {
		return a.pages.write(w, "item", lang, b, newItemPage(c, fid, shown, &row, b, lang, links))
	}
	body, err := f.rows.Feature(nil, a.headerOf(shown, f, in, 1, links), &row)
	if err != nil {
		return err
	}
	_, err = w.Write(body)
	return err
}
