// The page of the map: reads its address, asks for the menu, and has the panels and the map
// follow the state.
import { blocksPanel, kindsFor } from "./blockspanel.js";
import { boundsOf, classOf, coloursOf } from "./classes.js";
import { layOut, together } from "./compare.js";
import { byId, el } from "./dom.js";
import { boxOf, featureCard, featureOf, middleOf } from "./featurecard.js";
import { layersPanel } from "./layerspanel.js";
import { onDusk } from "./look.js";
import { MapView } from "./mapview.js";
import { getJSON } from "./server.js";
import { newTheme, parse, write } from "./state.js";
import { tableOf, textOf, whyOf } from "./table.js";
import { nameOf, themePanel } from "./themepanel.js";
import { toolsOf } from "./tools.js";
import { valuesOf } from "./values.js";
import { base, read, say } from "./words.js";

/** @typedef {import("./state.js").Theme} Theme */
/** @typedef {import("./themepanel.js").Answer} Answer */
/** @typedef {import("./menu.js").Menu} Menu */
/** @typedef {import("./menu.js").Layer} Layer */

const root = byId("explorer"), jobRows = root.dataset.jobRows ? Number(root.dataset.jobRows) : Infinity;
const state = parse(location.search);

/** @returns {Answer} */
const nothing = () => ({ values: null, bounds: [], trouble: null, progress: undefined });

/** What answers each theme. @type {Answer[]} */
const answers = [nothing(), nothing()];
/** @type {(AbortController | null)[]} */
const asking = [null, null];
/** @type {MapView[]} */
const views = [];
/** @type {import("./blockspanel.js").Kinds | null} */
let kinds = null;
/** @type {Menu} */
let menu;
/** @type {any} */
let territory;
/** @type {AbortController | null} */
let reading = null;
/** @type {Map<string, Promise<any>>} */
const styles = new Map();

const styleOf = (/** @type {string} */ id) => {
  let asked = styles.get(id);
  if (!asked) {
    styles.set(id, asked = getJSON(`/styles/${encodeURIComponent(id)}.json`).catch(e => {
      styles.delete(id);
      complain(`${say("Cette couche n'est pas dessinée : ", "This layer is not drawn: ")}${read(menu.layers.find(l => l.id === id)?.title) || id}. ${e.message}`, follow);
      return null;
    }));
  }
  return asked;
};

/** Tells people who listen. @param {string} text */
function notice(text) {
  byId("notice").textContent = text;
}

/** Tells everybody what went wrong, and offers to try again where that may help. @param {string} text @param {() => void} [again] */
function complain(text, again) {
  const box = byId("trouble"), hide = () => { box.hidden = true; };
  box.replaceChildren(el("p", {}, text),
    again ? el("button", { type: "button", className: "button", on: { click: () => { hide(); again(); } } }, say("Réessayer", "Try again")) : "",
    el("button", { type: "button", className: "close", "aria-label": say("Fermer", "Close"), on: { click: hide } }, "×"));
  box.hidden = false;
}

/** The layers that are shown at first: those of the territory's own picture. */
function firstLayers() {
  const drawn = territory ? new Set(territory.layers.map((/** @type {any} */ l) => l["source-layer"]).filter(Boolean)) : new Set();
  return drawn.size ? [...drawn] : menu.layers.filter(l => !l.mesh || l.id === "communes").map(l => l.id);
}

/** An address may name layers that are no more. */
const shown = () => new Set((state.layers ?? firstLayers()).filter(id => menu.layers.some(l => l.id === id)));

/** Draws again a part of the page; what had the focus keeps it. @param {HTMLElement} box @param {(Node | null)[]} parts */
function render(box, parts) {
  const had = box.contains(document.activeElement) ? /** @type {any} */ (document.activeElement) : null;
  const name = had?.name, text = had?.textContent, at = had && name && had.type === "radio" ? `[name="${name}"][value="${had.value}"]` : name ? `[name="${name}"]` : "";
  box.replaceChildren(...parts.filter(p => p !== null).map(p => /** @type {Node} */ (p)));
  if (!had) return;
  const again = at ? box.querySelector(at) : [...box.querySelectorAll("button, summary")].find(b => b.textContent === text);
  /** @type {HTMLElement | null | undefined} */ (again)?.focus({ preventScroll: true });
}

