// What people do with the map, and what they must see. What it shows is compared with what the server answers, and what it writes
// with what a second page reads.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { api, insideOf, pixelAt, pixelOf } from "./browser.mjs";

const income = "/map?mesh=iris&source=carreaux_200m&measure=ratio(ind_snv,ind)", incomeOf = "/collections/iris/aggregate?source=carreaux_200m&measure=ratio(ind_snv,ind)";
const power = "sum(consommation_annuelle_totale_de_l_adresse_mwh)";
const french = v => new Intl.NumberFormat("fr", v >= 1000 || Number.isInteger(v) ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 4 }).format(v);

/** The page opens on the territory; its layers are those of the catalogue. */
export async function opens(base, open) {
  const tab = await open("/map");
  const paint = await tab.page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
  await tab.ready();
  await tab.page.click("#tab-layers");
  const { collections } = await api(base, "/collections?f=json");
  const listed = await tab.page.locator("#layers li").evaluateAll(rows => rows.map(r => [r.dataset.layer, r.querySelector("b").textContent, r.querySelector("small").textContent]));
  const want = collections.filter(c => c.geometryType);
  assert.deepEqual(listed.map(l => l[0]).sort(), want.map(c => c.id).sort());
  for (const c of want) {
    const [, title, about] = listed.find(l => l[0] === c.id);
    assert.equal(title, c.title);
    for (const part of [c.producer, c.licence, c.vintage, french(c.numberOfItems)]) if (part) assert.ok(about.includes(part), `${about}: ${part}`);
  }
  await Promise.all([tab.page.context().waitForEvent("response", r => r.url().includes("/tiles/parkings/") && r.ok()), tab.page.check("[name=layer-parkings]")]);
  assert.match(tab.page.url(), /collections=[^&]*parkings/);
  return `first contentful paint ${Math.round(paint)} ms`;
}

/** A newcomer's path: mean income by block, in a municipality, and how it was made. */
export async function income_in_my_commune(base, open) {
  const tab = await open("/map");
  await tab.page.click("text=Revenu moyen par habitant");
  await tab.ready();
  const { features } = await api(base, "/collections/communes/items?limit=1&f=json"), { nom, code_insee } = features[0].properties;
  await tab.page.selectOption("[name=place]", { label: nom });
  const answer = await api(base, `/collections/imu/aggregate?source=carreaux_200m&measure=ratio(ind_snv,ind)&mesh-filter=${encodeURIComponent(`code_insee = '${code_insee}'`)}`);
  const shown = answer.columns.status.filter(s => s === "shown").length;
  await tab.until("the legend is of the municipality", async () => (await tab.legend()).reduce((n, r) => n + (r.kind ? 0 : Number(r.count)), 0) === shown);
  await tab.page.click("text=Comment ces chiffres ont été faits");
  const receipt = await tab.text(".receipt");
  for (const said of ["Carreaux de 200 m", "Méthode : ", "INSEE", "etalab-2.0"]) assert.ok(receipt.includes(said), `${said} is not in ${receipt}`);
}

/** The legend's classes are those of the values, and what is hovered is what the server says. */
export async function legend_and_hover(base, open) {
  const tab = await open(income), answer = await api(base, incomeOf);
  const values = answer.columns.ratio_ind_snv_ind.filter(v => v !== null);
  for (const cut of ["quantile", "jenks", "equal"]) {
    await tab.until("the legend", async () => (await tab.legend()).length > 0);
    await tab.page.selectOption("#theme [name=cut]", cut);
    await tab.ready();
    const rows = (await tab.legend()).filter(r => !r.kind);
    assert.equal(rows.reduce((n, r) => n + Number(r.count), 0), values.length, cut);
    assert.equal(Number(rows[0].low), Math.min(...values));
    assert.equal(Number(rows.at(-1).high), Math.max(...values));
    rows.forEach((r, i) => {
      const last = i === rows.length - 1, n = values.filter(v => v >= Number(r.low) && (last ? v <= Number(r.high) : v < Number(r.high))).length;
      assert.equal(Number(r.count), n, `${cut}, class ${i}`);
      assert.equal(r.text, `${french(Number(r.low))} – ${french(Number(r.high))}`);
    });
    assert.equal(new Set(rows.map(r => r.colour)).size, rows.length, "two classes have one colour");
  }
  const { features } = await api(base, "/collections/iris/items?f=json&limit=100");
  let read = 0;
  for (const f of features) {
    const [x, y] = await pixelOf(tab, insideOf(f.geometry)), i = answer.columns.code_iris.indexOf(f.id), v = answer.columns.ratio_ind_snv_ind[i];
    await tab.page.mouse.move(x - 3, y);
    await tab.page.mouse.move(x, y);
    await tab.until(`the tip tells of ${f.id}`, async () => (await tab.page.locator("#tip").innerText()).includes(f.id));
    const tip = (await tab.text("#tip b")).replace(/\s/g, " ");
    assert.equal(tip, v === null ? "pas de donnée" : `${french(v)} €`.replace(/\s/g, " "));
    if (++read === 6) break;
  }
}

