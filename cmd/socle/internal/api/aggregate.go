package api

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"

	"socle/geo/crs"
	"socle/imu/aggregate"
	"socle/imu/theme"
	"socle/referentials"
	"socle/referentials/encode"
)

// Desk answers questions about a theme on a mesh: a [theme.Desk]. What it gives has passed
// disclosure; handlers never see what it was made of.
type Desk interface {
	Tag(q *theme.Question) string
	Release(ctx context.Context, q *theme.Question) (*aggregate.Release, error)
	ReleaseOfFile(ctx context.Context, q *theme.Question, f theme.File) (*aggregate.Release, error)
	Crosswalk(ctx context.Context, q *theme.Question) (*theme.Passage, error)
	MayPublish(ctx context.Context, id string) error
	Publish(ctx context.Context, id string, rel *aggregate.Release) (referentials.Version, error)
	Offers() []theme.Offer
}

// crosswalkParameters are what a table of passage depends on; measures ask for more.
var (
	crosswalkParameters = []string{"f", "source", "method", "base", "field", "weights", "weight"}
	aggregateParameters = append(slices.Clone(crosswalkParameters),
		"measure", "by", "wide", "bin", "filter", "mesh-filter", "profile", "year", "parents", publishParameter)
	ownParameters = append(slices.DeleteFunc(slices.Clone(aggregateParameters), func(name string) bool { return name == "source" }),
		"source-key", "source-crs", addressParameter)
)

// addressParameter names the columns of a file that make a written address.
const addressParameter = "source-address"

// releaseFormats are the forms of figures: columns with their receipt first, the page for
// people, then what rows can be written as.
var releaseFormats = append(slices.Clone(documentFormats), rowFormats()...)

func rowFormats() []format {
	var out []format
	for _, f := range featureFormats {
		if f.rows != nil {
			f.name, f.also = f.rows.Name, ""
			out = append(out, f)
		}
	}
	return out
}

// crosswalkFormats are the forms of tables of passage.
var crosswalkFormats = slices.DeleteFunc(rowFormats(), func(f format) bool { return f.name != csvFormat && f.name != "parquet" })

const csvFormat = "csv"

// readQuestion reads a request about a mesh.
func readQuestion(r *http.Request, known []string) (q *theme.Question, p parameters, err error) {
	mesh, err := pathValue(r, "id")
	if err != nil {
		return nil, p, err
	}
	if p, err = parseQuery(r.URL.RawQuery, known...); err != nil {
		return nil, p, err
	}
	q = &theme.Question{
		Mesh: mesh, Source: p.get("source"), Measure: p.get("measure"), By: p.get("by"), Bin: p.get("bin"),
		Method: p.get("method"), Base: p.get("base"), Field: p.get("field"), Weights: p.get("weights"), Weight: p.get("weight"),
		Filter: p.get("filter"), MeshFilter: p.get("mesh-filter"), Profile: p.get("profile"),
	}
	if parents := p.get("parents"); parents != "" {
		q.Parents = strings.Split(parents, ",")
	}
	if q.Wide, err = p.truth("wide"); err != nil {
		return nil, p, err
	}
	q.Year, err = p.count("year", 1, 0)
	return q, p, err
}

// aggregate answers with the figures of a source on a mesh, and how they were made; with
// publish, they become a collection too.
func (a *API) aggregate(w http.ResponseWriter, r *http.Request) error {
	q, p, err := readQuestion(r, aggregateParameters)
	if err != nil {
		return err
	}
	f, err := negotiate(r, releaseFormats)
	if err != nil {
		return err
	}
	id := p.get(publishParameter)
	if err := a.mayPublish(w, r, id); err != nil {
		return err
	}
	h, lang := w.Header(), ""
	h.Add("Vary", "Accept")
	if f.name == "html" {
		lang = language(r)
		h.Add("Vary", "Accept-Language")
		h.Set("Content-Language", lang)
	}
	if id == "" && fresh(w, r, a.etag(a.desk.Tag(q), f.name, lang)) {
		return nil
	}
	release, err := inTurn(r.Context(), a.figures, a.client(r), func(ctx context.Context) (*aggregate.Release, error) {
		return a.desk.Release(ctx, q)
	})
	if err != nil {
		return err
	}
	if f.name == "html" && id == "" {
		return a.releasePage(w, r, lang, release)
	}
	if f.name == "html" { // what is published has a page of its own
		f = &releaseFormats[0]
	}
	return a.writeRelease(w, r, f, release, id)
}

