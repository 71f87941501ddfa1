package api

import (
	"slices"
	"strconv"
	"strings"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/encode"
)

type landingPage struct {
	Landing     *landingDocument
	Collections []*collectionDocument
}

type collectionPage struct {
	Doc        *collectionDocument
	Descriptor *referentials.Descriptor
	MaxLimit   int // most features of a page
	lang       string
}

// Fields gives the fields, with the words of the page's language.
func (p collectionPage) Fields() []fieldRow { return fieldRows(p.Descriptor, p.lang) }

// Downloads gives the links to as many features as a page has, by format.
func (p collectionPage) Downloads() []encode.Link {
	links := linksOf(p.Doc.Links, "items")
	var out []encode.Link
	for _, f := range formatsOf(p.Descriptor) {
		k := slices.IndexFunc(links, func(l encode.Link) bool { return l.Type == plain(f.media) })
		if k < 0 || f.name == "html" {
			continue
		}
		l := links[k]
		l.Href, l.Title = l.Href+"&limit="+strconv.Itoa(p.MaxLimit), f.title
		out = append(out, l)
	}
	return out
}

// Licence gives the link to the text of the licence.
func (p collectionPage) Licence() []encode.Link { return linksOf(p.Doc.Links, "license") }

// Machine gives the links to what describes the collection for programs.
func (p collectionPage) Machine() []encode.Link {
	var out []encode.Link
	for _, l := range p.Doc.Links {
		name := l.Rel[strings.LastIndex(l.Rel, "/")+1:]
		switch name {
		case "queryables", "sortables", "schema", "describedby", "related", "alternate", "tilesets-vector":
			out = append(out, l)
		}
	}
	return out
}

// Box gives the box of the collection to its map, "" when it has none.
func (p collectionPage) Box() string {
	if p.Doc.Extent == nil || len(p.Doc.Extent.Spatial.BBox) == 0 {
		return ""
	}
	var numbers []string
	for _, v := range p.Doc.Extent.Spatial.BBox[0] {
		numbers = append(numbers, strconv.FormatFloat(v, 'f', -1, 64))
	}
	return strings.Join(numbers, ",")
}

// Extent writes the box of the collection in degrees.
func (p collectionPage) Extent() string {
	if p.Doc.Extent == nil || len(p.Doc.Extent.Spatial.BBox) == 0 {
		return ""
	}
	b := p.Doc.Extent.Spatial.BBox[0]
	degrees := func(v float64) string {
		return localNumber(strconv.FormatFloat(v, 'f', 4, 64), p.lang) + "°"
	}
	to := say(p.lang, " à ", " to ")
	return degrees(b[0]) + to + degrees(b[2]) + say(p.lang, " de longitude, ", " of longitude, ") +
		degrees(b[1]) + to + degrees(b[3]) + say(p.lang, " de latitude", " of latitude")
}

func linksOf(links []encode.Link, rel string) []encode.Link {
	var out []encode.Link
	for _, l := range links {
		if l.Rel == rel {
			out = append(out, l)
		}
	}
	return out
}

// fieldRow is a field as pages describe it.
type fieldRow struct {
	Name, Title, Description, Type, Unit, Role, Refers string
}

func fieldRows(d *referentials.Descriptor, lang string) []fieldRow {
	var out []fieldRow
	for i := range d.Fields {
		f := &d.Fields[i]
		out = append(out, fieldRow{
			f.Name, textIn(lang, f.Title), textIn(lang, f.Description),
			wordIn(lang, typeWords, string(f.Type)), unitOf(f), wordIn(lang, roleWords, string(f.Role)), f.Refers,
		})
	}
	return out
}

// schemaPage is a JSON Schema of a collection as a page: what can be asked of it, what it
// can be ordered by, or what its features are made of.
type schemaPage struct {
	Kind   string // "queryables", "sortables" or "schema"
	ID     string
	Title  string
	Fields []fieldRow
}

// newSchemaPage gives the page of a schema of d, whose Fields are those to show. Its
// geometry goes with every kind but the sortables.
func newSchemaPage(kind string, d *referentials.Descriptor, lang string) schemaPage {
	p := schemaPage{kind, d.ID, titleOf(d, lang), fieldRows(d, lang)}
	if d.HasGeometry() && kind != "sortables" {
		p.Fields = append(p.Fields, fieldRow{Name: geometryName, Title: say(lang, "Géométrie", "Geometry"), Type: d.Geometry.String()})
	}
	return p
}

// words are terms of the model in the two languages.
type words map[string]referentials.Text

var typeWords = words{
	"string": {FR: "texte", EN: "text"}, "integer": {FR: "entier", EN: "integer"}, "number": {FR: "nombre", EN: "number"},
	"boolean": {FR: "vrai ou faux", EN: "true or false"}, "date": {FR: "date", EN: "date"}, "datetime": {FR: "date et heure", EN: "date and time"},
	"json": {FR: "JSON", EN: "JSON"},
}

var roleWords = words{
	"key": {FR: "clé", EN: "key"}, "reference": {FR: "référence", EN: "reference"}, "extensive": {FR: "quantité", EN: "quantity"},
	"intensive": {FR: "taux ou moyenne", EN: "rate or mean"}, "category": {FR: "catégorie", EN: "category"}, "time": {FR: "temps", EN: "time"},
	"label": {FR: "libellé", EN: "label"},
}

var classWords = words{
	"référence":           {FR: "Donnée de référence", EN: "Reference data"},
	"intérêt territorial": {FR: "Donnée d'intérêt territorial", EN: "Data of territorial interest"},
	"territoire":          {FR: "Donnée du territoire", EN: "Territory data"},
}

var frequencyWords = words{
	"continuous": {FR: "en continu", EN: "continuous"}, "daily": {FR: "quotidienne", EN: "daily"}, "weekly": {FR: "hebdomadaire", EN: "weekly"},
	"monthly": {FR: "mensuelle", EN: "monthly"}, "quarterly": {FR: "trimestrielle", EN: "quarterly"}, "biannual": {FR: "semestrielle", EN: "every six months"},
	"annual": {FR: "annuelle", EN: "yearly"}, "irregular": {FR: "irrégulière", EN: "irregular"}, "unknown": {FR: "inconnue", EN: "unknown"},
}

// shapeWords call geometries what people call them.
var shapeWords = words{
	"": {FR: "table", EN: "table"}, geo.Point.String(): {FR: "points", EN: "points"}, geo.MultiPoint.String(): {FR: "points", EN: "points"},
	geo.LineString.String(): {FR: "lignes", EN: "lines"}, geo.MultiLineString.String(): {FR: "lignes", EN: "lines"},
	geo.Polygon.String(): {FR: "surfaces", EN: "areas"}, geo.MultiPolygon.String(): {FR: "surfaces", EN: "areas"},
	geo.Any.String(): {FR: "objets", EN: "features"},
}

// wordIn gives a term in a language, the term itself when it has no other word.
func wordIn(lang string, all words, term string) string {
	if t, ok := all[term]; ok {
		return textIn(lang, t)
	}
	return term
}
