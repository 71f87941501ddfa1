package api

import (
	"socle/geo"
	"socle/referentials"
)

// fieldSchema gives the schema of a field's values as OpenAPI 3.0 writes it.
func fieldSchema(f *referentials.Field, lang string) object {
	s := valueSchema(f, lang)
	s["nullable"] = true
	if f.Type == referentials.JSON { // without a type any value is allowed, null among them
		delete(s, "type")
		delete(s, "nullable")
	}
	return s
}

func featureSchema(d *referentials.Descriptor, lang string) object {
	properties := object{}
	for i := range d.Fields {
		properties[d.Fields[i].Name] = fieldSchema(&d.Fields[i], lang)
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
			"properties": object{"type": "object", "properties": properties},
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
		"Functions": of([]string{"functions"}, object{"functions": object{"type": "array", "items": of([]string{"name", "arguments", "returns"}, object{
			"name": text, "description": text, "returns": texts,
			"arguments": object{"type": "array", "items": of([]string{"title", "type"}, object{"title": text, "type": texts})},
		})}, "links": links}),
		"Problem": of([]string{"type", "title", "status", "code"}, object{
			"type": text, "title": text, "status": number, "detail": text, "code": text, "where": text, "hint": text, "request": text,
		}),
	}
}
