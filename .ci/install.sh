#!/usr/bin/env bash
# install.sh build|test|bench|clients: installs with apt what is missing on Debian/Ubuntu for that purpose.
#   build    the C libraries GEOS and PROJ
#   test     build, and PostgreSQL with PostGIS, GDAL and PROJ's programs (oracles of the tests), and Chromium
#   bench    test, and wrk, which loads servers
#   clients  test, and what `make conformance` drives: QGIS, GDAL for Python, Chromium with Node, and git, a JDK and Maven for OGC's suites
set -euo pipefail
packages="pkg-config libgeos-dev libproj-dev"
case "${1:?usage: install.sh build|test|bench|clients}" in
  build) ;;
  test) packages="$packages postgresql gdal-bin proj-bin chromium fonts-dejavu-core" ;;
  bench) packages="$packages postgresql gdal-bin proj-bin wrk" ;;
  clients) packages="$packages postgresql gdal-bin proj-bin python3-qgis qgis-providers python3-gdal python3-venv git default-jdk-headless maven chromium" ;;
  *) echo "usage: install.sh build|test|bench|clients" >&2; exit 2 ;;
esac
command -v dpkg-query >/dev/null || { echo "not a Debian system: install the equivalents of: $packages" >&2; exit 0; }
missing=""
for p in $packages; do
  dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q '^install ok installed' || missing="$missing $p"
done
# The PostGIS package is named after the server's version; any will do.
if [ "$1" != build ] && ! ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1; then
  missing="$missing postgis-server"
fi
# Node is often there without a package.
if [ "$1" = clients ] && ! command -v npm >/dev/null; then
  missing="$missing nodejs npm"
fi
[ -n "$missing" ] || exit 0
as_root=""
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "run as root, or install:$missing" >&2; exit 1; }
  as_root=sudo
fi
echo "installing:$missing" >&2
$as_root apt-get update -qq
case "$missing" in
*postgresql*|*postgis*)
  # The tests start a cluster of their own; keep the package from starting another.
  $as_root mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] ||
    echo 'create_main_cluster = false' | $as_root tee /etc/postgresql-common/createcluster.conf >/dev/null ;;
esac
case "$missing" in
*postgis-server*)
  missing=${missing/postgis-server/$(apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' | awk '{print $1}' | sort -V | tail -n 1)} ;;
esac
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
