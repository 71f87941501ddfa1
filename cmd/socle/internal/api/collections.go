package api

import (
	"math"
	"net/http"
	"net/url"

	"github.com/go-chi/chi/v5"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/encode"
	"socle/referentials/snapshot"
)

type collectionsDocument struct {
	Links       []encode.Link         `json:"links"`
	Collections []*collectionDocument `json:"collections"`
}

// collectionDocument describes a collection. What follows StorageCRS is ours.
type collectionDocument struct {
	ID          string        `json:"id"`
	Title       string        `json:"title"`
	Description string        `json:"description,omitempty"`
	Links       []encode.Link `json:"links"`
	Extent      *extent       `json:"extent,omitempty"`
	ItemType    string        `json:"itemType"`
	CRS         []string      `json:"crs,omitempty"`
	StorageCRS  string        `json:"storageCrs,omitempty"`

	Geometry  string `json:"geometryType,omitempty"`
	Items     int    `json:"numberOfItems"`
	Class     string `json:"class,omitempty"`
	Producer  string `json:"producer,omitempty"`
	Licence   string `json:"licence,omitempty"`
	Frequency string `json:"frequency,omitempty"`
	Vintage   string `json:"vintage,omitempty"`
	Mesh      bool   `json:"mesh,omitempty"`
	Version   int64  `json:"version"`
	Revision  int64  `json:"revision"`
	Published string `json:"published,omitempty"`
}

type extent struct {
	Spatial spatialExtent `json:"spatial"`
}

type spatialExtent struct {
	BBox [][4]float64 `json:"bbox"`
	CRS  string       `json:"crs"`
}

// titleOf gives the title of a collection, its id when it has none.
func titleOf(d *referentials.Descriptor, lang string) string {
	if t := textIn(lang, d.Title); t != "" {
		return t
	}
	return d.ID
}

// itemType tells features from the rows of a table, which have no place: clients that look
// for features, and for their coordinates, leave tables alone.
func itemType(d *referentials.Descriptor) string {
	if d.HasGeometry() {
		return "feature"
	}
	return "record"
}

// describe makes the document of a collection with the links that all answers have.
func describe(c *snapshot.PublicCollection, b base, lang string) *collectionDocument {
	d, v := c.Descriptor(), c.Version()
	doc := &collectionDocument{
		ID: d.ID, Title: titleOf(d, lang), Description: textIn(lang, d.Description), ItemType: itemType(d),
		Items: c.Len(), Class: string(d.Class), Producer: d.Producer, Licence: d.Licence, Frequency: string(d.Frequency),
		Vintage: d.Vintage, Mesh: d.Mesh, Version: v.ID, Revision: v.Revision,
		Published: v.PublishedAt.UTC().Format("2006-01-02T15:04:05Z"),
	}
	if d.HasGeometry() {
		doc.Geometry = d.Geometry.String()
		doc.StorageCRS = d.CRS.URI()
		for _, s := range offered(d) {
			doc.CRS = append(doc.CRS, s.URI())
		}
		if e := c.Extent(); e.Min[0] <= e.Max[0] {
			doc.Extent = &extent{spatialExtent{[][4]float64{outward(e.Min[0], e.Min[1], e.Max[0], e.Max[1])}, crs.CRS84.URI()}}
		}
	}
	for i := range featureFormats {
		f := &featureFormats[i]
		if !serves(f, d) {
			continue
		}
		doc.Links = append(doc.Links, encode.Link{
			Href: b.url("collections", d.ID, "items") + "?f=" + f.name, Rel: "items", Type: plain(f.media), Title: doc.Title + " (" + f.title + ")",
		})
	}
	for i := range schemaKinds {
		doc.Links = append(doc.Links, schemaKinds[i].link(b, d.ID, lang))
	}
	if href := licenceURL(d.Licence); href != "" {
		doc.Links = append(doc.Links, encode.Link{Href: href, Rel: "license", Title: d.Licence})
	}
	return doc
}

