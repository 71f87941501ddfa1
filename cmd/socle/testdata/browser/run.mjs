// run.mjs URL [NAME]: runs every scenario, or those whose name begins so, in Chromium; prints a line of JSON for each.
import { launch, open } from "./browser.mjs";
import * as scenarios from "./scenarios.mjs";
import * as pages from "./pages.mjs";
import * as network from "./network.mjs";

const [base, only = ""] = process.argv.slice(2);
const browser = await launch();
let ran = 0;
for (const [name, run] of Object.entries({ ...scenarios, ...network, ...pages })) {
  if (!name.startsWith(only)) continue;
  ran++;
  const began = Date.now();
  let error = "", notes = "";
  const tabs = [];
  try {
    notes = await run(base, async (path, options) => { const tab = await open(browser, base + path, options); tabs.push(tab); return tab; }) ?? "";
    for (const tab of tabs) tab.verdict();
  } catch (e) {
    error = `${e.stack ?? e}`;
    for (const tab of tabs) error += `\n  at ${tab.page.url()}\n  ${tab.troubles.join("\n  ")}`;
    if (process.env.SOCLE_SHOTS) await tabs.at(-1)?.page.screenshot({ path: `${process.env.SOCLE_SHOTS}/failed-${name}.png` }).catch(() => {});
  }
  for (const tab of tabs) await tab.page.context().close();
  console.log(JSON.stringify({ name, error, notes, ms: Date.now() - began }));
}
await browser.close();
if (ran === 0) throw new Error(`there is no scenario ${only}`);
