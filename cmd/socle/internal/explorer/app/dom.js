// Elements of the page, made without markup in strings.

/**
 * Makes an element. Properties that are not of the element become attributes; `on` holds
 * listeners, `data` the data attributes.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [set]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, set = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(set)) {
    if (value === undefined || value === null) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name in node && !name.includes("-")) /** @type {any} */ (node)[name] = value;
    else node.setAttribute(name, String(value));
  }
  node.append(...children.filter(c => c !== null && c !== undefined && c !== false).map(c => /** @type {Node | string} */ (c)));
  return node;
}

/** An element of a drawing. @param {string} tag @param {Record<string, string | number>} set @param {...Node} children */
export function svg(tag, set = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(set)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

/** The element of the page with an id, which the page has. @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`the page has no #${id}`);
  return node;
}

/**
 * A choice with its label. A group of options is a pair of its name and its options.
 * @param {string} label
 * @param {string} name
 * @param {{value: string, text: string, disabled?: boolean}[]} options
 * @param {string} value
 * @param {(value: string) => void} changed
 */
export function choice(label, name, options, value, changed) {
  const select = el("select", { name, on: { change: () => changed(select.value) } },
    ...options.map(o => el("option", { value: o.value, disabled: !!o.disabled, selected: o.value === value }, o.text)));
  return el("label", { className: "field" }, el("span", {}, label), select);
}