// outward rounds a box to 8 decimals, a millimetre, so that it still holds all it held.
func outward(west, south, east, north float64) [4]float64 {
	const scale = 1e8
	down := func(v float64) float64 { return math.Floor(v*scale) / scale }
	up := func(v float64) float64 { return math.Ceil(v*scale) / scale }
	return [4]float64{down(west), down(south), up(east), up(north)}
}

// licenceURL gives the page of an SPDX licence.
func licenceURL(spdx string) string {
	if spdx == "" {
		return ""
	}
	return "https://spdx.org/licenses/" + url.PathEscape(spdx) + ".html"
}

func (a *API) describeAll(p *snapshot.Public, b base, lang string) []*collectionDocument {
	all := make([]*collectionDocument, 0, len(p.Collections()))
	for _, c := range p.Collections() {
		doc := describe(c, b, lang)
		doc.Links = append([]encode.Link{{Href: b.url("collections", doc.ID), Rel: "self", Type: mediaJSON, Title: doc.Title}}, doc.Links...)
		if a.tiles != nil && c.Descriptor().HasGeometry() {
			doc.Links = append(doc.Links, tileLinks(b, doc, lang)...)
		}
		if a.desk != nil && doc.Mesh {
			doc.Links = append(doc.Links, aggregateLink(b, doc, lang))
		}
		all = append(all, doc)
	}
	return all
}

func (a *API) collections(w http.ResponseWriter, r *http.Request) error {
	p := a.public()
	return a.document(w, r, p.Tag(),
		func(b base, lang string) any {
			return &collectionsDocument{documentLinks(b.url("collections"), r), a.describeAll(p, b, lang)}
		},
		func(b base, lang string) (string, any) { return "collections", a.describeAll(p, b, lang) })
}

// find gives the collection that a path names.
func find(p *snapshot.Public, r *http.Request) (*snapshot.PublicCollection, error) {
	id, err := pathValue(r, "id")
	if err != nil {
		return nil, err
	}
	c, ok := p.Collection(id)
	if !ok {
		return nil, absent(p, id)
	}
	return c, nil
}

// absent says that there is no such collection, and which one may be meant.
func absent(p *snapshot.Public, id string) error {
	ids := make([]string, 0, len(p.Collections()))
	for _, c := range p.Collections() {
		ids = append(ids, c.ID())
	}
	e := referentials.Errorf(referentials.NotFound, "there is no collection %q", id)
	if near := referentials.Nearest(id, ids); near != "" {
		return e.Do("did you mean %q?", near)
	}
	return e.Do("/collections lists them")
}

// pathValue gives a segment of the path, which the router leaves escaped where the whole
// path is.
func pathValue(r *http.Request, name string) (string, error) {
	v := chi.URLParam(r, name)
	if r.URL.RawPath == "" {
		return v, nil
	}
	s, err := url.PathUnescape(v)
	if err != nil {
		return "", referentials.Errorf(referentials.Invalid, "the path cannot be read: %w", err)
	}
	return s, nil
}

func (a *API) collection(w http.ResponseWriter, r *http.Request) error {
	p := a.public()
	c, err := find(p, r)
	if err != nil {
		return err
	}
	document := func(b base, lang string) *collectionDocument {
		doc := describe(c, b, lang)
		doc.Links = append(documentLinks(b.url("collections", doc.ID), r), doc.Links...)
		if a.tiles != nil && c.Descriptor().HasGeometry() {
			doc.Links = append(doc.Links, tileLinks(b, doc, lang)...)
		}
		if a.desk != nil && doc.Mesh {
			doc.Links = append(doc.Links, aggregateLink(b, doc, lang))
		}
		return doc
	}
	return a.document(w, r, c.Tag(),
		func(b base, lang string) any { return document(b, lang) },
		func(b base, lang string) (string, any) {
			return "collection", collectionPage{document(b, lang), c.Descriptor(), a.config.MaxLimit, lang}
		})
}
