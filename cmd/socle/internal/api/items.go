package api

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/encode"
	"socle/referentials/encode/geojson"
	"socle/referentials/snapshot"
)

// itemParameters are what items understands.
var itemParameters = []string{"f", "limit", "offset", "bbox", "bbox-crs", "crs"}

// serves tells whether a format can hold features of a collection.
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

// page is one page of the features of a collection that match a query.
type page struct {
	collection *snapshot.PublicCollection
	query      parameters
	format     *format
	in         system
	window     *window // of bbox; nil: everywhere
	base       base
	lang       string

	rows    []uint32 // that match, when all does not hold
	all     bool     // every row matches
	matched int
	offset  int
	limit   int
	count   int // on this page
}

// newPage reads a request for features.
func (a *API) newPage(r *http.Request) (*page, error) {
	c, err := find(a.public(), r)
	if err != nil {
		return nil, err
	}
	p := &page{collection: c, lang: language(r)}
	if p.base, err = a.base(r); err != nil {
		return nil, err
	}
	if p.query, err = parseQuery(r.URL.RawQuery, itemParameters...); err != nil {
		return nil, err
	}
	if p.format, err = negotiate(r, formatsOf(c.Descriptor())); err != nil {
		return nil, err
	}
	if p.limit, err = p.query.count("limit", 1, a.config.DefaultLimit); err != nil {
		return nil, err
	}
	p.limit = min(p.limit, a.config.MaxLimit)
	if p.offset, err = p.query.count("offset", 0, 0); err != nil {
		return nil, err
	}
	if p.in, err = a.systems.choose(c.Descriptor(), "crs", p.query.get("crs")); err != nil {
		return nil, err
	}
	in, err := a.systems.choose(c.Descriptor(), "bbox-crs", p.query.get("bbox-crs"))
	if err != nil {
		return nil, err
	}
	if box, given, err := p.query.bbox("bbox"); err != nil {
		return nil, err
	} else if given {
		p.window, err = a.systems.newWindow(box, in)
		if err != nil {
			return nil, err
		}
	}
	return p, nil
}

// match finds the rows that the query asks for.
func (p *page) match() {
	if p.window == nil {
		p.all, p.matched = true, p.collection.Len()
	} else {
		p.rows = p.window.matches(p.collection)
		p.matched = len(p.rows)
	}
	p.count = max(0, min(p.limit, p.matched-p.offset))
}

// read fills row with number k of the page, in the system asked for.
func (p *page) read(k int, row *referentials.Row) {
	i := p.offset + k
	if !p.all {
		i = int(p.rows[i])
	}
	readRow(p.collection, i, p.in, row)
}

func readRow(c *snapshot.PublicCollection, i int, in system, row *referentials.Row) {
	c.Row(i, row)
	if !in.stored {
		row.Geom = c.LonLat(i)
	}
}

// links gives the links of the page: itself, its other forms, its neighbours.
func (p *page) links() []encode.Link {
	d := p.collection.Descriptor()
	address := p.base.url("collections", d.ID, "items")
	self := plain(p.format.media)
	links := []encode.Link{{Href: with(address, p.query.values), Rel: "self", Type: self, Title: p.format.title}}
	for _, f := range formatsOf(d) {
		if f.name != p.format.name {
			links = append(links, encode.Link{Href: with(address, p.query.values, "f", f.name), Rel: "alternate", Type: plain(f.media), Title: f.title})
		}
	}
	if p.offset+p.count < p.matched && p.count > 0 {
		links = append(links, encode.Link{Href: with(address, p.query.values, "offset", strconv.Itoa(p.offset+p.count)), Rel: "next", Type: self,
			Title: say(p.lang, "page suivante", "next page")})
	}
	if p.offset > 0 {
		before := ""
		if p.offset > p.limit {
			before = strconv.Itoa(p.offset - p.limit)
		}
		links = append(links, encode.Link{Href: with(address, p.query.values, "offset", before), Rel: "prev", Type: self,
			Title: say(p.lang, "page précédente", "previous page")})
	}
	return append(links, encode.Link{Href: p.base.url("collections", d.ID), Rel: "collection", Type: mediaJSON, Title: titleOf(d, p.lang)})
}

