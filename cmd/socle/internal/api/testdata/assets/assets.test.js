// What scripts compute without a page: filters, requests, places. A Go test runs it with
// the assets beside it, and reads what it prints as filters.
import assert from "node:assert/strict";
import { both, literal, operatorsOf, property, quote } from "./filter.js";
import { toLat, toLon, toX, toY } from "./mercator.js";
import { choicesOf, curlOf, groupsOf, kindOf, requestOf } from "./openapi.js";

// Filters.
assert.equal(property("id_adr"), "id_adr");
assert.equal(property("clé"), '"clé"');
assert.equal(property("Between"), '"Between"');
assert.equal(property("1a"), '"1a"');
assert.equal(quote("l'été \\ "), "'l''été \\\\ '");
assert.equal(literal("number", "1 234,5"), "1234.5");
assert.equal(literal("number", "1\u202f234.5e3"), "1234.5e3");
for (const bad of ["", "abc", "1,2,3", "--1", "0x10", "1;2"]) assert.equal(literal("integer", bad), null, bad);
assert.equal(literal("date", "2024-01-31"), "DATE('2024-01-31')");
assert.equal(literal("date", "31/01/2024"), null);
assert.equal(literal("datetime", "2024-01-31T10:05"), "TIMESTAMP('2024-01-31T10:05:00Z')");
assert.equal(literal("datetime", "2024-01-31T10:05:06.5Z"), "TIMESTAMP('2024-01-31T10:05:06.5Z')");
assert.equal(both(" ", "a = 1"), "a = 1");
assert.equal(both("a = 1 OR b = 2", "c = 3"), "(a = 1 OR b = 2) AND c = 3");

const samples = { string: ["été", "50%_l'a\\", "", "%"], integer: ["-12"], number: ["1 234,5"], date: ["2024-01-31"], datetime: ["2024-01-31T10:05"], boolean: [""] };
const filters = [];
for (const [type, values] of Object.entries(samples))
  for (const operator of operatorsOf(type))
    for (const value of operator.alone ? [""] : values)
      for (const name of [`a_${type}`, `é ${type}`])
        filters.push(both(filters.at(-1)?.length < 200 ? filters.at(-1) : "", operator.write(property(name), operator.alone ? "" : literal(type, value), value)));

// Places.
for (const [lon, lat] of [[0, 0], [-1.68, 48.11], [179.9, -84], [-180, 85]]) {
  assert.ok(Math.abs(toLon(toX(lon)) - lon) < 1e-9);
  assert.ok(Math.abs(toLat(toY(lat)) - lat) < 1e-9);
}
assert.equal(toX(-180), 0);
assert.ok(Math.abs(toY(85.0511287798066)) < 1e-9);

// Requests.
const api = {
  paths: {
    "/": { get: { summary: "landing" } },
    "/collections/a": { get: { summary: "Adresses" } },
    "/collections/a/items/{featureId}": { get: { summary: "one", parameters: [{ $ref: "#/components/parameters/id" }, { name: "limit", in: "query", schema: { type: "integer", minimum: 1, maximum: 9, default: 3 } }] } },
    "/tiles/a.json": { get: {} }, "/tiles/a/{z}/{x}/{y}.mvt": { get: {} },
    "/collections/c/items": { post: {} },
  },
  components: { parameters: { id: { name: "featureId", in: "path", required: true, schema: { $ref: "#/components/schemas/text" } } }, schemas: { text: { type: "string" } } },
};
const groups = groupsOf(api);
assert.deepEqual(groups.map(g => [g.name, g.title, g.operations.length]), [["", "", 1], ["a", "Adresses", 4]]);
const one = groups[1].operations[1];
assert.equal(requestOf(one, new Map([["featureId", "a/b c?é"], ["limit", ""]])), "/collections/a/items/a%2Fb%20c%3F%C3%A9");
assert.equal(requestOf(one, new Map([["featureId", "1"], ["limit", "3"]])), "/collections/a/items/1?limit=3");
assert.equal(requestOf(groups[0].operations[0], new Map()), "/");
assert.equal(kindOf(one.parameters[1].schema), "integer ≥ 1 ≤ 9");
assert.equal(one.parameters[0].schema.type, "string");
assert.deepEqual(choicesOf({ type: "boolean" }), ["true", "false"]);
assert.equal(choicesOf({ type: "string" }), null);
assert.equal(curlOf("http://h/?a='b'"), "curl -s 'http://h/?a='\\''b'\\'''");

console.log(JSON.stringify(filters));
