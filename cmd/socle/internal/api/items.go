package api

import (
	"context"
	"net/http"
	"strconv"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/encode"
	"socle/referentials/query"
	"socle/referentials/snapshot"
)

// serves tells whether a format can hold features that are described by d.
func serves(f *format, d *referentials.Descriptor) bool {
	return f.rows == nil || !f.rows.Spatial || d.HasGeometry()
}

// formatsOf gives the formats that a collection can be had in.
func formatsOf(d *referentials.Descriptor) []format {
	out := make([]format, 0, len(featureFormats))
	for i := range featureFormats {
		if serves(&featureFormats[i], d) {
			out = append(out, featureFormats[i])
		}
	}
	return out
}

// page is one page of the features that a query selects.
type page struct {
	collection *snapshot.PublicCollection // the revision that the page is of
	query      parameters
	asked      *query.Query
	projection *projection
	format     *format
	in         system
	base       base
	lang       string
	from       *query.Cursor // nil: the page begins at its offset

	selection *query.Selection
	matched   int // features in the selection
	offset    int // of the page's first feature in the selection
	limit     int
	count     int // of features on this page
	reader    *reader
}

// newPage reads a request for features.
func (a *API) newPage(r *http.Request) (*page, error) {
	current, err := find(a.public(), r)
	if err != nil {
		return nil, err
	}
	d := current.Descriptor()
	p := &page{collection: current, lang: language(r)}
	if p.base, err = a.base(r); err != nil {
		return nil, err
	}
	if p.query, err = parseQuery(r.URL.RawQuery, parametersOf(d)...); err != nil {
		return nil, err
	}
	if p.projection, err = newProjection(d, &p.query); err != nil {
		return nil, err
	}
	if p.format, err = negotiate(r, formatsOf(&p.projection.descriptor)); err != nil {
		return nil, err
	}
	if p.in, err = a.systems.choose(d, "crs", p.query.get("crs")); err != nil {
		return nil, err
	}
	if p.asked, err = a.readQuery(d, &p.query); err != nil {
		return nil, err
	}
	return p, a.readPlace(p)
}

// mostShown is how many features a page for people holds: it is put together in memory, as
// tables with a map, which takes far more than the features do.
const mostShown = 500

// readPlace reads which page of the selection is asked for, and of which revision.
func (a *API) readPlace(p *page) (err error) {
	if p.limit, err = p.query.count("limit", 1, a.config.DefaultLimit); err != nil {
		return err
	}
	p.limit = min(p.limit, a.config.MaxLimit)
	if p.format.name == "html" {
		p.limit = min(p.limit, mostShown)
	}
	if p.offset, err = p.query.count("offset", 0, 0); err != nil {
		return err
	}
	switch kind := p.query.get("resultType"); kind {
	case "", "results":
	case "hits":
		p.limit = 0
	default:
		return referentials.Errorf(referentials.Invalid, "%.40q is not a type of result", kind).At("parameter resultType").Do("use results or hits")
	}
	if !p.query.values.Has("cursor") {
		return nil
	}
	if p.query.values.Has("offset") {
		return referentials.Errorf(referentials.Invalid, "a page begins at a cursor or at an offset, not at both").At("query")
	}
	from, err := query.ParseCursor(p.query.get("cursor"))
	if err != nil {
		return at(err, "parameter cursor")
	}
	if !from.Belongs(p.asked) {
		return referentials.Errorf(referentials.Invalid, "the cursor belongs to another question: filters and order may not change between pages").
			At("parameter cursor").Do("leave the cursor out to start from the first page")
	}
	p.from, p.offset = &from, from.Position
	p.collection, err = a.engine.Resume(p.collection, from)
	return err
}

// selected gives the rows that a query asks for. Where they have to be worked out, that is
// done in turn: a filter may take seconds of a processor.
func (a *API) selected(r *http.Request, c *snapshot.PublicCollection, q *query.Query) (*query.Selection, error) {
	if known, ok := a.engine.Known(c, q); ok {
		return known, nil
	}
	return inTurn(r.Context(), a.searches, a.client(r), func(ctx context.Context) (*query.Selection, error) {
		return a.engine.Select(ctx, c, q)
	})
}

// selectRows finds the features of the page.
func (a *API) selectRows(r *http.Request, p *page) (err error) {
	if p.selection, err = a.selected(r, p.collection, p.asked); err != nil {
		return err
	}
	if p.from != nil && !p.from.Meets(p.collection, p.selection) {
		return query.ErrWalkEnded()
	}
	p.matched = p.selection.Len()
	p.count = max(0, min(p.limit, p.matched-p.offset))
	p.reader, err = a.systems.newReader(p.collection, p.projection, p.in)
	return err
}

// read fills row with feature k of the page, in the system asked for.
func (p *page) read(k int, row *referentials.Row) error {
	return p.reader.read(k, p.count, func(k int) int { return p.selection.Row(p.offset + k) }, row)
}

