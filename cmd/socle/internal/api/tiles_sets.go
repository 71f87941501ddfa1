package api

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/paulmach/orb"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/encode"
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

func plainLinks(links []encode.Link) []tileLink {
	out := make([]tileLink, len(links))
	for i := range links {
		out[i].Link = links[i]
	}
	return out
}

type tilesetList struct {
	Links    []encode.Link `json:"links"`
	Tilesets []tilesetItem `json:"tilesets"`
	title    string
	where    []string // the path that they are below
}

// tilesetItem is what a list tells of a tileset.
type tilesetItem struct {
	Title    string     `json:"title"`
	DataType string     `json:"dataType"`
	CRS      string     `json:"crs"`
	SetURI   string     `json:"tileMatrixSetURI"`
	SetID    string     `json:"tileMatrixSetId"`
	Links    []tileLink `json:"links"`
}

// tileset is the metadata of a tileset, by OGC's standard on tile matrix sets.
type tileset struct {
	tilesetItem
	Version     string          `json:"version,omitempty"`
	Attribution string          `json:"attribution,omitempty"`
	License     string          `json:"license,omitempty"`
	MediaTypes  []string        `json:"mediaTypes"`
	Limits      []matrix.Limits `json:"tileMatrixSetLimits"`
	BoundingBox boundingBox     `json:"boundingBox"`
	Center      tilePoint       `json:"centerPoint"`
	Layers      []tilesetLayer  `json:"layers"`
}

type boundingBox struct {
	LowerLeft  [2]float64 `json:"lowerLeft"`
	UpperRight [2]float64 `json:"upperRight"`
	CRS        string     `json:"crs"`
}

type tilePoint struct {
	Coordinates [2]float64 `json:"coordinates"`
	CRS         string     `json:"crs"`
	TileMatrix  string     `json:"tileMatrix"`
}

type tilesetLayer struct {
	ID          string        `json:"id"`
	Title       string        `json:"title"`
	Description string        `json:"description,omitempty"`
	DataType    string        `json:"dataType"`
	Dimension   *int          `json:"geometryDimension,omitempty"`
	Attribution string        `json:"attribution,omitempty"`
	License     string        `json:"license,omitempty"`
	MinMatrix   string        `json:"minTileMatrix"`
	MaxMatrix   string        `json:"maxTileMatrix"`
	Schema      object        `json:"propertiesSchema"`
	Links       []encode.Link `json:"links"`
}

// tilePlace is what tilesets are of: the dataset, or one collection.
type tilePlace struct {
	path  []string // of the resource that the tilesets are below
	title func(lang string) string
}

func (p *tilePlace) url(b base, more ...string) string {
	return b.url(append(append(append([]string{}, p.path...), "tiles"), more...)...)
}

func (a *API) datasetPlace() *tilePlace {
	return &tilePlace{nil, func(lang string) string { return textIn(lang, a.config.Title) }}
}

// collectionPlace finds the collection that a path names, which must have a shape.
func (a *API) collectionPlace(r *http.Request) (*tilePlace, string, error) {
	p := a.public()
	c, err := find(p, r)
	if err != nil {
		return nil, "", err
	}
	if _, err := tiles.Describe(p, []string{c.ID()}, ""); err != nil {
		return nil, "", err
	}
	return &tilePlace{[]string{"collections", c.ID()}, func(lang string) string { return titleOf(c.Descriptor(), lang) }}, c.ID(), nil
}

func (a *API) datasetTilesets(w http.ResponseWriter, r *http.Request) error {
	return a.tilesets(w, r, a.datasetPlace(), "tilesets")
}

func (a *API) collectionTilesets(w http.ResponseWriter, r *http.Request) error {
	place, id, err := a.collectionPlace(r)
	if err != nil {
		return err
	}
	return a.tilesets(w, r, place, "tilesets/"+id)
}

