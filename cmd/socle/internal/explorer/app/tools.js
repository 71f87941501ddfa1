// The tools on the map: zoom, relief, north, print; and its scale.
import { byId, el, svg } from "./dom.js";
import { lang, number, say } from "./words.js";

/**
 * @param {{views: import("./mapview.js").MapView[], state: import("./state.js").State, follow: () => void, relief: () => void}} page
 */
export function toolsOf(page) {
  const map = page.views[0].map;
  const tool = (/** @type {string | Node} */ text, /** @type {string} */ label, /** @type {() => void} */ act, /** @type {Record<string, any>} */ set = {}) =>
    el("button", { type: "button", title: label, "aria-label": label, on: { click: act }, ...set }, text);
  const relief = tool("3D", say("3D : bâtiments en relief", "3D: buildings in relief"), () => { page.relief(); relief.setAttribute("aria-pressed", String(page.state.relief)); }, { "aria-pressed": String(page.state.relief) });
  const north = tool(icon("M12 4 6 20l6-4 6 4z"), say("Remettre le nord en haut", "North up again"), () => map.easeTo({ bearing: 0, pitch: 0 }));
  document.querySelector(".tools")?.append(
    tool("+", say("Zoomer", "Zoom in"), () => map.zoomIn()), tool("−", say("Dézoomer", "Zoom out"), () => map.zoomOut()), relief, north, tool(icon("M7 9V4h10v5M7 17H4v-8h16v8h-3M7 14h10v6H7z"), say("Imprimer", "Print"), () => print()));
  const scale = () => {
    const { text, pixels } = scaleOf(map);
    byId("scale").textContent = text;
    byId("scale").style.width = `${pixels}px`;
    north.hidden = Math.abs(map.getBearing()) < .5 && map.getPitch() < 1;
  };
  map.on("move", scale);
  scale();
  // What WebGL has drawn is gone when a page is printed: a picture stands for it.
  addEventListener("beforeprint", () => {
    for (const v of page.views) {
      v.map.redraw();
      v.map.getContainer().append(el("img", { className: "printed", alt: say("Carte", "Map"), src: v.map.getCanvas().toDataURL("image/png") }));
    }
  });
  addEventListener("afterprint", () => document.querySelectorAll(".printed").forEach(i => i.remove()));
}

/** A picture of one path, drawn in the ink of the text. @param {string} path */
const icon = path => svg("svg", { viewBox: "0 0 24 24", width: 18, height: 18, fill: "none", stroke: "currentColor", "stroke-width": 1.8, "stroke-linejoin": "round", "aria-hidden": "true" }, svg("path", { d: path }));

/** A round length, and how long it is on the screen. @param {import("./maplibre-gl.mjs").Map} map */
function scaleOf(map) {
  const metresPerPixel = 40_075_016.686 * Math.cos(map.getCenter().lat * Math.PI / 180) / 512 / 2 ** map.getZoom();
  const most = metresPerPixel * 110, power = 10 ** Math.floor(Math.log10(most)), round = [5, 2, 1].map(k => k * power).find(v => v <= most) ?? power;
  return { pixels: round / metresPerPixel, text: round >= 1000 ? `${number(round / 1000)} km` : `${new Intl.NumberFormat(lang).format(round)} m` };
}
