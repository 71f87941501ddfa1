// The view of a mesh: its kinds of cells, and its indicators whose histogram brushes the map.
import { hues } from "./classes.js";
import { choice, el } from "./dom.js";
import { legendOf, swatch } from "./legend.js";
import { kindsOf, measuresOf, termOf, titleOf } from "./menu.js";
import { getJSON } from "./server.js";
import { newTheme } from "./state.js";
import { number, read, say } from "./words.js";

/** @typedef {import("./menu.js").Menu} Menu */
/** @typedef {import("./menu.js").Layer} Layer */
/** @typedef {{mesh: Layer, field: string, counts: Map<string, number>, colours: Map<string, string>, name: (kind: string) => string}} Kinds */

/** What the server calls cells of no kind. */
const unknown = "?";

/** @type {Map<string, Promise<Map<string, number>>>} */
const counted = new Map();

/**
 * How many cells are of each kind: they are counted on the municipalities, or on themselves.
 * @param {Menu} menu @param {Layer} mesh @param {string} field
 */
async function count(menu, mesh, field) {
  const on = menu.layers.find(l => l.id === "communes" && l.mesh && l.id !== mesh.id) ?? mesh;
  const q = new URLSearchParams({ source: mesh.id, measure: "count", by: field, ...on === mesh ? { field: mesh.key } : { method: "point" } });
  const answer = await getJSON(`/collections/${encodeURIComponent(on.id)}/aggregate?${q}`);
  /** @type {Map<string, number>} */
  const counts = new Map();
  answer.columns[field].forEach((/** @type {string | null} */ kind, /** @type {number} */ i) => {
    const n = answer.columns.count[i];
    if (kind !== null && kind !== unknown && n) counts.set(kind, (counts.get(kind) ?? 0) + n);
  });
  return counts;
}

/** @param {Menu} menu @param {string} which "imu.tissu" @returns {Promise<Kinds | null>} */
export async function kindsFor(menu, which) {
  const mesh = menu.layers.find(l => which.startsWith(`${l.id}.`) && l.mesh), field = mesh ? which.slice(mesh.id.length + 1) : "", about = mesh?.fields.find(f => f.name === field);
  if (!mesh || !about) return null;
  let asked = counted.get(which);
  if (!asked) counted.set(which, asked = count(menu, mesh, field));
  asked.catch(() => counted.delete(which));
  const all = await asked, name = (/** @type {string} */ kind) => termOf(about, kind);
  // A category whose values have colours keeps them, in its own order: water is blue wherever it is drawn.
  const known = (about.terms ?? []).filter(t => t.colour && all.has(t.value));
  if (known.length) {
    return { mesh, field, name, counts: new Map(known.map(t => [t.value, all.get(t.value) ?? 0])), colours: new Map(known.map(t => [t.value, t.colour ?? ""])) };
  }
  const counts = new Map([...all].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, hues.length));
  return { mesh, field, name, counts, colours: new Map([...counts.keys()].map((k, i) => [k, hues[i]])) };
}

/**
 * @param {Menu} menu
 * @param {import("./state.js").State} state
 * @param {Kinds | null} kinds
 * @param {import("./themepanel.js").Answer} answer
 * @param {import("./themepanel.js").Acts} acts
 * @param {(kind: string) => void} setKind
 */
export function blocksPanel(menu, state, kinds, answer, acts, setKind) {
  const t = state.themes[state.active], meshes = menu.layers.filter(l => l.mesh && menu.sources.some(s => s.id === l.id));
  const mesh = meshes.find(l => l.id === (kinds?.mesh.id ?? (t && t.source === t.mesh ? t.mesh : blocksPanel.mesh))) ?? meshes.find(l => l.id === "imu") ?? meshes[0];
  if (!mesh) return [el("p", {}, say("Aucun maillage ici.", "No mesh here."))];
  blocksPanel.mesh = mesh.id;
  const source = menu.sources.find(s => s.id === mesh.id), own = !!t && t.source === t.mesh && t.mesh === mesh.id;
  const indicators = source ? measuresOf(source, true) : [], categories = kindsOf(mesh);
  const indicate = (/** @type {string} */ measure) => { setKind(""); acts.set(measure ? { ...newTheme(), mesh: mesh.id, source: mesh.id, measure, field: mesh.key } : null); };
  return [
    choice(say("Maillage", "Mesh"), "blocks-mesh", meshes.map(l => ({ value: l.id, text: `${read(l.title)} (${number(l.count)})` })), mesh.id, id => { blocksPanel.mesh = id; setKind(""); acts.set(null); }),
    mesh.about ? el("p", { className: "note" }, read(mesh.about)) : null,
    categories.length ? choice(say("Classes", "Kinds"), "kind", [{ value: "", text: say("aucune", "none") }, ...categories.map(f => ({ value: f.name, text: titleOf(f) }))], kinds?.field ?? "",
      f => { acts.set(null); setKind(f ? `${mesh.id}.${f}` : ""); }) : null,
    kinds ? kindLegend(kinds) : null,
    indicators.length ? choice(say("Indicateur", "Indicator"), "indicator", [{ value: "", text: say("aucun", "none") }, ...indicators.map(m => ({ value: m.value, text: m.text }))], own ? t.measure : "", indicate) : null,
    own && answer.trouble ? el("p", { className: "trouble", role: "alert" }, answer.trouble.message) : null,
    own && answer.values && answer.values.sorted.length === 0 ? el("p", { className: "note" }, say("Cet indicateur n'a pas encore de valeur : ", "This indicator has no value yet: "), el("code", {}, "socle imu build"), say(" le calcule.", " computes it.")) : null,
    own && answer.values?.sorted.length ? legendOf(t, answer.values, answer.bounds, acts.draw) : null,
    own && answer.values?.sorted.length ? el("p", { className: "note" }, say("Déplacez les deux poignées de l'histogramme : la carte ne garde que ces mailles.", "Move the two handles of the histogram: the map keeps these cells only.")) : null,
  ];
}
blocksPanel.mesh = "";

/** @param {Kinds} k */
function kindLegend(k) {
  const total = [...k.counts.values()].reduce((a, b) => a + b, 0), none = k.mesh.count - total;
  if (total === 0) return el("p", { className: "note" }, say("Aucune maille n'a de classe : ", "No cell has a kind: "), el("code", {}, "socle imu build"), say(" les classe.", " gives them one."));
  return el("section", { className: "legend", "aria-label": say("Légende", "Legend") }, el("ul", {},
    ...[...k.counts].map(([kind, n]) => el("li", { data: { count: String(n) } }, swatch(k.colours.get(kind) ?? ""), el("span", { className: "range" }, k.name(kind)), el("span", { className: "count" }, number(n)))),
    none > 0 ? el("li", {}, el("i", { className: "swatch nothing" }), el("span", { className: "range" }, say("Autres ou sans classe", "Others or none")), el("span", { className: "count" }, number(none))) : null));
}
