package api

import (
	"maps"

	"socle/referentials/address"
)

// describeGeocoding describes the search for addresses.
func (a *API) describeGeocoding(paths, schemas, parameters object, lang string) {
	maps.Copy(schemas, placeSchemas(lang))
	maps.Copy(parameters, placeParameters(lang))
	answer := content("application/geo+json", ref("schemas", "Places"))
	search := operation("geocodeSearch", say(lang, "Chercher une adresse", "Search for an address"), placeRefs(searchParameters), answer)
	reverse := operation("geocodeReverse", say(lang, "L'adresse la plus proche", "The nearest address"), placeRefs(reverseParameters), answer)
	paths["/geocodage/search"] = object{"get": search}
	paths["/geocodage/reverse"] = object{"get": reverse}
	for path, summary := range map[string]string{
		"search":  say(lang, "Trouver les adresses d'un fichier CSV", "Find the addresses of a CSV file"),
		"reverse": say(lang, "Trouver les adresses proches des positions d'un fichier CSV", "Find the addresses near the positions of a CSV file"),
	} {
		post := operation("geocodeCSV."+path, summary, nil, object{"text/csv": object{"schema": object{"type": "string"}}})
		post["requestBody"] = object{"required": true, "content": object{
			"multipart/form-data": object{"schema": object{"type": "object", "required": []string{"data"}, "properties": csvProperties(lang)}},
			"text/csv":            object{"schema": object{"type": "string", "format": "binary"}},
		}}
		paths["/geocodage/"+path+"/csv"] = object{"post": post}
	}
}

func csvProperties(lang string) object {
	text := func(fr, en string) object { return object{"type": "string", "description": say(lang, fr, en)} }
	list := func(fr, en string) object {
		return object{"type": "array", "items": object{"type": "string"}, "description": say(lang, fr, en)}
	}
	return object{
		"data":           object{"type": "string", "format": "binary"},
		"columns":        list("Colonnes de l'adresse, à la suite ; toutes par défaut", "Columns of the address, one after the other; all by default"),
		"result_columns": list("Colonnes de résultat voulues ; toutes par défaut", "Columns of results that are wanted; all by default"),
		"citycode":       text("Colonne du code INSEE", "Column of the commune's code"),
		"postcode":       text("Colonne du code postal", "Column of the postcode"),
		"type":           text("Colonne du type voulu", "Column of the type that is wanted"),
		"lat":            text("Colonne de la latitude", "Column of the latitude"),
		"lon":            text("Colonne de la longitude", "Column of the longitude"),
		"encoding":       text("utf-8, latin-1, iso-8859-15 ou windows-1252 ; deviné par défaut", "utf-8, latin-1, iso-8859-15 or windows-1252; told from the file by default"),
		"delimiter":      text("Séparateur ; deviné par défaut", "Delimiter; told from the header by default"),
		"with":           text("Ce qui entoure l'adresse : code_iris, imu, batiment", "What lies around the address: code_iris, imu, batiment"),
		"with_bom":       object{"type": "boolean"},
		"indexes":        text("address", "address"),
	}
}

// placeName is what the description calls a parameter: limit is one of items too.
func placeName(name string) string { return "geocode." + name }

func placeRefs(names []string) (out []object) {
	for _, name := range names {
		out = append(out, ref("parameters", placeName(name)))
	}
	return out
}

func placeParameters(lang string) object {
	text := object{"type": "string"}
	list := func(values ...string) object {
		items := object{"type": "string"}
		if len(values) > 0 {
			items["enum"] = values
		}
		return object{"type": "array", "items": items}
	}
	out := object{}
	add := func(name, fr, en string, schema object) {
		out[placeName(name)] = object{"name": name, "in": "query", "required": name == "q", "description": say(lang, fr, en), "schema": schema, "style": "form", "explode": false}
	}
	add("q", "L'adresse, comme on l'écrit", "The address, as people write it", object{"type": "string", "minLength": minSearch, "maxLength": maxSearch})
	add("limit", "Nombre de réponses", "How many answers", object{"type": "integer", "minimum": 1, "maximum": address.MaxLimit})
	add("lat", "Latitude, pour préférer le proche", "Latitude, to prefer what is near", object{"type": "number", "minimum": -90, "maximum": 90})
	add("lon", "Longitude", "Longitude", object{"type": "number", "minimum": -180, "maximum": 180})
	add("postcode", "Code postal dont les réponses ne sortent pas", "Postcode that answers do not leave", text)
	add("citycode", "Codes INSEE dont les réponses ne sortent pas", "Codes of communes that answers do not leave", list())
	add("type", "Types voulus", "Types that are wanted", list(placeKinds...))
	add("autocomplete", "0 : l'adresse est entière", "0: the address is complete", object{"type": "string", "enum": []string{"0", "1", "false", "true"}})
	add("index", "address", "address", object{"type": "string", "enum": []string{"address"}})
	add("with", "Ce qui entoure l'adresse", "What lies around the address", list(withChoices...))
	return out
}

func placeSchemas(lang string) object {
	text, number := object{"type": "string"}, object{"type": "number"}
	share := object{"type": "number", "minimum": 0, "maximum": 1}
	told := func(fr, en string, schema object) object {
		o := maps.Clone(schema)
		o["description"] = say(lang, fr, en)
		return o
	}
	levels := []string{}
	for l := address.Housenumber; l <= address.Municipality; l++ {
		levels = append(levels, l.String())
	}
	return object{"Places": object{
		"type": "object", "required": []string{"type", "features"},
		"properties": object{
			"type": text, "version": text, "attribution": text, "licence": text, "query": text, "limit": object{"type": "integer"},
			"center": object{"type": "array", "items": number},
			"features": object{"type": "array", "items": object{"type": "object", "required": []string{"type", "geometry", "properties"}, "properties": object{
				"type":     text,
				"geometry": object{"type": "object"},
				"properties": object{"type": "object", "required": []string{"label", "score", "id", "type", "citycode", "match_level", "text_score", "margin"}, "properties": object{
					"label": text, "score": share, "housenumber": text, "id": text, "name": text, "postcode": text, "citycode": text, "city": text, "street": text,
					"locality": text, "context": text, "type": object{"type": "string", "enum": placeKinds}, "x": number, "y": number, "importance": share, "distance": number,
					"match_level":   told("Jusqu'où va la réponse", "How far down the answer goes", object{"type": "string", "enum": levels}),
					"number_status": told("Ce qu'il est advenu du numéro", "What became of the number", object{"type": "string", "enum": []string{"exact", "nearest", "missing"}}),
					"text_score":    told("Part des mots qui s'accordent, selon leur rareté", "Share of words that agree, by how rare they are", share),
					"margin":        told("Avance sur la réponse suivante", "Lead over the next answer", share),
					"rva_id":        text, "id_voie": text, "code_insee": text, "code_iris": text, "imu": text, "batiment": object{"type": "array", "items": text},
				}},
			}}},
		},
	}}
}
