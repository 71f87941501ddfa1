#!/usr/bin/env bash
# fuzz.sh URL: asks the server at URL REQUESTS questions (50,000) made from its own OpenAPI document, right and wrong ones, and holds every
# answer against that document: never a 5xx, a status, a media type and a body that it announces.
# Schemathesis goes first, for SECONDS_EACH (120), because it knows the corners of schemas; fuzz.py, which also writes filters, does the rest.
# Requests are counted by those who send them. Needs python3; Schemathesis comes from PyPI to .cache/fuzz.
set -euo pipefail
url=${1:?usage: fuzz.sh URL}
url=${url%/}
here=$(cd "$(dirname "$0")" && pwd)
cache=$here/../../.cache/fuzz
[ -x "$cache/bin/st" ] || { python3 -m venv "$cache" && "$cache/bin/pip" -q install schemathesis==4.32.5; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
curl -sf -H 'Accept: application/vnd.oai.openapi+json;version=3.0' "$url/api" >"$work/api.json"
cat >"$work/schemathesis.toml" <<'TOML'
# Every operation by itself; nothing is created here that another could use.
[phases.stateful]
enabled = false
TOML
bad=0
checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,response_headers_conformance
# One worker: Hypothesis changes the depth of recursion that Python allows, which another thread may be parsing under.
run() { (cd "$work" && "$cache/bin/st" --config-file schemathesis.toml run api.json --url "$url" --checks "$checks" --continue-on-failure --no-shrink --warnings off --seed "${SEED:-1}" "$@"); }
for phase in coverage "fuzzing --max-time ${SECONDS_EACH:-120}"; do
  # shellcheck disable=SC2086
  run --phases $phase --report ndjson --report-ndjson-path "$work/events.ndjson" >"$work/st.log" 2>&1 || { bad=1; grep -v '^ *$' "$work/st.log" | head -n 80; }
  sent=$(grep -oE '^ +[0-9,]+ generated' "$work/st.log" | tr -dc '0-9' || true)
  echo "schemathesis ${phase%% *}: ${sent:-0} requests"
  total=$((${total:-0} + ${sent:-0}))
done
left=$((${REQUESTS:-50000} > total ? ${REQUESTS:-50000} - total : 0))
[ "$left" = 0 ] || "$cache/bin/python" "$here/fuzz.py" "$url" "$work/api.json" "$left" "${SEED:-1}" || bad=1
echo "$total requests by Schemathesis, $left by fuzz.py"
exit "$bad"
