// The panel that asks: a question, where, on which cells; and what answers it.
import { choice, el } from "./dom.js";
import { legendOf } from "./legend.js";
import { measuresOf } from "./menu.js";
import { newTheme } from "./state.js";
import { addressOf, placeField } from "./values.js";
import { methods, read, say } from "./words.js";

/** @typedef {import("./state.js").Theme} Theme */
/** @typedef {import("./menu.js").Menu} Menu */
/** @typedef {import("./values.js").Values} Values */
/** @typedef {{values: Values | null, bounds: number[], trouble: {message: string, hint?: string} | null, progress: number | null | undefined}} Answer progress is undefined when nothing is under way */

/**
 * @typedef {object} Acts
 * @property {(t: Theme | null) => void} set another theme
 * @property {(change: Partial<Theme> & {moving?: boolean}) => void} draw the same values, drawn otherwise
 * @property {() => void} cancel
 * @property {() => void} table
 * @property {(how: "" | "split" | "swipe") => void} compare
 * @property {(which: number) => void} activate
 */

/**
 * @param {Menu} menu
 * @param {import("./state.js").State} state
 * @param {Answer} answer
 * @param {Acts} acts
 */
export function themePanel(menu, state, answer, acts) {
  const t = state.themes[state.active];
  return [
    state.compare ? pairOf(state, acts, menu) : null,
    t ? answerOf(menu, t, answer, acts, state) : el("p", { className: "lead" }, say("Choisissez une question : la carte y répond, et dit comment.", "Choose a question: the map answers it, and says how.")),
    questions(menu, t, acts, !t || !!answer.trouble),
    t ? place(menu, t, acts) : null,
    settings(menu, t, acts),
  ];
}

/** Which of two themes the panel is about. @param {import("./state.js").State} state @param {Acts} acts @param {Menu} menu */
function pairOf(state, acts, menu) {
  return el("div", { className: "pair", role: "group", "aria-label": say("Les deux thèmes", "The two themes") },
    ...[0, 1].map(i => el("button", { type: "button", className: "chip", "aria-pressed": String(state.active === i), on: { click: () => acts.activate(i) } },
      `${i ? say("À droite", "Right") : say("À gauche", "Left")} : ${nameOf(menu, state.themes[i])}`)));
}

