package api

import (
	"fmt"
	"net/http"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// object is a JSON object; its members are written in the order of their names.
type object = map[string]any

func ref(kind, name string) object { return object{"$ref": "#/components/" + kind + "/" + name} }

// schemaName names a schema of a collection in the letters that OpenAPI allows: others are
// written as their bytes.
func schemaName(kind string, d *referentials.Descriptor) string {
	name := []byte(kind + ".")
	for _, c := range []byte(d.ID) {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_', c == '-':
			name = append(name, c)
		default:
			name = fmt.Appendf(name, ".%02X", c)
		}
	}
	return string(name)
}

func (a *API) openAPI(w http.ResponseWriter, r *http.Request) error {
	if _, err := parseQuery(r.URL.RawQuery, "f"); err != nil {
		return err
	}
	f, err := negotiate(r, []format{{name: "json", media: mediaOpenAPI}, {name: "html", media: mediaHTML}})
	if err != nil {
		return err
	}
	if f.name == "html" {
		return a.apiPage(w, r)
	}
	b, err := a.base(r)
	if err != nil {
		return err
	}
	p, lang := a.public(), language(r)
	w.Header().Add("Vary", "Accept, Accept-Language")
	if fresh(w, r, a.etag(p.Tag(), "openapi", lang)) {
		return nil
	}
	return writeJSON(w, mediaOpenAPI, a.describeAPI(p, b, lang))
}

// describeAPI writes the OpenAPI description. Collections have paths of their own: QGIS
// offers filters on fields only there.
func (a *API) describeAPI(p *snapshot.Public, b base, lang string) object {
	paths := object{
		"/":            documentPath("landing", say(lang, "Page d'accueil", "Landing page"), "Landing"),
		"/conformance": documentPath("conformance", say(lang, "Standards implémentés", "Standards implemented"), "Conformance"),
		"/collections": documentPath("collections", "Collections", "Collections"),
	}
	schemas := baseSchemas()
	for _, c := range p.Collections() {
		d := c.Descriptor()
		title := titleOf(d, lang)
		path := "/collections/" + d.ID
		paths[path] = documentPath("collection."+d.ID, title, "Collection")
		paths[path+"/items"] = object{"get": itemsOperation(d, title, lang)}
		paths[path+"/items/{featureId}"] = object{"get": itemOperation(d, title, lang)}
		schemas[schemaName("Feature", d)] = featureSchema(d, lang)
		schemas[schemaName("Features", d)] = featuresSchema(d)
		if a.tiles != nil && d.HasGeometry() {
			paths["/tiles/"+d.ID+".json"] = object{"get": operation("tilejson."+d.ID, title+" (TileJSON)", nil, content(mediaTileJSON, object{"type": "object"}))}
			paths["/tiles/"+d.ID+"/{z}/{x}/{y}.mvt"] = object{"get": tileOperation(d, title)}
		}
	}
	return object{
		"openapi": "3.0.3",
		"info": object{
			"title":       textIn(lang, a.config.Title),
			"description": textIn(lang, a.config.Description),
			"version":     a.config.Version,
		},
		"servers": []object{{"url": b.origin + b.prefix}},
		"paths":   paths,
		"components": object{
			"parameters": a.describeParameters(lang),
			"schemas":    schemas,
			"responses": object{"Problem": object{
				"description": say(lang, "Ce qui ne va pas, et que faire", "What is wrong, and what to do"),
				"content":     content("application/problem+json", ref("schemas", "Problem")),
			}},
		},
	}
}

