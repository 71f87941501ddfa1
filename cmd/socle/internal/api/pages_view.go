package api

import (
	"strings"
	"time"

	"socle/referentials/snapshot"
)

// view is what a template sees.
type view struct {
	Page   string // the name of the template
	Lang   string
	Data   any
	base   base
	public *snapshot.Public
}

// Say chooses between the languages of the page.
func (v view) Say(fr, en string) string { return say(v.Lang, fr, en) }

// Path gives a link within the site. It has no origin, so that pages work under whatever
// name the browser knows us by.
func (v view) Path(segments ...string) string { return v.base.path(segments...) }

// URL gives the address of the service, for people to copy.
func (v view) URL() string { return v.base.url() }

// Count writes a whole number.
func (v view) Count(n int) string { return countIn(n, v.Lang) }

// Day writes the day of an instant.
func (v view) Day(instant string) string {
	t, err := time.Parse(time.RFC3339, instant)
	if err != nil {
		return instant
	}
	return t.Format(v.Say(dayFR, dayEN))
}

// Known tells whether there is a collection to link to.
func (v view) Known(id string) bool {
	_, ok := v.public.Collection(id)
	return ok
}

// Holds tells whether there is a feature to link to: references may lead nowhere.
func (v view) Holds(id, key string) bool {
	c, ok := v.public.Collection(id)
	if ok {
		_, ok = c.Find(key)
	}
	return ok
}

// Base gives what the paths of scripts begin with: "" or "/socle".
func (v view) Base() string { return v.base.prefix }

// Minimap, Cell, Table, Parcels and List give templates within the page what they need beside it.
func (v view) Minimap(id, features, box string) minimap {
	var context []string
	for _, layer := range contextLayers {
		if layer != id && v.Known(layer) {
			context = append(context, layer)
		}
	}
	return minimap{
		v.Base(), id, features, box, strings.Join(context, " "), v.Say("Carte", "Map"), v.Say("Zoomer", "Zoom in"), v.Say("Dézoomer", "Zoom out"),
		v.Say("Carte : flèches pour la déplacer, + et − pour zoomer", "Map: arrows to move it, + and − to zoom"),
	}
}
func (v view) Cell(c cell) valueView                        { return valueView{v, c} }
func (v view) Table(f []fieldRow) fieldsView                { return fieldsView{v, f} }
func (v view) Parcels(p []parcelRow) parcelsView            { return parcelsView{v, p} }
func (v view) List(c []*collectionDocument) collectionsView { return collectionsView{v, c} }

// contextLayers are known referentials that tell people where they are on a map.
var contextLayers = []string{"communes", "voies"}

type minimap struct{ Base, ID, Features, Box, Context, Title, In, Out, Help string }

type valueView struct {
	View view
	Cell cell
}

type fieldsView struct {
	View   view
	Fields []fieldRow
}

type parcelsView struct {
	View view
	Rows []parcelRow
}

type collectionsView struct {
	View        view
	Collections []*collectionDocument
}

// Class, Frequency and Shape give the words of the page's language for what documents
// write as terms.
func (v view) Class(term string) string     { return wordIn(v.Lang, classWords, term) }
func (v view) Frequency(term string) string { return wordIn(v.Lang, frequencyWords, term) }
func (v view) Shape(term string) string     { return wordIn(v.Lang, shapeWords, term) }
