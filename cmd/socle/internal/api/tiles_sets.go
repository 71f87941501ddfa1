package api

import (
	"net/http"
	"net/url"
	"slices"

	"socle/referentials"
	"socle/referentials/encode"
	"socle/referentials/snapshot"
	"socle/tiles"
	"socle/tiles/matrix"
)

// Relations between resources and their tiles.
const (
	relTilesets = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
	relSchemes  = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"
	relGeodata  = "http://www.opengis.net/def/rel/ogc/1.0/geodata"
	relDataset  = "http://www.opengis.net/def/rel/ogc/1.0/dataset"
	relStyles   = "http://www.opengis.net/def/rel/ogc/1.0/styles"
)

// tileClasses are the parts of the standards on tiles that are implemented.
var tileClasses = []string{
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/dataset-tilesets",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/collections-selection",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/oas30",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
	"http://www.opengis.net/spec/tms/2.0/conf/tilematrixset",
	"http://www.opengis.net/spec/tms/2.0/conf/tilematrixsetlimits",
	"http://www.opengis.net/spec/tms/2.0/conf/tilesetmetadata",
	"http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixset",
	"http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixsetlimits",
	"http://www.opengis.net/spec/tms/2.0/conf/json-tilesetmetadata",
}

// tileRoots gives the links from the landing page to tiles.
func tileRoots(b base, lang string) []encode.Link {
	return []encode.Link{
		{Href: b.url("tiles") + "?f=json", Rel: relTilesets, Type: mediaJSON, Title: say(lang, "Tuiles vectorielles", "Vector tiles")},
		{Href: b.url("tileMatrixSets") + "?f=json", Rel: relSchemes, Type: mediaJSON, Title: say(lang, "Grilles de tuiles", "Tile matrix sets")},
		{Href: b.url("styles") + "?f=json", Rel: relStyles, Type: mediaJSON, Title: "Styles"},
	}
}

// tileLinks gives the links from a collection to its tiles and to how they look.
func tileLinks(b base, doc *collectionDocument, lang string) []encode.Link {
	return []encode.Link{
		{Href: b.url("collections", doc.ID, "tiles") + "?f=json", Rel: relTilesets, Type: mediaJSON, Title: say(lang, "Tuiles vectorielles", "Vector tiles")},
		{Href: b.url("tiles", doc.ID+".json"), Rel: "related", Type: mediaTileJSON, Title: "TileJSON"},
		{Href: b.url("styles", doc.ID+".json"), Rel: "stylesheet", Type: mediaStyle, Title: "Style MapLibre"},
	}
}

// tileLink is a link that may be a template.
type tileLink struct {
	encode.Link
	Templated bool `json:"templated,omitempty"`
}

type tilesetList struct {
	Links    []encode.Link `json:"links"`
	Tilesets []tilesetItem `json:"tilesets"`
	title    string
	where    []string // the path that they are below
}

// tilesetItem is what a list tells of a tileset: with its limits and the template of its
// tiles it is all that a client needs to ask for them.
type tilesetItem struct {
	Title    string          `json:"title"`
	DataType string          `json:"dataType"`
	CRS      string          `json:"crs"`
	SetURI   string          `json:"tileMatrixSetURI"`
	SetID    string          `json:"tileMatrixSetId"`
	Links    []tileLink      `json:"links"`
	Limits   []matrix.Limits `json:"tileMatrixSetLimits"`
}

// tilePlace is what tilesets are of: the dataset, or one collection.
type tilePlace struct {
	path  []string // of the resource that the tilesets are below
	title func(lang string) string
}

func (p *tilePlace) url(b base, more ...string) string {
	return b.url(append(append(append([]string{}, p.path...), "tiles"), more...)...)
}

// template gives the address of the tiles of a tileset, with a query.
func (p *tilePlace) template(b base, lang string, s *matrix.Set, query url.Values) tileLink {
	href := with(p.url(b, s.ID)+"/{tileMatrix}/{tileRow}/{tileCol}", query, "f", "")
	return tileLink{Link: encode.Link{Href: href, Rel: "item", Type: mediaMVT, Title: say(lang, "Tuiles", "Tiles")}, Templated: true}
}

func (a *API) datasetPlace() *tilePlace {
	return &tilePlace{nil, func(lang string) string { return textIn(lang, a.config.Title) }}
}

// collectionPlace finds the collection that a path names, which must have a shape.
func collectionPlace(p *snapshot.Public, r *http.Request) (*tilePlace, *snapshot.PublicCollection, error) {
	c, err := find(p, r)
	if err != nil {
		return nil, nil, err
	}
	if _, err := tiles.Describe(p, []string{c.ID()}, ""); err != nil {
		return nil, nil, err
	}
	return &tilePlace{[]string{"collections", c.ID()}, func(lang string) string { return titleOf(c.Descriptor(), lang) }}, c, nil
}

