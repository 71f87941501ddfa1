// A map: the territory, the layers that are switched on, a theme on a mesh, and what is
// selected. It knows nothing of panels.
import * as maplibre from "./maplibre-gl.mjs";
import { daily, faded, hatching, height, inks, isDark } from "./look.js";
import { base } from "./words.js";

/** @typedef {import("./menu.js").Menu} Menu */
/** @typedef {import("./menu.js").Layer} Layer */
/** @typedef {{mesh: Layer, keys: (string | number)[], classes: Int8Array, hidden: (string | number)[], colours: string[]}} Painted values to draw: a class for each key, -1 for none, and below that what is brushed away: -2 of class 0, -3 of class 1 */
/** @typedef {{mesh: Layer, field: string, colours: Map<string, string>}} Kinds cells coloured by a category */

const above = "over-theme";

export class MapView {
  /** @type {{layer: Layer, key: string | number, properties: Record<string, any>} | null} */
  over = null;
  /** @type {Painted | null} */
  #painted = null;
  /** @type {Kinds | null} */
  #kinds = null;
  /** @type {Map<string | number, number>} */
  #states = new Map();
  /** @type {Set<string>} */
  #shown = new Set();
  #relief = false;
  /** Tiles that did not come. @type {Map<string, {source: string, at: {z: number, x: number, y: number}}>} */
  #missing = new Map();
  /** @type {any} */
  #selection = { type: "FeatureCollection", features: [] };
  #ready = false;

