// The map of a page that shows one feature, or the extent of a collection.
import { openMinimap } from "./minimap.js";

const section = document.querySelector(".minimap");
if (section) openMinimap(section).catch(() => { section.hidden = true; });