/** The map's colours are the legend's: the pixel in the middle of a cell has its class's. */
export async function colours_of_cells(base, open) {
  const tab = await open(`${income}&collections=`), answer = await api(base, incomeOf);
  await tab.ready();
  const rows = (await tab.legend()).filter(r => !r.kind), { features } = await api(base, "/collections/iris/items?f=json&limit=100");
  const big = features.map(f => ({ f, at: insideOf(f.geometry), v: answer.columns.ratio_ind_snv_ind[answer.columns.code_iris.indexOf(f.id)] })).filter(c => c.v !== null);
  let same = 0, seen = 0;
  for (const { at, v } of big) {
    const row = rows.find((r, i) => v >= Number(r.low) && (v < Number(r.high) || i === rows.length - 1));
    const [r, g, b] = await pixelAt(tab, at);
    const want = row.colour.match(/\d+/g).map(Number);
    seen++;
    if ([r, g, b].every((c, i) => Math.abs(c - want[i]) < 3)) same++;
    if (seen === 12) break;
  }
  assert.ok(same >= seen - 2, `${same} of ${seen} cells have the colour of their class`); // names and limits lie over some
}

/** What is hidden is hatched, counted and explained; what has no data is apart. */
export async function secrecy(base, open) {
  const tab = await open(`/map?mesh=imu&source=conso_elec_adresse&measure=${power}`), answer = await api(base, `/collections/imu/aggregate?source=conso_elec_adresse&measure=${power}`);
  await tab.ready();
  const rows = await tab.legend(), count = s => answer.columns.status.filter(v => v === s).length;
  assert.ok(count("hidden") > 0, "nothing is hidden: the test shows nothing");
  assert.equal(Number(rows.find(r => r.kind === "hidden").count), count("hidden"));
  assert.equal(Number(rows.find(r => r.kind === "empty")?.count ?? 0), count("empty"));
  assert.ok((await tab.text("#theme .legend")).includes("trop peu d'unités"));
  const key = answer.columns.id_imu[answer.columns.status.indexOf("hidden")], cell = await api(base, `/collections/imu/items/${key}?f=json`);
  const [x, y] = await pixelOf(tab, insideOf(cell.geometry));
  await tab.page.mouse.move(x - 2, y);
  await tab.page.mouse.move(x, y);
  await tab.until("the tip says why", async () => /masqué[^]*(seuil|dominance|voisin)/.test(await tab.page.locator("#tip").innerText()));
  await tab.page.click("text=Régler");
  assert.ok((await tab.text(".secrecy")).includes("imposé par la source"));
  assert.ok(await tab.page.locator("[name=filter]").isDisabled());
  assert.ok((await tab.page.locator(".methods .wrong").count()) >= 2);
}

