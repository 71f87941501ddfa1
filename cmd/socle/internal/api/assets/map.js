// Draws the layers of Socle from its vector tiles on one canvas.
import { readTile } from "./mvt.js";

const root = document.getElementById("map"), canvas = document.getElementById("canvas"), pen = canvas.getContext("2d");
const base = root.dataset.base.replace(/\/collections$/, ""), lang = root.dataset.lang;
const say = (fr, en) => lang === "en" ? en : fr;
const notice = document.getElementById("notice");

// Places are fractions of the Web Mercator square: x to the east, y to the south.
const toX = lon => lon / 360 + 0.5;
const toY = lat => 0.5 - Math.asinh(Math.tan(lat * Math.PI / 180)) / (2 * Math.PI);
const toLon = x => (x - 0.5) * 360;
const toLat = y => Math.atan(Math.sinh((0.5 - y) * 2 * Math.PI)) * 180 / Math.PI;

const view = { x: 0.5, y: 0.5, zoom: 2 };
const tileSize = 512, deepest = 20, kept = 400, closeTo = 6;
const span = () => tileSize * 2 ** view.zoom; // pixels across the world

// How known collections look: colour, opacity of the fill, width of the outline.
const looks = {
  communes: ["#5b5470", 0, 1.6], iris: ["#8276a8", 0.03, 1], imu: ["#9a97a3", 0.05, 0.7], parcelles: ["#b0a99a", 0, 0.6],
  hydro: ["#5b9bc9", 0.55, 0.6], vegetation: ["#79a862", 0.4, 0.5], batiments: ["#a9714f", 0.55, 0.6],
  voies: ["#8d8a80", 0, 1], rail: ["#4a4a4f", 0, 1.2], adresses: ["#1f5f5b", 1, 0],
};
// The others by turns; hues far enough apart that neighbours in the list can be told.
const palette = ["#2f7f79", "#c8743c", "#5a6fb5", "#a8467a", "#7a8f2a", "#8a5a44", "#3f8fc4", "#b59a1f", "#6a5aa0", "#4f8f55"];
const ranks = { polygon: 1, line: 2, point: 3 };

let layers = [], selected = null, dirty = false, started = false;
const tiles = new Map(); // "id/z/x/y" -> {state, features, used}

async function getJSON(path) {
  const answer = await fetch(base + path, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

async function start() {
  const wanted = new URLSearchParams(location.search).get("collections")?.split(",");
  const { collections } = await getJSON("/collections?f=json");
  const spatial = collections.filter(c => c.geometryType);
  const found = await Promise.all(spatial.map(async (c, i) => {
    const tilejson = await getJSON(`/tiles/${encodeURIComponent(c.id)}.json`);
    const [about] = tilejson.vector_layers, [color, fill, width] = looks[c.id] ?? [palette[i % palette.length], c.mesh ? 0.04 : 0.2, 0.8];
    return {
      id: c.id, title: c.title, bounds: c.extent?.spatial.bbox[0], count: c.numberOfItems, credit: tilejson.attribution,
      key: Object.keys(about.fields)[0], kind: about.geometry_type ?? "polygon",
      min: tilejson.minzoom, max: tilejson.maxzoom, color, fill, width, mesh: c.mesh,
      shown: wanted ? wanted.includes(c.id) : !/^carreaux/.test(c.id),
    };
  }));
  // What covers everything first, then large things, so that small ones are drawn over them.
  const rank = l => l.mesh ? 0 : ranks[l.kind];
  layers = found.sort((a, b) => rank(a) - rank(b) || a.count - b.count);
  if (layers.length === 0) notice.textContent = say("Aucune couche : importez des données.", "No layer: import some data.");
  list();
  if (!readHash()) showAll();
  started = true;
  draw();
}

function showAll() {
  const boxes = layers.filter(l => l.shown && l.bounds).map(l => l.bounds);
  if (boxes.length === 0) return;
  const west = toX(Math.min(...boxes.map(b => b[0]))), east = toX(Math.max(...boxes.map(b => b[2])));
  const north = toY(Math.max(...boxes.map(b => b[3]))), south = toY(Math.min(...boxes.map(b => b[1])));
  const { width, height } = canvas.getBoundingClientRect();
  view.x = (west + east) / 2; view.y = (north + south) / 2;
  const room = 0.9 * Math.min(width / Math.max(east - west, 1e-7), height / Math.max(south - north, 1e-7));
  view.zoom = Math.max(0, Math.min(17, Math.log2(room / tileSize)));
}

// The list of layers.

function list() {
  const ul = document.querySelector("#layers ul");
  ul.replaceChildren(...layers.map(l => {
    const item = document.createElement("li"), label = document.createElement("label");
    const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: l.shown });
    const mark = document.createElement("i");
    mark.className = l.kind; mark.style.background = l.color;
    box.addEventListener("change", () => { l.shown = box.checked; draw(); });
    label.append(box, mark, l.title);
    item.append(label);
    l.label = label;
    return item;
  }));
}

