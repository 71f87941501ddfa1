package referentials

// TilePolicy says how a collection appears on vector tiles. What is left out has a default
// that suits most layers.
type TilePolicy struct {
	MinZoom uint8 `json:"minZoom"`
	MaxZoom uint8 `json:"maxZoom"` // from which everything is drawn as it is; 16 when 0

	Fields     []string         `json:"fields,omitempty"`     // attributes carried; all public ones when empty
	FieldZooms map[string]uint8 `json:"fieldZooms,omitempty"` // attributes carried from a later zoom on than the layer

	Buffer uint16        `json:"buffer,omitempty"` // tile units, of 4096, drawn around a tile; 128 when 0
	Bytes  int           `json:"bytes,omitempty"`  // most bytes of the layer in a tile above MaxZoom; what the server allows when 0
	Thin   int8          `json:"thin,omitempty"`   // side in pixels, of 256 to a tile, of the cells that show one point for all in them above MaxZoom; 1 when 0, no cells when -1
	Small  SmallPolygons `json:"small,omitempty"`
	Labels bool          `json:"labels,omitempty"` // a second layer, named after the first with LabelSuffix, of a point in each polygon
}

// LabelSuffix ends the name of a layer of label points.
const LabelSuffix = "_label"

// SmallPolygons says what becomes, above MaxZoom, of polygons smaller than a pixel.
type SmallPolygons string

// What small polygons may become. The cells of a mesh are kept by default: without them it
// has gaps. Others are merged.
const (
	ByKind       SmallPolygons = ""
	MergedSmall  SmallPolygons = "merge" // some are drawn as a pixel, so many that together they are as large as all
	DroppedSmall SmallPolygons = "drop"
	KeptSmall    SmallPolygons = "keep"
)

// Bounds of a tile policy.
const (
	DeepestZoom = 22
	MaxBuffer   = 512 // tile units
	MaxThin     = 64  // pixels
)

// validate tells what makes a policy unusable; bad makes the error.
func (p *TilePolicy) validate(bad func(format string, args ...any) error) error {
	switch {
	case p.MaxZoom > DeepestZoom || p.MinZoom > DeepestZoom:
		return bad("tiles: zooms go from 0 to %d, not from %d to %d", DeepestZoom, p.MinZoom, p.MaxZoom)
	case p.MaxZoom != 0 && p.MinZoom > p.MaxZoom:
		return bad("tiles: minZoom %d is above maxZoom %d", p.MinZoom, p.MaxZoom)
	case p.Buffer > MaxBuffer:
		return bad("tiles: a buffer of %d is more than %d tile units", p.Buffer, MaxBuffer)
	case p.Bytes < 0:
		return bad("tiles: %d is no number of bytes", p.Bytes)
	case p.Thin < -1 || p.Thin > MaxThin:
		return bad("tiles: thin is %d; it goes from 1 to %d pixels, -1 for none", p.Thin, MaxThin)
	}
	switch p.Small {
	case ByKind, MergedSmall, DroppedSmall, KeptSmall:
		return nil
	}
	return bad("tiles: small is %q; it is %q, %q or %q", p.Small, MergedSmall, DroppedSmall, KeptSmall)
}
