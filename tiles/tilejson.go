package tiles

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// TileJSON is a TileJSON 3.0.0 document, ready to be marshalled.
type TileJSON struct {
	TileJSON     string        `json:"tilejson"`
	Name         string        `json:"name,omitempty"`
	Attribution  string        `json:"attribution,omitempty"` // HTML, as map libraries take it
	Scheme       string        `json:"scheme"`
	Tiles        []string      `json:"tiles"`
	MinZoom      uint8         `json:"minzoom"`
	MaxZoom      uint8         `json:"maxzoom"`
	Bounds       [4]float64    `json:"bounds"` // west, south, east, north in degrees
	Center       [3]float64    `json:"center"` // longitude, latitude, zoom
	VectorLayers []VectorLayer `json:"vector_layers"`
}

// VectorLayer describes one layer of the tiles.
type VectorLayer struct {
	ID           string      `json:"id"`
	Description  string      `json:"description,omitempty"`
	GeometryType string      `json:"geometry_type,omitempty"` // point, line, polygon
	MinZoom      uint8       `json:"minzoom"`
	MaxZoom      uint8       `json:"maxzoom"`
	Fields       LayerFields `json:"fields"`
	// Reduction tells what above MaxZoom is not shown as it is; nil where there is nothing.
	Reduction *Reduction `json:"reduction,omitempty"`
}

// Reduction is a member of our own: other readers pass over it.
type Reduction struct {
	// Small is "merge" or "drop": what becomes of polygons smaller than a pixel, of 512 to
	// a tile.
	Small referentials.SmallPolygons `json:"small,omitempty"`
	// Cells is the side in pixels, of 256 to a tile, of the squares of which each shows one
	// point; the attribute CountField counts those it stands for.
	Cells int `json:"cells,omitempty"`
	// Bytes is the most that the layer takes of a tile, the largest features first.
	Bytes int `json:"bytes,omitempty"`
}

// reductionOf tells what a policy leaves out of shapes of that dimension.
func reductionOf(p *referentials.TilePolicy, dimension int) *Reduction {
	r := Reduction{Bytes: p.Bytes}
	if dimension == 2 && p.Small != referentials.KeptSmall {
		r.Small = p.Small
	}
	if dimension == 0 && p.Thin > 0 {
		r.Cells = 1 << (cellBits(p) - pixelBits)
	}
	if p.MinZoom >= p.MaxZoom || r == (Reduction{}) {
		return nil
	}
	return &r
}

// LayerFields are the attributes of a layer. They are written as one object, in order.
type LayerFields []LayerField

// LayerField is the name and the type, String, Number or Boolean, of an attribute.
type LayerField struct{ Name, Type string }

// MarshalJSON writes the fields as an object of types by name.
func (f LayerFields) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, field := range f {
		if i > 0 {
			out = append(out, ',')
		}
		for k, text := range []string{field.Name, field.Type} {
			quoted, err := json.Marshal(text)
			if err != nil {
				return nil, err
			}
			if k > 0 {
				out = append(out, ':')
			}
			out = append(out, quoted...)
		}
	}
	return append(out, '}'), nil
}

// Describe gives the TileJSON of the tiles that [Tiler.Tile] draws of collections; it has
// the same errors. The template is the absolute URL of a tile with {z}, {x} and {y}.
func Describe(p *snapshot.Public, ids []string, template string) (TileJSON, error) {
	return DescribeSelections(p, whole(ids), template)
}

