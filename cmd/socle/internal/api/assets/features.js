// Features of GeoJSON above a map, one of them marked.
import { toX, toY } from "./mercator.js";

// Paths are drawn in pixels of this zoom, from the middle of the features: canvases count
// in single precision, which is fine for a town and too coarse for the world.
const unit = 512 * 2 ** 16, closeTo = 7;
// What is smaller than this many pixels is shown as a dot, or it would not be seen.
const smallest = 6;
const dots = (s, scale) => s.dimension > 0 && s.size * scale < smallest ? [s.middle, ...s.points] : s.points;

/**
 * @typedef {object} Shape
 * @property {string} key
 * @property {number} dimension 0, 1 or 2
 * @property {number[][]} points x, y
 * @property {Path2D} path
 * @property {number[]} box west, south, east, north in degrees
 * @property {number[]} middle x, y of the box
 * @property {number} size of the box, the larger of its sides
 */

export class FeatureOverlay {
  /** @type {Map<string, Shape>} */
  shapes = new Map();
  /** @type {string|null} the key of the marked feature */
  marked = null;
  #origin = [0, 0];
  #colours;

  /**
   * @param {object[]} features of GeoJSON, in longitude and latitude
   * @param {{plain: string, marked: string, halo: string}} colours
   */
  constructor(features, colours) {
    this.#colours = colours;
    const placed = features.filter(f => f.geometry);
    const first = placed.length ? boxOf(placed[0].geometry) : null;
    if (first) this.#origin = [toX((first[0] + first[2]) / 2), toY((first[1] + first[3]) / 2)];
    for (const f of placed) this.shapes.set(String(f.id), this.#shape(String(f.id), f.geometry));
  }

  /** The box of all of them in degrees, or null. */
  get box() {
    let all = null;
    for (const { box } of this.shapes.values()) all = all ? joined(all, box) : box;
    return all;
  }

  #shape(key, geometry) {
    const shape = { key, dimension: 0, points: [], path: new Path2D(), box: boxOf(geometry), middle: [0, 0], size: 0 };
    const [ox, oy] = this.#origin, local = ([lon, lat]) => [(toX(lon) - ox) * unit, (toY(lat) - oy) * unit];
    const line = (positions, dimension) => {
      shape.dimension = Math.max(shape.dimension, dimension);
      positions.forEach((p, i) => i ? shape.path.lineTo(...local(p)) : shape.path.moveTo(...local(p)));
      if (dimension === 2) shape.path.closePath();
    };
    const walk = g => {
      const c = g.coordinates;
      switch (g.type) {
        case "Point": shape.points.push(local(c)); break;
        case "MultiPoint": shape.points.push(...c.map(local)); break;
        case "LineString": line(c, 1); break;
        case "MultiLineString": c.forEach(l => line(l, 1)); break;
        case "Polygon": c.forEach(l => line(l, 2)); break;
        case "MultiPolygon": c.flat().forEach(l => line(l, 2)); break;
        case "GeometryCollection": g.geometries.forEach(walk); break;
      }
    };
    walk(geometry);
    const [x0, y1] = local(shape.box), [x1, y0] = local(shape.box.slice(2));
    shape.middle = [(x0 + x1) / 2, (y0 + y1) / 2];
    shape.size = Math.max(x1 - x0, y1 - y0);
    return shape;
  }

  /** @param {CanvasRenderingContext2D} pen @param {import("./mapview.js").Frame} frame */
  paint(pen, frame) {
    const scale = frame.span / unit, r = frame.ratio;
    pen.setTransform(r * scale, 0, 0, r * scale, r * (this.#origin[0] * frame.span - frame.left), r * (this.#origin[1] * frame.span - frame.top));
    pen.lineJoin = pen.lineCap = "round";
    for (const s of this.shapes.values()) if (s.key !== this.marked) this.#paintShape(pen, s, scale, this.#colours.plain, 1);
    const marked = this.shapes.get(this.marked);
    if (marked) this.#paintShape(pen, marked, scale, this.#colours.marked, 1.6);
  }

  #paintShape(pen, s, scale, colour, weight) {
    pen.fillStyle = pen.strokeStyle = colour;
    if (s.dimension === 2) { pen.globalAlpha = 0.22; pen.fill(s.path, "evenodd"); pen.globalAlpha = 1; }
    if (s.dimension > 0) { pen.lineWidth = (s.dimension === 1 ? 3 : 1.6) * weight / scale; pen.stroke(s.path); }
    for (const [x, y] of dots(s, scale)) {
      pen.beginPath();
      pen.arc(x, y, 5 * weight / scale, 0, 7);
      pen.fill();
      pen.strokeStyle = this.#colours.halo;
      pen.lineWidth = 1.5 / scale;
      pen.stroke();
    }
  }

  /**
   * The key of the feature at a pixel, or null.
   * @param {CanvasRenderingContext2D} pen @param {import("./mapview.js").Frame} frame
   */
  at(pen, frame, sx, sy) {
    const scale = frame.span / unit;
    const x = (frame.left + sx - this.#origin[0] * frame.span) / scale, y = (frame.top + sy - this.#origin[1] * frame.span) / scale;
    let found = null, least = closeTo / scale;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.lineWidth = 2 * closeTo / scale;
    for (const s of this.shapes.values()) {
      for (const p of dots(s, scale)) {
        const d = Math.hypot(p[0] - x, p[1] - y);
        if (d <= least) { least = d; found = s.key; }
      }
      if (s.dimension === 2 && pen.isPointInPath(s.path, x, y, "evenodd")) found = s.key;
      else if (s.dimension === 1 && pen.isPointInStroke(s.path, x, y)) found = s.key;
    }
    return found;
  }
}

const joined = (a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];

/** The box of a geometry. @returns {number[]} west, south, east, north */
function boxOf(geometry) {
  let box = [Infinity, Infinity, -Infinity, -Infinity];
  const walk = c => { if (typeof c[0] === "number") box = joined(box, [c[0], c[1], c[0], c[1]]); else c.forEach(walk); };
  if (geometry.type === "GeometryCollection") for (const g of geometry.geometries) box = joined(box, boxOf(g));
  else walk(geometry.coordinates);
  return box;
}
