// The list of layers, from the catalogue: by class, with who made them and under which terms.
import { el } from "./dom.js";
import { base, classNames, lang, number, read, say } from "./words.js";

/** @typedef {import("./menu.js").Layer} Layer */

/**
 * @param {Layer[]} layers
 * @param {Set<string>} shown
 * @param {(l: Layer) => boolean} near whether something of a layer is drawn where the map looks
 * @param {{toggle: (id: string) => void, look: (l: Layer) => void}} on
 */
export function layersPanel(layers, shown, near, on) {
  if (layers.length === 0) return [el("p", {}, say("Aucune couche : importez des données avec ", "No layer: import data with "), el("code", {}, "socle import"), ".")];
  return Object.keys(classNames).concat("").map(c => {
    const some = layers.filter(l => (classNames[l.class] ? l.class : "") === c);
    return some.length ? el("section", { className: "layer-class" }, el("h2", {}, classNames[c] ?? say("Autres données", "Other data")), el("ul", {}, ...some.map(l => item(l, shown.has(l.id), l.count === 0 || near(l), on)))) : null;
  });
}

/** How many features there are. Those of several kinds are of none. @param {Layer} l */
function countOf(l) {
  const one = [say("point", "point"), say("ligne", "line"), say("surface", "area")][l.shape] ?? say("objet", "feature");
  return `${number(l.count)} ${one}${l.count > 1 || l.count === 0 && lang === "en" ? "s" : ""}`;
}

/** @param {Layer} l @param {boolean} on @param {boolean} near @param {{toggle: (id: string) => void, look: (l: Layer) => void}} acts */
function item(l, on, near, acts) {
  return el("li", { className: near ? "" : "far", data: { layer: l.id } },
    el("label", {}, el("input", { type: "checkbox", name: `layer-${l.id}`, checked: on, on: { change: () => acts.toggle(l.id) } }), el("span", {}, el("b", {}, read(l.title)),
      el("small", {}, [countOf(l), l.producer, l.vintage && say(`millésime ${l.vintage}`, `vintage ${l.vintage}`), l.licence].filter(Boolean).join(" · ")))),
    near ? null : el("button", { type: "button", className: "link", on: { click: () => acts.look(l) } }, say("zoomer", "zoom in")),
    el("a", { href: `${base}/collections/${encodeURIComponent(l.id)}?f=html`, "aria-label": say(`Fiche de ${read(l.title)}`, `About ${read(l.title)}`) }, say("fiche", "about")));
}
