#!/usr/bin/env python3
"""fuzz.py URL API.json COUNT SEED: random requests made from an OpenAPI 3.0 document, each answer held against the document.

For every GET operation: parameters of the right type, at their limits and beyond, of wrong types, with hostile text, unknown ones; filters in CQL2
text and JSON over the collection's own properties, and broken copies of them; odd headers and methods. A finding is a 5xx, a status,
media type or body that the document does not announce, or no answer. The same seed asks the same. Needs jsonschema-rs."""
import collections, copy, http.client, json, random, re, sys, time, urllib.parse

import jsonschema_rs

url, document, count, seed = sys.argv[1], json.load(open(sys.argv[2])), int(sys.argv[3]), int(sys.argv[4])
host = urllib.parse.urlsplit(url).netloc
rng = random.Random(seed)
HOSTILE = ["", " ", "'", "''", "\"", "\\", "%", "%00", "\x00", "\u202e", "é", "𝄞", "a" * 3000, "1;DROP TABLE x", "' OR 1=1 --", "../../etc/passwd", "{}", "[]", "null", "NaN",
           "-1", "0", "1e400", "9" * 40, "<script>", "a,b,c", "..", "+", "a+b", "&", "#", "\ud7ff", "\r\nX-A: b", "2024-02-30", "true", "*"]


