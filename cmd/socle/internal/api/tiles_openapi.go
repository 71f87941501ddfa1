package api

import (
	"socle/referentials"
	"socle/tiles/style"
)

// describeTiles adds the paths of tiles that belong to no collection.
func (a *API) describeTiles(paths object, lang string) {
	sets, set := say(lang, "Grilles de tuiles", "Tile matrix sets"), say(lang, "Une grille de tuiles", "A tile matrix set")
	paths["/tileMatrixSets"] = documentPath("tileMatrixSets", sets, "TileMatrixSets")
	paths["/tileMatrixSets/{tileMatrixSetId}"] = withParameters(documentPath("tileMatrixSet", set, "TileMatrixSet"), "tileMatrixSetId")
	title := say(lang, "Tuiles de plusieurs collections", "Tiles of several collections")
	describeTilesets(paths, "", "socle.dataset.vector.", title, "collections")
	paths["/styles"] = documentPath("styles", "Styles", "Styles")
	paths["/styles/"+style.Territory+".json"] = object{"get": styleOperation("style.territory", textIn(lang, territoryTitle))}
}

// describeCollectionTiles adds the paths of tiles of a collection.
func describeCollectionTiles(paths object, d *referentials.Descriptor, title string) {
	describeTilesets(paths, "/collections/"+d.ID, d.ID+".collection.vector.", title)
	ask := tileQuery()
	paths["/tiles/"+d.ID+".json"] = object{"get": operation("tilejson."+d.ID, title+" (TileJSON)", ask, content(mediaTileJSON, object{"type": "object"}))}
	paths["/tiles/"+d.ID+"/{z}/{x}/{y}.mvt"] = object{"get": tileOperation("tile."+d.ID, title+" (MVT)", append(refs("z", "x", "y"), ask...))}
	if d.ID != style.Territory {
		paths["/styles/"+d.ID+".json"] = object{"get": styleOperation("style."+d.ID, title)}
	}
}

// describeTilesets adds the three levels below a resource. Clients of the standard tell
// operations apart by how their ids end.
func describeTilesets(paths object, below, id, title string, more ...string) {
	ask := append(refs(append(more, "f")...), tileQuery()...)
	place := refs("tileMatrixSetId")
	paths[below+"/tiles"] = documentPath(id+"getTileSetsList", title+" (tilesets)", "Tilesets")
	ok := content(mediaJSON, ref("schemas", "Tileset"))
	ok["text/html"] = object{"schema": object{"type": "string"}}
	paths[below+"/tiles/{tileMatrixSetId}"] = object{"get": operation(id+"getTileSet", title+" (tileset)", append(place, ask...), ok)}
	place = refs("tileMatrixSetId", "tileMatrix", "tileRow", "tileCol")
	paths[below+"/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"] = object{"get": tileOperation(id+"getTile", title+" (MVT)", append(place, ask...))}
}

func refs(names ...string) []object {
	list := make([]object, len(names))
	for i, name := range names {
		list[i] = ref("parameters", name)
	}
	return list
}

// tileQuery are the parameters that narrow tiles.
func tileQuery() []object { return refs(tileParameters...) }

// withParameters puts parameters of the path before those of an operation.
func withParameters(path object, names ...string) object {
	path["parameters"] = refs(names...)
	return path
}

func tileOperation(id, title string, parameters []object) object {
	op := operation(id, title, parameters, content(mediaMVT, object{"type": "string", "format": "binary"}))
	if responses, ok := op["responses"].(object); ok {
		responses["204"] = object{"description": "empty"}
	}
	return op
}

func styleOperation(id, title string) object {
	return operation(id, title+" (MapLibre)", nil, content(mediaStyle, object{"type": "object", "required": []string{"version", "sources", "layers"}}))
}

