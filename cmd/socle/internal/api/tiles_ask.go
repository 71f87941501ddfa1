package api

import (
	"net/http"
	"slices"
	"sort"
	"strings"

	"socle/referentials"
	"socle/referentials/filter"
	"socle/referentials/query"
	"socle/referentials/snapshot"
	"socle/tiles"
)

// tileParameters narrow what tiles show, wherever there are tiles.
var tileParameters = []string{"filter", "filter-lang", "filter-crs", "properties"}

// tileAsk is what a request wants on its tiles, in the order of the layers.
type tileAsk struct {
	public     *snapshot.Public
	parameters parameters
	parts      []tilePart
}

// tilePart is one layer.
type tilePart struct {
	collection *snapshot.PublicCollection
	fields     []string // nil: those of its policy
	where      *filter.Node
	rows       *query.Selection // of where, once it is worked out
}

// askTiles reads the query of a request for tiles of collections. A filter must hold in each
// of them; of the properties each shows those it has.
func (a *API) askTiles(r *http.Request, p *snapshot.Public, ids []string, known ...string) (*tileAsk, error) {
	q, err := parseQuery(r.URL.RawQuery, append(known, tileParameters...)...)
	if err != nil {
		return nil, err
	}
	ask := &tileAsk{public: p, parameters: q}
	for i, id := range ids {
		c, ok := p.Collection(id)
		if !ok {
			return nil, absent(p, id)
		}
		if i >= tiles.MaxLayers || slices.Contains(ids[:i], id) {
			break // the tiler says what is wrong with that
		}
		ask.parts = append(ask.parts, tilePart{collection: c})
	}
	// What cannot be drawn is refused before what it should show is read.
	if _, err := tiles.Describe(p, ids, ""); err != nil {
		return nil, err
	}
	for i := range ask.parts {
		part := &ask.parts[i]
		if part.where, err = a.readFilter(part.collection.Descriptor(), &q); err != nil {
			if len(ids) > 1 {
				return nil, at(err, "collection "+part.collection.ID())
			}
			return nil, err
		}
	}
	return ask, ask.readFields()
}

// readFields reads properties. The key is always carried, first: without it a feature on a
// tile could not be found again.
func (ask *tileAsk) readFields() error {
	if !ask.parameters.values.Has("properties") {
		return nil
	}
	var wanted, known []string
	for name := range strings.SplitSeq(ask.parameters.get("properties"), ",") {
		if name = strings.TrimSpace(name); name != "" && name != geometryName && name != "geom" {
			wanted = append(wanted, name)
		}
	}
	found := make([]bool, len(wanted))
	for i := range ask.parts {
		d := ask.parts[i].collection.Descriptor()
		fields := []string{d.Key}
		for k := range d.Fields {
			name := d.Fields[k].Name
			at := slices.Index(wanted, name)
			if at >= 0 && name != d.Key {
				fields = append(fields, name)
			}
			for ; at >= 0 && at < len(wanted); at++ { // it may be named twice
				found[at] = found[at] || wanted[at] == name
			}
		}
		ask.parts[i].fields = fields
		known = append(known, fieldNames(d)...)
	}
	if i := slices.Index(found, false); i >= 0 {
		return unknownName("properties", wanted[i], "show", known)
	}
	return nil
}

// tag names the revisions that the tiles are of.
func (ask *tileAsk) tag() string {
	var tags []string
	for i := range ask.parts {
		tags = append(tags, ask.parts[i].collection.Tag())
	}
	slices.Sort(tags)
	return strings.Join(tags, "+")
}

func (ask *tileAsk) ids() []string {
	ids := make([]string, len(ask.parts))
	for i := range ask.parts {
		ids[i] = ask.parts[i].collection.ID()
	}
	return ids
}

// narrowed tells whether the tiles show less, or other things, than everybody's.
func (ask *tileAsk) narrowed() bool {
	return slices.ContainsFunc(ask.parts, func(p tilePart) bool { return p.where != nil || p.fields != nil })
}

// selectTileRows works the filters out.
func (a *API) selectTileRows(r *http.Request, ask *tileAsk) (err error) {
	for i := range ask.parts {
		part := &ask.parts[i]
		if part.where == nil {
			continue
		}
		if part.rows, err = a.selected(r, part.collection, &query.Query{Where: []*filter.Node{part.where}}); err != nil {
			return err
		}
	}
	return nil
}

// selections gives what the tiler draws.
func (ask *tileAsk) selections() []tiles.Selection {
	out := make([]tiles.Selection, len(ask.parts))
	for i := range ask.parts {
		part := &ask.parts[i]
		out[i] = tiles.Selection{ID: part.collection.ID(), Fields: part.fields}
		if part.rows != nil {
			out[i].Rows = holds(part.rows)
		}
	}
	return out
}

// holds gives the test whether a row is in a selection without an order of its own, whose
// rows ascend. A tile asks it of few rows, so that finding them beats marking them all.
func holds(s *query.Selection) func(row int) bool {
	return func(row int) bool {
		k := sort.Search(s.Len(), func(k int) bool { return s.Row(k) >= row })
		return k < s.Len() && s.Row(k) == row
	}
}

// chosen reads the collections parameter of tiles of the whole dataset: all that have a
// shape when it is not given, as far as a tile has room.
func chosen(p *snapshot.Public, r *http.Request) ([]string, error) {
	if values := r.URL.Query(); values.Has("collections") {
		var ids []string
		for id := range strings.SplitSeq(values.Get("collections"), ",") {
			ids = append(ids, strings.TrimSpace(id))
		}
		return ids, nil
	}
	if ids := drawableOf(p); len(ids) > 0 {
		return ids, nil
	}
	return nil, referentials.Errorf(referentials.NotFound, "no collection has a shape to draw").Do("import one")
}

// drawableOf gives the collections that have a shape, as far as a tile has room for them.
func drawableOf(p *snapshot.Public) []string {
	var ids []string
	for _, c := range p.Collections() {
		if c.Descriptor().HasGeometry() && len(ids) < tiles.MaxLayers {
			ids = append(ids, c.ID())
		}
	}
	return ids
}
