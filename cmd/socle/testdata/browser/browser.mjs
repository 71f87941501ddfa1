// Chromium, and tabs that watch for what must never happen: an error, a request off the host, an answer that failed.
import { createRequire } from "node:module";
import { existsSync, readFileSync } from "node:fs";

const modules = process.env.SOCLE_NODE_MODULES, require = createRequire(`${modules}/`);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const programs = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export function launch() {
  const executablePath = programs.find(p => p && existsSync(p));
  if (!executablePath) throw new Error("there is no Chromium: install it, or name it in CHROMIUM");
  return chromium.launch({
    executablePath, headless: true, chromiumSandbox: false,
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--no-proxy-server", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"],
  });
}

const patience = 60_000;

export async function open(browser, url, { size = [1280, 800], lang = "fr-FR", dark = false, touch = false, expected = [], before } = {}) {
  const context = await browser.newContext({
    viewport: { width: size[0], height: size[1] }, locale: lang, colorScheme: dark ? "dark" : "light", hasTouch: touch, isMobile: touch, acceptDownloads: true,
    reducedMotion: "reduce", permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = await context.newPage(), troubles = [], host = new URL(url).host;
  page.setDefaultTimeout(patience);
  page.on("console", m => { if (["error", "warning"].includes(m.type()) && !expected.some(e => e.test(m.text())) && !/GPU stall|software WebGL|Automatic fallback/.test(m.text())) troubles.push(`console ${m.type()}: ${m.text()}`); });
  page.on("pageerror", e => troubles.push(`error: ${e.stack}`));
  page.on("request", r => { const u = new URL(r.url()); if (u.protocol.startsWith("http") && u.host !== host) troubles.push(`a request to ${u.host}`); });
  page.on("response", r => { if (r.status() >= 400 && !expected.some(e => e.test(r.url()))) troubles.push(`${r.status()} ${r.url()}`); });
  if (before) await before(page);
  await page.goto(url, { timeout: patience });
  const tab = {
    page, troubles,
    verdict() { if (troubles.length) throw new Error("the page is not quiet"); },
    /** Waits until a condition that is evaluated here holds. */
    async until(what, holds) {
      const end = Date.now() + patience;
      for (;;) {
        const v = await holds();
        if (v) return v;
        if (Date.now() > end) throw new Error(`in vain: ${what}`);
        await page.waitForTimeout(30);
      }
    },
    ready: () => tab.until("the map is drawn", () => page.evaluate(() => window.ready === true)),
    text: selector => page.locator(selector).innerText(),
    /** The legend as it is read: the bounds, colours and counts of classes, and of what is hidden or empty. */
    legend: () => page.locator("#theme .legend li").evaluateAll(rows => rows.map(r => ({ ...r.dataset, colour: getComputedStyle(r.querySelector("i")).backgroundColor, text: r.querySelector(".range").textContent }))),
    /** Serious violations of accessibility. */
    async axe(where = "document") {
      await page.evaluate(axe);
      const found = await page.evaluate(w => window.axe.run(w === "document" ? document : w, { resultTypes: ["violations"] }), where);
      return found.violations.filter(v => v.impact === "serious" || v.impact === "critical").map(v => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + (n.any[0]?.message ?? "")).join(" | ")}`);
    },
  };
  return tab;
}

/** Where a place is on the map of a tab, in pixels of its page. */
export async function pixelOf(tab, [lon, lat]) {
  const [zoom, y, x] = new URL(tab.page.url()).hash.slice(1).split("/").map(Number), box = await tab.page.locator("#map-a canvas").boundingBox();
  const size = 512 * 2 ** zoom, toX = v => (v + 180) / 360, toY = v => (1 - Math.log(Math.tan(Math.PI / 4 + v * Math.PI / 360)) / Math.PI) / 2;
  return [box.x + box.width / 2 + (toX(lon) - toX(x)) * size, box.y + box.height / 2 + (toY(lat) - toY(y)) * size];
}

/** The colour of the page of a tab at a place of its map: red, green, blue. */
export async function pixelAt(tab, at) {
  const [x, y] = (await pixelOf(tab, at)).map(Math.round), shot = (await tab.page.screenshot()).toString("base64");
  return tab.page.evaluate(async ([data, x, y]) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = new OffscreenCanvas(1, 1), pen = canvas.getContext("2d");
    pen.drawImage(image, -x, -y);
    return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
  }, [shot, x, y]);
}

export async function api(base, path) {
  const answer = await fetch(base + path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** A place inside a polygon that is not too odd: the middle of its longest horizontal stretch. */
export function insideOf(geometry) {
  const rings = geometry.type === "MultiPolygon" ? geometry.coordinates.flat() : geometry.coordinates, ys = rings[0].map(p => p[1]);
  const low = Math.min(...ys), high = Math.max(...ys);
  let best = [0, 0, 0];
  for (let k = 1; k < 20; k++) {
    const y = low + (high - low) * k / 20 + 1e-9, xs = [];
    for (const ring of rings) for (let i = 1; i < ring.length; i++) {
      const [a, b] = [ring[i - 1], ring[i]];
      if ((a[1] > y) !== (b[1] > y)) xs.push(a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]));
    }
    xs.sort((a, b) => a - b);
    for (let i = 1; i < xs.length; i += 2) if (xs[i] - xs[i - 1] > best[0]) best = [xs[i] - xs[i - 1], (xs[i] + xs[i - 1]) / 2, y];
  }
  return [best[1], best[2]];
}