func (a *API) datasetTilesets(w http.ResponseWriter, r *http.Request) error {
	ask := &tileAsk{public: a.public()}
	for _, id := range drawableOf(ask.public) {
		if c, ok := ask.public.Collection(id); ok {
			ask.parts = append(ask.parts, tilePart{collection: c})
		}
	}
	return a.tilesets(w, r, a.datasetPlace(), ask)
}

func (a *API) collectionTilesets(w http.ResponseWriter, r *http.Request) error {
	p := a.public()
	place, c, err := collectionPlace(p, r)
	if err != nil {
		return err
	}
	return a.tilesets(w, r, place, &tileAsk{public: p, parts: []tilePart{{collection: c}}})
}

// tilesets answers with the list of the tilesets of a place, which is empty when nothing
// there has a shape.
func (a *API) tilesets(w http.ResponseWriter, r *http.Request, place *tilePlace, ask *tileAsk) error {
	var sets []matrix.Set
	var limits [][]matrix.Limits
	if len(ask.parts) > 0 {
		sets = a.drawn()
	}
	for i := range sets {
		l, err := a.limitsOf(&sets[i], ask)
		if err != nil {
			return err
		}
		limits = append(limits, l)
	}
	document := func(b base, lang string) *tilesetList {
		doc := &tilesetList{Links: documentLinks(place.url(b), r), Tilesets: []tilesetItem{}, title: place.title(lang), where: place.path}
		for i := range sets {
			s := &sets[i]
			item := newTilesetItem(b, lang, place, s)
			item.Limits = limits[i]
			item.Links = []tileLink{
				{Link: encode.Link{Href: place.url(b, s.ID) + "?f=json", Rel: "self", Type: mediaJSON, Title: item.Title}},
				{Link: schemeLink(b, lang, s)},
				place.template(b, lang, s, nil),
			}
			doc.Tilesets = append(doc.Tilesets, item)
		}
		return doc
	}
	return a.document(w, r, ask.tag()+"/tilesets", func(b base, lang string) any { return document(b, lang) },
		func(b base, lang string) (string, any) { return "tilesets", document(b, lang) })
}

// newTilesetItem describes a tileset without its links. A set that is in no register is named by
// its definition here.
func newTilesetItem(b base, lang string, place *tilePlace, s *matrix.Set) tilesetItem {
	uri := s.URI
	if uri == "" {
		uri = b.url("tileMatrixSets", s.ID)
	}
	return tilesetItem{Title: place.title(lang) + " (" + s.ID + ")", DataType: "vector", CRS: s.CRS.URI(), SetURI: uri, SetID: s.ID}
}

func schemeLink(b base, lang string, s *matrix.Set) encode.Link {
	return encode.Link{Href: b.url("tileMatrixSets", s.ID) + "?f=json", Rel: relTilingScheme, Type: mediaJSON, Title: textIn(lang, s.Title)}
}

func (a *API) datasetTileset(w http.ResponseWriter, r *http.Request, set string) error {
	s, _, err := a.drawnSet(set)
	if err != nil {
		return err
	}
	p := a.public()
	ids, err := chosen(p, r)
	if err != nil {
		return err
	}
	ask, err := a.askTiles(r, p, ids, "f", "collections")
	if err != nil {
		return err
	}
	return a.tileset(w, r, a.datasetPlace(), s, ask)
}

func (a *API) collectionTileset(w http.ResponseWriter, r *http.Request) error {
	place, ask, s, _, err := a.askCollectionTiles(r)
	if err != nil {
		return err
	}
	return a.tileset(w, r, place, s, ask)
}

// askCollectionTiles reads a request below /collections/{id}/tiles/{tms}.
func (a *API) askCollectionTiles(r *http.Request) (*tilePlace, *tileAsk, *matrix.Set, Tiler, error) {
	p := a.public()
	place, c, err := collectionPlace(p, r)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	set, err := pathValue(r, "tms")
	if err != nil {
		return nil, nil, nil, nil, err
	}
	s, tiler, err := a.drawnSet(set)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	ask, err := a.askTiles(r, p, []string{c.ID()}, "f")
	return place, ask, s, tiler, err
}

// drawnSet finds a tile matrix set that tiles are drawn in.
func (a *API) drawnSet(id string) (*matrix.Set, Tiler, error) {
	s, err := findSet(id)
	if err != nil {
		return nil, nil, err
	}
	tiler := a.tilerOf(s)
	if tiler == nil {
		return nil, nil, referentials.Errorf(referentials.NotFound, "no tiles are drawn in %s here", s.ID).Do("/tiles lists the tilesets")
	}
	return s, tiler, nil
}

// Title gives the page of a list what it is of.
func (l *tilesetList) Title() string { return l.title }

// Path gives the page of a list links below it.
func (l *tilesetList) Path(v view, more ...string) string {
	return v.Path(append(append(slices.Clone(l.where), "tiles"), more...)...)
}
