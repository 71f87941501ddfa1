// Values cut into classes, and the colours of classes.

/**
 * The bounds of n classes of sorted values: bounds[k] to bounds[k+1] is class k, the upper
 * bound belonging to the next class but for the last. Values that repeat make fewer classes.
 * @param {ArrayLike<number>} sorted
 * @param {"quantile" | "jenks" | "equal"} cut
 * @param {number} n
 * @returns {number[]}
 */
export function boundsOf(sorted, cut, n) {
  if (sorted.length === 0) return [];
  const first = sorted[0], last = sorted[sorted.length - 1];
  if (first === last) return [first, last];
  /** @type {number[]} */
  let inner = [];
  if (cut === "equal") for (let k = 1; k < n; k++) inner.push(first + (last - first) * k / n);
  else if (cut === "quantile") for (let k = 1; k < n; k++) inner.push(sorted[Math.min(sorted.length - 1, Math.round(sorted.length * k / n))]);
  else inner = jenks(sorted, n);
  inner = inner.filter((v, i) => v > first && v <= last && v !== inner[i - 1]);
  return [first, ...inner, last];
}

/** Beyond this many values, neighbours are taken together before they are cut: the cost is of its square. */
const most = 600;

/**
 * The natural breaks of Fisher and Jenks: the classes whose sums of squared deviations are
 * least together. Exact up to `most` values that differ.
 * @param {ArrayLike<number>} sorted
 * @param {number} n
 */
function jenks(sorted, n) {
  /** @type {{low: number, w: number, s: number, q: number}[]} values taken together */
  const groups = [];
  const step = Math.max(1, sorted.length / most);
  let next = 0;
  for (let i = 0; i < sorted.length; i++) {
    const v = sorted[i], g = groups.at(-1);
    if (!g || i >= next && v !== sorted[i - 1]) {
      groups.push({ low: v, w: 1, s: v, q: v * v });
      next = i + step;
    } else { g.w++; g.s += v; g.q += v * v; }
  }
  const m = groups.length, k = Math.min(n, m);
  const W = new Float64Array(m + 1), S = new Float64Array(m + 1), Q = new Float64Array(m + 1), mean = groups.reduce((a, g) => a + g.s, 0) / sorted.length;
  groups.forEach((g, i) => { // about the mean, so that squares keep their digits
    W[i + 1] = W[i] + g.w;
    S[i + 1] = S[i] + g.s - mean * g.w;
    Q[i + 1] = Q[i] + g.q - 2 * mean * g.s + mean * mean * g.w;
  });
  const spread = (/** @type {number} */ a, /** @type {number} */ b) => Q[b] - Q[a] - (S[b] - S[a]) ** 2 / (W[b] - W[a]);
  let cost = Float64Array.from({ length: m + 1 }, (_, b) => b ? spread(0, b) : 0);
  /** @type {Int32Array[]} */
  const from = [];
  for (let c = 2; c <= k; c++) {
    const now = new Float64Array(m + 1).fill(Infinity), at = new Int32Array(m + 1);
    for (let b = c; b <= m; b++)
      for (let a = c - 1; a < b; a++) {
        const v = cost[a] + spread(a, b);
        if (v < now[b]) { now[b] = v; at[b] = a; }
      }
    from.push(at);
    cost = now;
  }
  /** @type {number[]} */
  const breaks = [];
  for (let c = from.length - 1, b = m; c >= 0; c--) {
    b = from[c][b];
    breaks.unshift(groups[b].low);
  }
  return breaks;
}

/** The class of a value. @param {number[]} bounds @param {number} v */
export function classOf(bounds, v) {
  let low = 0, high = bounds.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (v >= bounds[middle]) low = middle; else high = middle - 1;
  }
  return low;
}

/** How many values each class has. @param {number[]} bounds @param {ArrayLike<number>} values */
export function countsOf(bounds, values) {
  const counts = new Array(Math.max(0, bounds.length - 1)).fill(0);
  for (let i = 0; i < values.length; i++) counts[classOf(bounds, values[i])]++;
  return counts;
}

/**
 * Ramps that people with any colour vision can order: lightness falls all along.
 * @type {Record<string, string[]>}
 */
export const ramps = {
  sea: ["#eef8d6", "#bfe5bf", "#7accc0", "#3da3bd", "#2a72a8", "#233f86", "#141d4f"],
  fire: ["#fff1cf", "#fdd49e", "#fdae75", "#f07f55", "#d34a3c", "#a01f35", "#5c0f2e"],
  cividis: ["#fde737", "#d9c55c", "#b3a772", "#8d8b78", "#696f79", "#3f5370", "#00224e"],
};

/** Colours of categories that people with any colour vision tell apart (Okabe and Ito). */
export const hues = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#7f7f7f", "#4b3f72", "#8c5a2b", "#a6cee3", "#b2df8a"];

/** n colours of a ramp. @param {string} ramp @param {number} n */
export function coloursOf(ramp, n) {
  const stops = ramps[ramp] ?? ramps.sea;
  return Array.from({ length: n }, (_, k) => {
    const at = n === 1 ? (stops.length - 1) / 2 : (k / (n - 1)) * (stops.length - 1), i = Math.min(stops.length - 2, Math.floor(at)), f = at - i;
    const a = channels(stops[i]), b = channels(stops[i + 1]);
    return "#" + a.map((v, c) => Math.round(v + (b[c] - v) * f).toString(16).padStart(2, "0")).join("");
  });
}

/** @param {string} hex */
export const channels = hex => [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16));
