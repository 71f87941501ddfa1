#!/usr/bin/env bash
# run.sh: the outside judges, on the real data of Rennes. On both stores: OGC's suites, GDAL, QGIS (the one installed on one store; its long-term
# release on the other, with QGIS_LTR=1), readers of PMTiles, and random questions made from the server's own OpenAPI. Goes through all of them and
# fails when one is not content. Reports and pictures go to $REPORTS.
# Needs bin/socle, GDAL, QGIS, Java, Node, Chromium, the data beside the checkout, SOCLE_TEST_POSTGIS (see `make conformance`), and OGC's suites
# (see suite.sh).
set -euo pipefail
cd "$(dirname "$0")/../.."
data=../shared/data
reports=${REPORTS:-.cache/conformance}
socle=${SOCLE:-bin/socle}
rva=$data/rennes/rva_adresses_2013.csv.gz
work=$(mktemp -d)
server=""
finish() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT
mkdir -p "$reports"
bad=""
judge() { # judge NAME COMMAND…: its report is kept, and what it is not content with is shown
  local name=$1
  shift
  if "$@" >"$reports/$name.txt" 2>&1; then
    echo "ok      $name: $(tail -n 1 "$reports/$name.txt")"
  else
    bad="$bad $name"
    grep -vE '^ok ' "$reports/$name.txt" | cut -c1-400 | head -n 60 || true
    echo "FAILED  $name: $reports/$name.txt"
  fi
}
# Buildings come as two collections, as their files do. As one, their extent would be two far corners of the town, and OGC's suite, which
# projects the corners of the extent and nothing else, would ask for another window than it means.
import() {
  while read -r files; do
    # shellcheck disable=SC2086
    "$socle" import --store "$1" $data/$files >"$work/import.log" 2>&1 || { cat "$work/import.log" >&2; exit 1; }
  done <<'FILES'
rennes/rva_adresses_2013.csv.gz
rennes/iris_rennes_metropole.ods.json.gz --as iris
rennes/batiments_iris163_rennes.ods.json.gz --as batiments
rennes/batiments_iris160_cesson.ods.json.gz --as batiments_cesson
rennes/rues_osm_2014.geojson.gz --as voies
rennes/communes35.geojson.gz --as communes
rennes/carreaux_200m_rm.geojson.gz --as carreaux_200m
insee/filosofi_disp_iris_2018.csv.gz --as filosofi_2018
energie/dpe_ban_lozere_48.csv.gz --as dpe
bdtopo_12174/v3_BATIMENT.shp.zip --as bdtopo_batiment
FILES
}
psql -Xq "$SOCLE_TEST_POSTGIS" -c 'DROP DATABASE IF EXISTS socle_conformance WITH (FORCE)' -c 'CREATE DATABASE socle_conformance'
parquet=.cache/parquet/bin/python
[ -x "$parquet" ] || { python3 -m venv .cache/parquet && .cache/parquet/bin/pip -q install pyarrow; }
ltr=${QGIS_LTR_ROOT:-$PWD/.cache/qgis-ltr}
[ "${QGIS_LTR:-0}" = 0 ] || .ci/clients/qgis_ltr.sh "$ltr"
base=${SOCLE_TEST_POSTGIS%/*}
options=${SOCLE_TEST_POSTGIS##*\?}
for store in "gpkg:$work/rennes.gpkg" "$base/socle_conformance?$options"; do
  kind=${store%%:*}
  echo "== $kind"
  import "$store"
  port=$(shuf -i 20000-32000 -n 1)
  url=http://127.0.0.1:$port
  token=$(head -c 24 /dev/urandom | base64)
  SOCLE_PUBLISH_TOKEN=$token "$socle" serve --store "$store" --listen "127.0.0.1:$port" --log json --log-level debug 2>"$work/log" &
  server=$!
  for _ in $(seq 100); do "$socle" healthcheck "$url" >/dev/null 2>&1 && break; sleep 0.1; done
  "$socle" healthcheck "$url" >/dev/null
  judge "$kind-ets" .ci/conformance/ets.sh features "$url/" "$reports/ets-$kind"
  judge "$kind-ets-tiles" .ci/conformance/ets.sh tiles "$url/" "$reports/ets-tiles-$kind"
  judge "$kind-ets-processes" .ci/conformance/ets.sh processes "$url/" "$reports/ets-processes-$kind"
  judge "$kind-gdal" /usr/bin/python3 .ci/clients/gdal_features.py "$url" "$work/log" "$rva" "$parquet"
  if [ "$kind" = gpkg ]; then
    judge "$kind-qgis" /usr/bin/python3 .ci/clients/qgis_features.py "$url" "$work/log" "$rva" "$reports"
    curl -sf -o /dev/null -H "Authorization: Bearer $token" "$url/collections/iris/aggregate?source=carreaux_200m&measure=sum(ind)&publish=population_iris"
    judge "$kind-maplibre" .ci/clients/maplibre.sh "$url" "$reports"
    judge "$kind-qgis-tiles" /usr/bin/python3 .ci/clients/draw.py tiles "$url/tiles/communes,iris,voies,batiments,adresses/{z}/{x}/{y}.mvt" -1.69,48.10,-1.65,48.135 16 "$reports/qgis-tiles.png"
    judge "$kind-pmtiles" .ci/clients/pmtiles.sh "$store" "$url" communes,iris,carreaux_200m
    judge "$kind-fuzz" .ci/conformance/fuzz.sh "$url"
  elif [ -e "$ltr/usr/lib/python3/dist-packages/qgis" ]; then
    judge "$kind-qgis-ltr" env "LD_LIBRARY_PATH=$ltr/usr/lib/x86_64-linux-gnu:$ltr/usr/lib" "PYTHONPATH=$ltr/usr/lib/python3/dist-packages" "QGIS_PREFIX_PATH=$ltr/usr" \
      /usr/bin/python3 .ci/clients/qgis_features.py "$url" "$work/log" "$rva" "$reports"
  fi
  kill "$server"
  wait "$server" || { echo "FAILED  $kind: the server did not stop well"; bad="$bad $kind-stop"; }
  server=""
done
psql -Xq "$SOCLE_TEST_POSTGIS" -c 'DROP DATABASE socle_conformance WITH (FORCE)'
[ -z "$bad" ] || { echo "not content:$bad" >&2; exit 1; }
echo "all judges are content"
