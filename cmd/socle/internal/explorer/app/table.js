// The figures as a table, for reading and for who does not see the map.
import { el } from "./dom.js";
import { number, quantity, reasons, say } from "./words.js";

/** @typedef {import("./values.js").Values} Values */

/** How many rows are made at once: more come when asked for. */
const page = 200;

/**
 * @param {Values} v
 * @param {{focus: (key: string | number) => void, open: (key: string | number) => void, close: () => void}} on
 */
export function tableOf(v, on) {
  const order = v.keys.map((_, i) => i);
  let by = "value", down = true, shown = page;
  const named = v.labels.some(l => l !== null);
  const body = el("tbody");
  const more = el("button", { type: "button", className: "button quiet", on: { click: () => { shown += page; fill(); } } }, say("Plus de lignes", "More rows"));
  const sort = () => order.sort((a, b) => {
    const [x, y] = by === "value" ? [v.values[a], v.values[b]] : by === "units" ? [v.units?.[a] ?? null, v.units?.[b] ?? null] : [v.labels[a] ?? v.keys[a], v.labels[b] ?? v.keys[b]];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1);
  });
  const fill = () => {
    body.replaceChildren(...order.slice(0, shown).map(i => el("tr", { data: { key: String(v.keys[i]) }, on: { pointerenter: () => on.focus(v.keys[i]) } },
      el("th", { scope: "row" }, el("button", { type: "button", className: "link", on: { focus: () => on.focus(v.keys[i]), click: () => on.open(v.keys[i]) } }, String(v.labels[i] ?? v.keys[i]))),
      named ? el("td", {}, el("code", {}, String(v.keys[i]))) : null,
      el("td", { className: "number" }, textOf(v, i)),
      v.units ? el("td", { className: "number" }, v.units[i] === null ? "—" : number(/** @type {number} */ (v.units[i]))) : null)));
    more.hidden = shown >= order.length;
  };
  const head = (/** @type {string} */ key, /** @type {string} */ text, number = false) => {
    const th = el("th", { scope: "col", className: number ? "number" : "", "aria-sort": key === by ? "descending" : undefined },
      el("button", { type: "button", className: "link", on: { click: () => {
        down = by === key ? !down : key !== "label";
        by = key;
        for (const other of th.parentElement?.children ?? []) other.removeAttribute("aria-sort");
        th.setAttribute("aria-sort", down ? "descending" : "ascending");
        sort(); fill();
      } } }, text));
    return th;
  };
  const titles = el("tr", {}, head("label", say("Maille", "Cell")), named ? el("th", { scope: "col" }, say("Clé", "Key")) : null, head("value", v.title, true), v.units ? head("units", say("Unités", "Units"), true) : null);
  sort(); fill();
  return [
    el("header", {}, el("h2", {}, v.title), el("span", { className: "note" }, `${number(v.keys.length)} ${say("mailles", "cells")}`),
      el("button", { type: "button", className: "close", "aria-label": say("Fermer le tableau", "Close the table"), on: { click: on.close } }, "×")),
    el("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": v.title }, el("table", {}, el("thead", {}, titles), body), more),
  ];
}

/** What is known of a cell, in words. @param {Values} v @param {number} i */
export function textOf(v, i) {
  if (v.status[i] === "hidden") return say("masqué", "hidden");
  if (v.status[i] === "empty" || v.values[i] === null) return say("pas de donnée", "no data");
  return quantity(/** @type {number} */ (v.values[i]), v.unit);
}

/** Why a cell shows what it shows, "" when there is nothing to say. @param {Values} v @param {number} i */
export const whyOf = (v, i) => reasons[v.reasons[i] ?? ""] ?? "";
