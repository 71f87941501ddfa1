// Every kind of page, for people who do not see, or not well: axe's rules, by day and by night.
import assert from "node:assert/strict";

const paths = ["/", "/collections?f=html", "/collections/iris?f=html", "/collections/iris/items?f=html", "/collections/iris/schema?f=html", "/api.html", "/nowhere",
  "/processes?f=html", "/processes/aggregate?f=html", "/jobs?f=html", "/collections/iris/aggregate?source=carreaux_200m&measure=ratio(ind_snv,ind)&f=html"];

export async function accessibility(base, open) {
  const all = [];
  for (const dark of [false, true]) {
    // Night changes colours and nothing else: two pages tell.
    for (const path of ["/map?mesh=imu&source=conso_elec_adresse&measure=count&table=1", ...dark ? [] : ["/map", "/map?tab=layers", "/map?tab=blocks&kind=imu.tissu"]]) {
      const tab = await open(path, { dark });
      await tab.ready();
      await tab.page.evaluate(() => document.querySelectorAll("details").forEach(d => { d.open = true; }));
      all.push(...(await tab.axe()).map(v => `${path}${dark ? " (dark)" : ""}: ${v}`));
      await tab.page.context().close();
    }
    const tab = await open(paths[0], { dark, expected: [/nowhere/, /404/] });
    for (const path of dark ? paths.slice(-4) : paths) {
      await tab.page.goto(base + path);
      all.push(...(await tab.axe()).map(v => `${path}${dark ? " (dark)" : ""}: ${v}`));
    }
  }
  assert.deepEqual(all, []);
}
