#!/usr/bin/env bash
# run.sh: real clients against a running server, on both stores: GDAL's OAPIF driver, QGIS (features and tiles), and
# GDAL on the embedded store's file itself. Fails on the first that does not see what it must. Pictures go to $PICTURES.
# Needs bin/socle, GDAL, QGIS and SOCLE_TEST_POSTGIS (see `make conformance`).
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
pictures=${PICTURES:-$work/pictures}
mkdir -p "$pictures" "$work/files"
server=""
finish() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT
fail() { echo "FAILED: $*" >&2; exit 1; }
port=$(shuf -i 20000-32000 -n 1)
url=http://127.0.0.1:$port token=$(head -c 24 /dev/urandom | base64)
bin/socle synth --out "$work/files" --addresses 5000 >/dev/null 2>&1

psql -Xq "$SOCLE_TEST_POSTGIS" -c 'DROP DATABASE IF EXISTS socle_clients WITH (FORCE)' -c 'CREATE DATABASE socle_clients'
base=${SOCLE_TEST_POSTGIS%/*}
options=${SOCLE_TEST_POSTGIS##*\?}
for store in "gpkg:$work/clients.gpkg" "$base/socle_clients?$options"; do
  echo "== ${store%%:*}"
  for f in rva_adresses.csv batiments.geojson contours_iris.geojson voies.geojson imu.geojson carreaux_200m.geojson communes.geojson enedis_adresse.csv; do
    bin/socle import --store "$store" "$work/files/$f" >/dev/null 2>&1 || fail "import of $f"
  done
  SOCLE_PUBLISH_TOKEN=$token bin/socle serve --store "$store" --listen "127.0.0.1:$port" 2>"$work/log" &
  server=$!
  for _ in $(seq 100); do bin/socle healthcheck "$url" >/dev/null 2>&1 && break; sleep 0.1; done
  bin/socle healthcheck "$url"

  for id in adresses batiments iris voies imu carreaux_200m; do
    want=$(curl -sf "$url/collections/$id/items?limit=1" | sed -n 's/.*"numberMatched":\([0-9]*\).*/\1/p')
    said=$(ogrinfo -so "OAPIF:$url" "$id" 2>&1)
    grep -q "Feature Count: $want" <<<"$said" || fail "GDAL counts other than $want in $id: $said"
    ! grep -qiE 'warning|error' <<<"$said" || fail "GDAL complains of $id: $said"
  done
  ogr2ogr -f CSV "$work/adresses.csv" "OAPIF:$url" adresses -oo PAGE_SIZE=1000
  [ "$(wc -l <"$work/adresses.csv")" = 5001 ] || fail "ogr2ogr got $(wc -l <"$work/adresses.csv") lines of addresses"
  rm "$work/adresses.csv"
  echo "GDAL: 6 collections, 5,000 addresses paged"

  for id in adresses batiments iris; do
    /usr/bin/python3 .ci/clients/draw.py features "$url" "$id" "$pictures/$id.png" || fail "QGIS on $id"
  done
  /usr/bin/python3 .ci/clients/draw.py tiles "$url/tiles/iris,voies,batiments,adresses/{z}/{x}/{y}.mvt" -1.69,48.105,-1.67,48.12 16 "$pictures/tiles.png" || fail "QGIS on tiles"
  curl -sf -o /dev/null -H "Authorization: Bearer $token" "$url/collections/imu/aggregate?source=conso_elec_adresse&measure=sum(conso_mwh)&publish=conso_imu" || fail "publishing"
  /usr/bin/python3 .ci/clients/draw.py features "$url" conso_imu "$pictures/conso_imu.png" || fail "QGIS on published figures"
  /usr/bin/python3 .ci/clients/draw.py style "$url" conso_imu "$pictures/conso_imu_style.png" || fail "QGIS on their style"
  kill "$server"; wait "$server" || fail "the server did not stop well"
  server=""
done

said=$(ogrinfo -so -al "$work/clients.gpkg" 2>&1)
! grep -qE '^(Warning|ERROR)' <<<"$said" || fail "GDAL complains of the GeoPackage: $said"
[ "$(grep -c '^Layer name' <<<"$said")" = 9 ] || fail "the GeoPackage shows other layers than the collections: $(grep '^Layer name' <<<"$said")"
echo "GDAL: the GeoPackage opens without a warning"
psql -Xq "$SOCLE_TEST_POSTGIS" -c 'DROP DATABASE socle_clients WITH (FORCE)'
echo "all clients passed"