/** @type {import("./themepanel.js").Acts} */
const acts = {
  set(t) { state.themes[state.active] = t; if (t && state.kind) state.kind = ""; answer(state.active, true); },
  draw({ moving, ...change }) {
    const t = state.themes[state.active];
    if (!t) return;
    Object.assign(t, "cut" in change || "classes" in change ? { brush: null } : {}, change);
    paint(state.active);
    if (!moving) follow();
  },
  cancel() { asking[state.active]?.abort(); },
  table() { state.table = !state.table; follow(); },
  compare(how) {
    state.compare = how;
    if (how && !state.themes[1] && state.themes[0]) state.themes[1] = { ...state.themes[0] };
    if (!how) state.active = 0;
    state.active = how ? 1 : 0;
    arrange();
  },
  activate(which) { state.active = which; follow(); },
};

/** Answers a theme: asks for its values, then draws them. @param {number} which @param {boolean} [look] look at its municipality, or at its cells when none is in sight */
async function answer(which, look = false) {
  asking[which]?.abort();
  const t = state.themes[which], now = answers[which] = nothing();
  if (!t) { views[which]?.paint(null); follow(); return; }
  const controller = asking[which] = new AbortController();
  const box = menu.places.find(p => p.key === t.place)?.box, mesh = menu.layers.find(l => l.id === t.mesh);
  if (look && box) views[0].fit(box);
  else if (look && mesh && !views[0].shows(mesh)) views[0].fit(mesh.bounds);
  const slow = setTimeout(() => { if (now.progress === undefined && !now.values) { now.progress = null; follow(); } }, 150);
  window.ready = false;
  try {
    now.values = await valuesOf(t, menu, jobRows, controller.signal, percent => { if (now.progress === undefined && percent === null) return; now.progress = percent; if (answers[which] === now) follow(); });
    now.progress = undefined;
    notice(`${nameOf(menu, t)} : ${now.values.sorted.length} ${say("mailles ont une valeur", "cells have a value")}`);
  } catch (e) {
    now.progress = undefined;
    if (controller.signal.aborted) now.trouble = { message: say("Annulé.", "Cancelled."), hint: say("Choisissez une autre question, ou la même.", "Choose another question, or the same.") };
    else now.trouble = /** @type {any} */ (e);
  } finally { clearTimeout(slow); }
  if (answers[which] !== now) return;
  paint(which);
  follow();
  if (now.trouble) settle();
}

/** Cuts values into classes, and draws them. @param {number} which */
function paint(which) {
  const t = state.themes[which], a = answers[which], v = a.values, mesh = menu.layers.find(l => l.id === t?.mesh);
  if (!t || !v || !mesh) { views[which]?.paint(null); return; }
  a.bounds = boundsOf(v.sorted, t.cut, t.classes);
  const bounds = a.bounds, brush = t.brush, one = bounds.length === 2;
  const classes = Int8Array.from(v.values, x => {
    if (x === null) return -1;
    const c = one ? 0 : classOf(bounds, x);
    return brush && (x < brush[0] || x > brush[1]) ? -2 - c : c;
  });
  hiddenOf.set(v, hiddenOf.get(v) ?? v.keys.filter((_, i) => v.status[i] === "hidden"));
  views[which]?.paint({ mesh, keys: v.keys, classes, hidden: hiddenOf.get(v) ?? [], colours: coloursOf(t.ramp, Math.max(1, bounds.length - 1)) });
}
/** @type {WeakMap<import("./values.js").Values, (string | number)[]>} */
const hiddenOf = new WeakMap();

/** Has everything but the maps' themes follow the state. */
function follow() {
  writeAddress();
  for (const v of views) v.show(shown());
  const a = answers[state.active];
  for (const id of ["theme", "blocks", "layers"]) {
    byId(id).hidden = state.tab !== id;
    byId(`tab-${id}`).setAttribute("aria-selected", String(state.tab === id));
    byId(`tab-${id}`).tabIndex = state.tab === id ? 0 : -1;
  }
  if (state.tab === "theme") render(byId("theme"), themePanel(menu, state, a, acts));
  if (state.tab === "blocks") render(byId("blocks"), blocksPanel(menu, state, kinds, a, acts, setKind));
  if (state.tab === "layers") listLayers();
  const drawer = byId("drawer"), table = state.table && a.values;
  drawer.hidden = !table;
  root.classList.toggle("with-table", !!table);
  if (table && drawn !== table) drawer.replaceChildren(...tableOf(table, { focus: key => mark(key), open: key => go(table.mesh, key), close: acts.table }));
  drawn = table || null;
  credit();
}
/** @type {import("./values.js").Values | null} */
let drawn = null;

