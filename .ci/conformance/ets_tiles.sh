#!/usr/bin/env bash
# ets_tiles.sh URL OUTDIR: OGC's executable test suite for API Tiles 1.0 against the server at URL, which holds Rennes: its tiles at
# level 12 are asked for, of the whole dataset. Its report goes to OUTDIR. Fails when a test fails or when none ran.
# ETS_TILES is a Java class path that holds the suite (its all-in-one jar, say); without it, the jar is taken from Maven Central
# once, to .cache/ets. Needs Java 17 and python3.
set -euo pipefail
url=${1:?usage: ets_tiles.sh URL OUTDIR}
out=${2:?usage: ets_tiles.sh URL OUTDIR}
here=$(cd "$(dirname "$0")" && pwd)
version=1.2
cache=$here/../../.cache/ets
suite=${ETS_TILES:-$cache/ets-ogcapi-tiles10-$version-aio.jar}
if [ -z "${ETS_TILES:-}" ] && [ ! -s "$suite" ]; then
  mkdir -p "$cache"
  mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy "-DoutputDirectory=$cache" \
    "-Dartifact=org.opengis.cite:ets-ogcapi-tiles10:$version:jar:aio" >"$cache/mvn-tiles.log" 2>&1 ||
    { echo "the suite is not in Maven Central: give its jar in ETS_TILES ($(grep -m 1 -o 'Unable to .*\|Could not .*' "$cache/mvn-tiles.log" || echo "see $cache/mvn-tiles.log"))" >&2; exit 3; }
fi
mkdir -p "$out"
rm -rf "$out/testng"
cat >"$out/run.xml" <<XML
<?xml version="1.0" encoding="UTF-8"?>
<properties version="1.0">
  <entry key="iut">$url</entry>
  <entry key="tilematrixsetdefinitionuri">http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad</entry>
  <entry key="urltemplatefortiles">${url%/}/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}</entry>
  <entry key="tilematrix">12</entry>
  <entry key="mintilerow">1421</entry>
  <entry key="maxtilerow">1422</entry>
  <entry key="mintilecol">2028</entry>
  <entry key="maxtilecol">2029</entry>
</properties>
XML
java -cp "$suite" org.opengis.cite.ogcapitiles10.TestNGController -o "$out" -h false "$out/run.xml" >"$out/suite.log" 2>&1 ||
  { tail -n 20 "$out/suite.log" >&2; exit 3; }
results=("$out"/testng/*/testng-results.xml)
[ -s "${results[0]}" ] || { echo "the suite left no result; see $out/suite.log" >&2; exit 1; }
python3 "$here/verdict.py" "${results[0]}"
