#!/usr/bin/env bash
# maplibre.sh URL PICTURES: has MapLibre's own validator read every style of the server at URL, and MapLibre, in a headless Chromium, draw the
# territory of Rennes. Fails when a style is not valid, when the browser or the map complains, or when a layer that must be there is not.
# Needs Node and Chromium ($CHROME, else chromium).
set -euo pipefail
url=${1:?usage: maplibre.sh URL PICTURES} pictures=${2:?usage: maplibre.sh URL PICTURES}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$pictures"
cp "$here/maplibre.mjs" "$work/"
npm install --prefix "$work" --no-audit --no-fund --silent maplibre-gl@6.17.0 @maplibre/maplibre-gl-style-spec@26.6.0 playwright-core@1.65.1 >/dev/null 2>&1
node "$work/maplibre.mjs" "$url" "$(realpath "$pictures")"