const listLayers = () => render(byId("layers"), layersPanel(menu.layers, shown(), l => views[0].shows(l), { toggle, look: l => approach(views[0], l).catch(e => complain(e.message)) }));

function addressNow() {
  const q = write(state), m = views[0]?.map;
  const c = m?.getCenter(), turn = m && (m.getBearing() || m.getPitch()) ? `/${m.getBearing().toFixed(0)}/${m.getPitch().toFixed(0)}` : "";
  return `${location.pathname}${q ? `?${q}` : ""}${c ? `#${m.getZoom().toFixed(2)}/${c.lat.toFixed(5)}/${c.lng.toFixed(5)}${turn}` : location.hash}`;
}

/** Writes the state into the address. Safari refuses to more than a hundred times in half a minute: then it is written later. */
function writeAddress() {
  clearTimeout(unwritten);
  try { history.replaceState(null, "", addressNow()); } catch { unwritten = setTimeout(writeAddress, 2000); }
}
let unwritten = 0;

/** @param {string} id */
function toggle(id) {
  const now = shown();
  if (!now.delete(id)) now.add(id);
  state.layers = menu.layers.map(l => l.id).filter(l => now.has(l));
  follow();
}

/** @param {string} kind */
async function setKind(kind) {
  state.kind = kind;
  kinds = null;
  try { kinds = kind ? await kindsFor(menu, kind) : null; } catch (e) { complain(/** @type {Error} */ (e).message, () => setKind(kind)); }
  if (state.kind !== kind) return;
  views[0].kinds(kinds);
  follow();
}

/** Marks a cell that is looked at in the table. @param {string | number} key */
const mark = key => { const v = answers[state.active].values; if (v) tip(v, v.at.get(key) ?? -1, null); };

/** Goes to a feature and tells of it. @param {string} id @param {string | number} key */
async function go(id, key) {
  await select(id, key, null, true);
}

/**
 * Selects a feature.
 * @param {string} id @param {string | number} key
 * @param {[number, number] | null} at where it was clicked
 * @param {boolean} [look]
 */
async function select(id, key, at, look = false) {
  reading?.abort();
  const layer = menu.layers.find(l => l.id === id), controller = reading = new AbortController();
  if (!layer) return;
  try {
    const feature = await featureOf(layer, key, controller.signal);
    if (controller.signal.aborted) return;
    state.pick = `${id}/${key}`;
    for (const v of views) v.select(feature);
    if (look && feature.geometry) views[0].fit(boxOf(feature.geometry), 16);
    byId("feature").hidden = false;
    byId("feature").replaceChildren(...featureCard(menu, layer, feature, at ?? middleOf(feature.geometry), controller.signal, { close: unselect, open: go }).filter(n => n !== null));
    if (!at) byId("feature").querySelector("h2")?.focus();
    follow();
  } catch (e) {
    if (!controller.signal.aborted) complain(/** @type {Error} */ (e).message, () => select(id, key, at, look));
  }
}

function unselect() {
  reading?.abort();
  state.pick = "";
  byId("feature").hidden = true;
  for (const v of views) v.select(null);
  follow();
}

/** Tells of a cell beside the pointer, or above the map for who has none. @param {import("./values.js").Values} v @param {number} i @param {{x: number, y: number} | null} point */
function tip(v, i, point) {
  const box = byId("tip");
  if (i < 0) { box.hidden = true; return; }
  const why = whyOf(v, i), units = v.units?.[i];
  box.hidden = false;
  box.replaceChildren(el("b", {}, textOf(v, i)), el("span", {}, v.labels[i] === null ? String(v.keys[i]) : `${v.labels[i]} (${v.keys[i]})`),
    units !== null && units !== undefined ? el("small", {}, `${units} ${say("unités", "units")}`) : "", why ? el("small", {}, why) : "");
  box.classList.toggle("fixed", !point);
  if (point) { box.style.left = `${point.x}px`; box.style.top = `${point.y}px`; } else { box.style.left = box.style.top = ""; }
}