// links gives the links of the page: itself, its other forms, its neighbours.
func (p *page) links() []encode.Link {
	d := p.collection.Descriptor()
	address := p.base.url("collections", d.ID, "items")
	self := plain(p.format.media)
	links := []encode.Link{{Href: with(address, p.query.values), Rel: "self", Type: self, Title: p.format.title}}
	for _, f := range formatsOf(&p.projection.descriptor) {
		if f.name != p.format.name {
			links = append(links, encode.Link{Href: with(address, p.query.values, "f", f.name), Rel: "alternate", Type: plain(f.media), Title: f.title})
		}
	}
	turn := func(rel, title string, position int) {
		at := query.CursorAt(p.collection, p.asked, p.selection, position)
		links = append(links, encode.Link{Href: with(address, p.query.values, "offset", "", "cursor", at.String()), Rel: rel, Type: self, Title: title})
	}
	if p.count > 0 && p.offset+p.count < p.matched {
		turn("next", say(p.lang, "page suivante", "next page"), p.offset+p.count)
	}
	if p.limit > 0 && p.offset > 0 {
		turn("prev", say(p.lang, "page précédente", "previous page"), max(0, min(p.offset, p.matched)-p.limit))
	}
	return append(links, encode.Link{Href: p.base.url("collections", d.ID), Rel: "collection", Type: mediaJSON, Title: titleOf(d, p.lang)})
}

// headerOf gives encoders what they need. Documents say when they were made; files do not,
// so that the same data are the same bytes.
func (a *API) headerOf(p *projection, f *format, in system, matched int, links []encode.Link) encode.Header {
	h := encode.Header{Descriptor: p.descriptor, CRS: encodedAs(in), Matched: int64(matched), Links: links, KeyIsID: p.keyIsID, YFirst: in.swapped}
	if f.rows.Feature != nil {
		h.TimeStamp = a.now().UTC().Format(timeStampLayout)
	}
	return h
}

// timeStampLayout is of microseconds: whoever measures when the answer was made measures
// finer than a second.
const timeStampLayout = "2006-01-02T15:04:05.000000Z"

// encodedAs gives the system encoders are told of; EPSG:4326 is CRS84 but for the order
// of its axes.
func encodedAs(in system) crs.CRS {
	if in.crs == wgs84 {
		return crs.CRS84
	}
	return in.crs
}

// announce sets the headers that all answers with features share.
func announce(h http.Header, d *referentials.Descriptor, f *format, in system, lang string) {
	h.Add("Vary", "Accept, Accept-Language")
	h.Set("Content-Type", f.media)
	if f.rows == nil {
		h.Set("Content-Language", lang)
		return
	}
	if !d.HasGeometry() {
		return
	}
	uri := in.uri
	if in.crs == wgs84 && !f.rows.AxisOrder {
		uri = crs.CRS84.URI()
	}
	h.Set("Content-Crs", "<"+uri+">")
}

func (a *API) items(w http.ResponseWriter, r *http.Request) error {
	p, err := a.newPage(r)
	if err != nil {
		return err
	}
	d := p.collection.Descriptor()
	announce(w.Header(), &p.projection.descriptor, p.format, p.in, p.lang)
	if fresh(w, r, a.etag(tagOf(a.public(), p.collection, p.format), p.format.name, p.lang)) {
		return nil
	}
	if err := a.selectRows(r, p); err != nil {
		return err
	}
	links := p.links()
	h, turns := w.Header(), false
	h.Set("OGC-NumberMatched", strconv.Itoa(p.matched))
	h.Set("OGC-NumberReturned", strconv.Itoa(p.count))
	for _, l := range links {
		if l.Rel == "next" || l.Rel == "prev" {
			linkHeader(h, l)
			turns = true
		}
	}
	if turns {
		a.engine.Keep(p.collection)
	}
	if p.format.rows == nil {
		return a.pages.write(w, "items", p.lang, p.base, newItemsPage(p, links))
	}
	attach(h, d.ID, p.format)
	head, out := a.headerOf(p.projection, p.format, p.in, p.matched, links), a.record(w, r, p)
	if err := writeRows(r.Context(), out, p.format.rows, head, p.count, p.read); err != nil {
		return err
	}
	out.keep(p, turns, head.TimeStamp)
	return nil
}

// tagOf names what an answer is made of: a page also shows which features of other
// collections there are.
func tagOf(p *snapshot.Public, c *snapshot.PublicCollection, f *format) string {
	if f.rows == nil {
		return c.Tag() + "/" + p.Tag()
	}
	return c.Tag()
}

// attach names the file that formats which are files, rather than documents, are kept as.
func attach(h http.Header, id string, f *format) {
	if f.rows.Feature == nil && len(f.rows.Extensions) > 0 && referentials.ValidID(id) {
		h.Set("Content-Disposition", contentDisposition(id+f.rows.Extensions[0]))
	}
}
