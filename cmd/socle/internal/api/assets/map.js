// The page of the map: every layer, its list, and what is known of a feature.
import { MapView } from "./mapview.js";
import { layerOf, pathOf } from "./tilelayer.js";

const root = document.getElementById("map"), base = root.dataset.base, lang = root.dataset.lang;
const say = (fr, en) => lang === "en" ? en : fr;
const notice = document.getElementById("notice"), panel = document.getElementById("feature");
const view = new MapView(document.getElementById("canvas"), base);
const ranks = { polygon: 1, line: 2, point: 3 };

let layers = [], selected = null, timer = 0;

async function getJSON(path) {
  const answer = await fetch(base + path, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

async function start() {
  const wanted = new URLSearchParams(location.search).get("collections")?.split(",");
  const { collections } = await getJSON("/collections?f=json");
  const spatial = collections.filter(c => c.geometryType);
  const found = await Promise.all(spatial.map(async (c, turn) => ({
    ...layerOf(c.id, await getJSON(`/tiles/${encodeURIComponent(c.id)}.json`), { turn, mesh: c.mesh }),
    title: c.title, bounds: c.extent?.spatial.bbox[0], count: c.numberOfItems, mesh: c.mesh,
    shown: wanted ? wanted.includes(c.id) : !/^carreaux/.test(c.id),
  })));
  // What covers everything first, then large things, so that small ones are drawn over them.
  const rank = l => l.mesh ? 0 : ranks[l.kind];
  layers = found.sort((a, b) => rank(a) - rank(b) || a.count - b.count);
  if (layers.length === 0) notice.textContent = say("Aucune couche : importez des données.", "No layer: import some data.");
  list();
  view.layers = layers;
  view.overlays = [selection];
  if (!readHash()) showAll();
  view.on.painted = painted;
  view.draw();
}

function showAll() {
  const boxes = layers.filter(l => l.shown && l.bounds).map(l => l.bounds);
  if (boxes.length === 0) return;
  view.fit([Math.min(...boxes.map(b => b[0])), Math.min(...boxes.map(b => b[1])), Math.max(...boxes.map(b => b[2])), Math.max(...boxes.map(b => b[3]))]);
}

function list() {
  document.querySelector("#layers ul").replaceChildren(...layers.map(l => {
    const item = document.createElement("li"), label = document.createElement("label");
    const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: l.shown });
    const mark = document.createElement("i");
    mark.className = l.kind; mark.style.background = l.color;
    box.addEventListener("change", () => { l.shown = box.checked; view.draw(); });
    label.append(box, mark, l.title);
    item.append(label);
    l.label = label;
    return item;
  }));
}

/** What changes with every painting. */
function painted() {
  for (const l of layers) {
    l.label.classList.toggle("far", view.isFar(l));
    l.label.title = view.isFar(l) ? say("Zoomez pour voir cette couche", "Zoom in to see this layer") : "";
  }
  const scale = document.getElementById("scale"), { pixels, text } = view.scale();
  scale.style.width = `${pixels}px`;
  scale.textContent = text;
  document.getElementById("credit").textContent = [...new Set(layers.filter(l => l.shown && l.credit).map(l => l.credit))].join(" · ");
  clearTimeout(timer);
  timer = setTimeout(() => {
    const { lat, lon } = view.centre;
    history.replaceState(null, "", `#${view.zoom.toFixed(2)}/${lat.toFixed(5)}/${lon.toFixed(5)}`);
  }, 200);
  // For tests that watch.
  window.ready = !view.tiles.busy;
}

function readHash() {
  const [zoom, lat, lon] = location.hash.slice(1).split("/").map(Number);
  if (![zoom, lat, lon].every(Number.isFinite)) return false;
  view.look(zoom, lat, lon);
  return true;
}

/** The feature that was clicked, drawn as its tile has it. @type {import("./mapview.js").Overlay} */
const selection = {
  paint(pen, { ratio, span, left, top }) {
    if (!selected) return;
    const { at, feature, extent } = selected, size = span / 2 ** at.z, scale = size / extent;
    pen.setTransform(ratio * scale, 0, 0, ratio * scale, ratio * (at.x * size - left), ratio * (at.y * size - top));
    pen.strokeStyle = getComputedStyle(root).getPropertyValue("--mark");
    pen.lineWidth = 2.5 / scale;
    if (feature.type !== 1) { pen.stroke(pathOf([feature])); return; }
    for (const p of feature.lines) { pen.beginPath(); pen.arc(p[0], p[1], 7 / scale, 0, 7); pen.stroke(); }
  },
};

function show(hit) {
  selected = hit;
  panel.hidden = !hit;
  view.draw();
  if (!hit) return;
  const { layer, feature } = hit, key = feature.properties[layer.key];
  const h = document.createElement("h2"), dl = document.createElement("dl"), p = document.createElement("p"), a = document.createElement("a");
  h.textContent = layer.title;
  for (const [name, value] of Object.entries(feature.properties)) {
    const dt = document.createElement("dt"), dd = document.createElement("dd");
    dt.textContent = name;
    dd.textContent = typeof value === "number" && name !== layer.key && !Number.isInteger(value) ? value.toLocaleString(lang) : String(value);
    dl.append(dt, dd);
  }
  a.href = `${base}/collections/${encodeURIComponent(layer.id)}/items/${encodeURIComponent(key)}?f=html`;
  a.textContent = say("Tout sur cet objet", "All about this feature");
  p.append(a);
  panel.querySelector("div").replaceChildren(h, dl, p);
}

view.on.trouble = failed => { notice.textContent = failed ? say("Le serveur ne répond pas.", "The server does not answer.") : ""; };
view.on.click = (x, y) => show(view.featureAt(x, y));
view.on.escape = () => show(null);
view.on.hover = (x, y) => {
  const { lat, lon } = view.place(x, y);
  document.getElementById("place").textContent = `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
};
document.getElementById("close").addEventListener("click", () => show(null));
for (const button of document.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => view.zoomBy(Number(button.dataset.zoom)));
window.addEventListener("hashchange", readHash);

start().catch(error => { notice.textContent = `${say("La carte ne peut pas s'ouvrir :", "The map cannot open:")} ${error.message}`; });