/** Has a map answer pointers and keys. @param {MapView} view @param {number} which */
function listen(view, which) {
  const m = view.map;
  let waiting = false;
  m.on("mousemove", e => {
    if (waiting || e.originalEvent.buttons) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const v = answers[which].values, hit = view.at(e.point, true), shift = which && state.compare === "split" ? byId("map-b").offsetLeft : 0;
      if (hit && kinds && hit.layer.id === kinds.mesh.id && !v) {
        byId("tip").hidden = false;
        byId("tip").replaceChildren(el("b", {}, kinds.field in hit.properties ? kinds.name(hit.properties[kinds.field]) : say("sans classe", "no kind")), el("span", {}, String(hit.key)));
        byId("tip").classList.remove("fixed");
        byId("tip").style.left = `${e.point.x}px`; byId("tip").style.top = `${e.point.y}px`;
      } else if (v) tip(v, hit && hit.layer.id === v.mesh ? v.at.get(hit.key) ?? -1 : -1, { x: e.point.x + shift, y: e.point.y });
      else byId("tip").hidden = true;
    });
  });
  m.on("mouseout", () => { byId("tip").hidden = true; });
  m.on("click", e => {
    const hit = view.at(e.point, false);
    if (hit) select(hit.layer.id, hit.key, [e.lngLat.lng, e.lngLat.lat]); else unselect();
    const v = answers[which].values, cell = view.at(e.point, true);
    if (v && cell && matchMedia("(hover: none)").matches) tip(v, v.at.get(cell.key) ?? -1, null);
  });
  const canvas = m.getCanvas();
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", say("Carte : flèches pour la déplacer, + et − pour zoomer, Entrée pour lire ce qui est au centre", "Map: arrows to move it, + and − to zoom, Enter to read what is in the middle"));
  canvas.addEventListener("keydown", e => {
    if (e.key === "Escape") unselect();
    if (e.key !== "Enter") return;
    const middle = m.project(m.getCenter()), v = answers[which].values, cell = view.at(middle, true), hit = cell ?? view.at(middle, false);
    if (v && cell) tip(v, v.at.get(cell.key) ?? -1, null);
    if (hit) select(hit.layer.id, hit.key, m.getCenter().toArray());
  });
  m.on("idle", settle);
  view.onTrouble = (e, tile) => {
    if (/abort/i.test(String(e?.message))) return;
    if (!tile) complain(e?.message ?? "");
    else complain(say("Une partie de la carte manque : le serveur ne répond pas, ou il est occupé.", "A part of the map is missing: the server does not answer, or is busy."), () => view.retry());
  };
}

/** Tells whether everything that was asked for is there and drawn. */
function settle() {
  const answered = state.themes.every((t, i) => !t || i >= views.length || answers[i].values !== null || answers[i].trouble !== null);
  window.ready = answered && views.every(v => v.map.areTilesLoaded());
}

/** Lays out one map, or two. */
function arrange() {
  layOut(state.compare);
  if (state.compare && !views[1]) {
    const m = views[0].map;
    views[1] = new MapView(byId("map-b"), menu, territory, styleOf, { center: m.getCenter(), zoom: m.getZoom(), bearing: m.getBearing(), pitch: m.getPitch() });
    listen(views[1], 1);
    together(views[0], views[1]);
    views[1].relief(state.relief);
    answer(1);
  }
  if (!state.compare && views[1]) {
    views[1].map.remove();
    views.length = 1;
    byId("map-b").replaceChildren();
  }
  if (state.compare && views[1] && answers[1].values === null && state.themes[1]) answer(1); else follow();
}

function credit() {
  const on = shown();
  byId("credit").textContent = [...new Set(menu.layers.filter(l => on.has(l.id) && l.producer).map(l => l.producer))].join(" · ");
}

/** Where the fragment says to look. */
function cameraOf() {
  const [zoom, lat, lng, bearing = 0, pitch = 0] = location.hash.slice(1).split("/").map(Number);
  if ([zoom, lat, lng].every(Number.isFinite) && location.hash.length > 1) return { zoom, center: [lng, lat], bearing, pitch };
  const box = menu.places.find(p => p.key && p.key === state.themes[0]?.place)?.box;
  if (box) return { bounds: box, fitBoundsOptions: { padding: 24 } };
  const theme = state.themes[0], on = shown(), some = menu.layers.filter(l => l.count > 0), asked = some.filter(l => theme ? l.id === theme.mesh : on.has(l.id));
  const boxes = (asked.length ? asked : some).map(l => l.bounds);
  if (boxes.length === 0) return { center: [-1.68, 48.11], zoom: 5 };
  return { bounds: [Math.min(...boxes.map(b => b[0])), Math.min(...boxes.map(b => b[1])), Math.max(...boxes.map(b => b[2])), Math.max(...boxes.map(b => b[3]))], fitBoundsOptions: { padding: 24 } };
}

