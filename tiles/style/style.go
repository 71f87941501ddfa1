// Package style gives the collections their looks: MapLibre styles, sober and light, that
// need nothing from elsewhere. They have no labels, because glyphs would have to be served.
//
// Looks are data, in layers.json: those of the referentials of the catalogue, those of any
// other collection by the kind of its shapes, and, for the territory as a whole, which of
// these layers lie above which. The code only says where the tiles are.
package style

import (
	"bytes"
	_ "embed" // for layers.json
	"encoding/json"
	"strings"

	"socle/referentials"
)

// Territory is the id of the style that shows the known referentials together.
const Territory = "territoire"

//go:embed layers.json
var layersFile []byte

// Book holds the looks.
type Book struct {
	Background   string             `json:"background"`
	Referentials map[string][]Layer `json:"referentials"` // by id of the catalogue
	Kinds        map[string][]Layer `json:"kinds"`        // "point", "few points", "line", "polygon"
	Territory    []Place            `json:"territoire"`   // from the ground up
	Theme        Theme              `json:"theme"`        // figures on cells
}

// Place puts a layer of a referential into the style of the territory.
type Place struct {
	Layer   string   `json:"layer"`
	MinZoom *float64 `json:"minzoom"` // instead of the layer's own
}

// Layer is a layer of a style. What it is painted with is MapLibre's own business.
type Layer struct {
	ID          string          `json:"id"`
	Type        string          `json:"type"`
	Source      string          `json:"source,omitempty"`
	SourceLayer string          `json:"source-layer,omitempty"`
	MinZoom     *float64        `json:"minzoom,omitempty"`
	Filter      json.RawMessage `json:"filter,omitempty"`
	Layout      json.RawMessage `json:"layout,omitempty"`
	Paint       json.RawMessage `json:"paint"`
	Metadata    json.RawMessage `json:"metadata,omitempty"` // the legend of colours by class
}

// Style is a MapLibre style, version 8, ready to be marshalled.
type Style struct {
	Version int               `json:"version"`
	Name    string            `json:"name"`
	Meta    map[string]any    `json:"metadata,omitempty"`
	Sprite  string            `json:"sprite,omitempty"` // URL of images, without its extension
	Center  [2]float64        `json:"center"`
	Zoom    float64           `json:"zoom"`
	Sources map[string]Source `json:"sources"`
	Layers  []Layer           `json:"layers"`
}

// Source says where vector tiles are. Tiles are absolute URLs with {z}, {x} and {y}.
type Source struct {
	Type        string            `json:"type"` // "vector"
	Tiles       []string          `json:"tiles"`
	MinZoom     uint8             `json:"minzoom"`
	MaxZoom     uint8             `json:"maxzoom"`
	Bounds      [4]float64        `json:"bounds"`
	Attribution string            `json:"attribution,omitempty"`
	PromoteID   map[string]string `json:"promoteId,omitempty"` // key field by layer
}

// sourceName is the one source of a style.
const sourceName = "socle"

// Read reads the looks that the program has in itself.
func Read() (*Book, error) {
	b := new(Book)
	d := json.NewDecoder(bytes.NewReader(layersFile))
	d.DisallowUnknownFields()
	if err := d.Decode(b); err != nil {
		return nil, referentials.Errorf(referentials.Internal, "the looks of maps: %w", err)
	}
	return b, nil
}

// Of gives the layers that a collection is drawn with alone. Polygons of classes that have
// colours of their own are filled with these.
func (b *Book) Of(d *referentials.Descriptor) []Layer {
	layers, known := b.Referentials[d.ID]
	if !known {
		layers = b.byKind(d)
	}
	out := []Layer{b.background()}
	class := classField(d)
	for _, l := range layers {
		if !known {
			l.ID = d.ID + "-" + l.ID
		}
		if class != nil && l.Type == "fill" {
			l = l.byClass(class)
		}
		out = append(out, l.of(d.ID))
	}
	return out
}

// manyFrom is the zoom from which collections of many points have tiles.
const manyFrom = 11

// byKind gives the layers for shapes of a dimension, or of all where there may be any.
// Points that have tiles before others are few, and drawn so that they are found.
func (b *Book) byKind(d *referentials.Descriptor) []Layer {
	switch d.Geometry.Dimension() {
	case 0:
		if d.Tiles.MinZoom < manyFrom {
			return b.Kinds["few points"]
		}
		return b.Kinds["point"]
	case 1:
		return b.Kinds["line"]
	case 2:
		return b.Kinds["polygon"]
	}
	var all []Layer
	for _, kind := range []string{"polygon", "line", "point"} {
		for _, l := range b.Kinds[kind] {
			l.ID = kind + "-" + l.ID
			all = append(all, l)
		}
	}
	return all
}

// OfFigures gives the layers that the figures of a release are drawn with, and what they mean.
func (b *Book) OfFigures(d *referentials.Descriptor, f *Figures, values []float64) ([]Layer, Legend) {
	layers, legend := b.Theme.of(d, f, values)
	return append([]Layer{b.background()}, layers...), legend
}

// OfTerritory gives the layers of the territory, as far as its referentials are there, and
// which these are.
func (b *Book) OfTerritory(there func(id string) bool) (layers []Layer, ids []string) {
	layers = []Layer{b.background()}
	seen := map[string]bool{}
	for _, p := range b.Territory {
		id, _, _ := strings.Cut(p.Layer, "-")
		if !there(id) {
			continue
		}
		for _, l := range b.Referentials[id] {
			if l.ID != p.Layer {
				continue
			}
			if p.MinZoom != nil {
				l.MinZoom = p.MinZoom
			}
			layers = append(layers, l.of(id))
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	return layers, ids
}

// New makes a style of layers that are drawn from one source.
func New(name string, center [3]float64, source Source, layers []Layer) Style {
	source.Type = "vector"
	return Style{Version: 8, Name: name, Center: [2]float64(center[:2]), Zoom: center[2], Sources: map[string]Source{sourceName: source}, Layers: layers}
}

func (b *Book) background() Layer {
	paint, _ := json.Marshal(map[string]string{"background-color": b.Background}) // strings have a JSON form
	return Layer{ID: "background", Type: "background", Paint: paint}
}

// of draws a layer from the tiles of a collection.
func (l Layer) of(id string) Layer {
	l.Source, l.SourceLayer = sourceName, id
	return l
}
