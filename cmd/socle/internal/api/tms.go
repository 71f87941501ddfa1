package api

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"socle/referentials"
	"socle/referentials/encode"
	"socle/tiles"
	"socle/tiles/matrix"
)

// relTilingScheme leads from a tileset to the definition of its tile matrix set.
const relTilingScheme = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"

type tileMatrixSets struct {
	Links []encode.Link    `json:"links"`
	Sets  []tileMatrixItem `json:"tileMatrixSets"`
}

type tileMatrixItem struct {
	ID    string        `json:"id"`
	Title string        `json:"title"`
	URI   string        `json:"uri,omitempty"`
	CRS   string        `json:"crs"`
	Links []encode.Link `json:"links"`
}

func (a *API) tileMatrixSets(w http.ResponseWriter, r *http.Request) error {
	document := func(b base, lang string) *tileMatrixSets {
		doc := &tileMatrixSets{Links: documentLinks(b.url("tileMatrixSets"), r)}
		for _, s := range matrix.Sets() {
			title := textIn(lang, s.Title)
			doc.Sets = append(doc.Sets, tileMatrixItem{s.ID, title, s.URI, s.CRS.URI(), []encode.Link{
				{Href: b.url("tileMatrixSets", s.ID) + "?f=json", Rel: "self", Type: mediaJSON, Title: title},
			}})
		}
		return doc
	}
	return a.document(w, r, "tileMatrixSets", func(b base, lang string) any { return document(b, lang) },
		func(b base, lang string) (string, any) { return "tilematrixsets", document(b, lang) })
}

func (a *API) tileMatrixSet(w http.ResponseWriter, r *http.Request) error {
	id, err := pathValue(r, "tms")
	if err != nil {
		return err
	}
	s, err := findSet(id)
	if err != nil {
		return err
	}
	return a.document(w, r, "tileMatrixSet/"+s.ID, func(_ base, lang string) any { return s.Define(textIn(lang, s.Title)) },
		func(_ base, lang string) (string, any) { return "tilematrixset", s.Define(textIn(lang, s.Title)) })
}

// findSet gives a tile matrix set, or says which one may be meant.
func findSet(id string) (*matrix.Set, error) {
	if s, ok := matrix.Find(id); ok {
		return s, nil
	}
	var ids []string
	for _, s := range matrix.Sets() {
		ids = append(ids, s.ID)
	}
	e := referentials.Errorf(referentials.NotFound, "there is no tile matrix set %.60q", id)
	if near := referentials.Nearest(id, ids); near != "" {
		return nil, e.Do("did you mean %q?", near)
	}
	return nil, e.Do("use one of: %s; tiles of collections by zoom, column and row end in .mvt", strings.Join(ids, ", "))
}

// drawn gives the tile matrix sets that there are tilesets in.
func (a *API) drawn() []matrix.Set {
	return slices.DeleteFunc(matrix.Sets(), func(s matrix.Set) bool { return a.tilerOf(&s) == nil })
}

// tilerOf gives the tiler that draws in a set, nil when none does.
func (a *API) tilerOf(s *matrix.Set) Tiler {
	if s.ID == matrix.WebMercatorQuad {
		return a.tiles
	}
	return a.grids[s.ID]
}

// gridTilers gives a tiler for each set but the web's. They cost nothing until they are asked
// for tiles.
func gridTilers(logger *slog.Logger) map[string]Tiler {
	tilers := map[string]Tiler{}
	for _, s := range matrix.Sets() {
		if s.ID != matrix.WebMercatorQuad {
			tilers[s.ID] = tiles.New(tiles.Options{Logger: logger,
				Grid: &tiles.Grid{CRS: s.CRS, Left: s.Left, Top: s.Top, Side: s.Side, Deeper: uint8(s.Deeper)}})
		}
	}
	return tilers
}
