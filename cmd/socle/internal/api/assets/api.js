// The reference of the API: what the description says, to read, search and try.
import { choicesOf, curlOf, groupsOf, kindOf, requestOf } from "./openapi.js";

const root = document.getElementById("reference"), { base, description, lang } = root.dataset;
const say = (fr, en) => lang === "en" ? en : fr;
const shownBytes = 100_000;

/**
 * An element with properties and children.
 * @param {string} name @param {object} [properties] @param {...(Node|string)} children
 */
function element(name, properties = {}, ...children) {
  const e = Object.assign(document.createElement(name), properties);
  e.append(...children);
  return e;
}

async function start() {
  const answer = await fetch(description, { headers: { Accept: "application/vnd.oai.openapi+json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const api = await answer.json(), groups = groupsOf(api);
  const search = element("input", { id: "search", type: "search", placeholder: say("Chercher une collection, un chemin…", "Search a collection, a path…"), autocomplete: "off" });
  search.setAttribute("aria-label", search.placeholder);
  const status = element("p", { className: "note" });
  status.setAttribute("role", "status");
  const shown = groups.map(g => groupElement(g, groups.length <= 2 || g.name === ""));
  search.addEventListener("input", () => {
    const words = plain(search.value).split(/\s+/).filter(Boolean);
    let n = 0;
    for (const { element: e, entries } of shown) {
      const found = entries.filter(x => words.every(w => x.text.includes(w)));
      for (const x of entries) x.element.hidden = !found.includes(x);
      e.hidden = found.length === 0;
      if (words.length) e.open = found.length > 0 && shown.length < 200;
      n += found.length;
    }
    status.textContent = words.length ? say(`${n} opération(s)`, `${n} operation(s)`) : "";
  });
  root.append(search, status, ...shown.map(s => s.element));
  root.hidden = false;
  document.getElementById("summary").hidden = true;
  window.ready = true;
}

/** Text to compare: no accents, no capitals. */
const plain = text => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** @param {import("./openapi.js").Group} group */
function groupElement(group, open) {
  const title = group.name === "" ? say("Le service", "The service") : group.title;
  const details = element("details", { className: "group", open },
    element("summary", {}, title, " ", element("span", { className: "note" }, group.name && group.name !== title ? element("code", {}, group.name) : "")));
  const entries = group.operations.map(o => {
    const e = operationElement(o);
    details.append(e);
    return { element: e, text: plain(`${title} ${group.name} ${o.path} ${o.summary} ${o.parameters.map(p => p.name).join(" ")}`) };
  });
  return { element: details, entries };
}

/** @param {import("./openapi.js").Operation} o */
function operationElement(o) {
  const details = element("details", { className: "operation" },
    element("summary", {}, element("span", { className: "verb" }, "GET"), element("code", {}, o.path), element("span", { className: "note" }, o.summary)));
  // There may be hundreds of operations: each is written when it is opened.
  details.addEventListener("toggle", () => { if (details.open && !details.querySelector(".body")) details.append(bodyElement(o)); });
  return details;
}

let fields = 0;

/** @param {import("./openapi.js").Operation} o */
function bodyElement(o) {
  const inputs = new Map(), form = element("form", { className: "body" });
  if (o.description) form.append(element("p", {}, o.description));
  if (o.parameters.length) form.append(element("div", { className: "parameters" }, ...o.parameters.map(p => parameterElement(p, inputs))));
  const address = element("pre"), copy = element("button", { type: "button", className: "button quiet" }, say("Copier", "Copy"));
  address.tabIndex = 0;
  const run = element("button", { className: "button" }, say("Essayer", "Try it"));
  const result = element("div", { className: "result" });
  result.setAttribute("aria-live", "polite");
  const request = () => requestOf(o, new Map([...inputs].map(([name, input]) => [name, input.value])));
  const write = () => { address.textContent = curlOf(location.origin + base + request()); };
  form.addEventListener("input", write);
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(address.textContent);
      copy.textContent = say("Copié", "Copied");
    } catch { getSelection()?.selectAllChildren(address); }
  });
  form.addEventListener("submit", e => { e.preventDefault(); attempt(base + request(), result, run); });
  form.append(element("div", { className: "request" }, address, copy), element("p", {}, run), result,
    element("ul", { className: "answers note" }, ...o.answers.map(a => element("li", {}, element("code", {}, a.status), ` ${a.description}`, a.media.length ? ` : ${a.media.join(", ")}` : ""))));
  write();
  return form;
}

