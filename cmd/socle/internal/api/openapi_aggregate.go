package api

import (
	"socle/referentials"
	"socle/referentials/address"
)

// aggregateParameterSchemas describes what figures on meshes depend on.
func aggregateParameterSchemas(lang string) object {
	text := object{"type": "string"}
	query := func(name, fr, en string, schema object, required bool) object {
		return object{"name": name, "in": "query", "required": required, "description": say(lang, fr, en), "schema": schema, "style": "form", "explode": false}
	}
	choice := func(values ...string) object { return object{"type": "string", "enum": values} }
	return object{
		"source": query("source", "Collection dont viennent les valeurs", "Collection that the values come from", text, true),
		"measure": query("measure", "Mesures, séparées par des virgules : count, sum(x), mean(x,weight=y), min, max, median, quantile(x,0.9), share, ratio(a,b), density, std",
			"Measures with commas between: count, sum(x), mean(x,weight=y), min, max, median, quantile(x,0.9), share, ratio(a,b), density, std", text, true),
		"by":   query("by", "Champ dont chaque valeur a son chiffre", "Field whose values have a figure each", text, false),
		"wide": query("wide", "Une colonne par valeur de by, et non une ligne", "A column for each value of by, not a row", object{"type": "boolean", "default": false}, false),
		"bin":  query("bin", "Pas de temps", "Stretches of time", choice("year", "month"), false),
		"method": query("method", "Comment les objets rejoignent les mailles ; choisie selon la source par défaut", "How features reach cells; chosen by what the source is by default",
			choice("auto", "key", "point", "area", "dasymetric", "passage"), false),
		"base": query("base", "area, dasymetric et passage : sum garde toute la masse dans la maille, total dit ce qui tombe dehors",
			"area, dasymetric and passage: sum keeps all mass inside the mesh, total tells what falls outside", choice("sum", "total"), false),
		"field":       query("field", "key : champ de la source par lequel commencer", "key: field of the source to start at", text, false),
		"weights":     query("weights", "dasymetric : collection qui pondère ; passage : la table", "dasymetric: collection that weighs; passage: the table", text, false),
		"weight":      query("weight", "dasymetric : champ qui pondère, ou différence de deux champs : zmax-zmin", "dasymetric: field that weighs, or a difference of two: zmax-zmin", text, false),
		"mesh-filter": query("mesh-filter", "Filtre CQL2 des mailles", "CQL2 filter of the cells", text, false),
		"profile":     query("profile", "Profil de secret statistique ; celui que la source exige par défaut", "Disclosure profile; the one the source demands by default", text, false),
		"year":        query("year", "Année des données, dont dépendent les règles", "Year of the data, which the rules depend on", object{"type": "integer", "minimum": 1}, false),
		"source-key":  query("source-key", "Colonne qui identifie les lignes envoyées", "Column that identifies the rows that are sent", text, false),
		"source-crs":  query("source-crs", "Coordonnées envoyées, quoi que dise le fichier : EPSG:2154", "Of the coordinates that are sent, whatever the file says: EPSG:2154", text, false),
		addressParameter: query(addressParameter, "Colonnes envoyées qui font une adresse écrite : chaque ligne va où elle est, ou au niveau au-dessus quand elle n'est sûre que là",
			"Columns that are sent and make a written address: each row goes where it is, or to the level above where only that is sure",
			object{"type": "array", "items": text, "maxItems": address.MaxColumns}, false),
		"parents": query("parents", "Niveaux au-dessus publiés ensemble, le plus fin d'abord", "Levels above that are released together, the finest first",
			object{"type": "array", "items": text}, false),
	}
}

// describeAggregate describes the figures that can be put on a mesh.
func (a *API) describeAggregate(paths object, d *referentials.Descriptor, title, lang string) {
	path := "/collections/" + d.ID
	refs := func(names []string) (out []object) {
		for _, name := range names {
			if name != publishParameter || a.publishes() {
				out = append(out, ref("parameters", name))
			}
		}
		return out
	}
	ok200 := object{}
	for i := range releaseFormats {
		kind := "string"
		if f := &releaseFormats[i]; f.name == "json" || f.rows != nil && f.rows.Feature != nil {
			kind = "object"
		}
		ok200[plain(releaseFormats[i].media)] = object{"schema": object{"type": kind}}
	}
	get := operation("aggregate."+d.ID, title+say(lang, " : un thème par maille, avec son reçu", ": a theme by cell, with its receipt"), refs(aggregateParameters), ok200)
	own := operation("aggregateOwn."+d.ID, title+say(lang, " : vos propres données par maille, sans les garder", ": your own data by cell, none of it kept"), refs(ownParameters), ok200)
	file := object{"schema": object{"type": "string", "format": "binary"}}
	own["requestBody"] = object{"required": true, "content": object{"text/csv": file, "application/geo+json": file}}
	if a.publishes() {
		for _, op := range []object{get, own} {
			op["security"] = publishSecurity()
			if responses, ok := op["responses"].(object); ok {
				responses["201"] = object{"description": say(lang, "Les chiffres, publiés en collection", "The figures, published as a collection"), "content": ok200,
					"headers": object{"Location": object{"schema": object{"type": "string", "format": "uri"}}}}
			}
		}
	}
	paths[path+"/aggregate"] = object{"get": get, "post": own}
	paths[path+"/crosswalk"] = object{"get": operation("crosswalk."+d.ID, title+say(lang, " : table de passage", ": table of passage"), refs(crosswalkParameters),
		passageContent())}
}

func passageContent() object {
	out := object{}
	for i := range crosswalkFormats {
		out[plain(crosswalkFormats[i].media)] = object{"schema": object{"type": "string"}}
	}
	return out
}
