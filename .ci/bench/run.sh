#!/usr/bin/env bash
# run.sh: whole-process measurements side by side with GDAL on this machine, as ratios.
#   - the real RVA addresses into PostGIS and into a GeoPackage, socle import against ogr2ogr, in turn;
#   - from PostGIS to a served snapshot of about a million synthetic features: seconds, memory.
# Needs bin/socle, ogr2ogr, psql and SOCLE_TEST_POSTGIS (see `make bench`). RUNS and ADDRESSES change the size.
set -euo pipefail
cd "$(dirname "$0")/../.."
runs=${RUNS:-5}
addresses=${ADDRESSES:-600000}
rva=../shared/data/rennes/rva_adresses_2013.csv.gz
work=$(mktemp -d)
server=""
finish() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT
base=${SOCLE_TEST_POSTGIS%/*}
options=${SOCLE_TEST_POSTGIS##*\?}
[ "$options" != "$SOCLE_TEST_POSTGIS" ] || options=""
dsn() { echo "$base/$1?$options"; }
# ogr2ogr adds words of its own to the connection string, which a URL does not take.
keywords() { sed -E 's#^postgres(ql)?://([^@]*)@([^:/]*):?([0-9]*)$#user=\2 host=\3 port=\4#' <<<"$base" | sed "s/\$/ dbname=$1/"; }
database() { psql -Xq "$SOCLE_TEST_POSTGIS" -c "DROP DATABASE IF EXISTS $1 WITH (FORCE)" -c "CREATE DATABASE $1"; psql -Xq "$(dsn "$1")" -c 'CREATE EXTENSION IF NOT EXISTS postgis' 2>/dev/null; }
seconds() { local from to; from=$(date +%s%N); "$@" >"$work/out" 2>&1 || { cat "$work/out" >&2; return 1; }; to=$(date +%s%N); echo $(((to - from) / 1000000)); }
median() { sort -n | awk '{v[NR]=$1} END {print v[int((NR+1)/2)]}'; }

# ogr2ogr does not read ISO-8859-15: PostgreSQL refuses the file as it is, and a GeoPackage gets broken accents. It is
# measured on a file prepared for it, with and without the time to prepare it.
prepare() { zcat "$rva" | iconv -f ISO-8859-15 -t UTF-8 >"$work/adresses.csv"; }
ogr_postgis() { PG_USE_COPY=YES ogr2ogr -f PostgreSQL "PG:$(keywords bench_ogr)" "$work/adresses.csv" -nln adresses -overwrite -a_srs EPSG:3948 \
  -oo X_POSSIBLE_NAMES=X_LAMBCC48 -oo Y_POSSIBLE_NAMES=Y_LAMBCC48 -oo AUTODETECT_TYPE=YES; }
ogr_gpkg() { rm -f "$work/ogr.gpkg"; ogr2ogr -f GPKG "$work/ogr.gpkg" "$work/adresses.csv" -nln adresses -a_srs EPSG:3948 \
  -oo X_POSSIBLE_NAMES=X_LAMBCC48 -oo Y_POSSIBLE_NAMES=Y_LAMBCC48 -oo AUTODETECT_TYPE=YES; }
socle_postgis() { bin/socle import --store "$(dsn bench_socle)" "$rva"; }
socle_gpkg() { rm -f "$work"/socle.gpkg*; bin/socle import --store "gpkg:$work/socle.gpkg" "$rva"; }

database bench_ogr
database bench_socle
bin/socle migrate --store "$(dsn bench_socle)" >/dev/null
# The same file as it is, for what can be had of it.
asis_gpkg() { rm -f "$work/ogr.gpkg"; ogr2ogr -f GPKG "$work/ogr.gpkg" "/vsigzip/$PWD/$rva" -nln adresses -a_srs EPSG:3948 \
  -oo X_POSSIBLE_NAMES=X_LAMBCC48 -oo Y_POSSIBLE_NAMES=Y_LAMBCC48 -oo AUTODETECT_TYPE=YES; }
prepared_postgis() { prepare; ogr_postgis; }
prepared_gpkg() { prepare; ogr_gpkg; }
for target in postgis gpkg; do
  prepare
  rm -f "$work"/t.*
  seconds "socle_$target" >/dev/null; seconds "ogr_$target" >/dev/null
  for _ in $(seq "$runs"); do
    a=$(seconds "socle_$target"); b=$(seconds "ogr_$target"); c=$(seconds "prepared_$target")
    echo "$a" >>"$work/t.a"; echo "$b" >>"$work/t.b"; echo "$c" >>"$work/t.c"
    awk -v a="$a" -v b="$b" 'BEGIN {printf "%.2f\n", b/a}' >>"$work/t.r"
    awk -v a="$a" -v c="$c" 'BEGIN {printf "%.2f\n", c/a}' >>"$work/t.s"
  done
  echo "import of 85,292 addresses, $target: socle $(median <"$work/t.a") ms, ogr2ogr $(median <"$work/t.b") ms ($(median <"$work/t.r")×), with its preparation $(median <"$work/t.c") ms ($(median <"$work/t.s")×)"
done
rm -f "$work"/t.*
for _ in $(seq "$runs"); do
  a=$(seconds socle_gpkg); b=$(seconds asis_gpkg)
  awk -v a="$a" -v b="$b" 'BEGIN {printf "%.2f\n", b/a}' >>"$work/t.r"; echo "$b" >>"$work/t.b"
done
echo "  ogr2ogr to gpkg of the same .csv.gz as it is (accents broken): $(median <"$work/t.b") ms ($(median <"$work/t.r")×)"

echo "a metropolis of $addresses addresses:"
mkdir "$work/synth"
echo "  synth $(seconds bin/socle synth --out "$work/synth" --addresses "$addresses") ms"
database bench_metropolis
store=$(dsn bench_metropolis)
bin/socle import --store "$store" "$work/synth/rva_adresses.csv" >/dev/null
bin/socle import --store "$store" "$work/synth/batiments.geojson" --as batiments >/dev/null
bin/socle import --store "$store" "$work/synth/imu.geojson" --as imu >/dev/null
bin/socle collections --store "$store"
from=$(date +%s%N)
bin/socle serve --store "$store" --listen 127.0.0.1:18980 >"$work/serve.log" 2>&1 &
server=$!
until bin/socle healthcheck http://127.0.0.1:18980 >/dev/null 2>&1; do
  kill -0 "$server" 2>/dev/null || { cat "$work/serve.log" >&2; exit 1; }
  sleep 0.05
done
to=$(date +%s%N)
echo "  from PostGIS to a served snapshot: $(((to - from) / 1000000)) ms, resident $(awk '/VmRSS/ {printf "%d", $2/1024}' "/proc/$server/status") MB, peak $(awk '/VmHWM/ {printf "%d", $2/1024}' "/proc/$server/status") MB"