func (a *API) describeParameters(lang string) object {
	query := func(name, description string, schema object, list bool) object {
		p := object{"name": name, "in": "query", "required": false, "description": description, "schema": schema, "style": "form"}
		p["explode"] = !list
		return p
	}
	box := object{"type": "array", "minItems": 4, "maxItems": 6, "items": object{"type": "number"}}
	return object{
		"f": query("f", say(lang, "Format de la réponse", "Format of the answer"), object{"type": "string"}, false),
		"limit": query("limit", say(lang, "Nombre d'objets par page ; au-delà du maximum, le maximum", "Features on a page; beyond the maximum, the maximum"),
			object{"type": "integer", "minimum": 1, "maximum": a.config.MaxLimit, "default": a.config.DefaultLimit}, false),
		"offset": query("offset", say(lang, "Nombre d'objets à passer", "Features to skip"),
			object{"type": "integer", "minimum": 0, "default": 0}, false),
		"bbox": query("bbox", say(lang, "Emprise que les objets rencontrent : ouest, sud, est, nord", "Box that the features meet: west, south, east, north"), box, true),
		"bbox-crs": query("bbox-crs", say(lang, "Système de coordonnées de bbox", "Reference system of bbox"),
			object{"type": "string", "format": "uri", "default": crs.CRS84.URI()}, false),
		"crs": query("crs", say(lang, "Système de coordonnées de la réponse", "Reference system of the answer"),
			object{"type": "string", "format": "uri", "default": crs.CRS84.URI()}, false),
		"featureId": object{"name": "featureId", "in": "path", "required": true, "schema": object{"type": "string"},
			"description": say(lang, "Clé de l'objet dans son référentiel", "The feature's key in its referential")},
		"z": tileNumber("z"), "x": tileNumber("x"), "y": tileNumber("y"),
	}
}

func tileNumber(name string) object {
	return object{"name": name, "in": "path", "required": true, "schema": object{"type": "integer", "minimum": 0}}
}

func content(media string, schema object) object { return object{media: object{"schema": schema}} }

func operation(id, summary string, parameters []object, ok object) object {
	return object{
		"operationId": id,
		"summary":     summary,
		"parameters":  append([]object{}, parameters...),
		"responses": object{
			"200":     object{"description": summary, "content": ok},
			"default": ref("responses", "Problem"),
		},
	}
}

func documentPath(id, summary, schema string) object {
	ok := content(mediaJSON, ref("schemas", schema))
	ok["text/html"] = object{"schema": object{"type": "string"}}
	return object{"get": operation(id, summary, []object{ref("parameters", "f")}, ok)}
}

// formatContent lists the forms of features; only GeoJSON has a schema.
func formatContent(d *referentials.Descriptor, schema object) object {
	out := object{}
	for _, f := range formatsOf(d) {
		out[plain(f.media)] = object{"schema": object{"type": "string"}}
	}
	out[featureFormats[0].media] = object{"schema": schema}
	return out
}

func itemsOperation(d *referentials.Descriptor, title, lang string) object {
	var parameters []object
	for _, name := range itemParameters {
		parameters = append(parameters, ref("parameters", name))
	}
	op := operation("items."+d.ID, title, parameters, formatContent(d, ref("schemas", schemaName("Features", d))))
	if text := textIn(lang, d.Description); text != "" {
		op["description"] = text
	}
	return op
}

func itemOperation(d *referentials.Descriptor, title, lang string) object {
	return operation("item."+d.ID, title+say(lang, " : un objet", ": one feature"),
		[]object{ref("parameters", "featureId"), ref("parameters", "f"), ref("parameters", "crs")},
		formatContent(d, ref("schemas", schemaName("Feature", d))))
}

func tileOperation(d *referentials.Descriptor, title string) object {
	op := operation("tile."+d.ID, title+" (MVT)",
		[]object{ref("parameters", "z"), ref("parameters", "x"), ref("parameters", "y")},
		content(mediaMVT, object{"type": "string", "format": "binary"}))
	if responses, ok := op["responses"].(object); ok {
		responses["204"] = object{"description": "empty"}
	}
	return op
}

// fieldSchema gives the JSON schema of a field's values.
func fieldSchema(f *referentials.Field, lang string) object {
	s := object{"nullable": true}
	switch f.Type {
	case referentials.Integer:
		s["type"], s["format"] = "integer", "int64"
	case referentials.Number:
		s["type"] = "number"
	case referentials.Boolean:
		s["type"] = "boolean"
	case referentials.Date:
		s["type"], s["format"] = "string", "date"
	case referentials.DateTime:
		s["type"], s["format"] = "string", "date-time"
	case referentials.JSON: // an array or an object: any value
	default:
		s["type"] = "string"
	}
	if f.Type == referentials.JSON {
		delete(s, "nullable") // without a type, null is allowed as it is
	}
	if t := textIn(lang, f.Title); t != "" {
		s["title"] = t
	}
	if t := textIn(lang, f.Description); t != "" {
		s["description"] = t
	}
	if f.Unit != "" {
		s["x-ogc-unit"] = f.Unit
	}
	if f.Role == referentials.Key {
		s["x-ogc-role"] = "id"
	}
	return s
}

