package api

import (
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/encode"
	"socle/referentials/snapshot"
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
func gridTilers() map[string]Tiler {
	tilers := map[string]Tiler{}
	for _, s := range matrix.Sets() {
		if s.ID != matrix.WebMercatorQuad {
			tilers[s.ID] = tiles.New(tiles.Options{Grid: &tiles.Grid{CRS: s.CRS, Left: s.Left, Top: s.Top, Side: s.Side, Deeper: uint8(s.Deeper)}})
		}
	}
	return tilers
}

// boxIn gives a box in the system of a set that holds a collection, empty when it has no
// shapes. Where a part of it has no image there, it is everything.
func (a *API) boxIn(s *matrix.Set, c *snapshot.PublicCollection) (orb.Bound, error) {
	e := c.Extent()
	switch {
	case !(e.Min[0] <= e.Max[0]):
		return e, nil
	case s.ID == matrix.WebMercatorQuad:
		return orb.Bound{Min: mercator(e.Min), Max: mercator(e.Max)}, nil
	case c.Descriptor().CRS == s.CRS:
		return c.StorageExtent(), nil
	}
	way, err := a.systems.ways.Between(crs.CRS84, s.CRS)
	if err != nil {
		return orb.Bound{}, referentials.Errorf(referentials.Internal, "%w", err)
	}
	return image(e, way)
}

// edgeSteps is how many pieces edges are cut into before they are transformed, because a
// straight edge is a curve elsewhere.
const edgeSteps = 8

// image gives a box that holds the image of a box.
func image(box orb.Bound, way *crs.Transformer) (orb.Bound, error) {
	var edges []float64
	for i := range edgeSteps + 1 {
		f := float64(i) / edgeSteps
		x, y := box.Min[0]+f*(box.Max[0]-box.Min[0]), box.Min[1]+f*(box.Max[1]-box.Min[1])
		edges = append(edges, x, box.Min[1], x, box.Max[1], box.Min[0], y, box.Max[0], y)
	}
	failed, err := way.TryForward(edges, nil)
	if err != nil {
		return orb.Bound{}, referentials.Errorf(referentials.Internal, "%w", err)
	}
	if len(failed) > 0 {
		return orb.Bound{Min: orb.Point{-math.MaxFloat64, -math.MaxFloat64}, Max: orb.Point{math.MaxFloat64, math.MaxFloat64}}, nil
	}
	out := orb.Bound{Min: orb.Point{edges[0], edges[1]}, Max: orb.Point{edges[0], edges[1]}}
	for i := 2; i < len(edges); i += 2 {
		out = out.Extend(orb.Point{edges[i], edges[i+1]})
	}
	// What bulges between two steps: an arc of ten degrees rises a two-hundredth of its
	// chord, and an eighth of it by the square of that less.
	pad := 0.005 * max(out.Max[0]-out.Min[0], out.Max[1]-out.Min[1])
	return out.Pad(pad), nil
}

// mercator gives the metres of Web Mercator of a longitude and latitude, within its square.
func mercator(p orb.Point) orb.Point {
	const radius, highest = 6378137, 85.05112877980659
	lat := max(-highest, min(highest, p[1]))
	return orb.Point{p[0] * (math.Pi / 180 * radius), math.Asinh(math.Tan(lat*(math.Pi/180))) * radius}
}