  /**
   * @param {HTMLElement} container
   * @param {Menu} menu
   * @param {any} territory style of the territory, or null
   * @param {(id: string) => Promise<any>} styleOf
   * @param {any} [camera]
   */
  constructor(container, menu, territory, styleOf, camera = {}) {
    this.menu = menu;
    this.territory = territory;
    this.styleOf = styleOf;
    this.map = new maplibre.Map({
      container, style: this.#style(), attributionControl: false, fadeDuration: 0, maxPitch: 70, ...camera,
      canvasContextAttributes: { antialias: false }, pixelRatio: Math.min(devicePixelRatio, 2), locale: {},
    });
    this.map.keyboard.enable();
    this.map.on("load", () => { this.#ready = true; this.#refresh(); });
    this.map.on("error", (/** @type {any} */ e) => {
      const at = e.tile?.tileID.canonical;
      if (at) this.#missing.set(`${e.sourceId}/${at.z}/${at.x}/${at.y}`, { source: e.sourceId, at });
      this.onTrouble?.(e.error, !!at);
    });
  }

  /** Is told of what goes wrong, and whether that is a tile. @type {((e: {message: string}, tile: boolean) => void) | undefined} */
  onTrouble;

  /** Asks again for tiles that did not come. */
  retry() {
    const all = [...this.#missing.values()];
    this.#missing.clear();
    for (const { source, at } of all) if (this.map.getSource(source)) this.map.refreshTiles(source, [at]);
  }

  #style() {
    const ink = inks();
    /** @type {any} */
    const style = { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": ink.ground } }] };
    if (this.territory) {
      style.sources = { ...this.territory.sources };
      style.layers.push(...daily(this.territory.layers.filter((/** @type {any} */ l) => l.type !== "background")));
    }
    style.sources.places = { type: "geojson", data: { type: "FeatureCollection", features: this.menu.places.map(p => ({ type: "Feature", geometry: { type: "Point", coordinates: p.at }, properties: { name: p.name } })) } };
    style.sources.selection = { type: "geojson", data: this.#selection };
    style.layers.push({ id: above, type: "background", layout: { visibility: "none" }, paint: {} });
    const streets = this.territory && this.menu.layers.find(l => l.id === "voies" && l.onTiles.includes("voie_nom_complet"));
    if (streets) style.layers.push({
      id: "street-names", type: "symbol", source: "socle", "source-layer": "voies", minzoom: 15,
      layout: { "symbol-placement": "line", "text-field": ["get", "voie_nom_complet"], "text-size": 11, "text-font": ["sans-serif"], "symbol-spacing": 300 },
      paint: { "text-color": ink.text, "text-halo-color": ink.halo, "text-halo-width": 1.2 },
    });
    style.layers.push(
      { id: "selection-fill", type: "fill", source: "selection", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": ink.select, "fill-opacity": .12 } },
      { id: "selection-line", type: "line", source: "selection", filter: ["!=", ["geometry-type"], "Point"], layout: { "line-join": "round" }, paint: { "line-color": ink.select, "line-width": 2.5 } },
      { id: "selection-point", type: "circle", source: "selection", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 8, "circle-opacity": 0, "circle-stroke-color": ink.select, "circle-stroke-width": 2.5 } },
      {
        id: "place-names", type: "symbol", source: "places", maxzoom: 15, layout: { "text-field": ["get", "name"], "text-font": ["sans-serif"], "text-size": ["interpolate", ["linear"], ["zoom"], 9, 10, 13, 14], "text-padding": 6 },
        paint: { "text-color": ink.text, "text-halo-color": ink.halo, "text-halo-width": 1.6 },
      });
    return style;
  }

  /** Draws all of it anew, by day or by night. */
  relight() {
    this.#ready = false;
    this.#states.clear();
    this.map.setStyle(this.#style(), { diff: false });
    this.map.once("style.load", () => { this.#ready = true; this.#refresh(); });
  }

  #refresh() {
    this.#visibility();
    this.#drawTheme();
    this.#drawKinds();
    this.#drawRelief();
  }

  /** Shows these layers and no other. @param {Iterable<string>} ids */
  show(ids) {
    this.#shown = new Set(ids);
    if (this.#ready) this.#visibility();
  }

  /** The zoom from which a layer is drawn: the territory's style may show it later than its tiles. @param {import("./menu.js").Layer} l */
  from(l) {
    const drawn = (this.territory?.layers ?? []).filter((/** @type {any} */ t) => t["source-layer"] === l.id).map((/** @type {any} */ t) => t.minzoom ?? 0);
    return Math.max(l.minzoom, drawn.length > 0 ? Math.min(...drawn) : 0);
  }

  /** Whether the map looks at where a layer is. @param {import("./menu.js").Layer} l */
  sees(l) {
    const [[west, south], [east, north]] = this.map.getBounds().toArray();
    return west < l.bounds[2] && east > l.bounds[0] && south < l.bounds[3] && north > l.bounds[1];
  }

  /** Whether it does so from near enough to draw it. @param {import("./menu.js").Layer} l */
  shows(l) {
    return this.map.getZoom() >= this.from(l) && this.sees(l);
  }

  #visibility() {
    const drawn = new Set(this.territory ? this.territory.layers.map((/** @type {any} */ l) => l["source-layer"]).filter(Boolean) : []);
    for (const l of this.map.getStyle().layers) {
      const id = /** @type {any} */ (l).metadata?.layer ?? (drawn.has(/** @type {any} */ (l)["source-layer"]) && /** @type {any} */ (l).source === "socle" ? /** @type {any} */ (l)["source-layer"] : null);
      if (!id) continue;
      const seen = id === "voies" && l.id === "street-names" ? this.#shown.has("voies") : this.#shown.has(id);
      const want = seen ? "visible" : "none";
      if ((l.layout?.visibility ?? "visible") !== want) this.map.setLayoutProperty(l.id, "visibility", want);
    }
    for (const id of this.#shown) if (!drawn.has(id) && !this.map.getSource(`layer-${id}`)) this.#add(id);
  }

  /** Adds a layer that the territory's style has not. @param {string} id */
  async #add(id) {
    const style = await this.styleOf(id);
    if (!style || !this.#ready || this.map.getSource(`layer-${id}`)) return;
    this.map.addSource(`layer-${id}`, Object.values(style.sources)[0]);
    for (const l of daily(style.layers.filter((/** @type {any} */ l) => l.type !== "background")))
      this.map.addLayer(/** @type {any} */ ({ ...l, id: `${id}/${/** @type {any} */ (l).id}`, source: `layer-${id}`, metadata: { layer: id }, layout: { .../** @type {any} */ (l).layout, visibility: this.#shown.has(id) ? "visible" : "none" } }), this.#under(/** @type {any} */ (l).type));
  }

  /** The layer under which one of a type is added: areas hide nothing, and lines no points. @param {string} type */
  #under(type) {
    if (type === "fill") return this.#bottomOfLines();
    const points = type === "line" && this.map.getStyle().layers.find(l => l.type === "circle" && /** @type {any} */ (l).metadata?.layer);
    return points ? points.id : this.map.getLayer("street-names") ? "street-names" : "selection-fill";
  }

  /** Draws values on their mesh; null takes them away. @param {Painted | null} p */
  paint(p) {
    const same = this.#painted && p && this.#painted.mesh.id === p.mesh.id;
    if (!same) this.#clearTheme();
    const before = this.#painted;
    this.#painted = p;
    if (!this.#ready || !p) return;
    if (same && before && this.map.getLayer("theme")) {
      if (before.colours.join() !== p.colours.join()) this.map.setPaintProperty("theme", "fill-color", this.#fill());
      if (before.hidden !== p.hidden) this.map.setFilter("theme-hidden", this.#hidden());
      this.#setStates();
    } else this.#drawTheme();
  }

  #clearTheme() {
    if (!this.#ready) return;
    for (const id of ["theme-line", "theme-hidden", "theme"]) if (this.map.getLayer(id)) this.map.removeLayer(id);
    if (this.map.getSource("theme")) this.map.removeSource("theme");
    this.#states.clear();
  }

  #fill() {
    const p = /** @type {Painted} */ (this.#painted);
    // What is brushed away is faded by its colour: opacity that differs by cell would cost each frame a blending.
    return /** @type {any} */ (["match", ["coalesce", ["feature-state", "c"], -1], ...p.colours.flatMap((c, i) => [i, c, -2 - i, faded(c, inks().ground)]), inks().none]);
  }

  #hidden() {
    const p = /** @type {Painted} */ (this.#painted);
    return /** @type {any} */ (["has", ["to-string", ["coalesce", ["get", p.mesh.key], ["id"]]], ["literal", Object.fromEntries(p.hidden.map(k => [String(k), 1]))]]);
  }

  #drawTheme() {
    const p = this.#painted;
    if (!p || this.map.getLayer("theme")) return;
    if (!this.map.hasImage("hatch")) this.map.addImage("hatch", hatching(isDark() ? "#aab8b3" : "#5f6b67"), { pixelRatio: 2 });
    this.map.addSource("theme", tilesOf(p.mesh));
    const before = this.#bottomOfLines();
    const at = { source: "theme", "source-layer": p.mesh.id };
    this.map.addLayer({ id: "theme", type: "fill", ...at, paint: { "fill-color": this.#fill(), "fill-antialias": false } }, before);
    this.map.addLayer({ id: "theme-hidden", type: "fill", ...at, filter: this.#hidden(), paint: { "fill-pattern": "hatch" } }, before);
    this.map.addLayer({ id: "theme-line", type: "line", ...at, minzoom: p.mesh.count > 3000 ? 13 : p.mesh.minzoom, paint: { "line-color": inks().line, "line-width": ["interpolate", ["linear"], ["zoom"], 10, .3, 16, 1.2], "line-opacity": .7 } }, before);
    this.#setStates();
  }

  /** The layer under which themes go: streets and limits stay legible over them. */
  #bottomOfLines() {
    const l = this.map.getStyle().layers.find(l => l.id.startsWith("batiments") || l.id.startsWith("voies") || l.id === "iris-line" || l.id === "communes-line" || l.id === above);
    return l?.id;
  }

  /** Tells cells their class; only those that have another one than before. */
  #setStates() {
    const p = /** @type {Painted} */ (this.#painted), target = { source: "theme", sourceLayer: p.mesh.id };
    for (let i = 0; i < p.keys.length; i++) {
      const key = p.keys[i], c = p.classes[i];
      if (this.#states.get(key) === c) continue;
      this.#states.set(key, c);
      this.map.setFeatureState({ ...target, id: key }, { c });
    }
    if (this.#states.size > p.keys.length) {
      const there = new Set(p.keys);
      for (const key of this.#states.keys()) if (!there.has(key)) { this.map.setFeatureState({ ...target, id: key }, { c: -1 }); this.#states.delete(key); }
    }
  }

  /** Colours the cells of a mesh by a category; null takes that away. @param {Kinds | null} k */
  kinds(k) {
    this.#kinds = k;
    if (this.#ready) this.#drawKinds();
  }

  #drawKinds() {
    for (const id of ["kinds-line", "kinds"]) if (this.map.getLayer(id)) this.map.removeLayer(id);
    if (this.map.getSource("kinds")) this.map.removeSource("kinds");
    const k = this.#kinds;
    if (!k) return;
    this.map.addSource("kinds", tilesOf(k.mesh, [k.mesh.key, k.field]));
    const colour = k.colours.size ? /** @type {any} */ (["match", ["to-string", ["get", k.field]], ...[...k.colours].flat(), inks().none]) : inks().none;
    const at = { source: "kinds", "source-layer": k.mesh.id }, before = this.#bottomOfLines();
    this.map.addLayer({ id: "kinds", type: "fill", ...at, paint: { "fill-color": colour, "fill-opacity": .78, "fill-antialias": false } }, before);
    this.map.addLayer({ id: "kinds-line", type: "line", ...at, minzoom: 13, paint: { "line-color": inks().line, "line-width": .6 } }, before);
  }

  /** Buildings stand up, or lie down. @param {boolean} on */
  relief(on) {
    this.#relief = on;
    if (this.#ready) this.#drawRelief();
  }

  #drawRelief() {
    const there = this.map.getLayer("relief");
    if (!this.#relief) { if (there) this.map.removeLayer("relief"); return; }
    const l = this.menu.layers.find(l => l.id === "batiments");
    if (there || !l) return;
    if (!this.map.getSource("relief")) this.map.addSource("relief", tilesOf(l));
    this.map.addLayer({
      id: "relief", type: "fill-extrusion", source: "relief", "source-layer": l.id, minzoom: Math.max(13, l.minzoom),
      paint: { "fill-extrusion-color": inks().relief, "fill-extrusion-height": /** @type {any} */ (height), "fill-extrusion-opacity": .92, "fill-extrusion-vertical-gradient": true },
    }, "selection-fill");
  }

  /** Marks a feature. @param {any} feature GeoJSON, or null */
  select(feature) {
    this.#selection = { type: "FeatureCollection", features: feature ? [feature] : [] };
    const source = this.map.getSource("selection");
    if (source && "setData" in source) /** @type {any} */ (source).setData(this.#selection);
  }

  /**
   * What is drawn at a place, the topmost first: cells of a theme only when nothing smaller
   * is there.
   * @param {{x: number, y: number}} point
   * @param {boolean} cells only those of the theme
   */
  at(point, cells) {
    const box = cells ? [point.x, point.y] : [[point.x - 4, point.y - 4], [point.x + 4, point.y + 4]];
    const layers = cells ? ["theme", "kinds"].filter(id => this.map.getLayer(id)) : undefined;
    if (cells && /** @type {string[]} */ (layers).length === 0) return null;
    const found = this.map.queryRenderedFeatures(/** @type {any} */ (box), layers ? { layers } : {}).filter(f => f.sourceLayer && f.id !== undefined);
    const rank = (/** @type {any} */ f) => f.layer.id === "relief" ? 0 : { Point: 0, MultiPoint: 0, LineString: 2, MultiLineString: 2 }[/** @type {string} */ (f.geometry.type)] ?? 1;
    const hits = found.map(f => ({ f, layer: this.menu.layers.find(l => l.id === f.sourceLayer) })).filter(h => h.layer);
    // Buildings before cells, cells before the streets that bound them.
    hits.sort((a, b) => rank(a.f) - rank(b.f) || Number(a.layer?.mesh) - Number(b.layer?.mesh) || Number(b.layer?.count) - Number(a.layer?.count));
    const hit = hits[0];
    return hit ? { layer: /** @type {Layer} */ (hit.layer), key: /** @type {string | number} */ (hit.f.id), properties: hit.f.properties } : null;
  }

  /** @param {[number, number, number, number]} box @param {number} [maxZoom] */
  fit(box, maxZoom = 17) {
    this.map.fitBounds(box, { padding: 32, maxZoom, duration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 500 });
  }
}

/**
 * The tiles of a layer, with all they have or some fields of it. A key that they do not have
 * is the number of the feature.
 * @param {Layer} l @param {string[]} [fields]
 * @returns {import("./maplibre-gl.mjs").VectorSourceSpecification}
 */
function tilesOf(l, fields) {
  const narrow = fields ? `?properties=${fields.map(encodeURIComponent).join(",")}` : "";
  return {
    type: "vector", tiles: [`${location.origin}${base}/tiles/${encodeURIComponent(l.id)}/{z}/{x}/{y}.mvt${narrow}`],
    minzoom: l.minzoom, maxzoom: l.maxzoom, bounds: l.bounds, ...(fields ?? l.onTiles).includes(l.key) ? { promoteId: { [l.id]: l.key } } : {},
  };
}
