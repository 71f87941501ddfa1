#!/usr/bin/env bash
# features.sh: OGC API Features side by side with pg_featureserv on the same rows in the same PostGIS, in turn, as ratios.
# PG_FEATURESERV is the path of its binary, which this does not make: without it only Socle is measured. Needs bin/socle, wrk, psql
# and SOCLE_TEST_POSTGIS (see `make bench`). ROWS, ROUNDS and SECONDS_EACH change the size; STORE is a database that has the rows already.
set -euo pipefail
cd "$(dirname "$0")/../.."
rows=${ROWS:-1000000}
socle=${SOCLE:-bin/socle}
work=$(mktemp -d)
servers=()
finish() { for p in "${servers[@]}"; do kill "$p" 2>/dev/null || true; done; rm -rf "$work"; }
trap finish EXIT
store=${STORE:-}
if [ -z "$store" ]; then
  base=${SOCLE_TEST_POSTGIS%/*}
  options=${SOCLE_TEST_POSTGIS##*\?}
  [ "$options" != "$SOCLE_TEST_POSTGIS" ] || options=""
  psql -Xq "$SOCLE_TEST_POSTGIS" -c 'DROP DATABASE IF EXISTS bench_features WITH (FORCE)' -c 'CREATE DATABASE bench_features'
  store="$base/bench_features?$options"
  "$socle" synth --out "$work" --addresses "$rows" >/dev/null 2>&1
  "$socle" import --store "$store" "$work/rva_adresses.csv" >/dev/null 2>&1
  find "$work" -type f -delete
fi
# The peer has an ordinary table of its own, with its key and its spatial index, as its manual asks; and one whose positions are
# already longitudes and latitudes, which spares it the transformation.
psql -Xq "$store" <<'SQL'
SET client_min_messages = warning;
CREATE SCHEMA IF NOT EXISTS peer;
DO $$ BEGIN
  IF to_regclass('peer.adresses') IS NULL THEN
    CREATE TABLE peer.adresses AS TABLE socle.adresses;
    ALTER TABLE peer.adresses ADD PRIMARY KEY (id_adr);
    CREATE INDEX ON peer.adresses USING gist (geom);
    CREATE TABLE peer.adresses_4326 AS TABLE peer.adresses;
    ALTER TABLE peer.adresses_4326 ALTER COLUMN geom TYPE geometry(Point, 4326) USING ST_Transform(geom, 4326);
    ALTER TABLE peer.adresses_4326 ADD PRIMARY KEY (id_adr);
    CREATE INDEX ON peer.adresses_4326 USING gist (geom);
  END IF;
END $$;
VACUUM ANALYZE peer.adresses;
VACUUM ANALYZE peer.adresses_4326;
SQL
# Windows around addresses taken evenly, each as large as its hundred nearest neighbours ask; a little more, so that none lies on an edge.
psql -XqtA -F, "$store" -c "
  SELECT ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b) FROM (
    SELECT (SELECT ST_Expand(ST_Extent(n.geom), 1e-6) FROM (SELECT geom FROM peer.adresses_4326 ORDER BY geom <-> c.geom LIMIT 100) n) AS b
    FROM (SELECT geom FROM (SELECT geom, row_number() OVER (ORDER BY id_adr) AS i FROM peer.adresses_4326) a WHERE i % ($rows / 100) = 0) c) w" >"$work/windows"
port=$(shuf -i 20000-32000 -n 1)
"$socle" serve --store "$store" --listen "127.0.0.1:$port" --log json --tiles-ahead 0 >/dev/null 2>"$work/socle.log" &
servers+=($!)
mine=$!
for _ in $(seq 300); do "$socle" healthcheck "http://127.0.0.1:$port" >/dev/null 2>&1 && break; sleep 0.1; done
"$socle" healthcheck "http://127.0.0.1:$port" >/dev/null
peer=""
if [ -n "${PG_FEATURESERV:-}" ]; then
  cat >"$work/peer.toml" <<TOML
[Server]
HttpHost = "127.0.0.1"
HttpPort = $((port + 1))
WriteTimeoutSec = 600
[Database]
DbConnection = "$store"
DbPoolMaxConns = 8
TableIncludes = ["peer"]
[Paging]
LimitMax = 10000
[Website]
BasemapUrl = ""
TOML
  DATABASE_URL="" "$PG_FEATURESERV" --config "$work/peer.toml" >"$work/peer.log" 2>&1 &
  servers+=($!)
  peer=http://127.0.0.1:$((port + 1))
  for _ in $(seq 100); do curl -sf "$peer/collections.json" >/dev/null && break; sleep 0.1; done
  curl -sf "$peer/collections.json" >/dev/null || { cat "$work/peer.log" >&2; exit 1; }
fi
python3 .ci/bench/features.py "http://127.0.0.1:$port" "$mine" "$work/windows" "$peer"
