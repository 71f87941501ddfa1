package api

import (
	"slices"

	"socle/geo/crs"
	"socle/referentials"
)

// describeParameters describes what all collections have in common.
func (a *API) describeParameters(lang string) object {
	query := func(name, fr, en string, schema object) object {
		return object{
			"name": name, "in": "query", "required": false, "description": say(lang, fr, en), "schema": schema,
			"style": "form", "explode": false,
		}
	}
	text := object{"type": "string"}
	list := object{"type": "array", "items": text}
	system := object{"type": "string", "format": "uri", "default": crs.CRS84.URI()}
	return object{
		"f": query("f", "Format de la réponse", "Format of the answer", text),
		"limit": query("limit", "Nombre d'objets par page ; au-delà du maximum, le maximum", "Features on a page; beyond the maximum, the maximum",
			object{"type": "integer", "minimum": 1, "maximum": a.config.MaxLimit, "default": a.config.DefaultLimit}),
		"offset": query("offset", "Nombre d'objets à passer ; suivre le lien next vaut mieux", "Features to skip; following the next link is better",
			object{"type": "integer", "minimum": 0, "default": 0}),
		"cursor": query("cursor", "Où reprendre, tel que donné par un lien next ou prev", "Where to go on, as a next or prev link gives it", text),
		"bbox": query("bbox", "Emprise que les objets rencontrent : ouest, sud, est, nord", "Box that the features meet: west, south, east, north",
			object{"type": "array", "minItems": 4, "maxItems": 6, "items": object{"type": "number"}}),
		"bbox-crs": query("bbox-crs", "Système de coordonnées de bbox", "Reference system of bbox", system),
		"crs":      query("crs", "Système de coordonnées de la réponse", "Reference system of the answer", system),
		"datetime": query("datetime", "Instant, jour, ou intervalle dont un bout peut être ouvert : 2024-01-01/..", "Instant, day, or interval with an end that may be open: 2024-01-01/..", text),
		"filter":   query("filter", "Filtre CQL2", "CQL2 filter", text),
		"filter-lang": query("filter-lang", "Langage du filtre", "Language of the filter",
			object{"type": "string", "enum": filterLanguages, "default": filterLanguages[0]}),
		"filter-crs":   query("filter-crs", "Système de coordonnées des géométries du filtre", "Reference system of the shapes in the filter", system),
		"sortby":       query("sortby", "Propriétés de tri ; un moins devant inverse l'ordre", "Properties to sort by; a minus in front turns the order round", list),
		"properties":   query("properties", "Propriétés à donner ; la clé et la géométrie le sont toujours", "Properties to give; the key and the geometry always are", list),
		"skipGeometry": query("skipGeometry", "Laisser de côté la géométrie", "Leave the geometry out", object{"type": "boolean", "default": false}),
		"resultType": query("resultType", "hits ne donne que le nombre d'objets", "hits gives the number of features only",
			object{"type": "string", "enum": []string{"results", "hits"}, "default": "results"}),
		"featureId": object{"name": "featureId", "in": "path", "required": true, "schema": text,
			"description": say(lang, "Clé de l'objet dans son référentiel", "The feature's key in its referential")},
		"z": tileNumber("z"), "x": tileNumber("x"), "y": tileNumber("y"),
	}
}

// formatParameter is f with the formats that a collection can be had in: it stands for the
// common one, which itemParameters and itemParameter begin with.
func formatParameter(d *referentials.Descriptor, lang string) object {
	var names []string
	for _, f := range formatsOf(d) {
		names = append(names, f.name)
	}
	return object{
		"name": "f", "in": "query", "required": false, "description": say(lang, "Format de la réponse", "Format of the answer"),
		"schema": object{"type": "string", "enum": names}, "style": "form", "explode": false,
	}
}

func tileNumber(name string) object {
	return object{"name": name, "in": "path", "required": true, "schema": object{"type": "integer", "minimum": 0}}
}

// queryableParameters gives a parameter for each field that can be asked for by its value:
// clients push simple filters down to those that are listed.
func queryableParameters(d *referentials.Descriptor, lang string) []object {
	var list []object
	for i := range d.Fields {
		f := &d.Fields[i]
		if f.Type == referentials.JSON || slices.Contains(itemParameters, f.Name) {
			continue
		}
		schema := valueSchema(f, lang)
		if f.Type == referentials.Date || f.Type == referentials.DateTime {
			delete(schema, "format") // a span of time is taken too
		}
		list = append(list, object{"name": f.Name, "in": "query", "required": false, "schema": schema, "style": "form", "explode": false})
	}
	return list
}