// header gives encoders what they need.
func (p *page) header(links []encode.Link) encode.Header {
	return encode.Header{
		Descriptor: *p.collection.Descriptor(), CRS: encodedAs(p.in), Matched: int64(p.matched),
		Links: links, YFirst: p.in.swapped,
	}
}

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
	if d.HasGeometry() {
		system := in.crs
		if !strings.HasPrefix(f.rows.Name, "geojson") {
			system = encodedAs(in) // only GeoJSON turns its axes round
		}
		h.Set("Content-Crs", "<"+system.URI()+">")
	}
}

func (a *API) items(w http.ResponseWriter, r *http.Request) error {
	p, err := a.newPage(r)
	if err != nil {
		return err
	}
	d := p.collection.Descriptor()
	announce(w.Header(), d, p.format, p.in, p.lang)
	if fresh(w, r, a.etag(p.collection.Tag(), p.format.name, p.lang)) {
		return nil
	}
	p.match()
	links := p.links()
	h := w.Header()
	h.Set("OGC-NumberMatched", strconv.Itoa(p.matched))
	h.Set("OGC-NumberReturned", strconv.Itoa(p.count))
	for _, l := range links {
		if l.Rel == "next" || l.Rel == "prev" {
			linkHeader(h, l)
		}
	}
	if p.format.rows == nil {
		return a.pages.write(w, "items", p.lang, p.base, newItemsPage(p, links))
	}
	attach(h, d.ID, p.format)
	return writeRows(r.Context(), w, p.format.rows, p.header(links), p.count, p.read)
}

// writeRows writes n rows, each as read fills it.
func writeRows(ctx context.Context, w io.Writer, f *encode.Format, h encode.Header, n int, read func(k int, row *referentials.Row)) (err error) {
	g := &gate{w: w}
	out, err := f.New(g, h)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil { // formats with a temporary file need to be closed, but have nothing to say
			g.shut = err
			_ = out.Close()
		}
	}()
	var row referentials.Row
	for k := range n {
		if k&255 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		read(k, &row)
		if err := out.Write(&row); err != nil {
			return err
		}
	}
	return out.Close()
}

// gate lets nothing through once it is shut.
type gate struct {
	w    io.Writer
	shut error
}

func (g *gate) Write(b []byte) (int, error) {
	if g.shut != nil {
		return 0, g.shut
	}
	return g.w.Write(b)
}

// attach names the file that formats which are files, rather than documents, are kept as.
func attach(h http.Header, id string, f *format) {
	if f.name != "json" && len(f.rows.Extensions) > 0 && referentials.ValidID(id) {
		h.Set("Content-Disposition", contentDisposition(id+f.rows.Extensions[0]))
	}
}

func (a *API) item(w http.ResponseWriter, r *http.Request) error {
	c, err := find(a.public(), r)
	if err != nil {
		return err
	}
	d, lang := c.Descriptor(), language(r)
	b, err := a.base(r)
	if err != nil {
		return err
	}
	query, err := parseQuery(r.URL.RawQuery, "f", "crs")
	if err != nil {
		return err
	}
	f, err := negotiate(r, formatsOf(d))
	if err != nil {
		return err
	}
	in, err := a.systems.choose(d, "crs", query.get("crs"))
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
	announce(h, d, f, in, lang)
	if fresh(w, r, a.etag(c.Tag(), f.name, lang)) {
		return nil
	}
	address := b.url("collections", d.ID, "items", fid)
	links := []encode.Link{{Href: with(address, query.values), Rel: "self", Type: plain(f.media), Title: f.title}}
	for _, other := range formatsOf(d) {
		if other.name != f.name {
			links = append(links, encode.Link{Href: with(address, query.values, "f", other.name), Rel: "alternate", Type: plain(other.media), Title: other.title})
		}
	}
	links = append(links, encode.Link{Href: b.url("collections", d.ID), Rel: "collection", Type: mediaJSON, Title: titleOf(d, lang)})
	var row referentials.Row
	readRow(c, i, in, &row)
	header := encode.Header{Descriptor: *d, CRS: encodedAs(in), Matched: 1, Links: links, YFirst: in.swapped}
	switch {
	case f.rows == nil:
		return a.pages.write(w, "item", lang, b, newItemPage(c, fid, &row, b, lang, links))
	case f.name == "json":
		body, err := geojson.AppendFeature(nil, header, &row)
		if err != nil {
			return err
		}
		_, err = w.Write(body)
		return err
	}
	attach(h, d.ID, f)
	return writeRows(r.Context(), w, f.rows, header, 1, func(_ int, row *referentials.Row) { readRow(c, i, in, row) })
}
