// Package matrix holds the tile matrix sets that tiles are addressed in, as OGC's standard
// on them (2.0) defines them: pyramids of grids over a plane.
//
//	level 0      level 1       level 2
//	┌───────┐   ┌───┬───┐   ┌─┬─┬─┬─┐
//	│       │   │0,0│0,1│   ├─┼─┼─┼─┤      tile matrix, row, column
//	│  0,0  │   ├───┼───┤   ├─┼─┼─┼─┤      rows go down, columns to the right
//	│       │   │1,0│1,1│   ├─┼─┼─┼─┤
//	└───────┘   └───┴───┘   └─┴─┴─┴─┘
//
// All of them are quadtrees over a square: the tile of a level covers four of the next. What
// differs is the plane, where the square lies in it, and how far data may go.
package matrix

import (
	"math"
	"slices"
	"strconv"

	"github.com/paulmach/orb"

	"socle/geo/crs"
	"socle/referentials"
)

// Set is a tile matrix set. Its matrices are named by their level, "0" to the deepest.
type Set struct {
	ID       string
	Title    referentials.Text
	URI      string // in OGC's register; "" when it is not in it
	ScaleSet string // the well-known scale set that its scales are of, or ""
	CRS      crs.CRS

	Left, Top     float64 // the corner of the square, x and y in the units of CRS
	Side          float64 // of the square
	Right, Bottom float64 // where matrices end, within the square
	Levels        int

	// Deeper is how many levels below a zoom of the web its own level of about the same
	// scale lies, in the middle latitudes of France.
	Deeper int
}

// webMercatorSide is the equator of the sphere of Web Mercator, in metres.
const webMercatorSide = 2 * math.Pi * 6378137

// ignSide is 256 cells of 0.1 m × 2²¹: IGN halves its cells from there down to 10 cm.
const ignSide = 256 * 0.1 * (1 << 21)

// Sets gives the sets that are known, the one of the web first. The copies are the caller's.
//
// LAMB93_10cm is the grid of IGN's own services in Lambert-93 (it is also called 2154_10cm),
// so that its tiles and ours lie on each other. CC48_10cm follows the same rule, the same
// corner and the same cells, in the conic zone of Rennes, as far as France goes in it. Cells
// of 10 cm × 2ⁿ also keep whole metres and 200 m squares on whole units of a tile.
func Sets() []Set {
	half := webMercatorSide / 2
	return []Set{
		{
			ID:    WebMercatorQuad,
			Title: referentials.Text{FR: "Carrés du web (Web Mercator)", EN: "Squares of the web (Web Mercator)"},
			URI:   "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad", ScaleSet: "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
			CRS: crs.EPSG(3857), Left: -half, Top: half, Side: webMercatorSide, Right: half, Bottom: -half, Levels: 25,
		},
		{
			ID:    "LAMB93_10cm",
			Title: referentials.Text{FR: "Grille de l'IGN en Lambert-93, jusqu'à 10 cm", EN: "IGN's grid in Lambert-93, down to 10 cm"},
			CRS:   crs.EPSG(2154), Top: 12_000_000, Side: ignSide, Right: 1_290_240, Bottom: 1_237_529.6, Levels: 22, Deeper: 1,
		},
		{
			ID:    "CC48_10cm",
			Title: referentials.Text{FR: "Grille en conique conforme zone 48, jusqu'à 10 cm", EN: "Grid in conformal conic zone 48, down to 10 cm"},
			CRS:   crs.EPSG(3948), Top: 12_000_000, Side: ignSide, Right: 2_621_440, Bottom: 6_000_000, Levels: 22, Deeper: 1,
		},
	}
}

// WebMercatorQuad is the id of the set that web maps use.
const WebMercatorQuad = "WebMercatorQuad"

// Find gives the set of that id.
func Find(id string) (*Set, bool) {
	sets := Sets()
	i := slices.IndexFunc(sets, func(s Set) bool { return s.ID == id })
	if i < 0 {
		return nil, false
	}
	return &sets[i], true
}

// cells is how many cells wide and high a tile is, for the scale: vector tiles have finer
// coordinates.
const cells = 256

// CellSize is the side of a cell at a level, in the units of the CRS.
func (s *Set) CellSize(level int) float64 { return s.tileSide(level) / cells }

func (s *Set) tileSide(level int) float64 { return math.Ldexp(s.Side, -level) }

// pixel is the side of the pixel of scale denominators, in metres.
const pixel = 0.00028

// ScaleDenominator is 1:n at a level, on pixels of 0.28 mm. All systems here are in metres.
func (s *Set) ScaleDenominator(level int) float64 { return s.CellSize(level) / pixel }

// Size counts the columns and rows at a level.
func (s *Set) Size(level int) (columns, rows uint32) {
	side := s.tileSide(level)
	return uint32(math.Ceil((s.Right - s.Left) / side)), uint32(math.Ceil((s.Top - s.Bottom) / side))
}

// Level reads the name of a matrix.
func (s *Set) Level(name string) (int, bool) {
	level, err := strconv.ParseUint(name, 10, 8)
	if err != nil || int(level) >= s.Levels || strconv.FormatUint(level, 10) != name {
		return 0, false
	}
	return int(level), true
}

// Limits are the rows and columns of a level that hold something.
type Limits struct {
	TileMatrix string `json:"tileMatrix"`
	MinTileRow uint32 `json:"minTileRow"`
	MaxTileRow uint32 `json:"maxTileRow"`
	MinTileCol uint32 `json:"minTileCol"`
	MaxTileCol uint32 `json:"maxTileCol"`
}

// Holds tells whether a tile is within the limits.
func (l *Limits) Holds(row, column uint32) bool {
	return row >= l.MinTileRow && row <= l.MaxTileRow && column >= l.MinTileCol && column <= l.MaxTileCol
}

// Limits gives the tiles of a level that meet a box in the CRS of the set; false when the
// box is empty or lies outside. The box is taken a hair wider, by what world coordinates of
// 32 bits round.
func (s *Set) Limits(box orb.Bound, level int) (Limits, bool) {
	hair := math.Ldexp(s.Side, -31)
	left, right := max(box.Min[0]-hair, s.Left), min(box.Max[0]+hair, s.Right)
	bottom, top := max(box.Min[1]-hair, s.Bottom), min(box.Max[1]+hair, s.Top)
	if !(left <= right && bottom <= top) {
		return Limits{}, false
	}
	side := s.tileSide(level)
	columns, rows := s.Size(level)
	at := func(distance float64, n uint32) uint32 { return min(uint32(distance/side), n-1) }
	return Limits{
		TileMatrix: strconv.Itoa(level),
		MinTileRow: at(s.Top-top, rows), MaxTileRow: at(s.Top-bottom, rows),
		MinTileCol: at(left-s.Left, columns), MaxTileCol: at(right-s.Left, columns),
	}, true
}
