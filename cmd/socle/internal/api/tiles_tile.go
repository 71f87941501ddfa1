package api

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"socle/referentials"
	"socle/tiles/matrix"
)

// tileFormats are the forms of tiles.
var tileFormats = []format{{name: "mvt", media: mediaMVT, title: "Mapbox Vector Tiles"}}

// datasetTile answers with a tile of several collections in a tile matrix set.
func (a *API) datasetTile(w http.ResponseWriter, r *http.Request, set string) error {
	s, tiler, err := a.drawnSet(set)
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
	return a.tileIn(w, r, s, tiler, ask)
}

// collectionTile answers with a tile of one collection in a tile matrix set.
func (a *API) collectionTile(w http.ResponseWriter, r *http.Request) error {
	_, ask, s, tiler, err := a.askCollectionTiles(r)
	if err != nil {
		return err
	}
	return a.tileIn(w, r, s, tiler, ask)
}

// tileIn answers with the tile of a matrix, row and column. Beyond the limits that the
// metadata of the tileset states there is none.
func (a *API) tileIn(w http.ResponseWriter, r *http.Request, s *matrix.Set, tiler Tiler, ask *tileAsk) error {
	name := chi.URLParam(r, "a")
	level, ok := s.Level(name)
	if !ok {
		return referentials.Errorf(referentials.NotFound, "%s has no tile matrix %.40q", s.ID, name).Do("its matrices are 0 to %d", s.Levels-1)
	}
	row, err := tileNumberOf(chi.URLParam(r, "b"))
	if err != nil {
		return err
	}
	column, err := tileNumberOf(chi.URLParam(r, "c"))
	if err != nil {
		return err
	}
	boxes, levels, err := a.reachOf(s, ask)
	if err != nil {
		return err
	}
	limits, ok := limitsAt(s, level, boxes, levels)
	if !ok {
		return referentials.Errorf(referentials.NotFound, "there are no tiles at matrix %d of %s", level, s.ID).
			Do("the metadata of the tileset lists its matrices")
	}
	if !limits.Holds(row, column) {
		return referentials.Errorf(referentials.NotFound, "there is no tile %d/%d/%d", level, row, column).
			Do("at this matrix rows go from %d to %d and columns from %d to %d", limits.MinTileRow, limits.MaxTileRow, limits.MinTileCol, limits.MaxTileCol)
	}
	if _, err := negotiate(r, tileFormats); err != nil {
		return err
	}
	w.Header().Add("Vary", "Accept")
	return a.drawTile(w, r, tiler, ask, uint32(level), column, row)
}