/** A link gives back all that is on the screen. */
export async function permalink(base, open) {
  const tab = await open("/map");
  await tab.page.click("text=Part des ménages pauvres");
  await tab.ready();
  await tab.page.selectOption("#theme [name=mesh]", "iris");
  await tab.ready();
  await tab.page.selectOption("#theme [name=cut]", "jenks");
  await tab.page.selectOption("#theme [name=classes]", "6");
  await tab.page.selectOption("#theme [name=ramp]", "fire");
  await tab.page.locator("#theme [name=from]").fill("40");
  await tab.page.click("#theme [name=table]");
  await tab.page.click("text=balayage");
  await tab.page.click("summary:has-text('Une autre question')");
  await tab.page.click(".question:has-text('Habitants')");
  await tab.ready();
  await tab.page.click("button:has-text('À gauche')");
  await tab.page.click(".tools button >> nth=0");
  await tab.page.waitForTimeout(600);
  await tab.ready();
  const url = tab.page.url(), [legend, table] = [await tab.legend(), await tab.text("#drawer table")];
  const again = await open(url.slice(base.length));
  await again.ready();
  assert.equal(again.page.url(), url);
  assert.deepEqual(await again.legend(), legend);
  assert.equal(await again.text("#drawer table"), table);
  for (const [name, value] of [["cut", "jenks"], ["classes", "6"], ["ramp", "fire"], ["from", "40"]]) assert.equal(await again.page.locator(`#theme [name=${name}]`).inputValue(), value, name);
  assert.equal(await again.page.locator(".mapbox canvas").count(), 2);
  assert.ok((await again.text(".pair")).includes("Habitants"));
}

/** What is downloaded is what the server answers. */
export async function download(base, open) {
  const tab = await open(income);
  await tab.ready();
  for (const form of ["CSV", "GeoJSON"]) {
    const [file] = await Promise.all([tab.page.waitForEvent("download"), tab.page.click(`.answer a:text-is("${form}")`)]);
    const got = readFileSync(await file.path(), "utf8"), want = await (await fetch(`${base}${incomeOf}&f=${form.toLowerCase()}`)).text();
    const steady = t => t.replace(/"timeStamp":"[^"]*"/, "");
    assert.equal(steady(got), steady(want), form);
  }
  await tab.page.click("button:text-is('QGIS')");
  const copied = await tab.until("the address is copied", () => tab.page.evaluate(() => navigator.clipboard.readText()));
  assert.equal((await fetch(copied)).status, 200);
  assert.ok((await (await fetch(copied)).json()).features.length > 0);
}

/** All of it without a pointer. */
export async function keyboard(base, open) {
  const tab = await open("/map");
  await tab.ready();
  const press = async (...keys) => { for (const k of keys) await tab.page.keyboard.press(k); };
  const reach = async (what, test) => { for (let i = 0; i < 60; i++) { await press("Tab"); if (await tab.page.evaluate(test)) return; } throw new Error(`Tab does not reach ${what}`); };
  await reach("a question", () => document.activeElement.matches(".question") && document.activeElement.textContent.startsWith("Revenu"));
  await press("Enter");
  await tab.ready();
  await tab.until("the legend", async () => (await tab.legend()).length > 0);
  await tab.page.evaluate(() => document.querySelector("#panels").focus());
  await reach("the cut", () => document.activeElement.name === "cut");
  await press("ArrowDown");
  await tab.until("another cut", () => tab.page.url().includes("cut=jenks"));
  assert.equal(await tab.page.evaluate(() => document.activeElement.name), "cut", "the focus is lost");
  await reach("the table", () => document.activeElement.name === "table");
  await press("Enter");
  await tab.page.waitForSelector("#drawer table");
  await reach("the map", () => document.activeElement.matches("#map-a canvas"));
  const before = tab.page.url();
  await press("+");
  await tab.until("the map is nearer", () => tab.page.url() !== before);
  await tab.ready();
  await press("Enter");
  await tab.page.waitForSelector("#feature h2");
  assert.ok(await tab.page.locator("#tip").isVisible(), "the cell in the middle is not told");
  assert.ok(await tab.page.evaluate(() => document.querySelector("#feature dl dd") !== null));
  await press("Escape");
  await tab.until("the card is closed", async () => !await tab.page.locator("#feature").isVisible());
  await reach("a row", () => document.activeElement.matches("#drawer tbody .link"));
  await press("Enter");
  await tab.page.waitForSelector("#feature h2:focus");
  await tab.page.focus("#tab-theme");
  await press("ArrowRight");
  await tab.page.waitForSelector("#blocks:not([hidden])");
  assert.equal(await tab.page.evaluate(() => document.activeElement.id), "tab-blocks");
}

