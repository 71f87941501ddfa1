// A map on one canvas: tiles of vector layers, and overlays above them.
import { metresAround, toLat, toLon, toX, toY } from "./mercator.js";
import { TileCache, pathOf } from "./tilelayer.js";

const tileSize = 512, deepest = 20, closeTo = 6;

/**
 * What is in view, for overlays: pixels across the world, the place of the corner among
 * them, the size of the canvas.
 * @typedef {{ratio: number, span: number, left: number, top: number, width: number, height: number}} Frame
 */
/** @typedef {{paint(pen: CanvasRenderingContext2D, frame: Frame): void}} Overlay */

export class MapView {
  /** @type {import("./tilelayer.js").Layer[]} */
  layers = [];
  /** @type {Overlay[]} */
  overlays = [];
  /** What the page wants to know of. */
  on = { painted() {}, trouble(/** @type {boolean} */ _failed) {}, click(/** @type {number} */ _x, /** @type {number} */ _y) {}, hover(/** @type {number} */ _x, /** @type {number} */ _y) {}, leave() {}, escape() {} };

  #x = 0.5; #y = 0.5; #zoom = 2;
  #dirty = false;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {string} base what paths begin with
   * @param {{shy?: boolean}} [options] shy: leaves scrolling to the page until the map has the focus
   */
  constructor(canvas, base, { shy = false } = {}) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.tiles = new TileCache(base, failed => { this.on.trouble(failed); this.draw(); });
    this.#listen(shy);
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  get zoom() { return this.#zoom; }
  /** Pixels across the world. */
  get span() { return tileSize * 2 ** this.#zoom; }
  /** The place in the middle, in degrees. */
  get centre() { return { lon: toLon(this.#x), lat: toLat(this.#y) }; }

  /** Shows a place. */
  look(zoom, lat, lon) {
    this.#zoom = Math.max(0, Math.min(deepest, zoom));
    this.#x = toX(lon); this.#y = toY(lat);
    this.draw();
  }

  /** Shows a box of degrees, no closer than zoom. @param {number[]} box west, south, east, north */
  fit([west, south, east, north], zoom = 17) {
    const { width, height } = this.canvas.getBoundingClientRect();
    const w = toX(west), e = toX(east), n = toY(north), s = toY(south);
    const room = 0.88 * Math.min((width || 400) / Math.max(e - w, 1e-9), (height || 300) / Math.max(s - n, 1e-9));
    this.#x = (w + e) / 2; this.#y = (n + s) / 2;
    this.#zoom = Math.max(0, Math.min(zoom, Math.log2(room / tileSize)));
    this.draw();
  }

  /** The box in view, in degrees. @returns {number[]} */
  bounds() {
    const { left, top, width, height, span } = this.frame();
    return [toLon(left / span), toLat((top + height) / span), toLon((left + width) / span), toLat(top / span)];
  }

  /** The place of a pixel, in degrees. */
  place(sx, sy) {
    const { left, top, span } = this.frame();
    return { lon: toLon((left + sx) / span), lat: toLat((top + sy) / span) };
  }

  /** A round length and its pixels, for a scale bar of at most 120 pixels. */
  scale() {
    const metres = metresAround(this.centre.lat) / this.span;
    let length = 10 ** Math.floor(Math.log10(metres * 120));
    for (const k of [5, 2]) if (length * k / metres <= 120) { length *= k; break; }
    return { pixels: length / metres, text: length >= 1000 ? `${length / 1000} km` : `${length} m` };
  }

  /** @returns {Frame} */
  frame() {
    const { width, height } = this.canvas.getBoundingClientRect(), span = this.span;
    return { ratio: devicePixelRatio || 1, span, left: this.#x * span - width / 2, top: this.#y * span - height / 2, width, height };
  }

  isFar(layer) { return Math.round(this.#zoom) < layer.min; }

  // Drawing.

  draw() {
    if (this.#dirty) return;
    this.#dirty = true;
    requestAnimationFrame(() => { this.#dirty = false; this.#paint(); });
  }

  #paint() {
    const began = performance.now(), { canvas, pen } = this, frame = this.frame();
    if (frame.width === 0) return;
    const w = Math.round(frame.width * frame.ratio), h = Math.round(frame.height * frame.ratio);
    if (canvas.width !== w || canvas.height !== h) { canvas.width = w; canvas.height = h; }
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, w, h);
    for (const l of this.layers) if (l.shown && !this.isFar(l)) for (const at of this.#inView(l, frame)) this.#paintTile(l, at, frame.ratio);
    for (const o of this.overlays) { pen.save(); o.paint(pen, frame); pen.restore(); }
    this.tiles.forget(began);
    this.on.painted();
  }

  /** The tiles of a layer that cover the view, each with where it is on the screen. */
  *#inView(l, { span, left, top, width, height }) {
    const z = Math.min(l.max, Math.max(l.min, Math.round(this.#zoom))), n = 2 ** z, size = span / n;
    for (let y = Math.max(0, Math.floor(top / size)); y <= Math.min(n - 1, (top + height) / size); y++)
      for (let x = Math.max(0, Math.floor(left / size)); x <= Math.min(n - 1, (left + width) / size); x++)
        yield { z, x, y, px: x * size - left, py: y * size - top, size };
  }

  #paintTile(l, at, ratio) {
    let t = this.tiles.get(l.id, at.z, at.x, at.y), { px, py, size } = at;
    // Until it is there, a tile above stands in.
    for (let up = 1; t.state !== "ready" && up <= 4 && at.z - up >= l.min; up++) {
      const above = this.tiles.peek(l.id, at.z - up, at.x >> up, at.y >> up);
      if (above?.state !== "ready") continue;
      px -= (at.x - ((at.x >> up) << up)) * size; py -= (at.y - ((at.y >> up) << up)) * size; size *= 2 ** up;
      t = above;
    }
    if (t.state !== "ready" || t.features.length === 0) return;
    const { pen } = this, scale = size / t.extent;
    pen.save();
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.beginPath();
    pen.rect(at.px, at.py, at.size, at.size);
    pen.clip();
    pen.strokeStyle = pen.fillStyle = l.color;
    if (l.kind === "point") {
      const r = this.#pointSize();
      for (const f of t.features)
        for (const p of f.lines) { pen.beginPath(); pen.arc(px + p[0] * scale, py + p[1] * scale, r, 0, 7); pen.fill(); }
    } else {
      pen.transform(scale, 0, 0, scale, px, py);
      if (l.kind === "polygon" && l.fill > 0) { pen.globalAlpha = l.fill; pen.fill(t.path, "evenodd"); pen.globalAlpha = 1; }
      pen.lineWidth = l.width * (l.kind === "line" ? Math.max(0.8, (this.#zoom - 12) * 0.6) : 1) / scale;
      pen.lineJoin = "round";
      pen.stroke(t.path);
    }
    pen.restore();
  }

  #pointSize() { return Math.max(1.2, Math.min(4.5, (this.#zoom - 10) * 0.6)); }

  // Finding what is under the pointer.

  /** The topmost feature of the layers at a pixel, with its tile, or null. */
  featureAt(sx, sy) {
    const frame = this.frame();
    for (const l of [...this.layers].reverse()) {
      if (!l.shown || this.isFar(l)) continue;
      let best = null, least = l.kind === "polygon" ? 0 : closeTo + this.#pointSize();
      for (const at of this.#inView(l, frame)) {
        const t = this.tiles.peek(l.id, at.z, at.x, at.y);
        if (t?.state !== "ready" || sx < at.px || sy < at.py || sx >= at.px + at.size || sy >= at.py + at.size) continue;
        const scale = at.size / t.extent, x = (sx - at.px) / scale, y = (sy - at.py) / scale;
        for (const f of t.features) {
          const d = this.#distance(f, x, y, scale);
          if (d <= least) { least = d; best = { layer: l, at, feature: f, extent: t.extent }; }
        }
      }
      if (best) return best;
    }
    return null;
  }

  /** Pixels from a feature to a place of its tile. */
  #distance(f, x, y, scale) {
    if (f.type === 1) return Math.min(...f.lines.map(p => Math.hypot(p[0] - x, p[1] - y))) * scale;
    if (f.type === 2) return Math.min(...f.lines.map(line => toLine(line, x, y))) * scale;
    this.pen.setTransform(1, 0, 0, 1, 0, 0);
    return this.pen.isPointInPath(pathOf([f]), x, y, "evenodd") ? 0 : Infinity;
  }

  // Moving.

  zoomBy(change, sx = this.canvas.clientWidth / 2, sy = this.canvas.clientHeight / 2) {
    const dx = sx - this.canvas.clientWidth / 2, dy = sy - this.canvas.clientHeight / 2, before = this.span;
    this.#zoom = Math.max(0, Math.min(deepest, this.#zoom + change));
    this.moveBy(-dx * (this.span / before - 1), -dy * (this.span / before - 1));
  }

  /** Moves what is shown by pixels. */
  moveBy(dx, dy) {
    this.#x = Math.max(0, Math.min(1, this.#x - dx / this.span));
    this.#y = Math.max(0, Math.min(1, this.#y - dy / this.span));
    this.draw();
  }

  #listen(shy) {
    const { canvas } = this, pointers = new Map();
    let moved = 0;
    const pinch = () => { const [a, b] = [...pointers.values()]; return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, d: Math.hypot(a.x - b.x, a.y - b.y) || 1 }; };
    canvas.addEventListener("pointerdown", e => {
      canvas.setPointerCapture(e.pointerId);
      pointers.set(e.pointerId, { x: e.offsetX, y: e.offsetY });
      if (pointers.size === 1) moved = 0;
      canvas.classList.add("dragging");
    });
    canvas.addEventListener("pointermove", e => {
      const was = pointers.get(e.pointerId), now = { x: e.offsetX, y: e.offsetY };
      if (!was) { this.on.hover(now.x, now.y); return; }
      if (pointers.size === 1) {
        moved += Math.hypot(now.x - was.x, now.y - was.y);
        pointers.set(e.pointerId, now);
        this.moveBy(now.x - was.x, now.y - was.y);
      } else if (pointers.size === 2) {
        const a = pinch();
        pointers.set(e.pointerId, now);
        const b = pinch();
        moved = Infinity;
        this.moveBy(b.x - a.x, b.y - a.y);
        this.zoomBy(Math.log2(b.d / a.d), b.x, b.y);
      }
    });
    const release = e => {
      if (!pointers.delete(e.pointerId)) return;
      canvas.classList.toggle("dragging", pointers.size > 0);
      if (e.type === "pointerup" && pointers.size === 0 && moved < 4) this.on.click(e.offsetX, e.offsetY);
    };
    canvas.addEventListener("pointerup", release);
    canvas.addEventListener("pointercancel", release);
    canvas.addEventListener("pointerleave", () => this.on.leave());
    canvas.addEventListener("wheel", e => {
      if (shy && !e.ctrlKey && document.activeElement !== canvas) return;
      e.preventDefault();
      this.zoomBy(-e.deltaY * (e.deltaMode === 1 ? 0.05 : 0.002), e.offsetX, e.offsetY);
    }, { passive: false });
    canvas.addEventListener("dblclick", e => this.zoomBy(1, e.offsetX, e.offsetY));
    canvas.addEventListener("keydown", e => {
      const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[e.key];
      if (step) this.moveBy(...step);
      else if (e.key === "+" || e.key === "=") this.zoomBy(1);
      else if (e.key === "-") this.zoomBy(-1);
      else if (e.key === "Escape") this.on.escape();
      else return;
      e.preventDefault();
    });
  }
}

/** The distance from a place to a line. */
function toLine(line, x, y) {
  let least = Infinity;
  for (let i = 2; i < line.length; i += 2) {
    const ax = line[i - 2], ay = line[i - 1], dx = line[i] - ax, dy = line[i + 1] - ay;
    const t = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
    least = Math.min(least, Math.hypot(ax + t * dx - x, ay + t * dy - y));
  }
  return least;
}
