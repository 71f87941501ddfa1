#!/usr/bin/env bash
# pmtiles.sh STORE URL COLLECTIONS: exports the tiles of collections (comma list) from a store that a server at URL serves, and has readers
# written by others, PMTiles' own and Mapbox's decoder (npm), read every tile and compare it with what the server gives. Needs bin/socle and Node.
set -euo pipefail
store=${1:?usage: pmtiles.sh STORE URL COLLECTIONS} url=${2:?} collections=${3:?}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/pmtiles.mjs" "$work/"
npm install --prefix "$work" --no-audit --no-fund --silent pmtiles@4.5.0 @mapbox/vector-tile@3.0.0 pbf@5.1.2 >/dev/null
"$here/../../bin/socle" tiles export --store "$store" --collections "$collections" -o "$work/tiles.pmtiles" 2>/dev/null | sed -n 1p
node "$work/pmtiles.mjs" "$work/tiles.pmtiles" "$url/tiles/$collections/{z}/{x}/{y}.mvt"
