// maplibre.mjs URL PICTURES: see maplibre.sh. The page and the library come from a port of their own, so that the server is another
// origin, as it is for most maps.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
import { chromium } from "playwright-core";

const [url, pictures] = process.argv.slice(2);
let bad = 0;
const check = (ok, what) => { console.log(`${ok ? "ok     " : "FAILED "} ${what}`); if (!ok) bad++; };

const styles = (await (await fetch(`${url}/styles`)).json()).styles;
for (const { id, links } of styles) {
  const style = await (await fetch(links[0].href)).json();
  const errors = validateStyleMin(style).map(e => e.message);
  check(!errors.length, `style ${id}: ${style.layers.length} layers ${errors.join("; ")}`);
}

// What must be seen where. Streets are in both views; buildings and addresses from near only.
const views = [
  { name: "rennes", center: [-1.675, 48.112], zoom: 12.5, layers: ["communes-fill", "communes-line", "iris-line", "voies-major", "voies-middle", "voies-minor"] },
  { name: "quartier", center: [-1.673, 48.13], zoom: 17.2, layers: ["batiments-fill", "batiments-line", "voies-middle", "voies-minor", "adresses-point"] },
];
for (const { id } of styles) {
  const { metadata, layers, center } = await (await fetch(`${url}/styles/${id}.json`)).json();
  const classes = metadata?.["socle:legend"]?.classes.length;
  if (classes) views.push({ name: id, style: id, center, zoom: 11, layers: layers.filter(l => /-(fill-\d|line)$/.test(l.id)).map(l => l.id) });
}
const page = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><link rel="stylesheet" href="maplibre-gl.css">
<style>body{margin:0}#map{position:absolute;inset:0}</style><div id="map"></div><script type="module">
import { Map } from "./maplibre-gl.mjs";
window.troubles = [];
window.show = view => new Promise(done => {
  const map = new Map({ container: "map", style: view.style, center: view.center, zoom: view.zoom, fadeDuration: 0 });
  map.on("error", e => window.troubles.push(String(e.error?.message ?? e)));
  map.once("idle", () => {
    const seen = {};
    for (const f of map.queryRenderedFeatures()) seen[f.layer.id] = (seen[f.layer.id] ?? 0) + 1;
    done(seen);
  });
});
window.ready = true;
</script>`;
const media = { css: "text/css", mjs: "text/javascript", html: "text/html" };
const server = createServer(async (request, answer) => {
  const name = new URL(request.url, "http://localhost").pathname.slice(1) || "index.html";
  try {
    const body = name === "index.html" ? page : await readFile(new URL(`node_modules/maplibre-gl/dist/${name}`, import.meta.url));
    answer.writeHead(200, { "Content-Type": media[name.split(".").pop()] ?? "text/plain" }).end(body);
  } catch {
    answer.writeHead(404).end();
  }
}).listen(0, "127.0.0.1");
await new Promise(up => server.once("listening", up));
const late = new Promise((_, fail) => setTimeout(() => fail(new Error("the maps were not drawn in two minutes")), 120_000).unref());
const browser = await chromium.launch({
  executablePath: process.env.CHROME || "/usr/bin/chromium", chromiumSandbox: false,
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--no-proxy-server", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"],
});
try {
  for (const view of views) {
    const tab = await browser.newPage({ viewport: { width: 1000, height: 700 } });
    const said = [];
    tab.on("console", m => { if (["error", "warning"].includes(m.type()) && !m.text().includes("GPU stall")) said.push(m.text()); });
    tab.on("pageerror", e => said.push(String(e)));
    await tab.goto(`http://127.0.0.1:${server.address().port}/`);
    await tab.waitForFunction("window.ready", null, { timeout: 30_000 });
    const shown = tab.evaluate(v => window.show(v), { ...view, style: `${url}/styles/${view.style ?? "territoire"}.json` });
    const seen = await Promise.race([late, shown]).catch(e => { said.push(String(e)); return {}; });
    said.push(...await tab.evaluate(() => window.troubles));
    await tab.screenshot({ path: `${pictures}/maplibre-${view.name}.png` });
    check(!said.length, `${view.name}: nothing to complain about ${said.join("; ").slice(0, 500)}`);
    const missing = view.layers.filter(l => !seen[l]);
    check(!missing.length, `${view.name}: ${JSON.stringify(seen)} ${missing.length ? "without " + missing : ""}`);
    await tab.close();
  }
} finally {
  await browser.close();
  server.close();
}
console.log(`${styles.length} styles, ${views.length} views`);
process.exit(bad ? 1 : 0);
