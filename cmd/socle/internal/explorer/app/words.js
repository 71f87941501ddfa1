// What the page says, in its language, and how it writes numbers.

const root = document.getElementById("explorer") ?? document.documentElement;
export const lang = root.dataset.lang === "en" ? "en" : "fr";
export const base = root.dataset.base ?? "";

/** @typedef {{fr?: string, en?: string}} Text */

/** @param {string} fr @param {string} en */
export const say = (fr, en) => lang === "en" ? en : fr;

/** A text of the catalogue, in the page's language or the one it has. @param {Text | undefined} t */
export const read = t => (lang === "en" ? t?.en || t?.fr : t?.fr || t?.en) ?? "";

const whole = new Intl.NumberFormat(lang, { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat(lang, { maximumSignificantDigits: 4 });

/** A number as people read it: whole from 1,000 on, else to four digits. @param {number} v */
export const number = v => Math.abs(v) >= 1000 || Number.isInteger(v) ? whole.format(v) : fine.format(v);

/** Units of UCUM as they are written on maps. @type {Record<string, string>} */
const units = {
  "1": "", "EUR": "€", "MW.h": "MWh", "kW.h": "kWh", "m2": "m²", "m3": "m³", "har-1": "/ha", "1/har": "/ha", "har": "ha", "a": say("an", "year"),
  "kW.h/m2": "kWh/m²", "kW.h/(m2.a)": "kWh/m²/an", "kg/m2": "kg/m²", "/har": "/ha",
};

/** @param {string | undefined} ucum */
export const unit = ucum => ucum === undefined ? "" : units[ucum] ?? ucum.replace(/har/g, "ha").replace("MW.h", "MWh").replace("EUR", "€").replace("m2", "m²");

/** A value with its unit. @param {number} v @param {string} [ucum] */
export function quantity(v, ucum) {
  const u = unit(ucum);
  return number(v) + (u === "" ? "" : u.startsWith("/") || u === "%" ? `\u202f${u}` : `\u00a0${u}`);
}

/** The classes of data. @type {Record<string, string>} */
export const classNames = {
  "référence": say("Données de référence", "Reference data"),
  "intérêt territorial": say("Données d'intérêt territorial", "Data of territorial interest"),
  "territoire": say("Données du territoire", "Territory data"),
};

/** Why a figure is hidden. @type {Record<string, string>} */
export const reasons = {
  threshold: say("trop peu d'unités pour être publié (seuil)", "too few units to be published (threshold)"),
  dominance: say("une unité pèse trop dans le total (dominance)", "one unit weighs too much in the total (dominance)"),
  complementary: say("masqué pour qu'on ne déduise pas un voisin (secret secondaire)", "hidden so that no neighbour can be derived (secondary)"),
  partial: say("total partiel : des valeurs masquées n'y sont pas", "partial total: hidden values are not in it"),
};

/** The methods. @type {Record<string, string>} */
export const methods = {
  key: say("Par clé", "By key"), point: say("Par point", "By point"), area: say("Par surface", "By area"), dasymetric: say("Par bâtiments", "By buildings"),
};