// tileParameterSchemas describes the parameters of tiles.
func (a *API) tileParameterSchemas(lang string) object {
	var ids []string
	for _, s := range a.drawn() {
		ids = append(ids, s.ID)
	}
	set := object{"type": "string"}
	if len(ids) > 0 {
		set["enum"] = ids
	}
	in := func(name string, schema object) object {
		return object{"name": name, "in": "path", "required": true, "schema": schema}
	}
	return object{
		"tileMatrixSetId": in("tileMatrixSetId", set),
		"tileMatrix":      in("tileMatrix", object{"type": "string"}),
		"tileRow":         tileNumber("tileRow"),
		"tileCol":         tileNumber("tileCol"),
		"collections": object{
			"name": "collections", "in": "query", "required": false, "style": "form", "explode": false,
			"description": say(lang, "Collections sur la tuile, une couche chacune, de bas en haut ; toutes par défaut", "Collections on the tile, one layer each, from the ground up; all by default"),
			"schema":      object{"type": "array", "items": object{"type": "string"}},
		},
	}
}

// tileSchemas describes the documents on tiles.
func tileSchemas() object {
	text, number, links := object{"type": "string"}, object{"type": "number"}, object{"type": "array", "items": ref("schemas", "Link")}
	count := object{"type": "integer", "minimum": 0}
	pair := object{"type": "array", "minItems": 2, "maxItems": 2, "items": number}
	of := func(required []string, properties object) object {
		return object{"type": "object", "required": required, "properties": properties}
	}
	list := func(items object) object { return object{"type": "array", "items": items} }
	limits := of([]string{"tileMatrix", "minTileRow", "maxTileRow", "minTileCol", "maxTileCol"},
		object{"tileMatrix": text, "minTileRow": count, "maxTileRow": count, "minTileCol": count, "maxTileCol": count})
	item := func(more object) object {
		properties := object{"title": text, "dataType": text, "crs": text, "tileMatrixSetURI": text, "tileMatrixSetId": text, "links": links, "tileMatrixSetLimits": list(limits)}
		for name, schema := range more {
			properties[name] = schema
		}
		return of([]string{"dataType", "crs", "tileMatrixSetURI", "links"}, properties)
	}
	matrix := of([]string{"id", "scaleDenominator", "cellSize", "pointOfOrigin", "tileWidth", "tileHeight", "matrixWidth", "matrixHeight"},
		object{"id": text, "scaleDenominator": number, "cellSize": number, "cornerOfOrigin": text, "pointOfOrigin": pair,
			"tileWidth": count, "tileHeight": count, "matrixWidth": count, "matrixHeight": count})
	return object{
		"TileMatrixSets": of([]string{"tileMatrixSets"}, object{"links": links, "tileMatrixSets": list(of([]string{"id", "links"},
			object{"id": text, "title": text, "uri": text, "crs": text, "links": links}))}),
		"TileMatrixSet": of([]string{"id", "crs", "tileMatrices"}, object{"id": text, "title": text, "uri": text, "crs": text,
			"orderedAxes": list(text), "wellKnownScaleSet": text, "tileMatrices": list(matrix)}),
		"Tilesets": of([]string{"tilesets"}, object{"links": links, "tilesets": list(item(nil))}),
		"Tileset": item(object{
			"version": text, "attribution": text, "license": text, "mediaTypes": list(text),
			"boundingBox": of([]string{"lowerLeft", "upperRight"}, object{"lowerLeft": pair, "upperRight": pair, "crs": text}),
			"centerPoint": of([]string{"coordinates"}, object{"coordinates": pair, "crs": text, "tileMatrix": text}),
			"layers": list(of([]string{"id", "dataType"}, object{"id": text, "title": text, "description": text, "dataType": text, "geometryDimension": count,
				"attribution": text, "license": text, "minTileMatrix": text, "maxTileMatrix": text, "propertiesSchema": object{"type": "object"}, "links": links})),
		}),
		"Styles": of([]string{"styles"}, object{"default": text, "links": links, "styles": list(of([]string{"id", "links"}, object{"id": text, "title": text, "links": links}))}),
	}
}