// Tiles.

function tile(l, z, x, y) {
  const name = `${l.id}/${z}/${x}/${y}`;
  let t = tiles.get(name);
  if (!t) {
    t = { state: "loading", features: [], used: 0 };
    tiles.set(name, t);
    load(t, l, z, x, y);
  }
  t.used = performance.now();
  return t;
}

async function load(t, l, z, x, y) {
  try {
    const answer = await fetch(`${base}/tiles/${encodeURIComponent(l.id)}/${z}/${x}/${y}.mvt`);
    if (!answer.ok) throw new Error(String(answer.status));
    const body = answer.status === 204 ? new ArrayBuffer(0) : await answer.arrayBuffer();
    const layer = readTile(body)[0];
    t.extent = layer?.extent ?? 4096;
    t.features = layer?.features ?? [];
    t.path = l.kind === "point" ? null : pathOf(t.features);
    t.state = "ready";
    notice.textContent = "";
  } catch {
    t.state = "failed";
    notice.textContent = say("Le serveur ne répond pas.", "The server does not answer.");
    setTimeout(() => { for (const [n, v] of tiles) if (v === t) tiles.delete(n); draw(); }, 5000);
  }
  draw();
}

function pathOf(features) {
  const path = new Path2D();
  for (const f of features) {
    if (f.type === 1) continue;
    for (const line of f.lines) {
      path.moveTo(line[0], line[1]);
      for (let i = 2; i < line.length; i += 2) path.lineTo(line[i], line[i + 1]);
    }
  }
  return path;
}

// What this painting used stays, or a large screen would fetch it again for ever.
function forget(began) {
  if (tiles.size <= kept) return;
  const old = [...tiles].filter(([, t]) => t.state !== "loading" && t.used < began).sort((a, b) => a[1].used - b[1].used);
  for (const [name] of old.slice(0, tiles.size - kept)) tiles.delete(name);
}

/** The tiles of a layer that cover the view, each with where it is on the screen. */
function* inView(l) {
  const z = Math.min(l.max, Math.max(l.min, Math.round(view.zoom))), n = 2 ** z;
  const { width, height } = canvas.getBoundingClientRect(), s = span(), size = s / n;
  const left = view.x * s - width / 2, top = view.y * s - height / 2;
  for (let y = Math.max(0, Math.floor(top / size)); y <= Math.min(n - 1, (top + height) / size); y++)
    for (let x = Math.max(0, Math.floor(left / size)); x <= Math.min(n - 1, (left + width) / size); x++)
      yield { z, x, y, px: x * size - left, py: y * size - top, size };
}

const isFar = l => Math.round(view.zoom) < l.min;

// Drawing.

function draw() {
  if (dirty || !started) return;
  dirty = true;
  requestAnimationFrame(() => { dirty = false; paint(); });
}

function paint() {
  const began = performance.now();
  const ratio = devicePixelRatio || 1, { width, height } = canvas.getBoundingClientRect();
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio);
  }
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  for (const l of layers) {
    l.label.classList.toggle("far", isFar(l));
    l.label.title = isFar(l) ? say("Zoomez pour voir cette couche", "Zoom in to see this layer") : "";
    if (!l.shown || isFar(l)) continue;
    for (const at of inView(l)) paintTile(l, at, ratio);
  }
  if (selected) paintSelected(ratio);
  foot(width, height);
  forget(began);
  // For tests that watch.
  window.ready = ![...tiles.values()].some(t => t.state === "loading");
}

