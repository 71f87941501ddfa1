package api

import (
	"fmt"
	"maps"
	"net/http"

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
	f, err := negotiate(r, []format{{name: "json", media: mediaOpenAPI, also: mediaJSON}, {name: "html", media: mediaHTML}})
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
		"/functions":   documentPath("functions", say(lang, "Fonctions des filtres", "Functions of filters"), "Functions"),
	}
	schemas, parameters := baseSchemas(), a.describeParameters(lang)
	if a.tiles != nil {
		a.describeTiles(paths, lang)
		maps.Copy(schemas, tileSchemas())
		maps.Copy(parameters, a.tileParameterSchemas(lang))
	}
	if a.desk != nil {
		maps.Copy(parameters, aggregateParameterSchemas(lang))
		if a.publishes() {
			parameters[publishParameter] = publishSchema(lang)
		}
	}
	if a.config.Addresses != nil {
		a.describeGeocoding(paths, schemas, parameters, lang)
	}
	if a.config.Jobs != nil {
		a.describeProcesses(paths, schemas, parameters, lang)
	}
	for _, c := range p.Collections() {
		d := c.Descriptor()
		title := titleOf(d, lang)
		path := "/collections/" + d.ID
		paths[path] = documentPath("collection."+d.ID, title, "Collection")
		for _, k := range schemaKinds {
			paths[path+"/"+k.name] = object{"get": operation(k.name+"."+d.ID, title+" ("+say(lang, k.fr, k.en)+")", []object{ref("parameters", "f")},
				object{mediaSchema: object{"schema": object{"type": "object"}}, "text/html": object{"schema": object{"type": "string"}}})}
		}
		paths[path+"/items"] = object{"get": itemsOperation(d, title, lang)}
		paths[path+"/items/{featureId}"] = object{"get": itemOperation(d, title, lang)}
		schemas[schemaName("Feature", d)] = featureSchema(d, lang)
		schemas[schemaName("Features", d)] = featuresSchema(d)
		if a.desk != nil && d.Mesh {
			a.describeAggregate(paths, d, title, lang)
		}
		if a.tiles != nil && d.HasGeometry() {
			describeCollectionTiles(paths, d, title)
		}
	}
	doc := object{
		"openapi": "3.0.3",
		"info": object{
			"title":       textIn(lang, a.config.Title),
			"description": textIn(lang, a.config.Description),
			"version":     a.config.Version,
		},
		"servers": []object{{"url": b.origin + b.prefix}},
		"paths":   paths,
		"components": object{
			"parameters": parameters,
			"schemas":    schemas,
			"responses": object{"Problem": object{
				"description": say(lang, "Ce qui ne va pas, et que faire", "What is wrong, and what to do"),
				"content": object{
					"application/problem+json": object{"schema": ref("schemas", "Problem")},
					"text/html":                object{"schema": object{"type": "string"}}, // for browsers
				},
			}},
		},
	}
	if components, ok := doc["components"].(object); ok && a.publishes() {
		components["securitySchemes"] = publishSecuritySchemes(lang)
	}
	return doc
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
		kind := "string"
		if f.rows != nil && f.rows.Feature != nil {
			kind = "object"
		}
		out[plain(f.media)] = object{"schema": object{"type": kind}}
	}
	out[featureFormats[0].media] = object{"schema": schema}
	return out
}

func itemsOperation(d *referentials.Descriptor, title, lang string) object {
	var parameters []object
	for _, name := range itemParameters {
		parameters = append(parameters, ref("parameters", name))
	}
	parameters[0] = formatParameter(d, lang)
	op := operation("items."+d.ID, title, append(parameters, queryableParameters(d, lang)...), formatContent(d, ref("schemas", schemaName("Features", d))))
	if text := textIn(lang, d.Description); text != "" {
		op["description"] = text
	}
	return op
}

func itemOperation(d *referentials.Descriptor, title, lang string) object {
	parameters := []object{ref("parameters", "featureId"), formatParameter(d, lang)}
	for _, name := range itemParameter[1:] {
		parameters = append(parameters, ref("parameters", name))
	}
	return operation("item."+d.ID, title+say(lang, " : un objet", ": one feature"), parameters,
		formatContent(d, ref("schemas", schemaName("Feature", d))))
}
