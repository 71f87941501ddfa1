package matrix

import "strconv"

// Definition is a tile matrix set as the standard writes it in JSON.
type Definition struct {
	ID          string   `json:"id"`
	Title       string   `json:"title,omitempty"`
	URI         string   `json:"uri,omitempty"`
	CRS         string   `json:"crs"`
	OrderedAxes []string `json:"orderedAxes"`
	ScaleSet    string   `json:"wellKnownScaleSet,omitempty"`
	Matrices    []Matrix `json:"tileMatrices"`
}

// Matrix is one level of it.
type Matrix struct {
	ID               string     `json:"id"`
	ScaleDenominator float64    `json:"scaleDenominator"`
	CellSize         float64    `json:"cellSize"`
	CornerOfOrigin   string     `json:"cornerOfOrigin"`
	PointOfOrigin    [2]float64 `json:"pointOfOrigin"`
	TileWidth        int        `json:"tileWidth"`
	TileHeight       int        `json:"tileHeight"`
	MatrixWidth      uint32     `json:"matrixWidth"`
	MatrixHeight     uint32     `json:"matrixHeight"`
}

// Define gives the definition under a title. Every system here is written x first, by its
// authority too.
func (s *Set) Define(title string) Definition {
	d := Definition{ID: s.ID, Title: title, URI: s.URI, CRS: s.CRS.URI(), OrderedAxes: []string{"X", "Y"}, ScaleSet: s.ScaleSet}
	for level := range s.Levels {
		columns, rows := s.Size(level)
		d.Matrices = append(d.Matrices, Matrix{
			ID: strconv.Itoa(level), ScaleDenominator: s.ScaleDenominator(level), CellSize: s.CellSize(level),
			CornerOfOrigin: "topLeft", PointOfOrigin: [2]float64{s.Left, s.Top},
			TileWidth: cells, TileHeight: cells, MatrixWidth: columns, MatrixHeight: rows,
		})
	}
	return d
}
