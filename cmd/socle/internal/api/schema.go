package api

import (
	"net/http"
	"strings"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/encode"
	"socle/referentials/filter"
	"socle/referentials/snapshot"
)

const mediaSchema = "application/schema+json"

// schemaFormats are the forms of schemas.
var schemaFormats = []format{
	{name: "json", media: mediaSchema, title: "JSON Schema", also: mediaJSON},
	{name: "html", media: mediaHTML, title: "HTML"},
}

// schemaKind is a view of a collection's fields: all that is returned, what can be
// filtered by, what can be sorted by.
type schemaKind struct {
	name     string // last segment of the path
	fr, en   string
	geometry bool
	holds    func(*referentials.Field) bool
}

var (
	returnables = schemaKind{"schema", "Schéma", "Schema", true, func(*referentials.Field) bool { return true }}
	queryables  = schemaKind{"queryables", "Propriétés filtrables", "Queryables", true, func(*referentials.Field) bool { return true }}
	sortables   = schemaKind{"sortables", "Propriétés triables", "Sortables", false, sortable}
)

var schemaKinds = []schemaKind{returnables, queryables, sortables}

// of gives the descriptor of what the view holds.
func (k *schemaKind) of(d *referentials.Descriptor) *referentials.Descriptor {
	v := *d
	v.Fields = nil
	for i := range d.Fields {
		if k.holds(&d.Fields[i]) {
			v.Fields = append(v.Fields, d.Fields[i])
		}
	}
	if !k.geometry {
		v.Geometry = geo.None
	}
	return &v
}

func (k *schemaKind) link(b base, id, lang string) encode.Link {
	return encode.Link{
		Href: b.url("collections", id, k.name), Rel: "http://www.opengis.net/def/rel/ogc/1.0/" + k.name, Type: mediaSchema, Title: say(lang, k.fr, k.en),
	}
}

// schema answers with a view of the fields of a collection (OGC API Features, part 5).
func (a *API) schema(k schemaKind) handlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		p := a.public()
		c, err := find(p, r)
		if err != nil {
			return err
		}
		d := k.of(c.Descriptor())
		return a.documentAs(w, r, k.name+"/"+c.Tag()+"/"+p.Tag(), schemaFormats, // references are told of what is served
			func(b base, lang string) any { return describeSchema(p, d, &k, b, lang) },
			func(_ base, lang string) (string, any) { return "schema", newSchemaPage(k.name, d, lang) })
	}
}

// describeSchema writes a JSON Schema.
func describeSchema(p *snapshot.Public, d *referentials.Descriptor, k *schemaKind, b base, lang string) object {
	properties := object{}
	for i := range d.Fields {
		f := &d.Fields[i]
		s := valueSchema(f, lang)
		s["x-ogc-propertySeq"] = i + 1
		switch {
		case f.Role == referentials.Key:
			s["x-ogc-role"] = "id"
		case i == d.TimeIndex() && f.Type != referentials.Integer:
			s["x-ogc-role"] = "primary-instant"
		case f.Role == referentials.Ref:
			if _, served := p.Collection(f.Refers); served {
				s["x-ogc-role"], s["x-ogc-collectionId"] = "reference", f.Refers
			}
		}
		if f.Role == referentials.Extensive || f.Role == referentials.Intensive {
			s["x-socle-measure"] = string(f.Role)
		}
		if f.Weight != "" {
			s["x-socle-weight"] = f.Weight
		}
		properties[f.Name] = s
	}
	if _, taken := properties[geometryName]; d.HasGeometry() && !taken {
		g := object{
			"title": say(lang, "Géométrie", "Geometry"), "format": geometryFormat(d.Geometry),
			"x-ogc-role": "primary-geometry", "x-ogc-propertySeq": len(d.Fields) + 1,
		}
		if k.name == queryables.name { // by which QGIS 3.40 tells a geometry; format came later
			g["$ref"] = "https://geojson.org/schema/" + d.Geometry.String() + ".json"
		}
		properties[geometryName] = g
	}
	return object{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": b.url("collections", d.ID, k.name),
		"type": "object", "title": titleOf(d, lang), "description": say(lang, k.fr, k.en),
		"properties": properties, "additionalProperties": false,
	}
}

// geometryFormat names a geometry type as schemas do.
func geometryFormat(t geo.Type) string {
	if t == geo.Any {
		return "geometry-any"
	}
	return "geometry-" + strings.ToLower(t.String())
}

// valueSchema describes the values of a field.
func valueSchema(f *referentials.Field, lang string) object {
	s := object{}
	switch f.Type {
	case referentials.Integer:
		s["type"], s["format"] = "integer", "int64"
	case referentials.Number:
		s["type"], s["format"] = "number", "double"
	case referentials.Boolean:
		s["type"] = "boolean"
	case referentials.Date:
		s["type"], s["format"] = "string", "date"
	case referentials.DateTime:
		s["type"], s["format"] = "string", "date-time"
	case referentials.JSON:
		s["type"] = "array" // or, rarely, an object: clients know one type only
	default:
		s["type"] = "string"
	}
	s["title"] = f.Name
	if t := textIn(lang, f.Title); t != "" {
		s["title"] = t
	}
	if t := textIn(lang, f.Description); t != "" {
		s["description"] = t
	}
	if f.Unit != "" {
		s["x-ogc-unit"] = f.Unit
	}
	if len(f.Terms) > 0 { // not an enumeration: other values may occur
		s["x-socle-terms"] = describeTerms(f.Terms, lang)
	}
	return s
}

type termDocument struct {
	Value  string `json:"value"`
	Title  string `json:"title,omitempty"`
	Colour string `json:"colour,omitempty"`
}

func describeTerms(terms []referentials.Term, lang string) []termDocument {
	out := make([]termDocument, len(terms))
	for i, t := range terms {
		out[i] = termDocument{t.Value, textIn(lang, t.Title), t.Colour}
	}
	return out
}

type functionsDocument struct {
	Functions []functionDocument `json:"functions"`
	Links     []encode.Link      `json:"links"`
}

// functionDocument describes a function as OGC API Features, part 3, does.
type functionDocument struct {
	Name        string             `json:"name"`
	Description string             `json:"description,omitempty"`
	Arguments   []argumentDocument `json:"arguments"`
	Returns     []string           `json:"returns"`
}

type argumentDocument struct {
	Title string   `json:"title"`
	Type  []string `json:"type"`
}

// typeNames are the types of operands as part 3 names them.
var typeNames = map[filter.Type]string{
	filter.BooleanType: "boolean", filter.IntegerType: "integer", filter.NumberType: "number", filter.TextType: "string",
	filter.DateType: "date", filter.TimestampType: "datetime", filter.GeometryType: "geometry", filter.ListType: "array", filter.IntervalType: "interval",
}

func describeFunctions(lang string) []functionDocument {
	var all []functionDocument
	for _, f := range filter.Functions() {
		doc := functionDocument{Name: f.Name, Description: textIn(lang, f.Description), Returns: []string{typeNames[f.Returns]}}
		for _, p := range f.Parameters {
			arg := argumentDocument{Title: p.Name}
			for _, t := range p.Types {
				arg.Type = append(arg.Type, typeNames[t])
			}
			doc.Arguments = append(doc.Arguments, arg)
		}
		all = append(all, doc)
	}
	return all
}

func (a *API) functions(w http.ResponseWriter, r *http.Request) error {
	return a.document(w, r, "functions",
		func(b base, lang string) any {
			return &functionsDocument{describeFunctions(lang), documentLinks(b.url("functions"), r)}
		},
		func(_ base, lang string) (string, any) { return "functions", describeFunctions(lang) })
}