/** On a phone: nothing sticks out, and fingers do. */
export async function phone(base, open) {
  const tab = await open("/map", { size: [390, 844], touch: true });
  await tab.ready();
  await tab.page.tap("text=Revenu moyen par habitant");
  await tab.ready();
  await tab.until("the legend", async () => (await tab.legend()).length > 0);
  assert.equal(await tab.page.evaluate(() => document.scrollingElement.scrollWidth), 390);
  assert.deepEqual(await tab.axe(), []);
  await tab.page.tap("#fold");
  await tab.page.waitForTimeout(100);
  const map = await tab.page.locator("#map-a canvas").boundingBox();
  assert.ok(map.height > 500, `the map is ${map.height} px high when the panel is folded`);
  const answer = await api(base, "/collections/imu/aggregate?source=carreaux_200m&measure=ratio(ind_snv,ind)");
  await tab.page.touchscreen.tap(map.x + map.width / 2, map.y + map.height / 2);
  await tab.page.waitForSelector("#feature h2");
  const tip = await tab.text("#tip");
  assert.ok(answer.columns.id_imu.some(k => tip.includes(k)), tip);
  return `map ${map.width}×${map.height}`;
}

/** What is drawn from near only is looked at from near: where the address asks for it, and where the list of layers is asked to. */
export async function from_near(base, open) {
  const tab = await open("/map?collections=adresses");
  const look = () => new URL(tab.page.url()).hash.slice(1).split("/").map(Number);
  const near = () => tab.until("the map comes near", () => look()[0] >= 16 && look());
  const [, lat, lng] = await near(), reach = .0005;
  await tab.ready();
  const { features } = await api(base, `/collections/adresses/items?limit=1&bbox=${[lng - reach, lat - reach, lng + reach, lat + reach]}`);
  assert.ok(features.length, "there is no address in sight");
  await tab.page.mouse.click(...await pixelOf(tab, features[0].geometry.coordinates));
  await tab.until("the address is read", async () => (await tab.text("#feature")).includes(features[0].id));
  const far = await open("/map?collections=iris,adresses");
  await far.ready();
  await far.page.click("#tab-layers");
  await far.page.click("#layers [data-layer=adresses] button.link");
  await far.until("the list comes near", () => Number(new URL(far.page.url()).hash.slice(1).split("/")[0]) >= 16);
}

/** Layers that are not shown, or hold nothing, do not draw the map away from those that are; those elsewhere are gone to. */
export async function layers_elsewhere(base, open) {
  const { extent } = await api(base, "/collections/communes?f=json"), [west, south, east, north] = extent.spatial.bbox[0];
  const tab = await open("/map?tab=layers", {
    before: page => page.route("**/map/menu", async r => {
      const answer = await r.fetch(), menu = await answer.json(), one = menu.layers.find(l => l.id === "parkings");
      menu.layers.push({ ...one, id: "nothing", count: 0, bounds: [-180, -85, 180, 85] }, { ...one, id: "elsewhere", count: 1, shape: -1, bounds: [6.1, 46.19, 6.16, 46.23] });
      await r.fulfill({ response: answer, json: menu });
    }),
  });
  await tab.ready();
  const look = () => new URL(tab.page.url()).hash.slice(1).split("/").map(Number);
  const [zoom, lat, lng] = look();
  assert.ok(zoom > 9 && lng > west && lng < east && lat > south && lat < north, `it looks at ${lng} ${lat} from zoom ${zoom}`);
  const [about, least] = await Promise.all([tab.text("[data-layer=elsewhere] small"), tab.text("[data-layer=nothing] small")]);
  assert.ok(about.startsWith("1 objet ") && least.startsWith("0 point "), `${about}, ${least}`);
  await tab.page.click("[data-layer=elsewhere] button.link");
  await tab.until("the map goes there", () => look()[2] > 6);
}

/** A browser may refuse to write the address as often as the map moves, as Safari does: the page goes on, and writes it later. */
export async function refused_address(base, open) {
  const tab = await open("/map", { before: page => page.addInitScript(() => {
    const write = history.replaceState.bind(history);
    window.refuses = true;
    history.replaceState = (...a) => { if (window.refuses) throw new DOMException("too often", "SecurityError"); write(...a); };
  }) });
  await tab.ready();
  await tab.page.click("#tab-layers");
  await tab.page.waitForSelector("#layers li");
  await tab.page.evaluate(() => { window.refuses = false; });
  await tab.until("the address is written", () => /tab=layers/.test(tab.page.url()));
}

