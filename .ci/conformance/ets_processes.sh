#!/usr/bin/env bash
# ets_processes.sh URL OUTDIR: OGC's executable test suite for API Processes 1.0 against the server at URL, whose process echo is
# what it tries. Its report goes to OUTDIR. Fails when a test fails or when none ran.
# ETS_PROCESSES is a Java class path that holds the suite (its all-in-one jar, say); without it, the jar is taken from Maven Central
# once, to .cache/ets. Needs Java 17 and python3. The suite reads the standard's schemas from schemas.opengis.net: without a way
# there, give Java another one in JAVA_TOOL_OPTIONS.
set -euo pipefail
url=${1:?usage: ets_processes.sh URL OUTDIR}
out=${2:?usage: ets_processes.sh URL OUTDIR}
here=$(cd "$(dirname "$0")" && pwd)
version=1.3
cache=$here/../../.cache/ets
suite=${ETS_PROCESSES:-$cache/ets-ogcapi-processes10-$version-aio.jar}
if [ -z "${ETS_PROCESSES:-}" ] && [ ! -s "$suite" ]; then
  mkdir -p "$cache"
  mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy "-DoutputDirectory=$cache" \
    "-Dartifact=org.opengis.cite:ets-ogcapi-processes10:$version:jar:aio" >"$cache/mvn-processes.log" 2>&1 ||
    { echo "the suite is not in Maven Central: give its jar in ETS_PROCESSES ($(grep -m 1 -o 'Unable to .*\|Could not .*' "$cache/mvn-processes.log" || echo "see $cache/mvn-processes.log"))" >&2; exit 3; }
fi
mkdir -p "$out"
rm -rf "$out/testng"
# The suite puts paths after the address, which must not end in a slash.
cat >"$out/run.xml" <<XML
<?xml version="1.0" encoding="UTF-8"?>
<properties version="1.0">
  <entry key="iut">${url%/}</entry>
  <entry key="echoprocessid">echo</entry>
  <entry key="testallprocesses">on</entry>
  <entry key="processtestlimit">2</entry>
</properties>
XML
# It has no -h, unlike the other suites.
java -cp "$suite" org.opengis.cite.ogcapiprocesses10.TestNGController -o "$out" "$out/run.xml" >"$out/suite.log" 2>&1 ||
  { tail -n 20 "$out/suite.log" >&2; exit 3; }
results=("$out"/testng/*/testng-results.xml)
[ -s "${results[0]}" ] || { echo "the suite left no result; see $out/suite.log" >&2; exit 1; }
python3 "$here/verdict.py" "${results[0]}"
