// The menu: what can be shown and asked, as the server describes it.
import { read, say, unit } from "./words.js";

/** @typedef {import("./words.js").Text} Text */
/** @typedef {{name: string, title?: Text, about?: Text, type: string, unit?: string, role?: string, refers?: string, weight?: string, terms?: {value: string, title?: Text, colour?: string}[]}} Field */
/** @typedef {{id: string, title: Text, about?: Text, class: string, producer?: string, licence?: string, vintage?: string}} About */
/** @typedef {About & {count: number, shape: number, mesh: boolean, key: string, label?: string, bounds: [number, number, number, number], minzoom: number, maxzoom: number, onTiles: string[], fields: Field[], revision: string}} Layer */
/** @typedef {{key: string, name: string, box: [number, number, number, number], at: [number, number]}} Place */
/** @typedef {{method: string, fits: boolean, chosen?: boolean, why: Text}} Choice */
/** @typedef {{mesh: string, refused?: Text, choices?: Choice[]}} Offered */
/** @typedef {About & {rows?: number, protected?: boolean, profile?: string, profileTitle?: Text, fields: Field[], meshes: Offered[]}} Source */
/** @typedef {{title: Text, source: string, measure: string, meshes: string[]}} Question */
/** @typedef {{layers: Layer[], places: Place[], sources: Source[], questions: Question[]}} Menu */

/** A field's title, or its name. @param {Field} f */
export const titleOf = f => read(f.title) || f.name;

/** A value of a category in words. @param {Field | undefined} f @param {any} v @returns {string} */
export const termOf = (f, v) => read(f?.terms?.find(t => t.value === String(v))?.title) || String(v);

/** A measure that can be asked of a source. @typedef {{value: string, text: string, group: string, refused?: string}} Measure */

/** A name as measures write it. @param {string} name */
const quoted = name => /^[\p{L}\d_.:-]+$/u.test(name) ? name : `"${name.replace(/"/g, '""')}"`;

/**
 * The measures of a source, by the roles of its fields: quantities add up, rates are
 * averaged with what weighs them, and what cannot be combined is told with the reason.
 * @param {Source} s
 * @param {boolean} itself the source is the mesh: each cell has its own value
 * @returns {Measure[]}
 */
export function measuresOf(s, itself = false) {
  /** @type {Measure[]} */
  const list = [];
  const add = (/** @type {string} */ value, /** @type {string} */ text, /** @type {string} */ group, /** @type {string} */ refused = "") => list.push({ value, text, group, refused });
  const [totals, means, densities, no] = [say("Totaux", "Totals"), say("Moyennes", "Means"), say("À l'hectare", "Per hectare"), say("Ne se calcule pas", "Not computable")];
  if (!itself) add("count", say("Nombre d'objets", "Number of features"), totals);
  for (const f of s.fields) {
    if (f.type !== "integer" && f.type !== "number" || f.role === "key" || f.role === "reference" || f.role === "time") continue;
    const u = unit(f.unit), name = quoted(f.name), text = titleOf(f) + (u && u !== "%" ? ` (${u})` : "");
    if (itself) add(`max(${name})`, text, say("Indicateurs", "Indicators"));
    else if (f.role === "intensive" && f.weight) add(`mean(${name})`, text, means);
    else if (f.role === "intensive") add(`mean(${name})`, text, no, read(f.about) || say("Rien ne dit ce qui pondère cette moyenne.", "Nothing says what weighs this mean."));
    else if (f.role === "extensive") {
      add(`sum(${name})`, text, totals);
      add(`density(${name})`, text, densities);
    } else add(`mean(${name})`, text, means);
  }
  if (!itself) add("density(count)", say("Objets", "Features"), densities);
  return list;
}

/** The fields that tell kinds of cells apart. @param {Layer} l */
export const kindsOf = l => l.fields.filter(f => f.type === "string" && f.role !== "key" && f.role !== "reference" && f.role !== "label" && (f.role === "category" || !f.role));