/** An address may name a layer that is no more: nothing is asked of it. */
export async function gone_layers(base, open) {
  const tab = await open("/map?collections=gone,communes&tab=layers");
  await tab.ready();
  await tab.page.uncheck("[name=layer-communes]");
  assert.ok(!await tab.page.locator("#trouble").isVisible());
}

/** An address whose fragment alone is another looks elsewhere. */
export async function fragments(base, open) {
  const tab = await open("/map#12/48.11/-1.68");
  await tab.ready();
  await tab.page.evaluate(() => { location.hash = "#15/48.12/-1.66"; });
  await tab.page.waitForTimeout(300);
  await tab.page.click(".tools button >> nth=0");
  await tab.until("the map is there", () => new URL(tab.page.url()).hash === "#16.00/48.12000/-1.66000");
}

/** Areas that are switched on lie under streets and buildings. */
export async function areas_hide_nothing(base, open) {
  const { features } = await api(base, "/collections/batiments/items?f=json&limit=1&filter=nb_logement%20%3E%205"), at = insideOf(features[0].geometry);
  const tab = await open(`/map?tab=layers&collections=batiments#18/${at[1]}/${at[0]}`);
  await tab.ready();
  const before = await pixelAt(tab, at);
  await Promise.all([tab.page.context().waitForEvent("response", r => r.url().includes("/tiles/carreaux_200m/") && r.ok()), tab.page.check("[name=layer-carreaux_200m]")]);
  await tab.page.waitForTimeout(1000);
  await tab.ready();
  assert.deepEqual(await pixelAt(tab, at), before);
}

/** An answer whose cells are out of sight brings them into sight. */
export async function cells_come_in_sight(base, open) {
  const tab = await open("/map#5/40/2"), { extent } = await api(base, "/collections/iris?f=json");
  await tab.ready();
  await tab.page.click("text=Habitants à l'hectare");
  const [west, south, east, north] = extent.spatial.bbox[0];
  await tab.until("the map shows cells", () => {
    const [zoom, lat, lng] = new URL(tab.page.url()).hash.slice(1).split("/").map(Number);
    return zoom >= 8 && lng > west && lng < east && lat > south && lat < north;
  });
}

/** A click tells of a feature with titles and units, its blocks, and buildings their height. */
export async function feature(base, open) {
  const { features } = await api(base, "/collections/batiments/items?f=json&limit=40&filter=nb_logement%20%3E%205"), b = features.find(f => f.properties.zmax - f.properties.zmin > 3 || f.properties.hauteur > 3);
  const [lon, lat] = insideOf(b.geometry);
  const tab = await open(`/map#18/${lat.toFixed(5)}/${lon.toFixed(5)}`);
  await tab.ready();
  await tab.page.click(".tools button:has-text('3D')");
  await tab.ready();
  await tab.page.click(".tools button:has-text('3D')");
  await tab.page.waitForTimeout(300);
  await tab.ready();
  await tab.page.mouse.click(...await pixelOf(tab, [lon, lat]));
  await tab.page.waitForSelector("#feature dl");
  const card = await tab.text("#feature");
  assert.ok(card.includes("Bâtiments") && /Hauteur : /.test(card), card);
  const { features: iris } = await api(base, `/collections/iris/items?f=json&limit=1&filter=${encodeURIComponent(`S_INTERSECTS(geometry,POINT(${lon} ${lat}))`)}`);
  await tab.until("where it lies", async () => (await tab.text("#feature .inside")).includes(iris[0].properties.nom_iris));
  const page = await tab.page.locator("#feature .actions a").getAttribute("href");
  assert.equal((await fetch(base + page)).status, 200);
  assert.match(tab.page.url(), /pick=batiments/);
}

/** What cannot be answered says what to do. */
export async function trouble(base, open) {
  const tab = await open("/map?mesh=iris&source=filosofi_iris&measure=mean(disp_med)", { expected: [/aggregate/, /400/] });
  await tab.page.waitForSelector(".trouble");
  const text = await tab.text(".trouble");
  assert.ok(text.includes("Que faire"), text);
  await tab.page.click("text=Régler");
  assert.ok(await tab.page.locator("[name=measure] option:disabled").count() > 3, "what cannot be combined is not greyed");
}

