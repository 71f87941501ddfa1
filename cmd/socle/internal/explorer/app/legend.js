// The legend of a theme: classes with how many cells they have, what is hidden and why, what
// has no data; and the histogram whose handles brush the map.
import { ramps, coloursOf, countsOf } from "./classes.js";
import { choice, el, svg } from "./dom.js";
import { number, quantity, reasons, say, unit } from "./words.js";

/** @typedef {import("./values.js").Values} Values */
/** @typedef {import("./state.js").Theme} Theme */

const cells = (/** @type {number} */ n) => `${number(n)}\u00a0${n > 1 ? say("mailles", "cells") : say("maille", "cell")}`;

/**
 * @param {Theme} t
 * @param {Values} v
 * @param {number[]} bounds
 * @param {(change: Partial<Theme>) => void} change
 */
export function legendOf(t, v, bounds, change) {
  const n = Math.max(0, bounds.length - 1), colours = coloursOf(t.ramp, n), counts = countsOf(bounds, v.sorted);
  const rows = counts.map((count, k) => el("li", { data: { low: String(bounds[k]), high: String(bounds[k + 1]), count: String(count) } },
    swatch(colours[k]), el("span", { className: "range" }, bounds[k] === bounds[k + 1] ? number(bounds[k]) : `${number(bounds[k])} – ${number(bounds[k + 1])}`), el("span", { className: "count" }, cells(count))));
  const hidden = v.status.filter(s => s === "hidden").length, empty = v.status.filter(s => s === "empty").length, partial = v.reasons.filter(r => r === "partial").length;
  if (hidden) {
    const why = [...new Set(v.reasons.filter((r, i) => v.status[i] === "hidden"))].map(r => reasons[r ?? ""] ?? r).join(" ; ");
    rows.push(el("li", { data: { count: String(hidden), kind: "hidden" } }, el("i", { className: "swatch hatched" }), el("span", { className: "range" }, say("Masqué", "Hidden"), el("small", {}, why)), el("span", { className: "count" }, cells(hidden))));
  }
  if (empty) rows.push(el("li", { data: { count: String(empty), kind: "empty" } }, el("i", { className: "swatch nothing" }), el("span", { className: "range" }, say("Pas de donnée", "No data")), el("span", { className: "count" }, cells(empty))));
  const u = unit(v.unit);
  return el("section", { className: "legend", "aria-label": say("Légende", "Legend") },
    el("p", { className: "unit-line" }, u ? say(`En ${u.replace(/^\//, "nombre à l'")}`, `In ${u.replace(/^\//, "number per ")}`) : ""),
    el("ul", {}, ...rows),
    partial ? el("p", { className: "note" }, say(`Dont ${number(partial)} totaux partiels : des valeurs masquées n'y sont pas.`, `Of which ${number(partial)} partial totals, which leave hidden values out.`)) : null,
    n > 0 && bounds[0] !== bounds[n] ? histogram(t, v, bounds, colours, change) : null,
    el("div", { className: "row" },
      choice(say("Classes", "Classes"), "cut", [
        { value: "quantile", text: say("de même effectif", "of equal count") }, { value: "jenks", text: say("naturelles (Jenks)", "natural (Jenks)") }, { value: "equal", text: say("de même étendue", "of equal width") },
      ], t.cut, cut => change({ cut: /** @type {Theme["cut"]} */ (cut) })),
      choice(say("Nombre", "Number"), "classes", [3, 4, 5, 6, 7].map(k => ({ value: String(k), text: String(k) })), String(t.classes), k => change({ classes: Number(k) })),
      choice(say("Couleurs", "Colours"), "ramp", Object.keys(ramps).map(r => ({ value: r, text: { sea: say("mer", "sea"), fire: say("feu", "fire"), cividis: "cividis" }[r] ?? r })), t.ramp, ramp => change({ ramp }))));
}

/** @param {string} colour */
export function swatch(colour) {
  const i = el("i", { className: "swatch" });
  i.style.background = colour;
  return i;
}

const bars = 40, tall = 54, wide = 240;

/**
 * @param {Theme} t @param {Values} v @param {number[]} bounds @param {string[]} colours
 * @param {(change: Partial<Theme>) => void} change
 */
function histogram(t, v, bounds, colours, change) {
  const low = v.sorted[0], high = v.sorted[v.sorted.length - 1], step = (high - low) / bars;
  const counts = new Array(bars).fill(0);
  for (const x of v.sorted) counts[Math.min(bars - 1, Math.floor((x - low) / step))]++;
  const most = Math.max(...counts);
  const picture = svg("svg", { viewBox: `0 0 ${wide} ${tall}`, preserveAspectRatio: "none", role: "img", "aria-label": say("Répartition des valeurs", "Spread of the values") },
    ...counts.map((c, i) => {
      const h = c ? Math.max(1.5, Math.sqrt(c / most) * tall) : 0, x = low + (i + .5) * step;
      let k = 0;
      while (k < colours.length - 1 && x >= bounds[k + 1]) k++;
      return svg("rect", { x: i * wide / bars + .4, y: tall - h, width: wide / bars - .8, height: h, fill: colours[k], data: "" });
    }));
  const [from, to] = t.brush ?? [low, high], whole = 200;
  const at = (/** @type {number} */ x) => Math.round((Math.min(high, Math.max(low, x)) - low) / (high - low) * whole);
  const text = el("output", { className: "brushed" });
  const handle = (/** @type {string} */ label, /** @type {string} */ name, /** @type {number} */ x) =>
    el("input", { type: "range", name, min: "0", max: String(whole), value: String(at(x)), "aria-label": label, on: { input: () => moved(false), change: () => moved(true) } });
  const a = handle(say("Valeur la plus basse montrée", "Lowest value shown"), "from", from), b = handle(say("Valeur la plus haute montrée", "Highest value shown"), "to", to);
  const mark = () => {
    const [x, y] = [Number(a.value), Number(b.value)].sort((p, q) => p - q);
    [...picture.children].forEach((r, i) => r.classList.toggle("out", (i + 1) * whole / bars <= x || i * whole / bars >= y));
    text.textContent = x === 0 && y === whole ? "" : `${quantity(low + x / whole * (high - low), v.unit)} – ${quantity(low + y / whole * (high - low), v.unit)}`;
    a.setAttribute("aria-valuetext", quantity(low + Number(a.value) / whole * (high - low), v.unit));
    b.setAttribute("aria-valuetext", quantity(low + Number(b.value) / whole * (high - low), v.unit));
    return [x, y];
  };
  const moved = (/** @type {boolean} */ done) => {
    const [x, y] = mark();
    const brush = x === 0 && y === whole ? null : /** @type {[number, number]} */ ([low + x / whole * (high - low), low + y / whole * (high - low)]);
    change({ brush, ...done ? {} : { moving: true } });
  };
  mark();
  return el("div", { className: "histogram" }, picture, el("div", { className: "handles" }, a, b), text);
}