function paintTile(l, at, ratio) {
  let t = tile(l, at.z, at.x, at.y), { px, py, size } = at;
  const clip = [px, py, size];
  // Until it is there, a tile above stands in.
  for (let up = 1; t.state !== "ready" && up <= 4 && at.z - up >= l.min; up++) {
    const above = tiles.get(`${l.id}/${at.z - up}/${at.x >> up}/${at.y >> up}`);
    if (above?.state !== "ready") continue;
    px -= (at.x - ((at.x >> up) << up)) * size; py -= (at.y - ((at.y >> up) << up)) * size; size *= 2 ** up;
    t = above;
  }
  if (t.state !== "ready" || t.features.length === 0) return;
  pen.save();
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.beginPath();
  pen.rect(clip[0], clip[1], clip[2], clip[2]);
  pen.clip();
  pen.strokeStyle = pen.fillStyle = l.color;
  const scale = size / t.extent;
  if (l.kind === "point") {
    const r = pointSize();
    for (const f of t.features)
      for (const p of f.lines) { pen.beginPath(); pen.arc(px + p[0] * scale, py + p[1] * scale, r, 0, 7); pen.fill(); }
  } else {
    pen.transform(scale, 0, 0, scale, px, py);
    if (l.kind === "polygon" && l.fill > 0) { pen.globalAlpha = l.fill; pen.fill(t.path, "evenodd"); pen.globalAlpha = 1; }
    pen.lineWidth = l.width * (l.kind === "line" ? Math.max(0.8, (view.zoom - 12) * 0.6) : 1) / scale;
    pen.lineJoin = "round";
    pen.stroke(t.path);
  }
  pen.restore();
}

const pointSize = () => Math.max(1.2, Math.min(4.5, (view.zoom - 10) * 0.6));

function paintSelected(ratio) {
  const { at, feature, extent } = selected, s = span(), { width, height } = canvas.getBoundingClientRect();
  const size = s / 2 ** at.z, scale = size / extent;
  const px = at.x * size - view.x * s + width / 2, py = at.y * size - view.y * s + height / 2;
  pen.setTransform(ratio * scale, 0, 0, ratio * scale, ratio * px, ratio * py);
  pen.strokeStyle = "#d03a2b";
  pen.lineWidth = 2.5 / scale;
  if (feature.type === 1) {
    for (const p of feature.lines) { pen.beginPath(); pen.arc(p[0], p[1], 7 / scale, 0, 7); pen.stroke(); }
    return;
  }
  pen.stroke(pathOf([feature]));
}

function foot(width, height) {
  const lat = toLat(view.y), metres = 40075016.686 * Math.cos(lat * Math.PI / 180) / span();
  let length = 10 ** Math.floor(Math.log10(metres * 120));
  for (const k of [5, 2]) if (length * k / metres <= 120) { length *= k; break; }
  const scale = document.getElementById("scale");
  scale.style.width = `${length / metres}px`;
  scale.textContent = length >= 1000 ? `${length / 1000} km` : `${length} m`;
  const credits = new Set(layers.filter(l => l.shown && l.credit).map(l => l.credit));
  document.getElementById("credit").textContent = [...credits].join(" · ");
  clearTimeout(foot.timer);
  foot.timer = setTimeout(() => history.replaceState(null, "", `#${view.zoom.toFixed(2)}/${lat.toFixed(5)}/${toLon(view.x).toFixed(5)}`), 200);
}

function readHash() {
  const [zoom, lat, lon] = location.hash.slice(1).split("/").map(Number);
  if (![zoom, lat, lon].every(Number.isFinite)) return false;
  view.zoom = Math.max(0, Math.min(deepest, zoom)); view.x = toX(lon); view.y = toY(lat);
  return true;
}

// Finding what is under the pointer.

function distance(line, x, y) {
  let least = Infinity;
  for (let i = 2; i < line.length; i += 2) {
    const ax = line[i - 2], ay = line[i - 1], dx = line[i] - ax, dy = line[i + 1] - ay;
    const t = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
    least = Math.min(least, Math.hypot(ax + t * dx - x, ay + t * dy - y));
  }
  return least;
}

function featureAt(sx, sy) {
  for (const l of [...layers].reverse()) {
    if (!l.shown || isFar(l)) continue;
    let best = null, least = l.kind === "polygon" ? 0 : closeTo + pointSize();
    for (const at of inView(l)) {
      const t = tiles.get(`${l.id}/${at.z}/${at.x}/${at.y}`);
      if (t?.state !== "ready" || sx < at.px || sy < at.py || sx >= at.px + at.size || sy >= at.py + at.size) continue;
      const scale = at.size / t.extent, x = (sx - at.px) / scale, y = (sy - at.py) / scale;
      for (const f of t.features) {
        let d = Infinity;
        if (f.type === 1) d = Math.min(...f.lines.map(p => Math.hypot(p[0] - x, p[1] - y))) * scale;
        else if (f.type === 2) d = Math.min(...f.lines.map(line => distance(line, x, y))) * scale;
        else {
          pen.setTransform(1, 0, 0, 1, 0, 0);
          if (pen.isPointInPath(pathOf([f]), x, y, "evenodd")) d = 0;
        }
        if (d <= least) { least = d; best = { layer: l, at, feature: f, extent: t.extent }; }
      }
    }
    if (best) return best;
  }
  return null;
}

const panel = document.getElementById("feature");

