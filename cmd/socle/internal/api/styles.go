package api

import (
	"net/http"
	"slices"
	"strings"

	"socle/imu/theme"
	"socle/referentials"
	"socle/referentials/encode"
	"socle/referentials/snapshot"
	"socle/tiles"
	"socle/tiles/style"
)

// mediaStyle is a MapLibre style.
const mediaStyle = "application/vnd.mapbox.style+json"

// territoryTitle names the style of all known referentials.
var territoryTitle = referentials.Text{FR: "Territoire", EN: "Territory"}

type styleList struct {
	Default string        `json:"default,omitempty"`
	Styles  []styleItem   `json:"styles"`
	Links   []encode.Link `json:"links"`
}

type styleItem struct {
	ID    string        `json:"id"`
	Title string        `json:"title"`
	Links []encode.Link `json:"links"`
}

// styles lists the styles: the territory's, when something of it is there, and one for each
// collection that has a shape.
func (a *API) styles(w http.ResponseWriter, r *http.Request) error {
	p := a.public()
	document := func(b base, lang string) *styleList {
		doc := &styleList{Styles: []styleItem{}, Links: documentLinks(b.url("styles"), r)}
		add := func(id, title string) {
			doc.Styles = append(doc.Styles, styleItem{id, title, []encode.Link{
				{Href: b.url("styles", id+".json"), Rel: "stylesheet", Type: mediaStyle, Title: title},
			}})
		}
		if _, ids := a.looks.OfTerritory(drawableIn(p)); len(ids) > 0 {
			doc.Default = style.Territory
			add(style.Territory, textIn(lang, territoryTitle))
		}
		for _, c := range p.Collections() {
			if c.Descriptor().HasGeometry() && c.ID() != style.Territory {
				add(c.ID(), titleOf(c.Descriptor(), lang))
			}
		}
		return doc
	}
	return a.document(w, r, p.Tag()+"/styles", func(b base, lang string) any { return document(b, lang) },
		func(b base, lang string) (string, any) { return "styles", document(b, lang) })
}

// drawableIn tells which collections have tiles.
func drawableIn(p *snapshot.Public) func(id string) bool {
	return func(id string) bool {
		c, ok := p.Collection(id)
		return ok && c.Descriptor().HasGeometry()
	}
}

// style answers with one style; .json at its end is how contract and clients write it.
func (a *API) style(w http.ResponseWriter, r *http.Request) error {
	name, err := pathValue(r, "style")
	if err != nil {
		return err
	}
	if _, err := parseQuery(r.URL.RawQuery); err != nil {
		return err
	}
	b, err := a.base(r)
	if err != nil {
		return err
	}
	p, lang := a.public(), language(r)
	id := strings.TrimSuffix(name, ".json")
	layers, ids, title, legend, err := a.look(p, id, lang)
	if err != nil {
		return err
	}
	about, err := tiles.Describe(p, ids, tilesURL(b, ids)+"/{z}/{x}/{y}.mvt")
	if err != nil {
		return err
	}
	h := w.Header()
	h.Add("Vary", "Accept-Language")
	if fresh(w, r, a.etag(p.Tag(), "style", lang)) {
		return nil
	}
	source := style.Source{
		Tiles: about.Tiles, MinZoom: about.MinZoom, MaxZoom: about.MaxZoom, Bounds: about.Bounds,
		Attribution: about.Attribution, PromoteID: map[string]string{},
	}
	for i := range about.VectorLayers {
		l := &about.VectorLayers[i]
		c, ok := p.Collection(l.ID)
		// A key that tiles do not carry is the number of the feature, which clients know it by.
		if ok && slices.ContainsFunc(l.Fields, func(f tiles.LayerField) bool { return f.Name == c.Descriptor().Key }) {
			source.PromoteID[l.ID] = c.Descriptor().Key
		}
	}
	out := style.New(title, about.Center, source, layers)
	if legend != nil {
		out.Sprite, out.Meta = b.url("assets", spriteName), map[string]any{legendKey: legend}
	}
	return writeJSON(w, mediaStyle, out)
}

const (
	spriteName = "sprite"       // assets, with extensions that clients add
	legendKey  = "socle:legend" // in the metadata of styles of figures
)

// look gives the layers of a style, the collections that they are drawn from and, of figures,
// what colours mean.
func (a *API) look(p *snapshot.Public, id, lang string) (layers []style.Layer, ids []string, title string, legend *style.Legend, err error) {
	if id == style.Territory {
		if layers, ids = a.looks.OfTerritory(drawableIn(p)); len(ids) > 0 {
			return layers, ids, textIn(lang, territoryTitle), nil, nil
		}
		return nil, nil, "", nil, referentials.Errorf(referentials.NotFound, "nothing of the territory is there to be drawn").
			Do("/styles lists the styles of collections")
	}
	c, ok := p.Collection(id)
	if !ok {
		return nil, nil, "", nil, absent(p, id)
	}
	if !c.Descriptor().HasGeometry() {
		return nil, nil, "", nil, referentials.Errorf(referentials.NotFound, "collection %q is a table: it has no style", id)
	}
	ids, title = []string{id}, titleOf(c.Descriptor(), lang)
	if v := c.Version(); theme.Published(&v) {
		if f, ok := style.FiguresOf(c.Descriptor()); ok {
			layers, l := a.looks.OfFigures(c.Descriptor(), &f, f.Draw(c.Len(), c.Value))
			return layers, ids, title, &l, nil
		}
	}
	return a.looks.Of(c.Descriptor()), ids, title, nil, nil
}
