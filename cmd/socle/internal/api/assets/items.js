// The page of features: its map and its table show the same, and its form writes filters.
import { openFilter } from "./filter.js";
import { openMinimap } from "./minimap.js";

const section = document.querySelector(".minimap"), table = document.querySelector("table.features");

/** The address of this page with other parameters, from its beginning. @param {Record<string, string>} changes */
function here(changes) {
  const address = new URL(location.href);
  for (const name of ["offset", "cursor"]) address.searchParams.delete(name);
  for (const [name, value] of Object.entries(changes)) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  return address;
}

async function openMap() {
  const { view, features } = await openMinimap(section);
  const rows = new Map([...table.tBodies[0].rows].map(r => [r.dataset.key, r]));
  const mark = (key, scroll) => {
    if (features.marked === key) return;
    rows.get(features.marked)?.classList.remove("marked");
    features.marked = key;
    const row = rows.get(key);
    row?.classList.add("marked");
    if (scroll) row?.scrollIntoView({ block: "nearest" });
    view.canvas.classList.toggle("over", key !== null && scroll);
    view.draw();
  };
  for (const event of ["pointerover", "focusin"]) table.addEventListener(event, e => {
    const row = e.target.closest("tbody tr");
    if (row) mark(row.dataset.key, false);
  });
  for (const event of ["pointerleave", "focusout"]) table.addEventListener(event, () => mark(null, false));
  view.on.hover = (x, y) => mark(features.at(view.pen, view.frame(), x, y), true);
  view.on.leave = view.on.escape = () => mark(null, true);
  view.on.click = (x, y) => {
    const row = rows.get(features.at(view.pen, view.frame(), x, y));
    if (row) location.href = row.querySelector("th a").href;
  };
  const only = document.getElementById("only");
  only.hidden = false;
  only.addEventListener("click", () => {
    // Five decimals are a metre.
    location.href = here({ bbox: view.bounds().map(v => v.toFixed(5)).join(","), "bbox-crs": "" });
  });
}

if (section) openMap().catch(() => { section.hidden = true; document.querySelector(".beside")?.classList.remove("beside"); });

const form = document.getElementById("filter");
if (form) openFilter(form);
