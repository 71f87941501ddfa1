// The list of layers, from the catalogue: by class, with who made them and under which terms.
import { el } from "./dom.js";
import { base, classNames, number, read, say } from "./words.js";

/** @typedef {import("./menu.js").Layer} Layer */

/**
 * @param {Layer[]} layers
 * @param {Set<string>} shown
 * @param {number} zoom
 * @param {{toggle: (id: string) => void, look: (l: Layer) => void, from: (l: Layer) => number}} on
 */
export function layersPanel(layers, shown, zoom, on) {
  if (layers.length === 0) return [el("p", {}, say("Aucune couche : importez des données avec ", "No layer: import data with "), el("code", {}, "socle import"), ".")];
  return Object.keys(classNames).concat("").map(c => {
    const some = layers.filter(l => (classNames[l.class] ? l.class : "") === c);
    return some.length ? el("section", { className: "layer-class" }, el("h2", {}, classNames[c] ?? say("Autres données", "Other data")), el("ul", {}, ...some.map(l => item(l, shown.has(l.id), zoom, on)))) : null;
  });
}

/** @param {Layer} l @param {boolean} on @param {number} zoom @param {{toggle: (id: string) => void, look: (l: Layer) => void, from: (l: Layer) => number}} acts */
function item(l, on, zoom, acts) {
  const far = zoom < acts.from(l);
  return el("li", { className: far ? "far" : "", data: { layer: l.id } },
    el("label", {}, el("input", { type: "checkbox", name: `layer-${l.id}`, checked: on, on: { change: () => acts.toggle(l.id) } }), el("span", {}, el("b", {}, read(l.title)),
      el("small", {}, [`${number(l.count)} ${[say("points", "points"), say("lignes", "lines"), say("surfaces", "areas")][l.shape]}`, l.producer, l.vintage && say(`millésime ${l.vintage}`, `vintage ${l.vintage}`), l.licence].filter(Boolean).join(" · ")))),
    far ? el("button", { type: "button", className: "link", on: { click: () => acts.look(l) } }, say("zoomer", "zoom in")) : null,
    el("a", { href: `${base}/collections/${encodeURIComponent(l.id)}?f=html`, "aria-label": say(`Fiche de ${read(l.title)}`, `About ${read(l.title)}`) }, say("fiche", "about")));
}
