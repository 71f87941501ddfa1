// The values of a theme: asked for once, as columns.
import { getJSON, runJob, Trouble } from "./server.js";
import { inputsOf } from "./state.js";
import { base, read, say } from "./words.js";

/**
 * @typedef {object} Values
 * @property {string} mesh
 * @property {string} title
 * @property {string | undefined} unit
 * @property {(string | number)[]} keys of cells
 * @property {(string | null)[]} labels names of cells, or nulls
 * @property {(number | null)[]} values
 * @property {string[]} status shown, hidden or empty
 * @property {(string | null)[]} reasons
 * @property {(number | null)[] | null} units how many stand behind each value, where the rules tell it
 * @property {Map<string | number, number>} at rows by key
 * @property {any} receipt
 * @property {string} words the receipt for people
 * @property {number[]} sorted values that are shown, in order
 */

/** @typedef {import("./state.js").Theme} Theme */
/** @typedef {import("./menu.js").Menu} Menu */

/** Where figures are, in a form. @param {Theme} t @param {Menu} menu @param {string} form */
export function addressOf(t, menu, form) {
  const q = new URLSearchParams(inputsOf(t));
  const cells = cellFilter(t, menu);
  if (cells) q.set("mesh-filter", cells);
  q.set("f", form);
  return `${base}/collections/${encodeURIComponent(t.mesh)}/aggregate?${q}`;
}

/** The reference of a mesh to municipalities. @param {Theme} t @param {Menu} menu */
export function placeField(t, menu) {
  const mesh = menu.layers.find(l => l.id === t.mesh);
  if (!mesh) return "";
  return mesh.id === "communes" ? mesh.key : mesh.fields.find(f => f.refers === "communes")?.name ?? "";
}

/**
 * The filter that confines cells to a municipality. A protected source is released whole:
 * there the map looks at the municipality, and the figures are of all.
 * @param {Theme} t
 * @param {Menu} menu
 */
function cellFilter(t, menu) {
  const field = placeField(t, menu), whole = menu.sources.find(s => s.id === t.source)?.protected;
  return t.place && field && !whole ? `${field} = '${t.place.replace(/'/g, "''")}'` : "";
}

/** What is kept of answers: going back and forth asks nothing again. @type {Map<string, Values>} */
const known = new Map();
const mostKnown = 12;

/**
 * @param {Theme} t
 * @param {Menu} menu
 * @param {number} jobRows from how many rows on it is a job; Infinity for never
 * @param {AbortSignal} signal
 * @param {(percent: number | null) => void} tell
 * @returns {Promise<Values>}
 */
export async function valuesOf(t, menu, jobRows, signal, tell) {
  const address = addressOf(t, menu, "json"), kept = known.get(address);
  if (kept) return kept;
  const rows = menu.sources.find(s => s.id === t.source)?.rows ?? 0;
  let answer;
  if (rows >= jobRows) {
    const cells = cellFilter(t, menu);
    answer = await runJob({ mesh: t.mesh, ...inputsOf(t), ...cells ? { "mesh-filter": cells } : {} }, signal, tell);
  } else {
    tell(null);
    answer = await getJSON(address.slice(base.length), { signal });
  }
  const v = valuesFrom(answer, menu);
  if (known.size >= mostKnown) known.delete(/** @type {string} */ (known.keys().next().value));
  known.set(address, v);
  return v;
}

/** @param {any} answer @param {Menu} menu @returns {Values} */
export function valuesFrom(answer, menu) {
  const mesh = menu.layers.find(l => l.id === answer.mesh);
  /** @type {{name: string, title?: import("./words.js").Text, type: string, unit?: string}[]} */
  const fields = answer.fields;
  const key = fields[0], figure = fields.find(f => f.name !== key.name && f.name !== mesh?.label && (f.type === "number" || f.type === "integer"));
  if (!mesh || !figure) throw new Trouble(say("La réponse n'a pas de chiffre à montrer.", "The answer has no figure to show."));
  const columns = answer.columns, keys = columns[key.name];
  /** @type {(number | null)[]} */
  let values = columns[figure.name];
  let measured = figure.unit;
  // A part of a whole is read in hundredths; downloads keep it as it is.
  if (/^(ratio|share)/.test(answer.receipt?.measures?.[0] ?? "") && (!measured || measured === "1") && values.every(v => v === null || v >= 0 && v <= 1)) {
    values = values.map(v => v === null ? null : 100 * v);
    measured = "%";
  }
  return {
    mesh: answer.mesh, title: read(figure.title) || figure.name, unit: measured, keys, values,
    labels: mesh.label && columns[mesh.label] || keys.map(() => null),
    status: columns.status, reasons: columns.reason, units: figure.name === "units" ? null : columns.units ?? null,
    at: new Map(keys.map((/** @type {string | number} */ k, /** @type {number} */ i) => [k, i])),
    receipt: answer.receipt, words: read(answer.words), sorted: /** @type {number[]} */ (values.filter(v => v !== null)).sort((a, b) => a - b),
  };
}
