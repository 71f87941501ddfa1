package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/encode"
	"socle/tiles"
	"socle/tiles/matrix"
)

// tileset is the metadata of a tileset, by OGC's standard on tile matrix sets.
type tileset struct {
	tilesetItem
	Version     string         `json:"version,omitempty"`
	Attribution string         `json:"attribution,omitempty"`
	License     string         `json:"license,omitempty"`
	MediaTypes  []string       `json:"mediaTypes"`
	BoundingBox boundingBox    `json:"boundingBox"`
	Center      tilePoint      `json:"centerPoint"`
	Layers      []tilesetLayer `json:"layers"`
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

	Collection string `json:"-"` // that it is drawn of
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
		doc.Layers = append(doc.Layers, newTilesetLayer(b, lang, s, &about.VectorLayers[i], ask.partOf(about.VectorLayers[i].ID)))
		licences[doc.Layers[i].License] = true
	}
	if len(licences) == 1 {
		doc.License = doc.Layers[0].License
	}
	query := ask.parameters.values
	self := place.url(b, s.ID)
	doc.Links = []tileLink{
		{Link: encode.Link{Href: with(self, query, "f", "json"), Rel: "self", Type: mediaJSON, Title: doc.Title}},
		{Link: encode.Link{Href: with(self, query, "f", "html"), Rel: "alternate", Type: "text/html", Title: doc.Title}},
		{Link: schemeLink(b, lang, s)},
		place.template(b, lang, s, query),
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

// partOf gives what a layer is drawn of: a collection may have two.
func (ask *tileAsk) partOf(layer string) *tilePart {
	of := func(id string) int {
		return slices.IndexFunc(ask.parts, func(p tilePart) bool { return p.collection.ID() == id })
	}
	i := of(layer)
	if i < 0 {
		i = of(strings.TrimSuffix(layer, referentials.LabelSuffix))
	}
	return &ask.parts[max(0, i)]
}

// tileTypes are the types of values on tiles as JSON Schema calls them.
var tileTypes = map[string]string{"Number": "number", "Boolean": "boolean", "String": "string"}

// dimensions are those of the shapes of a layer, as TileJSON calls them.
var dimensions = map[string]int{"point": 0, "line": 1, "polygon": 2}

// newTilesetLayer describes a layer of a tileset. Some attributes are of no field: they
// tell what the feature stands for.
func newTilesetLayer(b base, lang string, s *matrix.Set, about *tiles.VectorLayer, part *tilePart) tilesetLayer {
	d := part.collection.Descriptor()
	properties := object{}
	for _, f := range about.Fields {
		schema := object{"title": f.Name, "type": tileTypes[f.Type]}
		if k := d.FieldIndex(f.Name); k >= 0 && d.Fields[k].Type != referentials.JSON { // which tiles write as text
			schema = valueSchema(&d.Fields[k], lang)
		}
		properties[f.Name] = schema
	}
	layer := tilesetLayer{
		ID: about.ID, Title: titleOf(d, lang), Description: textIn(lang, d.Description), DataType: "vector", Attribution: d.Producer, License: d.Licence,
		MinMatrix: strconv.Itoa(int(about.MinZoom) + s.Deeper), MaxMatrix: strconv.Itoa(int(about.MaxZoom) + s.Deeper),
		Schema:     object{"type": "object", "properties": properties},
		Collection: d.ID,
		Links:      []encode.Link{{Href: b.url("collections", d.ID), Rel: relGeodata, Type: mediaJSON, Title: titleOf(d, lang)}},
	}
	if dimension, ok := dimensions[about.GeometryType]; ok {
		layer.Dimension = &dimension
	}
	return layer
}
