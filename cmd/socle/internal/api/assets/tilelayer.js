// The layers of a map: what is known of each, its look, its tiles.
import { readTile } from "./mvt.js";

/**
 * @typedef {object} Layer
 * @property {string} id
 * @property {string} key the attribute that names a feature
 * @property {"point"|"line"|"polygon"} kind
 * @property {number} min the zooms that have tiles
 * @property {number} max
 * @property {string} color
 * @property {number} fill opacity of the inside
 * @property {number} width of the outline, in pixels
 * @property {boolean} shown
 * @property {string} [credit]
 */

/**
 * @typedef {object} Tile
 * @property {"loading"|"ready"|"failed"} state
 * @property {import("./mvt.js").Feature[]} features
 * @property {number} extent
 * @property {Path2D} [path] of all its lines and outlines
 * @property {number} used when it was last painted
 */

// How known collections look: colour, opacity of the fill, width of the outline.
const looks = {
  communes: ["#5b5470", 0, 1.6], iris: ["#8276a8", 0.03, 1], imu: ["#9a97a3", 0.05, 0.7], parcelles: ["#b0a99a", 0, 0.6],
  hydro: ["#5b9bc9", 0.55, 0.6], vegetation: ["#79a862", 0.4, 0.5], batiments: ["#a9714f", 0.55, 0.6],
  voies: ["#8d8a80", 0, 1], rail: ["#77777d", 0, 1.2], adresses: ["#2c8079", 1, 0],
};
// The others by turns; hues far enough apart that neighbours in the list can be told.
const palette = ["#2f7f79", "#c8743c", "#5a6fb5", "#a8467a", "#7a8f2a", "#8a5a44", "#3f8fc4", "#b59a1f", "#6a5aa0", "#4f8f55"];

/**
 * Makes a layer from its TileJSON.
 * @param {string} id
 * @param {object} tilejson
 * @param {{turn?: number, mesh?: boolean}} [about]
 * @returns {Layer}
 */
export function layerOf(id, tilejson, { turn = 0, mesh = false } = {}) {
  const [about] = tilejson.vector_layers;
  const [color, fill, width] = looks[id] ?? [palette[turn % palette.length], mesh ? 0.04 : 0.2, 0.8];
  return {
    id, key: Object.keys(about.fields)[0], kind: about.geometry_type ?? "polygon", min: tilejson.minzoom, max: tilejson.maxzoom,
    color, fill, width, shown: true, credit: tilejson.attribution,
  };
}

/** One path of all lines and outlines, in the units of the tile. */
export function pathOf(features) {
  const path = new Path2D();
  for (const f of features) {
    if (f.type === 1) continue;
    for (const line of f.lines) {
      path.moveTo(line[0], line[1]);
      for (let i = 2; i < line.length; i += 2) path.lineTo(line[i], line[i + 1]);
    }
  }
  return path;
}

const kept = 400, patience = 5000;

/** The tiles fetched so far, by "id/z/x/y". */
export class TileCache {
  /** @type {Map<string, Tile>} */
  #tiles = new Map();
  #base;
  #changed;

  /**
   * @param {string} base what paths begin with
   * @param {(failed: boolean) => void} changed is called when a tile came, or did not
   */
  constructor(base, changed) { this.#base = base; this.#changed = changed; }

  /** What is there already. */
  peek(id, z, x, y) { return this.#tiles.get(`${id}/${z}/${x}/${y}`); }

  /** A tile, which may still be loading. @returns {Tile} */
  get(id, z, x, y) {
    const name = `${id}/${z}/${x}/${y}`;
    let t = this.#tiles.get(name);
    if (!t) {
      t = { state: "loading", features: [], extent: 4096, used: 0 };
      this.#tiles.set(name, t);
      this.#load(name, t, `${this.#base}/tiles/${encodeURIComponent(id)}/${z}/${x}/${y}.mvt`);
    }
    t.used = performance.now();
    return t;
  }

  async #load(name, t, address) {
    try {
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(String(answer.status));
      const body = answer.status === 204 ? new ArrayBuffer(0) : await answer.arrayBuffer();
      const layer = readTile(body)[0];
      t.extent = layer?.extent ?? 4096;
      t.features = layer?.features ?? [];
      t.path = pathOf(t.features);
      t.state = "ready";
      this.#changed(false);
    } catch {
      t.state = "failed";
      setTimeout(() => { this.#tiles.delete(name); this.#changed(true); }, patience);
      this.#changed(true);
    }
  }

  /** Drops the oldest but what was painted since began, or a large screen would fetch it again for ever. */
  forget(began) {
    if (this.#tiles.size <= kept) return;
    const old = [...this.#tiles].filter(([, t]) => t.state !== "loading" && t.used < began).sort((a, b) => a[1].used - b[1].used);
    for (const [name] of old.slice(0, this.#tiles.size - kept)) this.#tiles.delete(name);
  }

  get busy() { return [...this.#tiles.values()].some(t => t.state === "loading"); }
}
