// Reads an OpenAPI 3.0 description: operations, their parameters, and the requests they make.

/**
 * @typedef {object} Parameter
 * @property {string} name
 * @property {"query"|"path"} in
 * @property {boolean} required
 * @property {string} description
 * @property {object} schema
 * @property {boolean} explode
 */
/**
 * @typedef {object} Operation
 * @property {string} path
 * @property {string} summary
 * @property {string} description
 * @property {Parameter[]} parameters
 * @property {{status: string, description: string, media: string[]}[]} answers
 */
/** @typedef {{name: string, title: string, operations: Operation[]}} Group */

/** Follows $ref within a description. */
function resolve(api, value) {
  for (let depth = 0; value?.$ref && depth < 20; depth++)
    value = value.$ref.replace(/^#\//, "").split("/").reduce((v, name) => v?.[name.replaceAll("~1", "/").replaceAll("~0", "~")], api);
  return value ?? {};
}

/**
 * The operations of a description, one group for each collection after that of the service.
 * @param {object} api
 * @returns {Group[]}
 */
export function groupsOf(api) {
  const groups = new Map([["", { name: "", title: "", operations: [] }]]);
  for (const [path, item] of Object.entries(api.paths)) {
    if (!item.get) continue;
    const found = /^\/(?:collections\/([^/{}]+)|tiles\/([^/{}]+?)(?:\.json)?)(?:\/|$)/.exec(path), name = found?.[1] ?? found?.[2] ?? "";
    if (!groups.has(name)) groups.set(name, { name, title: name, operations: [] });
    const group = groups.get(name), operation = operationOf(api, path, item);
    group.operations.push(operation);
    if (path === `/collections/${name}`) group.title = operation.summary;
  }
  return [...groups.values()].filter(g => g.operations.length);
}

/** @returns {Operation} */
function operationOf(api, path, item) {
  const get = item.get;
  const parameters = [...item.parameters ?? [], ...get.parameters ?? []].map(p => resolve(api, p)).filter(p => p.in === "query" || p.in === "path");
  return {
    path, summary: get.summary ?? "", description: get.description ?? "",
    parameters: parameters.map(p => ({ description: "", required: false, explode: true, ...p, schema: resolve(api, p.schema) })),
    answers: Object.entries(get.responses ?? {}).map(([status, r]) => {
      const answer = resolve(api, r);
      return { status, description: answer.description ?? "", media: Object.keys(answer.content ?? {}) };
    }),
  };
}

/** What a schema allows, in a few words. @param {object} s */
export function kindOf(s) {
  const words = [s.type ?? "", s.format ?? ""].filter(Boolean);
  if (s.type === "array") words.push(`${s.items?.type ?? ""}[${s.minItems ?? ""}${s.maxItems === undefined || s.maxItems === s.minItems ? "" : `…${s.maxItems}`}]`);
  if (s.minimum !== undefined) words.push(`≥ ${s.minimum}`);
  if (s.maximum !== undefined) words.push(`≤ ${s.maximum}`);
  if (s.pattern) words.push(s.pattern);
  return words.join(" ");
}

/** The values that a schema lists, or null. @param {object} s */
export function choicesOf(s) {
  const values = s.enum ?? s.items?.enum ?? (s.type === "boolean" ? [true, false] : null);
  return values && values.map(String);
}

/**
 * The path and query of a request; parameters without a value are left out.
 * @param {Operation} operation
 * @param {Map<string, string>} values by name
 */
export function requestOf(operation, values) {
  let path = operation.path;
  const query = [];
  for (const p of operation.parameters) {
    const value = values.get(p.name) ?? "";
    if (p.in === "path") path = path.replace(`{${p.name}}`, encodeURIComponent(value));
    else if (value !== "") query.push(`${encodeURIComponent(p.name)}=${encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%2F", "/")}`);
  }
  return (path === "/" ? path : path.split("/").map(s => encodeURIComponent(decode(s)).replaceAll("%2C", ",")).join("/")) + (query.length ? `?${query.join("&")}` : "");
}

function decode(segment) {
  try { return decodeURIComponent(segment); } catch { return segment; }
}

/** A line for a shell. @param {string} address */
export const curlOf = address => `curl -s '${address.replaceAll("'", "'\\''")}'`;