// DescribeSelections is Describe for the tiles of [Tiler.Select]. The bounds are those of
// all rows.
func DescribeSelections(p *snapshot.Public, selections []Selection, template string) (TileJSON, error) {
	collections, err := findAll(p, selections)
	if err != nil {
		return TileJSON{}, err
	}
	t := TileJSON{TileJSON: "3.0.0", Scheme: "xyz", Tiles: []string{template}, MinZoom: MaxZoom}
	extent := geo.EmptyBound()
	var names, credits []string
	for i, c := range collections {
		d := c.Descriptor()
		policy := policyOf(d)
		fields := selections[i].Fields
		if fields == nil {
			fields = policy.Fields
		}
		layer := VectorLayer{
			ID: d.ID, Description: titleOf(d), MinZoom: policy.MinZoom, MaxZoom: policy.MaxZoom,
			GeometryType: geometryTypes[d.Geometry.Dimension()],
		}
		for _, name := range fields {
			layer.Fields = append(layer.Fields, LayerField{name, jsonType(d.Fields[d.FieldIndex(name)].Type)})
		}
		layer.Reduction = reductionOf(&policy, d.Geometry.Dimension())
		if layer.Reduction != nil && layer.Reduction.Cells > 0 && d.FieldIndex(CountField) < 0 {
			layer.Fields = append(layer.Fields, LayerField{CountField, "Number"})
		}
		t.VectorLayers = append(t.VectorLayers, layer)
		if labelled(d, selections) {
			t.VectorLayers = append(t.VectorLayers, labelLayer(d, &policy))
		}
		t.MinZoom, t.MaxZoom = min(t.MinZoom, policy.MinZoom), max(t.MaxZoom, policy.MaxZoom)
		extent = geo.Union(extent, c.Extent())
		names = append(names, titleOf(d))
		if d.Producer != "" && !slices.Contains(credits, d.Producer) {
			credits = append(credits, d.Producer)
		}
	}
	t.Name, t.Attribution = strings.Join(names, ", "), textInHTML.Replace(strings.Join(credits, ", "))
	t.place(extent)
	return t, nil
}

// textInHTML keeps a producer's name a text where map libraries put HTML. Quotes stay: some
// clients show an attribution as it is.
var textInHTML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// labelLayer describes the layer of label points of a collection.
func labelLayer(d *referentials.Descriptor, policy *referentials.TilePolicy) VectorLayer {
	layer := VectorLayer{
		ID: d.ID + referentials.LabelSuffix, Description: titleOf(d), GeometryType: geometryTypes[0],
		MinZoom: policy.MinZoom, MaxZoom: policy.MaxZoom,
	}
	for _, k := range labelFields(d) {
		layer.Fields = append(layer.Fields, LayerField{d.Fields[k].Name, jsonType(d.Fields[k].Type)})
	}
	return layer
}

var geometryTypes = map[int]string{0: "point", 1: "line", 2: "polygon"}

func titleOf(d *referentials.Descriptor) string {
	for _, title := range []string{d.Title.FR, d.Title.EN} {
		if title != "" {
			return title
		}
	}
	return d.ID
}

func jsonType(t referentials.FieldType) string {
	switch t {
	case referentials.Integer, referentials.Number:
		return "Number"
	case referentials.Boolean:
		return "Boolean"
	}
	return "String"
}

// place sets the bounds, those of the square world where there is nothing, and a view that
// shows them.
func (t *TileJSON) place(extent orb.Bound) {
	world := orb.Bound{Min: orb.Point{-180, -maxLatitude}, Max: orb.Point{180, maxLatitude}}
	for k := range 2 {
		extent.Min[k] = max(extent.Min[k], world.Min[k])
		extent.Max[k] = min(extent.Max[k], world.Max[k])
	}
	if !(extent.Min[0] <= extent.Max[0] && extent.Min[1] <= extent.Max[1]) {
		extent = world
	}
	t.Bounds = [4]float64{extent.Min[0], extent.Min[1], extent.Max[0], extent.Max[1]}
	zoom := t.MinZoom
	for zoom < t.MaxZoom && (extent.Max[0]-extent.Min[0])*float64(uint64(1)<<zoom) < 360 {
		zoom++
	}
	t.Center = [3]float64{(t.Bounds[0] + t.Bounds[2]) / 2, (t.Bounds[1] + t.Bounds[3]) / 2, float64(zoom)}
}
