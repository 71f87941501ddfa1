// Writes conditions as CQL2 text.

/** The operators that make sense for a type, each with how a condition is written. */
const comparisons = {
  "=": (p, v) => `${p} = ${v}`, "<>": (p, v) => `${p} <> ${v}`,
  "<": (p, v) => `${p} < ${v}`, "<=": (p, v) => `${p} <= ${v}`, ">": (p, v) => `${p} > ${v}`, ">=": (p, v) => `${p} >= ${v}`,
};
const like = pattern => (p, _v, raw) => `CASEI(ACCENTI(${p})) LIKE CASEI(ACCENTI(${quote(pattern(escapeLike(raw)))}))`;

/**
 * @typedef {object} Operator
 * @property {string} name of its option in the page
 * @property {(property: string, literal: string, raw: string) => string} write
 * @property {boolean} [alone] it takes no value
 */

/** @param {string} type @returns {Operator[]} */
export function operatorsOf(type) {
  const isNull = { name: "null", alone: true, write: p => `${p} IS NULL` };
  const notNull = { name: "notnull", alone: true, write: p => `${p} IS NOT NULL` };
  const compare = names => names.map(name => ({ name, write: comparisons[name] }));
  switch (type) {
    case "boolean":
      return [{ name: "true", alone: true, write: p => `${p} = TRUE` }, { name: "false", alone: true, write: p => `${p} = FALSE` }, isNull, notNull];
    case "string":
      return [
        { name: "contains", write: like(s => `%${s}%`) }, { name: "starts", write: like(s => `${s}%`) }, ...compare(["=", "<>"]),
        { name: "null", alone: true, write: p => `(${p} IS NULL OR ${p} = '')` }, { name: "notnull", alone: true, write: p => `(${p} IS NOT NULL AND ${p} <> '')` },
      ];
    default:
      return [...compare(["=", "<>", "<", "<=", ">", ">="]), isNull, notNull];
  }
}

const reserved = new Set(("and or not like between in is null true false div casei accenti date timestamp interval bbox point linestring polygon " +
  "multipoint multilinestring multipolygon geometrycollection").split(" "));

/** The name of a property, in quotes where it needs them. @param {string} name */
export const property = name => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !reserved.has(name.toLowerCase()) ? name : `"${name}"`;

/** A text as a literal. @param {string} text */
export const quote = text => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;

/** What stands for itself in a pattern. @param {string} text */
const escapeLike = text => text.replace(/[\\%_]/g, "\\$&");

/**
 * A value as a literal of CQL2, or null where it is none of the type.
 * @param {string} type @param {string} raw
 */
export function literal(type, raw) {
  switch (type) {
    case "integer":
    case "number": {
      const number = raw.replace(/[\s\u202f\u00a0]/g, "").replace(",", ".");
      return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(number) ? number : null;
    }
    case "date": return /^\d{4}-\d\d-\d\d$/.test(raw) ? `DATE('${raw}')` : null;
    case "datetime": {
      const at = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d(?:\.\d+)?)?Z?$/.exec(raw);
      return at ? `TIMESTAMP('${at[1]}${at[2] ?? ":00"}Z')` : null;
    }
    default: return quote(raw);
  }
}

/** Both conditions. @param {string} a @param {string} b */
export const both = (a, b) => a.trim() ? `(${a.trim()}) AND ${b}` : b;

/**
 * Brings to life the form of the template: a field, an operator and a value become a
 * condition beside those there are.
 * @param {HTMLFormElement} form
 */
export function openFilter(form) {
  const picker = form.querySelector(".picker"), [field, operator] = picker.querySelectorAll("select"), value = picker.querySelector("input");
  const text = form.elements.namedItem("filter"), names = new Map([...operator.options].map(o => [o.value, o.text]));
  const inputs = { date: "date", datetime: "datetime-local" };
  const type = () => field.selectedOptions[0].dataset.type;
  const chosen = () => operatorsOf(type()).find(o => o.name === operator.value);
  const choose = () => {
    operator.replaceChildren(...operatorsOf(type()).map(o => new Option(names.get(o.name) ?? o.name, o.name)));
    value.type = inputs[type()] ?? "text";
    value.inputMode = type() === "integer" || type() === "number" ? "decimal" : "text";
    need();
  };
  const need = () => { value.disabled = Boolean(chosen().alone); };
  field.addEventListener("change", choose);
  operator.addEventListener("change", need);
  value.addEventListener("input", () => value.setCustomValidity(""));
  choose();
  picker.hidden = false;
  text.required = false;
  form.addEventListener("formdata", e => { if (text.value.trim() === "") e.formData.delete("filter"); });
  form.querySelector("details").open = false;
  form.addEventListener("submit", e => {
    const { alone, write } = chosen();
    if (!alone && value.value === "") return; // the text is all there is
    const v = alone ? "" : literal(type(), value.value);
    if (v === null) {
      e.preventDefault();
      value.setCustomValidity(form.dataset.invalid);
      value.reportValidity();
      return;
    }
    text.value = both(text.value, write(property(field.value), v, value.value));
  });
}
