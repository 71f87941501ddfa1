// What is known of a feature that was clicked: its attributes in words, and where it lies.
import { el } from "./dom.js";
import { termOf, titleOf } from "./menu.js";
import { getJSON } from "./server.js";
import { base, number, quantity, read, say } from "./words.js";

/** @typedef {import("./menu.js").Layer} Layer */
/** @typedef {import("./menu.js").Field} Field */
/** @typedef {import("./menu.js").Menu} Menu */

/** A feature as the server has it. @param {Layer} l @param {string | number} key @param {AbortSignal} signal */
export const featureOf = (l, key, signal) => getJSON(`/collections/${encodeURIComponent(l.id)}/items/${encodeURIComponent(String(key))}?f=json`, { signal, headers: { Accept: "application/geo+json" } });

/** The page of a feature. @param {string} id @param {string | number} key */
const pageOf = (id, key) => `${base}/collections/${encodeURIComponent(id)}/items/${encodeURIComponent(String(key))}?f=html`;

/** A place within a geometry: that of a point, the middle of the box of the rest. @param {any} g @returns {[number, number]} */
export function middleOf(g) {
  const [w, s, e, n] = boxOf(g);
  return [(w + e) / 2, (s + n) / 2];
}

/** @param {any} g @returns {[number, number, number, number]} */
export function boxOf(g) {
  const box = /** @type {[number, number, number, number]} */ ([Infinity, Infinity, -Infinity, -Infinity]);
  const walk = (/** @type {any} */ c) => {
    if (typeof c[0] === "number") { box[0] = Math.min(box[0], c[0]); box[1] = Math.min(box[1], c[1]); box[2] = Math.max(box[2], c[0]); box[3] = Math.max(box[3], c[1]); } else c.forEach(walk);
  };
  walk(g.coordinates);
  return box;
}

/** The meshes that a place is told by, and the cell of each that holds it. @param {Menu} menu @param {string} but @param {[number, number]} at @param {AbortSignal} signal */
function whereabouts(menu, but, at, signal) {
  const meshes = ["imu", "iris", "communes"].map(id => menu.layers.find(l => l.id === id && l.mesh)).filter(l => l && l.id !== but);
  return Promise.all(meshes.map(async l => {
    const layer = /** @type {Layer} */ (l), fields = layer.label ? `${layer.key},${layer.label}` : layer.key;
    const q = new URLSearchParams({ f: "json", limit: "1", properties: fields, filter: `S_INTERSECTS(geometry,POINT(${at[0]} ${at[1]}))` });
    const found = await getJSON(`/collections/${encodeURIComponent(layer.id)}/items?${q}`, { signal, headers: { Accept: "application/geo+json" } });
    const f = found.features[0];
    return f ? { layer, key: f.id, name: layer.label ? f.properties[layer.label] ?? f.id : f.id } : null;
  }));
}

/**
 * @param {Menu} menu
 * @param {Layer} layer
 * @param {any} feature
 * @param {[number, number]} at where it was clicked
 * @param {AbortSignal} signal
 * @param {{close: () => void, open: (id: string, key: string | number) => void}} on
 */
export function featureCard(menu, layer, feature, at, signal, on) {
  const name = layer.label && feature.properties[layer.label] || feature.id;
  const inside = el("ul", { className: "inside" });
  whereabouts(menu, layer.id, at, signal).then(all => inside.append(...all.filter(w => w !== null).map(w => el("li", {}, el("span", {}, read(w.layer.title)), el("a", { href: pageOf(w.layer.id, w.key) }, String(w.name)))))).catch(() => inside.remove());
  const rows = layer.fields.map(f => [f, feature.properties[f.name]]).filter(([, v]) => v !== null && v !== undefined && v !== "");
  const missing = layer.fields.length - rows.length;
  return [
    el("header", {}, el("p", { className: "path" }, read(layer.title)), el("h2", { tabIndex: -1 }, String(name)),
      el("button", { type: "button", className: "close", "aria-label": say("Fermer", "Close"), on: { click: on.close } }, "×")),
    tall(feature.properties),
    inside,
    el("dl", {}, ...rows.flatMap(([f, v]) => [el("dt", {}, titleOf(/** @type {Field} */ (f))), el("dd", {}, valueOf(menu, /** @type {Field} */ (f), v))])),
    missing ? el("p", { className: "note" }, say(`${missing} champs sans valeur`, `${missing} fields without value`)) : null,
    el("p", { className: "actions" }, el("a", { className: "button", href: pageOf(layer.id, feature.id) }, say("Sa page", "Its page"))),
  ];
}

/** How high a building stands. @param {Record<string, any>} p */
function tall(p) {
  const h = Number(p.hauteur ?? (p.zmax != null && p.zmin != null ? p.zmax - p.zmin : NaN));
  return Number.isFinite(h) && h > 0 ? el("p", { className: "tall" }, say("Hauteur : ", "Height: "), el("b", {}, quantity(h, "m"))) : null;
}

/** @param {Menu} menu @param {Field} f @param {any} v */
function valueOf(menu, f, v) {
  if (f.refers && menu.layers.some(l => l.id === f.refers)) return el("a", { href: pageOf(f.refers, v) }, String(v));
  if (typeof v === "number" && f.role !== "key" && f.role !== "time") return f.unit && f.unit !== "1" ? quantity(v, f.unit) : number(v);
  if (typeof v === "boolean") return v ? say("oui", "yes") : say("non", "no");
  if (typeof v === "object") return el("code", {}, JSON.stringify(v));
  if (f.terms) return termOf(f, v);
  return /^https?:\/\//.test(String(v)) ? el("a", { href: String(v), rel: "noopener nofollow" }, String(v)) : String(v);
}