/** Of the layers that the address asks for, without saying where to look, the one that is drawn from farthest. @param {MapView} view */
const farthestAsked = view => location.hash.length > 1 || state.themes[0] ? undefined
  : menu.layers.filter(l => state.layers?.includes(l.id) && l.count > 0).sort((a, b) => view.from(a) - view.from(b))[0];

/** Comes near enough to see something of a layer, and where it is. @param {MapView} view @param {Layer} [l] */
async function approach(view, l) {
  if (!l || view.shows(l)) return;
  if (!view.sees(l)) view.map.fitBounds(l.bounds, { padding: 24, maxZoom: 17, duration: 0 });
  if (view.map.getZoom() >= view.from(l)) return;
  view.map.setZoom(view.from(l) + .5);
  const items = `/collections/${encodeURIComponent(l.id)}/items?limit=1`;
  if ((await getJSON(`${items}&bbox=${view.map.getBounds().toArray().flat()}`)).numberMatched > 0) return;
  const [lng, lat] = (await getJSON(items)).features[0]?.geometry?.coordinates.flat(Infinity) ?? [];
  if (Number.isFinite(lat)) view.map.setCenter([lng, lat]);
}

async function start() {
  [menu, territory] = await Promise.all([getJSON("/map/menu"), root.dataset.style ? getJSON(`/styles/${root.dataset.style}`) : null]);
  views[0] = new MapView(byId("map-a"), menu, territory, styleOf, cameraOf());
  listen(views[0], 0);
  approach(views[0], farthestAsked(views[0])).catch(e => complain(e.message));
  toolsOf({
    views, state, follow,
    relief() {
      state.relief = !state.relief;
      for (const v of views) v.relief(state.relief);
      views[0].map.easeTo({ pitch: state.relief ? 55 : 0, ...state.relief && views[0].map.getZoom() < 14.5 ? { zoom: 15 } : {} });
      follow();
    },
  });
  for (const id of ["theme", "blocks", "layers"]) byId(`tab-${id}`).addEventListener("click", () => { state.tab = id; follow(); });
  byId("panel").querySelector("[role=tablist]")?.addEventListener("keydown", e => {
    const tabs = ["theme", "blocks", "layers"], step = { ArrowRight: 1, ArrowLeft: -1 }[/** @type {KeyboardEvent} */ (e).key];
    if (!step) return;
    state.tab = tabs[(tabs.indexOf(state.tab) + step + 3) % 3];
    follow();
    byId(`tab-${state.tab}`).focus();
  });
  byId("fold").addEventListener("click", () => {
    const folded = root.classList.toggle("folded");
    byId("fold").setAttribute("aria-expanded", String(!folded));
  });
  views[0].map.on("moveend", () => { writeAddress(); if (state.tab === "layers") listLayers(); });
  window.addEventListener("popstate", () => { if (location.search.slice(1) !== write(state)) location.reload(); });
  window.addEventListener("hashchange", () => { const c = cameraOf(); if ("center" in c) views[0].map.jumpTo(/** @type {any} */ (c)); });
  window.addEventListener("online", () => { for (const v of views) v.retry(); });
  onDusk(() => { for (const v of views) v.relight(); });
  views[0].relief(state.relief);
  arrange();
  if (state.themes[0]) answer(0);
  if (state.kind) setKind(state.kind);
  const slash = state.pick.indexOf("/");
  if (slash > 0) select(state.pick.slice(0, slash), state.pick.slice(slash + 1), null);
  addEventListener("keydown", e => { if (e.key === "Escape" && state.pick) unselect(); });
}

start().catch(e => {
  byId("theme").replaceChildren(el("div", { className: "trouble", role: "alert" }, el("p", {}, say("La carte ne peut pas s'ouvrir : ", "The map cannot open: "), e.message), e.hint ? el("p", {}, e.hint) : ""));
});
