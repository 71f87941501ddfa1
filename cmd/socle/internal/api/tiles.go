package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"socle/referentials"
	"socle/referentials/snapshot"
	"socle/tiles"
)

// Tiler draws vector tiles: a [tiles.Tiler].
type Tiler interface {
	Tile(ctx context.Context, dst []byte, p *snapshot.Public, ids []string, z, x, y uint32) ([]byte, tiles.Stats, error)
}

// tileIDs reads the comma list of collections of a tile path, in the order of the layers.
func tileIDs(p *snapshot.Public, r *http.Request, list string) (ids []string, tag string, err error) {
	if _, err := parseQuery(r.URL.RawQuery); err != nil {
		return nil, "", err
	}
	ids = strings.Split(list, ",")
	var tags []string
	for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
		c, ok := p.Collection(id)
		if !ok {
			return nil, "", absent(p, id)
		}
		tags = append(tags, c.Tag())
	}
	return ids, strings.Join(tags, "+"), nil
}

func (a *API) tileJSON(w http.ResponseWriter, r *http.Request) error {
	list, err := pathValue(r, "ids")
	if err != nil {
		return err
	}
	list, isJSON := strings.CutSuffix(list, ".json")
	if !isJSON {
		return notFound(w, r)
	}
	b, err := a.base(r)
	if err != nil {
		return err
	}
	p := a.public()
	ids, tag, err := tileIDs(p, r, list)
	if err != nil {
		return err
	}
	doc, err := tiles.Describe(p, ids, tilesURL(b, ids)+"/{z}/{x}/{y}.mvt")
	if err != nil {
		return err
	}
	if fresh(w, r, a.etag(tag, "tilejson")) {
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

func (a *API) tile(w http.ResponseWriter, r *http.Request) error {
	list, err := pathValue(r, "ids")
	if err != nil {
		return err
	}
	name, err := pathValue(r, "y")
	if err != nil {
		return err
	}
	row, isTile := strings.CutSuffix(name, ".mvt")
	if !isTile {
		if row, isTile = strings.CutSuffix(name, ".pbf"); !isTile {
			return notFound(w, r)
		}
	}
	var numbers [3]uint32
	for i, s := range []string{chi.URLParam(r, "z"), chi.URLParam(r, "x"), row} {
		n, err := strconv.ParseUint(s, 10, 32)
		if err != nil {
			return referentials.Errorf(referentials.NotFound, "%q is not the zoom, column or row of a tile", s)
		}
		numbers[i] = uint32(n)
	}
	if err := tiles.Check(numbers[0], numbers[1], numbers[2]); err != nil {
		return err
	}
	ids, _, err := tileIDs(a.public(), r, list)
	if err != nil {
		return err
	}
	tile, err := a.cache.Tile(r.Context(), ids, numbers[0], numbers[1], numbers[2])
	if err != nil {
		return err
	}
	a.writeTile(w, r, tile)
	return nil
}
