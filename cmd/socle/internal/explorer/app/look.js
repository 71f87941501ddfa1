// How the map looks: Socle's own styles by day, the same by night.
import { channels } from "./classes.js";

/** @typedef {import("./maplibre-gl.mjs").StyleSpecification} Style */

const night = matchMedia("(prefers-color-scheme: dark)");

/** Tells whether the page is dark, now. */
export const isDark = () => night.matches;

/** Calls back when it gets dark, or light. @param {() => void} f */
export const onDusk = f => night.addEventListener("change", f);

/** A colour at night: its lightness turned over, and its chroma held back. @param {string} hex */
export function dim(hex) {
  const [r, g, b] = channels(hex).map(v => v / 255), low = Math.min(r, g, b), high = Math.max(r, g, b), light = (low + high) / 2;
  const turned = .1 + (1 - light) * .55, s = high === low ? 0 : (high - low) / (1 - Math.abs(2 * light - 1)) * .55;
  const chroma = (1 - Math.abs(2 * turned - 1)) * s / Math.max(1e-9, high - low);
  return "#" + [r, g, b].map(v => Math.round(255 * Math.max(0, Math.min(1, turned + (v - light) * chroma))).toString(16).padStart(2, "0")).join("");
}

/** Any part of a style at night. @param {any} part @returns {any} */
function atNight(part) {
  if (typeof part === "string") return /^#[0-9a-f]{6}$/i.test(part) ? dim(part) : part;
  if (Array.isArray(part)) return part.map(atNight);
  if (part && typeof part === "object") return Object.fromEntries(Object.entries(part).map(([k, v]) => [k, atNight(v)]));
  return part;
}

/** Layers as the time of day wants them. @template T @param {T[]} layers @returns {T[]} */
export const daily = layers => isDark() ? layers.map(l => ({ ...l, paint: atNight(/** @type {any} */ (l).paint) })) : layers;

/** The colours that scripts paint with, beside those of the style sheet. */
export const inks = () => isDark()
  ? { ground: "#151c1a", text: "#dfe8e5", halo: "#101615", line: "#0d1211", none: "#2b3533", select: "#ff8a73", relief: "#5b665f" }
  : { ground: "#f3f0e8", text: "#333c39", halo: "#ffffff", line: "#ffffff", none: "#e2e4e0", select: "#c8321f", relief: "#d9cdbd" };

/** A colour that has all but gone into the ground. @param {string} hex @param {string} ground */
export function faded(hex, ground) {
  const under = channels(ground);
  return "#" + channels(hex).map((v, i) => Math.round(under[i] + (v - under[i]) * .14).toString(16).padStart(2, "0")).join("");
}

/** The height of a building in metres, from what its tiles have. */
export const height = ["to-number", ["coalesce", ["get", "hauteur"],
  ["case", ["all", ["has", "zmin"], ["has", "zmax"]], ["-", ["to-number", ["get", "zmax"]], ["to-number", ["get", "zmin"]]], ["*", 3, ["to-number", ["get", "niveau"]]]]], 0];

/** Hatching, for what is hidden: lines on a transparent ground. @param {string} ink */
export function hatching(ink) {
  const side = 16, data = new Uint8ClampedArray(side * side * 4), [r, g, b] = channels(ink);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const d = (x + y) % 8, a = d < 2 ? 255 : d < 3 || d > 6 ? 110 : 0;
      data.set([r, g, b, a], (y * side + x) * 4);
    }
  return { width: side, height: side, data };
}