// aggregateOwn answers with figures of a file that the client sends, which is not kept.
func (a *API) aggregateOwn(w http.ResponseWriter, r *http.Request) error {
	q, p, err := readQuestion(r, ownParameters)
	if err != nil {
		return err
	}
	f, err := negotiate(r, releaseFormats)
	if err != nil {
		return err
	}
	id := p.get(publishParameter)
	if err := a.mayPublish(w, r, id); err != nil {
		return err
	}
	file := theme.File{Key: p.get("source-key")}
	if file.Name, err = ownName(r.Header.Get("Content-Type")); err != nil {
		return err
	}
	if text := p.get("source-crs"); text != "" {
		if file.CRS, err = crs.Parse(text); err != nil {
			return referentials.Errorf(referentials.Invalid, "it is no coordinate system: %w", err).At("parameter source-crs").Do("write EPSG:2154")
		}
	}
	if _, given := p.values[addressParameter]; given {
		file.Address = strings.Split(p.get(addressParameter), ",")
		if slices.Contains(file.Address, "") {
			return referentials.Errorf(referentials.Invalid, "a column has no name").At("parameter %s", addressParameter).
				Do("name those that make the address, in order: adresse,code_postal,commune")
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	if f.name == "html" { // a page has nothing to link to: what was sent is not kept
		f = &releaseFormats[0]
	}
	release, err := inTurn(r.Context(), a.figures, a.client(r), func(ctx context.Context) (*aggregate.Release, error) {
		file.Body = newSteadyBody(w, r, a.config.MaxUploadBytes, readTimeout)
		return a.desk.ReleaseOfFile(ctx, q, file)
	})
	if err != nil {
		return err
	}
	return a.writeRelease(w, r, f, release, id)
}

// ownName names a file that is sent by its media type, as the importers tell formats by
// names.
func ownName(media string) (string, error) {
	switch plain(media) {
	case "text/csv":
		return "envoi.csv", nil
	case "application/geo+json", mediaJSON:
		return "envoi.geojson", nil
	}
	return "", &statusError{http.StatusUnsupportedMediaType,
		referentials.Errorf(referentials.Unsupported, "files of the type %.60q are not read here", media).
			At("header Content-Type").Do("send text/csv or application/geo+json")}
}

// writeRelease writes figures, in CRS84 as features are by default, and publishes them under
// a name that is not "".
func (a *API) writeRelease(w http.ResponseWriter, r *http.Request, f *format, release *aggregate.Release, id string) error {
	d := release.Descriptor()
	if f.rows != nil && f.rows.Spatial && !d.HasGeometry() {
		return referentials.Errorf(referentials.Invalid, "the mesh has no shapes for %s", f.title).At("parameter f").Do("use csv")
	}
	b, err := a.base(r)
	if err != nil {
		return err
	}
	if id != "" {
		if err := a.publish(w, r, id, release); err != nil {
			return err
		}
	}
	w.Header().Set("Content-Type", f.media)
	var links []encode.Link
	if f.rows != nil {
		attach(w.Header(), d.ID, f)
		query := r.URL.Query()
		query.Del(publishParameter)
		links = []encode.Link{{Href: with(b.url("collections", release.Table.Collection(), "aggregate"), query, "f", "json"), Rel: "describedby", Type: mediaJSON,
			Title: say(language(r), "comment ces chiffres ont été faits", "how these figures were made")}}
		linkHeader(w.Header(), links[0])
	}
	if id != "" {
		w.WriteHeader(http.StatusCreated)
	}
	return encodeRelease(r.Context(), w, f, release, links)
}

// encodeRelease writes figures in a form, without what HTTP says of them.
func encodeRelease(ctx context.Context, w io.Writer, f *format, release *aggregate.Release, links []encode.Link) error {
	if f.rows == nil {
		return release.WriteJSON(w)
	}
	d := release.Descriptor()
	if d.HasGeometry() {
		d.CRS = crs.CRS84
	}
	return encodeRows(ctx, w, f, encode.Header{Descriptor: d, CRS: d.CRS, Matched: int64(release.Table.RowLen()), Links: links}, release.Table.LonLatRows())
}

// encodeRows writes rows in a form.
func encodeRows(ctx context.Context, w io.Writer, f *format, h encode.Header, rows referentials.Rows) error {
	out, err := f.rows.New(w, h)
	if err != nil {
		return err
	}
	for row, err := range rows {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = out.Write(row)
		}
		if err != nil {
			return err
		}
	}
	return out.Close()
}

// crosswalk answers with a table of passage.
func (a *API) crosswalk(w http.ResponseWriter, r *http.Request) error {
	q, _, err := readQuestion(r, crosswalkParameters)
	if err != nil {
		return err
	}
	f, err := negotiate(r, crosswalkFormats)
	if err != nil {
		return err
	}
	w.Header().Add("Vary", "Accept")
	if fresh(w, r, a.etag(a.desk.Tag(q), "crosswalk", f.name)) {
		return nil
	}
	passage, err := inTurn(r.Context(), a.figures, a.client(r), func(ctx context.Context) (*theme.Passage, error) {
		return a.desk.Crosswalk(ctx, q)
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", f.media)
	attach(w.Header(), q.Source+"_"+q.Mesh, f)
	if f.name == csvFormat {
		return passage.WriteCSV(r.Context(), w)
	}
	return encodeRows(r.Context(), w, f, encode.Header{Descriptor: passage.Descriptor(), Matched: int64(passage.Len())}, passage.Rows(r.Context()))
}

// aggregateLink leads from a mesh to the figures that can be put on it.
func aggregateLink(b base, doc *collectionDocument, lang string) encode.Link {
	return encode.Link{Href: b.url("collections", doc.ID, "aggregate"), Rel: "related", Type: mediaJSON,
		Title: say(lang, "Un thème sur ces mailles : ajouter source et measure", "A theme on these cells: add source and measure")}
}