function show(hit) {
  selected = hit;
  panel.hidden = !hit;
  draw();
  if (!hit) return;
  const { layer, feature } = hit, key = feature.properties[layer.key];
  const h = document.createElement("h2"), dl = document.createElement("dl"), p = document.createElement("p"), a = document.createElement("a");
  h.textContent = layer.title;
  for (const [name, value] of Object.entries(feature.properties)) {
    const dt = document.createElement("dt"), dd = document.createElement("dd");
    dt.textContent = name; dd.textContent = typeof value === "number" ? value.toLocaleString(lang) : String(value);
    if (name === layer.key) dd.textContent = String(value);
    dl.append(dt, dd);
  }
  a.href = `${base}/collections/${encodeURIComponent(layer.id)}/items/${encodeURIComponent(key)}?f=html`;
  a.textContent = say("Tout sur cet objet", "All about this feature");
  p.append(a);
  panel.querySelector("div").replaceChildren(h, dl, p);
}

document.getElementById("close").addEventListener("click", () => show(null));

// Moving.

function zoomBy(change, sx, sy) {
  const { width, height } = canvas.getBoundingClientRect(), dx = sx - width / 2, dy = sy - height / 2;
  const before = span();
  view.zoom = Math.max(0, Math.min(deepest, view.zoom + change));
  view.x += dx / before - dx / span(); view.y += dy / before - dy / span();
  hold();
}

function moveBy(dx, dy) { view.x -= dx / span(); view.y -= dy / span(); hold(); }

function hold() {
  view.x = Math.max(0, Math.min(1, view.x)); view.y = Math.max(0, Math.min(1, view.y));
  draw();
}

const pointers = new Map();
let moved = 0;
const spread = () => { const [a, b] = [...pointers.values()]; return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, d: Math.hypot(a.x - b.x, a.y - b.y) || 1 }; };

canvas.addEventListener("pointerdown", e => {
  canvas.setPointerCapture(e.pointerId);
  pointers.set(e.pointerId, { x: e.offsetX, y: e.offsetY });
  if (pointers.size === 1) moved = 0;
  canvas.classList.add("dragging");
});
canvas.addEventListener("pointermove", e => {
  const y = view.y + (e.offsetY - canvas.clientHeight / 2) / span(), x = view.x + (e.offsetX - canvas.clientWidth / 2) / span();
  document.getElementById("place").textContent = `${toLat(y).toFixed(5)}, ${toLon(x).toFixed(5)}`;
  const was = pointers.get(e.pointerId);
  if (!was) return;
  const now = { x: e.offsetX, y: e.offsetY };
  if (pointers.size === 1) {
    moved += Math.hypot(now.x - was.x, now.y - was.y);
    pointers.set(e.pointerId, now);
    moveBy(now.x - was.x, now.y - was.y);
  } else if (pointers.size === 2) {
    const a = spread();
    pointers.set(e.pointerId, now);
    const b = spread();
    moved = Infinity;
    moveBy(b.x - a.x, b.y - a.y);
    zoomBy(Math.log2(b.d / a.d), b.x, b.y);
  }
});
function release(e) {
  if (!pointers.delete(e.pointerId)) return;
  canvas.classList.toggle("dragging", pointers.size > 0);
  if (e.type === "pointerup" && pointers.size === 0 && moved < 4) show(featureAt(e.offsetX, e.offsetY));
}
canvas.addEventListener("pointerup", release);
canvas.addEventListener("pointercancel", release);
canvas.addEventListener("wheel", e => {
  e.preventDefault();
  zoomBy(-e.deltaY * (e.deltaMode === 1 ? 0.05 : 0.002), e.offsetX, e.offsetY);
}, { passive: false });
canvas.addEventListener("dblclick", e => zoomBy(1, e.offsetX, e.offsetY));
canvas.addEventListener("keydown", e => {
  const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[e.key];
  if (step) moveBy(...step);
  else if (e.key === "+" || e.key === "=") zoomBy(1, canvas.clientWidth / 2, canvas.clientHeight / 2);
  else if (e.key === "-") zoomBy(-1, canvas.clientWidth / 2, canvas.clientHeight / 2);
  else if (e.key === "Escape") show(null);
  else return;
  e.preventDefault();
});
document.getElementById("zoom").addEventListener("click", e => {
  const change = Number(e.target.dataset.zoom);
  if (change) zoomBy(change, canvas.clientWidth / 2, canvas.clientHeight / 2);
});
new ResizeObserver(draw).observe(canvas);
window.addEventListener("hashchange", () => { if (readHash()) draw(); });

start().catch(error => { notice.textContent = `${say("La carte ne peut pas s'ouvrir :", "The map cannot open:")} ${error.message}`; });