/** Long work is a job: it shows how far it is, and can be cancelled. */
export async function jobs(base, open) {
  const asked = [];
  const tab = await open("/map", {
    expected: [/ERR_FAILED/],
    before: async page => {
      await page.route(`${base}/map`, async r => { const a = await r.fetch(); await r.fulfill({ response: a, body: (await a.text()).replace(/data-job-rows="\d+"/, 'data-job-rows="1"') }); });
      await page.route("**/jobs/*", async r => {
        asked.push(r.request().method());
        if (r.request().method() !== "GET" || asked.length > 4) return r.continue();
        const a = await r.fetch();
        await r.fulfill({ response: a, body: JSON.stringify({ ...await a.json(), status: "running", progress: 40 }) });
      });
    },
  });
  await tab.ready();
  await tab.page.click("text=Revenu moyen par habitant");
  await tab.page.waitForSelector("progress[value='40']");
  await tab.page.click("[name=cancel]");
  await tab.page.waitForSelector("text=Annulé.");
  await tab.until("the job is dismissed", () => asked.includes("DELETE"));
  asked.push("", "", "", "", "");
  await tab.page.click(".question:has-text('Part des ménages')");
  await tab.until("the answer of a job", async () => (await tab.legend()).length > 0);
}

/** Cells by kind, and an indicator whose histogram brushes the map. */
export async function blocks(base, open) {
  const tab = await open("/map?tab=blocks");
  await tab.ready();
  await tab.page.selectOption("[name=kind]", "tissu");
  await tab.page.waitForSelector("#blocks .legend li");
  const { metadata } = (await api(base, "/styles/imu.json")).layers.find(l => l.metadata), legend = metadata["socle:legend"];
  const shown = await tab.page.locator("#blocks .legend li[data-count]").evaluateAll(rows => rows.map(r => [r.querySelector(".range").textContent, r.querySelector("i").style.background]));
  assert.ok(shown.length > 2);
  for (const [name, colour] of shown) {
    const rgb = legend.find(t => t.title.fr === name).colour.match(/[0-9a-f]{2}/g).map(c => parseInt(c, 16)).join(", ");
    assert.equal(colour, `rgb(${rgb})`, name);
  }
  const counts = await tab.page.locator("#blocks .legend li").evaluateAll(rows => rows.map(r => Number(r.dataset.count ?? 0)));
  const { numberMatched } = await api(base, "/collections/imu/items?resultType=hits&filter=tissu%20IS%20NOT%20NULL");
  assert.equal(counts.reduce((a, b) => a + b, 0), numberMatched);
  await tab.page.selectOption("[name=kind]", "zone"); // of no cell here
  await tab.until("no cell has a kind", async () => (await tab.text("#blocks")).includes("Aucune maille n'a de classe"));
  await tab.page.selectOption("[name=indicator]", "max(surface)");
  await tab.page.waitForSelector("#blocks .histogram");
  await tab.page.focus("#blocks [name=from]");
  for (let i = 0; i < 5; i++) await tab.page.keyboard.press("ArrowRight");
  await tab.until("the brush is in the address", () => /brush=/.test(tab.page.url()));
  assert.ok(await tab.page.locator("#blocks rect.out").count() > 0);
  assert.equal(await tab.page.evaluate(() => document.activeElement.name), "from", "the focus is lost");
}

/** English, in the dark, printed. */
export async function english_dark_print(base, open) {
  const tab = await open(income, { lang: "en-GB", dark: true });
  await tab.ready();
  assert.ok((await tab.text("#theme h2")).includes("Mean income per inhabitant"));
  assert.ok(!/[éèà]/.test(await tab.text("#panel .tabs")));
  const ground = await tab.page.evaluate(() => getComputedStyle(document.body).backgroundColor || getComputedStyle(document.documentElement).backgroundColor);
  assert.ok(ground !== "rgb(255, 255, 255)");
  await tab.page.emulateMedia({ media: "print", colorScheme: "light" });
  await tab.page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  await tab.page.waitForSelector(".printed");
  const picture = await tab.page.evaluate(() => document.querySelector(".printed").src.length);
  assert.ok(picture > 20_000, `the printed map has ${picture} characters`);
  assert.ok(await tab.page.locator("#theme .legend li").first().isVisible());
  assert.ok(!await tab.page.locator(".tabs").isVisible());
}
