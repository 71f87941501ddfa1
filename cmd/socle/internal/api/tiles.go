package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"socle/referentials"
	"socle/referentials/snapshot"
	"socle/tiles"
)

// Tiler draws vector tiles in one grid: a [tiles.Tiler].
type Tiler interface {
	Tile(ctx context.Context, dst []byte, p *snapshot.Public, ids []string, z, x, y uint32) ([]byte, tiles.Stats, error)
	Select(ctx context.Context, dst []byte, p *snapshot.Public, selections []tiles.Selection, z, x, y uint32) ([]byte, tiles.Stats, error)
	Prepare(ctx context.Context, p *snapshot.Public) error
}

// What follows /tiles is told apart by its ending: .json is TileJSON of a comma list of
// collections, .mvt a tile of them by zoom, column and row, as the web has it. Without an
// ending the first segment is a tile matrix set, and the row comes before the column.

// tilesAt answers /tiles/{ids}.json and /tiles/{tms}.
func (a *API) tilesAt(w http.ResponseWriter, r *http.Request) error {
	name, err := pathValue(r, "name")
	if err != nil {
		return err
	}
	if list, isJSON := strings.CutSuffix(name, ".json"); isJSON {
		if f := a.archives[list]; f != nil {
			return a.archiveTileJSON(w, r, f)
		}
		return a.tileJSON(w, r, strings.Split(list, ","))
	}
	return a.datasetTileset(w, r, name)
}

// tileAt answers /tiles/{ids}/{z}/{x}/{y}.mvt and /tiles/{tms}/{tileMatrix}/{tileRow}/{tileCol}.
func (a *API) tileAt(w http.ResponseWriter, r *http.Request) error {
	name, err := pathValue(r, "name")
	if err != nil {
		return err
	}
	last, err := pathValue(r, "c")
	if err != nil {
		return err
	}
	row, isTile := strings.CutSuffix(last, ".mvt")
	if !isTile {
		row, isTile = strings.CutSuffix(last, ".pbf")
	}
	switch {
	case isTile && a.archives[name] != nil:
		return a.archiveTile(w, r, a.archives[name], row)
	case isTile:
		return a.webTile(w, r, strings.Split(name, ","), row)
	case strings.Contains(last, "."):
		return notFound(w, r)
	}
	return a.datasetTile(w, r, name)
}

func (a *API) tileJSON(w http.ResponseWriter, r *http.Request, ids []string) error {
	b, err := a.base(r)
	if err != nil {
		return err
	}
	ask, err := a.askTiles(r, a.public(), ids)
	if err != nil {
		return err
	}
	doc, err := tiles.DescribeSelections(ask.public, ask.selections(), with(tilesURL(b, ids)+"/{z}/{x}/{y}.mvt", ask.parameters.values))
	if err != nil {
		return err
	}
	if fresh(w, r, a.etag(ask.tag(), "tilejson")) {
		return nil
	}
	return writeJSON(w, mediaTileJSON, doc)
}

// tilesURL gives where the tiles of collections begin, the commas between them plain.
func tilesURL(b base, ids []string) string {
	escaped := make([]string, len(ids))
	for i, id := range ids {
		escaped[i] = url.PathEscape(id)
	}
	return b.url("tiles") + "/" + strings.Join(escaped, ",")
}

// webTile answers with a tile by zoom, column and row.
func (a *API) webTile(w http.ResponseWriter, r *http.Request, ids []string, last string) error {
	var numbers [3]uint32
	for i, s := range []string{chi.URLParam(r, "a"), chi.URLParam(r, "b"), last} {
		n, err := tileNumberOf(s)
		if err != nil {
			return err
		}
		numbers[i] = n
	}
	if err := tiles.Check(numbers[0], numbers[1], numbers[2]); err != nil {
		return err
	}
	ask, err := a.askTiles(r, a.public(), ids)
	if err != nil {
		return err
	}
	return a.drawTile(w, r, a.tiles, ask, numbers[0], numbers[1], numbers[2])
}

func tileNumberOf(s string) (uint32, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0, referentials.Errorf(referentials.NotFound, "%.40q is not the zoom, column or row of a tile", s)
	}
	return uint32(n), nil
}

// drawTile answers with a tile; one with nothing on it has no content. What everybody asks
// for is kept; what is narrowed to somebody's question is drawn for them.
func (a *API) drawTile(w http.ResponseWriter, r *http.Request, tiler Tiler, ask *tileAsk, z, x, y uint32) error {
	if tiler == a.tiles && !ask.narrowed() {
		tile, err := a.cache.Tile(r.Context(), ask.ids(), z, x, y)
		if err != nil {
			return err
		}
		a.writeTile(w, r, tile)
		return nil
	}
	if fresh(w, r, a.etag(ask.tag(), "mvt")) {
		return nil
	}
	if err := a.selectTileRows(r, ask); err != nil {
		return err
	}
	body, _, err := tiler.Select(r.Context(), nil, ask.public, ask.selections(), z, x, y)
	if err != nil {
		return err
	}
	if len(body) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return writeBytes(w, mediaMVT, body)
}
