#!/usr/bin/env bash
# ets.sh URL OUTDIR: OGC's executable test suite for API Features 1.0 (parts 1 and 2) against the server at URL, over every
# collection. Its report goes to OUTDIR. Fails when a test fails or when none ran.
# ETS_FEATURES is a Java class path that holds the suite (its all-in-one jar, say); without it, the jar is taken from Maven Central
# once, to .cache/ets. Needs Java 17 and python3.
set -euo pipefail
url=${1:?usage: ets.sh URL OUTDIR}
out=${2:?usage: ets.sh URL OUTDIR}
here=$(cd "$(dirname "$0")" && pwd)
version=1.9
cache=$here/../../.cache/ets
suite=${ETS_FEATURES:-$cache/ets-ogcapi-features10-$version-aio.jar}
if [ -z "${ETS_FEATURES:-}" ] && [ ! -s "$suite" ]; then
  mkdir -p "$cache"
  mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy "-DoutputDirectory=$cache" \
    "-Dartifact=org.opengis.cite:ets-ogcapi-features10:$version:jar:aio" >"$cache/mvn.log" 2>&1 ||
    { echo "the suite is not in Maven Central: give its jar in ETS_FEATURES ($(grep -m 1 -o 'Unable to .*\|Could not .*' "$cache/mvn.log" || echo "see $cache/mvn.log"))" >&2; exit 3; }
fi
mkdir -p "$out"
rm -rf "$out/testng"
cat >"$out/run.xml" <<XML
<?xml version="1.0" encoding="UTF-8"?>
<properties version="1.0"><entry key="iut">$url</entry><entry key="noofcollections">-1</entry></properties>
XML
java -cp "$suite" org.opengis.cite.ogcapifeatures10.TestNGController -o "$out" -h false "$out/run.xml" >"$out/suite.log" 2>&1 ||
  { tail -n 20 "$out/suite.log" >&2; exit 3; }
results=("$out"/testng/*/testng-results.xml)
[ -s "${results[0]}" ] || { echo "the suite left no result; see $out/suite.log" >&2; exit 1; }
python3 "$here/verdict.py" "${results[0]}"