/** What people call a theme. @param {Menu} menu @param {Theme | null} t */
export function nameOf(menu, t) {
  if (!t) return say("rien", "nothing");
  const q = menu.questions.find(q => q.source === t.source && q.measure === t.measure);
  if (q) return read(q.title);
  const s = menu.sources.find(s => s.id === t.source);
  if (!s) return t.measure;
  const m = measuresOf(s, t.source === t.mesh).find(m => m.value === t.measure);
  return m ? (/^count|^density\(count/.test(m.value) ? `${read(s.title)} : ${m.text}` : m.text) : `${read(s.title)} : ${t.measure}`;
}

/** @param {Menu} menu @param {Theme} t @param {Answer} answer @param {Acts} acts @param {import("./state.js").State} state */
function answerOf(menu, t, answer, acts, state) {
  const mesh = menu.layers.find(l => l.id === t.mesh), source = menu.sources.find(s => s.id === t.source);
  const where = menu.places.find(p => p.key === t.place)?.name;
  const box = el("section", { className: "answer", "aria-label": say("Réponse", "Answer") },
    el("h2", {}, nameOf(menu, t)),
    el("p", { className: "note" }, `${say("par", "by")} ${mesh ? read(mesh.title) : t.mesh}${where ? ` · ${where}` : ""} · ${source ? [source.producer, source.vintage].filter(Boolean).join(", ") : ""}`));
  if (answer.progress !== undefined) {
    box.append(el("div", { className: "working" },
      el("progress", { max: 100, ...answer.progress === null ? {} : { value: answer.progress }, "aria-label": say("Calcul en cours", "Working") }),
      el("button", { type: "button", className: "button quiet", name: "cancel", on: { click: acts.cancel } }, say("Annuler", "Cancel"))));
  }
  if (answer.trouble) {
    box.append(el("div", { className: "trouble", role: "alert" }, el("p", {}, answer.trouble.message),
      answer.trouble.hint ? el("p", {}, el("b", {}, say("Que faire : ", "What to do: ")), answer.trouble.hint) : null));
  }
  const v = answer.values;
  if (!v) return box;
  const copied = el("span", { className: "note", role: "status" });
  const copy = (/** @type {string} */ text, /** @type {string} */ done) => navigator.clipboard.writeText(text).then(() => { copied.textContent = done; }, () => { copied.textContent = text; });
  box.append(
    legendOf(t, v, answer.bounds, acts.draw),
    source?.protected && t.place ? el("p", { className: "note" }, say("Cette source est sous secret statistique : les chiffres sont ceux de tout le territoire, la carte regarde votre commune.",
      "This source is under statistical confidentiality: figures are of the whole territory, and the map looks at your municipality.")) : "",
    el("p", { className: "actions" },
      el("button", { type: "button", className: "button", name: "table", "aria-pressed": String(state.table), on: { click: acts.table } }, say("Tableau", "Table")),
      el("a", { className: "button quiet", href: addressOf(t, menu, "csv"), download: "" }, "CSV"),
      el("a", { className: "button quiet", href: addressOf(t, menu, "geojson"), download: "" }, "GeoJSON"),
      el("button", { type: "button", className: "button quiet", title: say("Copie une adresse à donner à QGIS : Ajouter une couche vecteur ▸ Protocole HTTP(S)", "Copies an address for QGIS: Add Vector Layer ▸ Protocol HTTP(S)"),
        on: { click: () => copy(location.origin + addressOf(t, menu, "geojson"), say("Copié. Dans QGIS : Couche ▸ Ajouter une couche vecteur ▸ Protocole HTTP(S).", "Copied. In QGIS: Layer ▸ Add Vector Layer ▸ Protocol HTTP(S).")) } }, "QGIS"),
      el("button", { type: "button", className: "button quiet", on: { click: () => copy(location.href, say("Lien copié.", "Link copied.")) } }, say("Lien", "Link"))),
    copied,
    receipt(t, v, menu),
    el("p", { className: "row" },
      el("span", { className: "note" }, say("Comparer : ", "Compare: ")),
      ...[/** @type {const} */ (["split", say("côte à côte", "side by side")]), /** @type {const} */ (["swipe", say("balayage", "swipe")])].map(([how, text]) =>
        el("button", { type: "button", className: "chip", "aria-pressed": String(state.compare === how), on: { click: () => acts.compare(state.compare === how ? "" : how) } }, text))));
  return box;
}

/** How the figures were made. @param {Theme} t @param {Values} v @param {Menu} menu */
function receipt(t, v, menu) {
  const lines = v.words.split("\n").filter(Boolean);
  return el("details", { className: "receipt" }, el("summary", {}, say("Comment ces chiffres ont été faits", "How these figures were made")),
    el("ul", {}, ...lines.map(line => el("li", { className: /^\s/.test(line) ? "under" : "" }, line.trim()))),
    el("p", {}, el("a", { href: addressOf(t, menu, "html") }, say("Tout le reçu, en page", "The whole receipt, as a page"))));
}

/** @param {Menu} menu @param {Theme | null} t @param {Acts} acts @param {boolean} open */
function questions(menu, t, acts, open) {
  if (menu.questions.length === 0) return null;
  return el("details", { className: "part", open }, el("summary", {}, t ? say("Une autre question", "Another question") : say("Que voulez-vous savoir ?", "What do you want to know?")),
    el("div", { className: "questions" }, ...menu.questions.map(q => el("button", {
      type: "button", className: "question", "aria-pressed": String(t?.source === q.source && t?.measure === q.measure),
      on: { click: () => acts.set({ ...newTheme(), ...t ? { place: t.place, cut: t.cut, classes: t.classes, ramp: t.ramp } : {}, source: q.source, measure: q.measure, mesh: t && q.meshes.includes(t.mesh) ? t.mesh : q.meshes[0] }) },
    }, read(q.title)))));
}

/** Where, and on which cells. @param {Menu} menu @param {Theme} t @param {Acts} acts */
function place(menu, t, acts) {
  const source = menu.sources.find(s => s.id === t.source);
  const there = placeField(t, menu) !== "";
  return el("div", { className: "row" },
    choice(say("Mailles", "Cells"), "mesh", (source?.meshes ?? []).filter(m => m.mesh !== t.source || t.mesh === t.source).map(m => {
      const layer = menu.layers.find(l => l.id === m.mesh), ways = m.choices?.some(c => c.fits) ?? false;
      return { value: m.mesh, text: (layer ? read(layer.title) : m.mesh) + (m.refused ? say(" (secret)", " (secrecy)") : ways ? "" : say(" (pas de chemin)", " (no way)")), disabled: !!m.refused || !ways };
    }), t.mesh, mesh => acts.set({ ...t, mesh, method: "", weights: "", weight: "", field: "", brush: null })),
    menu.places.length ? choice(say("Commune", "Municipality"), "place", [{ value: "", text: say("Toutes", "All") }, ...[...menu.places].sort((a, b) => a.name.localeCompare(b.name)).map(p => ({ value: p.key, text: p.name, disabled: !there }))],
      t.place, where => acts.set({ ...t, place: where, brush: null })) : null);
}

/** Everything that can be set. @param {Menu} menu @param {Theme | null} t @param {Acts} acts */
function settings(menu, t, acts) {
  const source = menu.sources.find(s => s.id === t?.source);
  const own = !!t && t.source === t.mesh, measures = source ? measuresOf(source, own) : [];
  const change = (/** @type {Partial<Theme>} */ c) => t && acts.set({ ...t, ...c, brush: null });
  const box = el("details", { className: "part", open: !t || settings.open, on: { toggle: () => { if (t) settings.open = box.open; } } },
    el("summary", {}, t ? say("Régler", "Settings") : say("Ou composez la vôtre", "Or make your own")),
    choice(say("Source", "Source"), "source", [{ value: "", text: say("choisir…", "choose…") }, ...menu.sources.filter(s => s.meshes.some(m => m.choices?.some(c => c.fits))).map(s => ({ value: s.id, text: read(s.title) + (s.protected ? say(" (secret statistique)", " (confidential)") : "") }))],
      t?.source ?? "", id => {
        const s = menu.sources.find(s => s.id === id);
        if (!s) return;
        const meshes = s.meshes.filter(m => m.choices?.some(c => c.chosen)), mesh = meshes.find(m => m.mesh === t?.mesh) ?? meshes.find(m => m.mesh === "iris") ?? meshes[0] ?? s.meshes.find(m => m.choices?.some(c => c.fits));
        const m = measuresOf(s).find(m => !m.refused && m.group !== "");
        if (mesh && m) acts.set({ ...newTheme(), ...t ? { place: t.place, cut: t.cut, classes: t.classes, ramp: t.ramp } : {}, source: id, measure: m.value, mesh: mesh.mesh });
      }));
  if (!t || !source) return box;
  box.append(measureChoice(menu, t, measures, change), methodChoice(menu, t, source, change), filterOf(t, source, change), profileOf(source));
  return box;
}
settings.open = false;

/** @param {Menu} menu @param {Theme} t @param {import("./menu.js").Measure[]} measures @param {(c: Partial<Theme>) => void} change */
function measureChoice(menu, t, measures, change) {
  const select = el("select", { name: "measure", on: { change: () => change({ measure: select.value }) } });
  const groups = [...new Set(measures.map(m => m.group))];
  for (const g of groups) {
    const refused = measures.filter(m => m.group === g && m.refused).length > 0;
    select.append(el("optgroup", { label: g }, ...measures.filter(m => m.group === g).map(m => el("option", { value: m.value, disabled: !!m.refused, title: m.refused, selected: m.value === t.measure && !refused }, m.text))));
  }
  if (!measures.some(m => m.value === t.measure)) select.prepend(el("option", { value: t.measure, selected: true }, nameOf(menu, t)));
  const free = el("input", { type: "text", name: "measure-text", value: t.measure, spellcheck: false, autocomplete: "off", on: { change: () => free.value.trim() && change({ measure: free.value.trim() }) } });
  const no = measures.find(m => m.refused);
  return el("div", {}, el("label", { className: "field" }, el("span", {}, say("Mesure", "Measure")), select),
    no ? el("p", { className: "note" }, say("Grisé : ", "Greyed: "), no.refused ?? "") : null,
    el("details", { className: "inner" }, el("summary", {}, say("Écrire la mesure", "Write the measure")), el("label", { className: "field" }, el("span", {}, "sum(x), mean(x,weight=y), ratio(a,b)…"), free)));
}

/** The methods: the right one is taken, and the others say why not. @param {Menu} menu @param {Theme} t @param {import("./menu.js").Source} source @param {(c: Partial<Theme>) => void} change */
function methodChoice(menu, t, source, change) {
  const choices = source.meshes.find(m => m.mesh === t.mesh)?.choices ?? [];
  const taken = t.method || choices.find(c => c.chosen)?.method || (t.field ? "key" : "");
  const weights = menu.layers.find(l => l.id === "batiments"), fields = (weights?.fields ?? []).filter(f => (f.type === "integer" || f.type === "number") && ["niveau", "nb_logement", "nb_appart", "hauteur"].includes(f.name));
  return el("fieldset", { className: "methods" }, el("legend", {}, say("Méthode", "Method")),
    ...choices.map(c => el("label", { className: c.fits ? "" : "wrong" },
      el("input", { type: "radio", name: "method", value: c.method, checked: c.method === taken, disabled: !c.fits, on: { change: () => change({
        method: c.chosen ? "" : c.method, field: "", weights: c.method === "dasymetric" ? "batiments" : "", weight: c.method === "dasymetric" ? t.weight || fields[0]?.name || "" : "",
      }) } }),
      el("span", {}, el("b", {}, methods[c.method] ?? c.method), c.chosen ? el("em", {}, say("recommandée", "recommended")) : null, el("small", {}, read(c.why))))),
    taken === "dasymetric" && fields.length ? choice(say("Selon", "Weighed by"), "weight", fields.map(f => ({ value: f.name, text: read(f.title) || f.name })), t.weight, weight => change({ weight })) : null);
}

/** @param {Theme} t @param {import("./menu.js").Source} source @param {(c: Partial<Theme>) => void} change */
function filterOf(t, source, change) {
  const input = el("input", { type: "text", name: "filter", value: t.filter, placeholder: source.fields.find(f => f.role === "category") ? `${source.fields.find(f => f.role === "category")?.name} = '…'` : "x > 10", disabled: !!source.protected, spellcheck: false, autocomplete: "off", on: { change: () => change({ filter: input.value.trim() }) } });
  return el("label", { className: "field" }, el("span", {}, say("Filtre de la source (CQL2)", "Filter of the source (CQL2)")), input,
    source.protected ? el("small", {}, say("Sous secret statistique, une source est publiée entière : deux réponses qui diffèrent d'un objet le montreraient.", "Under confidentiality a source is released whole: two answers that differ by one feature would show it.")) : null);
}

/** @param {import("./menu.js").Source} source */
function profileOf(source) {
  return el("p", { className: "note secrecy" }, el("b", {}, say("Secret statistique : ", "Confidentiality: ")),
    source.profile ? `${read(source.profileTitle) || source.profile} ${say("(imposé par la source)", "(forced by the source)")}` : say("aucune règle, la source est ouverte.", "no rule, the source is open."));
}
