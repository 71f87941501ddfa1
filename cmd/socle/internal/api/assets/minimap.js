// The map of a page: the tiles of its collection, and above them the features it shows.
import { FeatureOverlay } from "./features.js";
import { MapView } from "./mapview.js";
import { layerOf } from "./tilelayer.js";
import { toX, toY } from "./mercator.js";

/** A box above a map, as a frame. @param {number[]} box @param {string} colour @returns {import("./mapview.js").Overlay} */
function frameOf([west, south, east, north], colour) {
  return {
    paint(pen, { ratio, span, left, top }) {
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.strokeStyle = colour;
      pen.setLineDash([6, 4]);
      pen.lineWidth = 1.5;
      pen.strokeRect(toX(west) * span - left, toY(north) * span - top, (toX(east) - toX(west)) * span, (toY(south) - toY(north)) * span);
    },
  };
}

async function getJSON(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json, application/geo+json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

/**
 * Opens the map of a section made by the template "minimap".
 * @param {HTMLElement} section
 * @returns {Promise<{view: MapView, features: FeatureOverlay}>}
 */
export async function openMinimap(section) {
  section.hidden = false;
  const { base, layer, features, box, context } = section.dataset, canvas = section.querySelector("canvas");
  const view = new MapView(canvas, base, { shy: true });
  for (const button of section.querySelectorAll("[data-zoom]"))
    button.addEventListener("click", () => view.zoomBy(Number(button.dataset.zoom)));
  const credit = section.querySelector(".credit");
  view.on.painted = () => { window.ready = section.dataset.open === "yes" && !view.tiles.busy; };

  const sheet = getComputedStyle(section), colour = name => sheet.getPropertyValue(name).trim();
  const colours = { plain: colour("--accent"), marked: colour("--mark"), halo: colour("--card") };
  const tiles = id => getJSON(`${base}/tiles/${encodeURIComponent(id)}.json`).catch(() => null); // there may be none
  const [tilejson, collection, ...around] = await Promise.all([
    tiles(layer), features ? getJSON(features) : { features: [] }, ...(context?.split(" ") ?? []).map(tiles),
  ]);
  const overlay = new FeatureOverlay(collection.features ?? [collection], colours);
  const pale = l => ({ ...l, color: colour("--context"), fill: 0, width: Math.min(l.width, 1) || 1 });
  view.layers = around.filter(Boolean).map(t => pale(layerOf(t.vector_layers[0].id, t)));
  if (tilejson) {
    const l = layerOf(layer, tilejson);
    view.layers.push(features ? pale(l) : l);
    credit.textContent = tilejson.attribution ?? "";
  }
  view.overlays = [overlay];
  const frame = box?.split(",").map(Number);
  if (frame?.length === 4 && frame.every(Number.isFinite)) {
    view.overlays.unshift(frameOf(frame, colours.marked));
    view.fit(frame);
  } else if (overlay.box) view.fit(overlay.box);
  else if (tilejson?.bounds) view.fit(tilejson.bounds);
  section.dataset.open = "yes";
  view.draw();
  return { view, features: overlay };
}