def resolve(node):
    while isinstance(node, dict) and "$ref" in node:
        found = document
        for part in node["$ref"].lstrip("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        node = found
    return node


def plain(node):
    """The JSON Schema of an OpenAPI 3.0 schema: nullable is said in another way."""
    if isinstance(node, list):
        return [plain(n) for n in node]
    if not isinstance(node, dict):
        return node
    node = {k: plain(v) for k, v in node.items() if k not in ("example", "externalDocs", "discriminator", "xml")}
    if node.pop("nullable", False) is True and isinstance(node.get("type"), str):
        node["type"] = [node["type"], "null"]
        if "enum" in node:
            node["enum"] = node["enum"] + [None]
    if node.get("exclusiveMinimum") is True:
        node["exclusiveMinimum"] = node.pop("minimum")
    elif node.get("exclusiveMinimum") is False:
        del node["exclusiveMinimum"]
    return node


components = plain(document.get("components", {}))


class Operation:
    def __init__(self, path, item):
        operation = item["get"]
        self.path = path
        self.parameters = [resolve(p) for p in item.get("parameters", []) + operation.get("parameters", [])]
        self.responses = {status: resolve(r) for status, r in operation["responses"].items()}
        self.validators = {}
        match = re.match(r"/collections/([^/{]+)", path)
        self.collection = match and urllib.parse.unquote(match.group(1))

    def announced(self, status):
        return self.responses.get(str(status)) or self.responses.get(f"{status // 100}XX") or self.responses.get("default")

    def judge(self, status, media, body):
        """What is wrong with an answer to GET, or None."""
        if status >= 500:
            return f"{status}"
        if status == 304:
            return None
        response = self.announced(status)
        if response is None:
            return f"status {status} is not announced"
        content = response.get("content")
        if not content or body is None:  # compressed: the status was judged
            return None
        media = media.split(";")[0].strip().lower()
        known = next((c for m, c in content.items() if m.split(";")[0].lower() == media or m.endswith("/*") and media.startswith(m[:-1])), None)
        if known is None:
            return f"media type {media} of {status} is not announced"
        if not (media.endswith("json") and "schema" in known):
            return None
        if (status, media) not in self.validators:
            schema = plain(copy.deepcopy(known["schema"]))
            schema["components"] = components
            self.validators[status, media] = jsonschema_rs.validator_for(schema)
        try:
            self.validators[status, media].validate(json.loads(body))
        except ValueError as e:
            return f"{status}: {str(e)[:300]}"
        return None


operations = [Operation(path, item) for path, item in document["paths"].items() if "get" in item]


class Server:
    def __init__(self):
        self.connection = None

    def ask(self, method, target, headers):
        for _ in range(2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection(host, timeout=60)
            try:
                # The target goes out as it is, valid or not; only what would end the line is left out.
                self.connection.putrequest(method, target, skip_host=False, skip_accept_encoding=True)
                for k, v in headers.items():
                    self.connection.putheader(k, v)
                self.connection.endheaders()
                answer = self.connection.getresponse()
                body = answer.read()
                if answer.headers.get("Content-Encoding", "identity") != "identity":
                    return answer.status, "", None
                return answer.status, answer.headers.get("Content-Type") or "", body
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.connection = None
        return 599, "", b"the connection was cut twice"


server = Server()


def sample():
    """Some rows of each collection, so that requests can be about something."""
    found = {}
    for o in operations:
        if o.collection and o.path.endswith("/items"):
            status, _, body = server.ask("GET", o.path + "?f=json&limit=20", {"Accept": "application/geo+json"})
            if status == 200:
                found[o.collection] = json.loads(body)["features"]
    return found


rows = sample()


def text(value):
    return json.dumps(value) if isinstance(value, (dict, list)) else str(value)


def typed(schema):
    """A value of a schema, at times at its edge or over it."""
    schema = resolve(schema)
    if "enum" in schema and rng.random() < 0.8:
        return rng.choice(schema["enum"])
    for k in ("oneOf", "anyOf", "allOf"):
        if k in schema:
            return typed(rng.choice(schema[k]))
    if "default" in schema and rng.random() < 0.2:
        return schema["default"]
    kind = schema.get("type")
    if kind == "integer":
        low, high = schema.get("minimum", -5), min(schema.get("maximum", 50), 50)
        return rng.choice([low, high, rng.randint(int(low), int(max(low, high))), low - 1, schema.get("maximum", 50) + 1, 2**31, 2**63, -2**63, 1.5])
    if kind == "number":
        return rng.choice([0, -0.0, rng.uniform(-200, 200), 1e308, "1e400", "NaN", "Infinity", schema.get("minimum", 0)])
    if kind == "boolean":
        return rng.choice(["true", "false", "TRUE", "1", "maybe"])
    if kind == "array":
        n = rng.choice([schema.get("minItems", 0), schema.get("maxItems", 4), rng.randint(0, 8)])
        return ",".join(text(typed(schema.get("items", {}))) for _ in range(n))
    if schema.get("format") in ("date-time", "date"):
        return rng.choice(["2024-01-01T00:00:00Z", "2020-01-01", "../2024-01-01T00:00:00Z", "0000-01-01T00:00:00Z/9999-12-31T00:00:00Z", "2024-13-01"])
    return rng.choice(HOSTILE)


def properties(o):
    return {k: [r["properties"].get(k) for r in rows.get(o.collection, [])] for r in rows.get(o.collection, [])[:1] for k in r["properties"]}


def literal(value):
    return "NULL" if value is None else ("TRUE" if value else "FALSE") if isinstance(value, bool) else str(value) if isinstance(value, (int, float)) else "'" + str(value).replace("'", "''") + "'"


def cql2(o, depth=0):
    """A filter as text and as the JSON that says the same."""
    fields = properties(o)
    if not fields or rng.random() < 0.05:
        return "1 = 1", {"op": "=", "args": [1, 1]}
    if depth < 4 and rng.random() < 0.35:
        op = rng.choice(["and", "or", "not"])
        parts = [cql2(o, depth + 1) for _ in range(1 if op == "not" else 2)]
        if op == "not":
            return f"NOT ({parts[0][0]})", {"op": "not", "args": [parts[0][1]]}
        return "(" + f") {op.upper()} (".join(p[0] for p in parts) + ")", {"op": op, "args": [p[1] for p in parts]}
    name = rng.choice(list(fields))
    value = rng.choice(fields[name] or [None])
    quoted = name if name.isidentifier() and rng.random() < 0.5 else '"' + name + '"'
    column = {"property": name}
    kind = rng.randint(0, 9)
    if kind == 0 or value is None:
        return f"{quoted} IS NULL", {"op": "isNull", "args": [column]}
    if kind == 1:
        return f"{quoted} IN ({literal(value)}, {literal(value)})", {"op": "in", "args": [column, [value, value]]}
    if kind == 2:
        return f"{quoted} LIKE '%a_%'", {"op": "like", "args": [column, "%a_%"]}
    if kind == 3:
        return f"{quoted} BETWEEN {literal(value)} AND {literal(value)}", {"op": "between", "args": [column, value, value]}
    if kind == 4:
        box = [rng.uniform(-2, -1), rng.uniform(47.5, 48.5), rng.uniform(-1.5, 1), rng.uniform(47.5, 49)]
        return f"S_INTERSECTS(geom, BBOX({', '.join(map(str, box))}))", {"op": "s_intersects", "args": [{"property": "geom"}, {"bbox": box}]}
    if kind == 5:
        return f"CASEI({quoted}) = CASEI({literal(value)})", {"op": "=", "args": [{"op": "casei", "args": [column]}, {"op": "casei", "args": [value]}]}
    if kind == 6:
        return f"{quoted} * 2 + 1 > 3 / 0", {"op": ">", "args": [{"op": "+", "args": [{"op": "*", "args": [column, 2]}, 1]}, {"op": "/", "args": [3, 0]}]}
    if kind == 7:
        return f"T_AFTER({quoted}, DATE('2020-01-01'))", {"op": "t_after", "args": [column, {"date": "2020-01-01"}]}
    op = rng.choice(["=", "<>", "<", ">", "<=", ">="])
    return f"{quoted} {op} {literal(value)}", {"op": op, "args": [column, value]}


def broken(s):
    """A copy with something lost, doubled, swapped or foreign."""
    if not s:
        return s
    for _ in range(rng.randint(1, 3)):
        i, j = sorted((rng.randrange(len(s) + 1), rng.randrange(len(s) + 1)))
        s = rng.choice([lambda: s[:i] + s[j:], lambda: s[:j] + s[i:j] * rng.choice([1, 2, 50]) + s[j:], lambda: s[:i] + rng.choice(HOSTILE) + s[i:], lambda: "(" * rng.choice([1, 500]) + s])()
    return s[:6000]


def value_of(o, p):
    name, schema = p["name"], p.get("schema", {})
    if rng.random() < 0.08:
        return rng.choice(HOSTILE)
    if name == "filter":
        as_text, as_json = cql2(o)
        s = as_text if rng.random() < 0.6 else json.dumps(as_json)
        return s if rng.random() < 0.6 else broken(s)
    if name in ("bbox",):
        x, y = rng.uniform(-1.9, -1.4), rng.uniform(47.9, 48.2)
        return rng.choice([f"{x},{y},{x + 0.1},{y + 0.1}", f"{x},{y},0,{x + 0.1},{y + 0.1},9", f"{x + 0.1},{y},{x},{y + 0.1}", "1352000,7222000,1360000,7230000", typed(schema)])
    if name in ("crs", "bbox-crs", "filter-crs"):
        return rng.choice(["http://www.opengis.net/def/crs/OGC/1.3/CRS84", "http://www.opengis.net/def/crs/EPSG/0/4326", "http://www.opengis.net/def/crs/EPSG/0/3948",
                           "http://www.opengis.net/def/crs/EPSG/0/2154", "http://www.opengis.net/def/crs/EPSG/0/99999", "EPSG:3857", "[EPSG:2154]"])
    if name in ("sortby", "properties", "exclude-properties"):
        names = list(properties(o)) or ["x"]
        return ",".join(rng.choice(["", "-", "+"] if name == "sortby" else [""]) + rng.choice(names) for _ in range(rng.randint(1, 4)))
    if name == "datetime":
        return rng.choice(["2024-01-01T00:00:00Z", "../2024-01-01T00:00:00Z", "2020-01-01T00:00:00Z/..", "2024-01-01T00:00:00Z/2020-01-01T00:00:00Z", "0000-01-01T00:00:00Z/9999-12-31T00:00:00Z", "../..", "2024-01-01/P2D"])
    if name in properties(o) and rng.random() < 0.7:
        return text(rng.choice(properties(o)[name] or [""]))
    return text(typed(schema))


def request(o):
    path = o.path
    for p in o.parameters:
        if p["in"] == "path":
            ids = [r["id"] for r in rows.get(o.collection, [])]
            v = rng.choice(ids) if ids and rng.random() < 0.7 else typed(p.get("schema", {})) if rng.random() < 0.7 else rng.choice(HOSTILE)
            path = path.replace("{" + p["name"] + "}", urllib.parse.quote(text(v), safe="") or "%20")
    query = []
    candidates = [p for p in o.parameters if p["in"] == "query"]
    for p in rng.sample(candidates, min(len(candidates), rng.choice([0, 1, 1, 2, 2, 3, 5]))):
        value = value_of(o, p)
        if p["name"] == "limit" and value.isdigit() and int(value) > 200:
            value = rng.choice([value] + ["7"] * 9)  # large pages are few, for time's sake
        for _ in range(rng.choice([1] * 20 + [2])):
            query.append((p["name"], value))
    if rng.random() < 0.05:
        query.append((rng.choice(["unknown", "limi", "Filter", "", "f'"]), rng.choice(HOSTILE)))
    encoded = "&".join(urllib.parse.quote(k, safe="-_") + "=" + urllib.parse.quote(v.encode("utf-8", "surrogatepass"), safe=rng.choice(["", "'(),;+/:", "+"])) for k, v in query)
    headers = {}
    if rng.random() < 0.3:
        headers["Accept"] = rng.choice(["*/*", "text/html", "application/geo+json", "application/json;q=0.5, text/html", "image/png", "text/csv", ";;;", "application/vnd.ogc.fg+json", "*/*;q=0"])
    if rng.random() < 0.1:
        headers[rng.choice(["If-None-Match", "If-Modified-Since", "Range", "Accept-Encoding", "Accept-Language", "X-Forwarded-Host"])] = rng.choice(["*", "\"1-0\"", "W/\"x\"", "bytes=0-5", "gzip", "zstd;q=1, gzip;q=0", "fr;q=x", "a" * 500])
    method = rng.choice(["GET"] * 40 + ["HEAD", "HEAD", "OPTIONS", "POST", "DELETE", "PUT"])
    return method, path + ("?" + encoded if encoded else ""), headers


started = time.time()
statuses, findings = collections.Counter(), {}
for i in range(count):
    # Items are where the questions are.
    o = rng.choice([x for x in operations if x.path.endswith("/items")] or operations) if rng.random() < 0.6 else rng.choice(operations)
    method, target, headers = request(o)
    status, media, body = server.ask(method, target, headers)
    statuses[f"{method} {status}" if method != "GET" else str(status)] += 1
    wrong = o.judge(status, media, body) if method == "GET" else str(status) if status >= 500 and status != 501 else None
    if wrong:
        key = (re.sub(r"/collections/[^/{]+", "/collections/…", o.path), re.sub(r"[\d'\"].*", "…", wrong) if status < 500 and not wrong.startswith(("status", "media")) else wrong)
        findings.setdefault(key, []).append((method, target, headers, wrong))
for (path, _), all_of in sorted(findings.items(), key=lambda f: -len(f[1])):
    method, target, headers, wrong = min(all_of, key=lambda a: len(a[1]))
    print(f"FOUND ×{len(all_of)} {wrong}\n      {method} {target[:600]} {headers or ''}")
print(f"fuzz.py: {count} requests in {time.time() - started:.0f} s, seed {seed}: " + ", ".join(f"{n} {s}" for s, n in statuses.most_common()))
print(f"fuzz.py: {sum(map(len, findings.values()))} answers that the document does not allow")
sys.exit(1 if findings else 0)
