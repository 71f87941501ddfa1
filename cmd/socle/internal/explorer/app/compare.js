// Two maps that look at the same place: side by side, or one under the other with a border
// that moves.
import { byId } from "./dom.js";

/** @typedef {import("./mapview.js").MapView} MapView */

/** Has two maps look alike, whichever is moved. @param {MapView} a @param {MapView} b */
export function together(a, b) {
  let following = false;
  const follow = (/** @type {MapView} */ from, /** @type {MapView} */ to) => from.map.on("move", () => {
    if (following) return;
    following = true;
    const m = from.map;
    to.map.jumpTo({ center: m.getCenter(), zoom: m.getZoom(), bearing: m.getBearing(), pitch: m.getPitch() });
    following = false;
  });
  follow(a, b);
  follow(b, a);
}

/** Lays the maps out. @param {"" | "split" | "swipe"} how */
export function layOut(how) {
  const maps = byId("maps"), second = byId("map-b"), swipe = /** @type {HTMLInputElement} */ (byId("swipe"));
  maps.className = how;
  second.hidden = how === "";
  swipe.hidden = how !== "swipe";
  const cut = () => { second.style.clipPath = how === "swipe" ? `inset(0 0 0 ${swipe.value}%)` : ""; maps.style.setProperty("--border", `${swipe.value}%`); };
  swipe.oninput = cut;
  cut();
}
