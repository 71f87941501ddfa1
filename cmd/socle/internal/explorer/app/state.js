// The state of the page, and how it is written into its address.

/**
 * A theme: a question, and how its answer is drawn.
 * @typedef {object} Theme
 * @property {string} mesh
 * @property {string} source
 * @property {string} measure
 * @property {string} method "" takes the right one
 * @property {string} weights collection that weighs
 * @property {string} weight its field
 * @property {string} filter CQL2 on the source
 * @property {string} place key of the municipality it is confined to
 * @property {string} profile
 * @property {string} field key field to start at: a mesh's own fields
 * @property {"quantile" | "jenks" | "equal"} cut
 * @property {number} classes
 * @property {string} ramp
 * @property {[number, number] | null} brush part of the values that is shown
 */

/**
 * @typedef {object} State
 * @property {string[] | null} layers null for those that are shown at first
 * @property {string} tab
 * @property {(Theme | null)[]} themes one or two
 * @property {"" | "split" | "swipe"} compare
 * @property {number} active which theme the panels are about
 * @property {boolean} relief
 * @property {boolean} table
 * @property {string} kind category field that colours the cells of a mesh: "imu.tissu"
 * @property {string} pick what is selected: "batiments/B1"
 */

/** @returns {Theme} */
export const newTheme = () => ({
  mesh: "", source: "", measure: "", method: "", weights: "", weight: "", filter: "", place: "", profile: "", field: "",
  cut: "quantile", classes: 5, ramp: "sea", brush: null,
});

/** @returns {State} */
export const newState = () => ({ layers: null, tab: "theme", themes: [null, null], compare: "", active: 0, relief: false, table: false, kind: "", pick: "" });

const words = /** @type {const} */ (["mesh", "source", "measure", "method", "weights", "weight", "filter", "place", "profile", "field", "ramp"]);
const cuts = ["quantile", "jenks", "equal"], tabs = ["theme", "blocks", "layers"];

/** The query that gives back a state. @param {State} s */
export function write(s) {
  const q = new URLSearchParams();
  if (s.layers) q.set("collections", s.layers.join(","));
  if (s.tab !== "theme") q.set("tab", s.tab);
  if (s.compare) q.set("compare", s.compare);
  if (s.active) q.set("active", "1");
  if (s.relief) q.set("relief", "1");
  if (s.table) q.set("table", "1");
  if (s.kind) q.set("kind", s.kind);
  if (s.pick) q.set("pick", s.pick);
  const blank = newTheme();
  s.themes.forEach((t, i) => {
    if (!t) return;
    const p = i ? "b." : "";
    for (const w of words) if (t[w] !== blank[w]) q.set(p + w, t[w]);
    if (t.cut !== blank.cut) q.set(`${p}cut`, t.cut);
    if (t.classes !== blank.classes) q.set(`${p}classes`, String(t.classes));
    if (t.brush) q.set(`${p}brush`, t.brush.join(","));
  });
  return q.toString();
}

/** The state a query gives. What cannot be read is left out. @param {string} query @returns {State} */
export function parse(query) {
  const q = new URLSearchParams(query), s = newState();
  const shown = q.get("collections");
  if (shown !== null) s.layers = shown.split(",").filter(Boolean);
  const tab = q.get("tab") ?? "";
  if (tabs.includes(tab)) s.tab = tab;
  const compare = q.get("compare");
  if (compare === "split" || compare === "swipe") s.compare = compare;
  s.active = q.get("active") === "1" ? 1 : 0;
  s.relief = q.get("relief") === "1";
  s.table = q.get("table") === "1";
  s.kind = q.get("kind") ?? "";
  s.pick = q.get("pick") ?? "";
  s.themes = ["", "b."].map(p => {
    if (!q.get(`${p}source`) || !q.get(`${p}mesh`) || !q.get(`${p}measure`)) return null;
    const t = newTheme();
    for (const w of words) t[w] = q.get(p + w) ?? t[w];
    const cut = q.get(`${p}cut`) ?? "";
    if (cuts.includes(cut)) t.cut = /** @type {Theme["cut"]} */ (cut);
    const n = Number(q.get(`${p}classes`));
    if (Number.isInteger(n) && n >= 2 && n <= 9) t.classes = n;
    const brush = (q.get(`${p}brush`) ?? "").split(",").map(Number);
    if (brush.length === 2 && brush.every(Number.isFinite)) t.brush = [brush[0], brush[1]];
    return t;
  });
  return s;
}

/** What a theme asks of the server. @param {Theme} t @returns {Record<string, string>} */
export function inputsOf(t) {
  /** @type {Record<string, string>} */
  const q = { source: t.source, measure: t.measure };
  for (const w of /** @type {const} */ (["method", "weights", "weight", "filter", "profile", "field"])) if (t[w]) q[w] = t[w];
  return q;
}
