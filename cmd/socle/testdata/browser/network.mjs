// What people see when the network fails, and how they go on once it is back.
import assert from "node:assert/strict";

const failing = { expected: [/Failed to load resource/, /\.mvt/] };

/** Tiles that did not come are told of, and asked for again. */
export async function missing_tiles(base, open) {
  let fails = true;
  const tab = await open("/map#12/48.1105/-1.6778", { ...failing, before: page => page.route("**/*.mvt*", r => fails ? r.fulfill({ status: 503, body: "" }) : r.continue()) });
  await tab.page.waitForSelector("#trouble:visible");
  assert.match(await tab.text("#trouble"), /manque/);
  assert.deepEqual(await tab.axe(), []);
  fails = false;
  await Promise.all([tab.page.waitForResponse(r => r.url().includes(".mvt") && r.ok()), tab.page.click("#trouble .button")]);
  await tab.ready();
  assert.ok(!await tab.page.locator("#trouble").isVisible());
}

/** A layer whose style did not come is told of, and drawn when it is asked for again. */
export async function missing_style(base, open) {
  let fails = true;
  const tab = await open("/map?tab=layers", { ...failing, before: page => page.route("**/styles/parkings.json", r => fails ? r.abort() : r.continue()) });
  await tab.ready();
  await tab.page.check("[name=layer-parkings]");
  await tab.page.waitForSelector("#trouble:visible");
  assert.match(await tab.text("#trouble"), /Parkings/);
  fails = false;
  await Promise.all([tab.page.context().waitForEvent("response", r => r.url().includes("/tiles/parkings/") && r.ok()), tab.page.click("#trouble .button")]);
}