func featureSchema(d *referentials.Descriptor, lang string) object {
	properties, required := object{}, []string{}
	for i := range d.Fields {
		properties[d.Fields[i].Name] = fieldSchema(&d.Fields[i], lang)
		required = append(required, d.Fields[i].Name)
	}
	id := object{"type": "string"}
	if k := d.KeyIndex(); k >= 0 && d.Fields[k].Type == referentials.Integer {
		id = object{"type": "integer", "format": "int64"}
	}
	return object{
		"type":     "object",
		"required": []string{"type", "id", "geometry", "properties"},
		"properties": object{
			"type":       object{"type": "string", "enum": []string{"Feature"}},
			"id":         id,
			"geometry":   geometrySchema(d.Geometry),
			"properties": object{"type": "object", "required": required, "properties": properties},
			"links":      object{"type": "array", "items": ref("schemas", "Link")},
		},
	}
}

// geometrySchema names the geometry types; nullable values need null among them.
func geometrySchema(t geo.Type) object {
	names := []any{t.String()}
	if t == geo.Any || t == geo.None {
		names = names[:0]
		for u := geo.Point; u <= geo.MultiPolygon; u++ {
			names = append(names, u.String())
		}
	}
	return object{
		"type": "object", "nullable": true, "required": []string{"type", "coordinates"},
		"properties": object{
			"type":        object{"type": "string", "enum": names},
			"coordinates": object{"type": "array", "items": object{}},
		},
	}
}

func featuresSchema(d *referentials.Descriptor) object {
	return object{
		"type":     "object",
		"required": []string{"type", "features", "numberMatched", "numberReturned", "links"},
		"properties": object{
			"type":           object{"type": "string", "enum": []string{"FeatureCollection"}},
			"features":       object{"type": "array", "items": ref("schemas", schemaName("Feature", d))},
			"numberMatched":  object{"type": "integer", "minimum": 0},
			"numberReturned": object{"type": "integer", "minimum": 0},
			"timeStamp":      object{"type": "string", "format": "date-time"},
			"links":          object{"type": "array", "items": ref("schemas", "Link")},
		},
	}
}

func baseSchemas() object {
	text := object{"type": "string"}
	texts := object{"type": "array", "items": text}
	links := object{"type": "array", "items": ref("schemas", "Link")}
	number := object{"type": "integer"}
	of := func(required []string, properties object) object {
		return object{"type": "object", "required": required, "properties": properties}
	}
	return object{
		"Link":        of([]string{"href", "rel"}, object{"href": text, "rel": text, "type": text, "title": text}),
		"Landing":     of([]string{"title", "links"}, object{"title": text, "description": text, "links": links}),
		"Conformance": of([]string{"conformsTo"}, object{"conformsTo": texts}),
		"Collections": of([]string{"links", "collections"}, object{"links": links, "collections": object{"type": "array", "items": ref("schemas", "Collection")}}),
		"Collection": of([]string{"id", "title", "links", "itemType"}, object{
			"id": text, "title": text, "description": text, "links": links, "itemType": text, "crs": texts, "storageCrs": text,
			"extent": of([]string{"spatial"}, object{"spatial": of([]string{"bbox", "crs"}, object{
				"bbox": object{"type": "array", "minItems": 1, "items": object{"type": "array", "minItems": 4, "maxItems": 4, "items": object{"type": "number"}}},
				"crs":  text,
			})}),
			"geometryType": text, "numberOfItems": number, "class": text, "producer": text, "licence": text,
			"frequency": text, "vintage": text, "mesh": object{"type": "boolean"}, "version": number, "revision": number, "published": text,
		}),
		"Problem": of([]string{"type", "title", "status", "code"}, object{
			"type": text, "title": text, "status": number, "detail": text, "code": text, "where": text, "hint": text, "request": text,
		}),
	}
}