func (a *API) tilesets(w http.ResponseWriter, r *http.Request, place *tilePlace, tag string) error {
	document := func(b base, lang string) *tilesetList {
		doc := &tilesetList{Links: documentLinks(place.url(b), r), title: place.title(lang), where: place.path}
		for _, s := range a.drawn() {
			item := newTilesetItem(b, lang, place, &s)
			item.Links = plainLinks([]encode.Link{
				{Href: place.url(b, s.ID) + "?f=json", Rel: "self", Type: mediaJSON, Title: item.Title},
				schemeLink(b, lang, &s),
			})
			doc.Tilesets = append(doc.Tilesets, item)
		}
		return doc
	}
	return a.document(w, r, tag, func(b base, lang string) any { return document(b, lang) },
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
	place, id, err := a.collectionPlace(r)
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
	ask, err := a.askTiles(r, a.public(), []string{id}, "f")
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

func (a *API) tileset(w http.ResponseWriter, r *http.Request, place *tilePlace, s *matrix.Set, ask *tileAsk) error {
	b, err := a.base(r)
	if err != nil {
		return err
	}
	doc, err := a.describeTileset(b, language(r), place, s, ask)
	if err != nil {
		return err
	}
	// The formats of the document itself are read with what the tiles show.
	f, err := negotiate(r, documentFormats)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Add("Vary", "Accept, Accept-Language")
	h.Set("Content-Language", language(r))
	if fresh(w, r, a.etag(ask.tag(), "tileset", s.ID, f.name, language(r))) {
		return nil
	}
	if f.name == "html" {
		return a.pages.write(w, "tileset", language(r), b, doc)
	}
	return writeJSON(w, f.media, doc)
}

// describeTileset makes the metadata of a tileset.
func (a *API) describeTileset(b base, lang string, place *tilePlace, s *matrix.Set, ask *tileAsk) (*tileset, error) {
	about, err := tiles.DescribeSelections(ask.public, ask.selections(), "")
	if err != nil {
		return nil, err
	}
	doc := &tileset{
		tilesetItem: newTilesetItem(b, lang, place, s), Version: ask.tag(), Attribution: about.Attribution, MediaTypes: []string{mediaMVT},
		BoundingBox: boundingBox{[2]float64(about.Bounds[:2]), [2]float64(about.Bounds[2:]), crs.CRS84.URI()},
		Center:      tilePoint{[2]float64(about.Center[:2]), crs.CRS84.URI(), strconv.Itoa(int(about.Center[2]) + s.Deeper)},
	}
	limits, err := a.limitsOf(s, ask)
	if err != nil {
		return nil, err
	}
	doc.Limits = limits
	licences := map[string]bool{}
	for i := range about.VectorLayers {
		doc.Layers = append(doc.Layers, newTilesetLayer(b, lang, s, &about.VectorLayers[i], &ask.parts[i]))
		licences[doc.Layers[i].License] = true
	}
	if len(licences) == 1 {
		doc.License = doc.Layers[0].License
	}
	changes := []string{"f", ""}
	query := ask.parameters.values
	self := place.url(b, s.ID)
	doc.Links = []tileLink{
		{Link: encode.Link{Href: with(self, query, "f", "json"), Rel: "self", Type: mediaJSON, Title: doc.Title}},
		{Link: encode.Link{Href: with(self, query, "f", "html"), Rel: "alternate", Type: "text/html", Title: doc.Title}},
		{Link: schemeLink(b, lang, s)},
		{Link: encode.Link{Href: with(self+"/{tileMatrix}/{tileRow}/{tileCol}", query, changes...), Rel: "item", Type: mediaMVT, Title: say(lang, "Tuiles", "Tiles")}, Templated: true},
	}
	if s.ID == matrix.WebMercatorQuad {
		doc.Links = append(doc.Links, tileLink{Link: encode.Link{
			Href: with(tilesURL(b, ask.ids())+".json", query, "f", "", "collections", ""), Rel: "describedby", Type: mediaTileJSON, Title: "TileJSON",
		}})
	}
	of := encode.Link{Href: b.url(), Rel: relDataset, Type: mediaJSON, Title: place.title(lang)}
	if place.path != nil {
		of.Href, of.Rel = b.url(place.path...), relGeodata
	}
	doc.Links = append(doc.Links, tileLink{Link: of})
	return doc, nil
}

// newTilesetLayer describes a layer of a tileset.
func newTilesetLayer(b base, lang string, s *matrix.Set, about *tiles.VectorLayer, part *tilePart) tilesetLayer {
	d := part.collection.Descriptor()
	properties := object{}
	for _, f := range about.Fields {
		field := &d.Fields[d.FieldIndex(f.Name)]
		schema := valueSchema(field, lang)
		if field.Type == referentials.JSON {
			schema["type"] = "string" // tiles have no other way to write it
		}
		properties[f.Name] = schema
	}
	layer := tilesetLayer{
		ID: d.ID, Title: titleOf(d, lang), Description: textIn(lang, d.Description), DataType: "vector", Attribution: d.Producer, License: d.Licence,
		MinMatrix: strconv.Itoa(int(about.MinZoom) + s.Deeper), MaxMatrix: strconv.Itoa(int(about.MaxZoom) + s.Deeper),
		Schema: object{"type": "object", "properties": properties},
		Links:  []encode.Link{{Href: b.url("collections", d.ID), Rel: relGeodata, Type: mediaJSON, Title: titleOf(d, lang)}},
	}
	if d.Geometry != geo.Any {
		dimension := d.Geometry.Dimension()
		layer.Dimension = &dimension
	}
	return layer
}

// limitsOf gives the tiles of a tileset, level by level: those that meet a collection at the
// levels it is drawn at. Clients that come closer draw the deepest ones larger.
func (a *API) limitsOf(s *matrix.Set, ask *tileAsk) ([]matrix.Limits, error) {
	limits := []matrix.Limits{}
	boxes, zooms, err := a.reachOf(s, ask)
	if err != nil {
		return nil, err
	}
	for level := range s.Levels {
		if l, ok := limitsAt(s, level, boxes, zooms); ok {
			limits = append(limits, l)
		}
	}
	return limits, nil
}

// reachOf gives where, in the system of a set, and at which levels, the layers are.
func (a *API) reachOf(s *matrix.Set, ask *tileAsk) (boxes []orb.Bound, levels [][2]int, err error) {
	for i := range ask.parts {
		c := ask.parts[i].collection
		box, err := a.boxIn(s, c)
		if err != nil {
			return nil, nil, err
		}
		low, high := tiles.Zooms(c.Descriptor())
		boxes, levels = append(boxes, box), append(levels, [2]int{low + s.Deeper, high + s.Deeper})
	}
	return boxes, levels, nil
}

// limitsAt gives the limits of a level: of the layers that begin at or above it, to the deepest
// level that any has.
func limitsAt(s *matrix.Set, level int, boxes []orb.Bound, levels [][2]int) (out matrix.Limits, any bool) {
	deepest := 0
	for _, l := range levels {
		deepest = max(deepest, l[1])
	}
	for i := range boxes {
		if level < levels[i][0] || level > deepest {
			continue
		}
		l, ok := s.Limits(boxes[i], level)
		switch {
		case !ok:
		case !any:
			out, any = l, true
		default:
			out.MinTileRow, out.MaxTileRow = min(out.MinTileRow, l.MinTileRow), max(out.MaxTileRow, l.MaxTileRow)
			out.MinTileCol, out.MaxTileCol = min(out.MinTileCol, l.MinTileCol), max(out.MaxTileCol, l.MaxTileCol)
		}
	}
	return out, any
}

// Title gives the page of a list what it is of.
func (l *tilesetList) Title() string { return l.title }

// Path gives the page of a list links below it.
func (l *tilesetList) Path(v view, more ...string) string {
	return v.Path(append(append(slices.Clone(l.where), "tiles"), more...)...)
}