/** @param {import("./openapi.js").Parameter} p @param {Map<string, HTMLInputElement|HTMLSelectElement>} inputs */
function parameterElement(p, inputs) {
  const id = `p${fields++}`, choices = choicesOf(p.schema), initial = p.schema.default;
  let input;
  if (choices && p.schema.type !== "array") {
    input = element("select", { id }, ...p.required ? [] : [new Option("", "")], ...choices.map(c => new Option(c, c)));
  } else {
    input = element("input", { id, type: "text", placeholder: initial === undefined ? "" : String(initial), autocomplete: "off", spellcheck: false });
    if (p.schema.type === "integer" || p.schema.type === "number") input.inputMode = "decimal";
  }
  input.required = p.required;
  inputs.set(p.name, input);
  const about = element("div", {}, p.description, " ", element("span", { className: "kind" }, kindOf(p.schema)));
  if (initial !== undefined) about.append(element("span", { className: "kind" }, ` · ${say("par défaut", "default")} ${initial}`));
  if (choices && p.schema.type === "array") about.append(element("span", { className: "kind" }, ` · ${choices.join(", ")}`));
  return element("div", {}, element("label", { htmlFor: id }, p.name, p.required ? " *" : ""), about, input);
}

const readable = /^(text\/|application\/(?:[\w.+-]*json[\w.+-]*|xml|yaml))/;

/** Makes a request and shows what came back. */
async function attempt(address, result, run) {
  run.disabled = true;
  const began = performance.now();
  try {
    const answer = await fetch(address);
    const { text, bytes, whole } = await beginning(answer);
    const took = Math.round(performance.now() - began), media = answer.headers.get("Content-Type") ?? "";
    const size = whole ? `${bytes.toLocaleString(lang)} ${say("octets", "bytes")}` : say("abrégé", "cut short");
    const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    const body = bytes === 0 ? "" : readable.test(media) ? pretty(text, media, whole) : say(`(${media} : pas du texte)`, `(${media}: not text)`);
    result.replaceChildren(
      element("p", {}, element("span", { className: `status ${answer.ok ? "good" : "bad"}` }, `${answer.status} ${answer.statusText}`), ` · ${took} ms · ${size} · `,
        element("a", { href: address }, say("ouvrir", "open"))),
      element("details", {}, element("summary", {}, say("En-têtes", "Headers")), element("pre", { tabIndex: 0 }, headers)),
      element("pre", { tabIndex: 0 }, whole || !readable.test(media) ? body : `${body}\n…`));
  } catch (error) {
    result.replaceChildren(element("p", { className: "status bad" }, `${say("La requête a échoué :", "The request failed:")} ${error.message}`));
  } finally { run.disabled = false; }
}

/** The first bytes of an answer; what follows is not fetched. @param {Response} answer */
async function beginning(answer) {
  if (!answer.body) return { text: "", bytes: 0, whole: true };
  const reader = answer.body.getReader(), decoder = new TextDecoder();
  let text = "", bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { text: text + decoder.decode(), bytes, whole: true };
    const room = shownBytes - bytes;
    text += decoder.decode(value.subarray(0, room), { stream: true });
    bytes += value.length;
    if (value.length > room) {
      await reader.cancel();
      return { text, bytes, whole: false };
    }
  }
}

function pretty(text, media, whole) {
  if (!whole || !media.includes("json")) return text;
  try { return JSON.stringify(JSON.parse(text), null, 1); } catch { return text; }
}

start().catch(() => { root.hidden = true; }); // the summary stays
