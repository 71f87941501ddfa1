#!/usr/bin/env bash
# ets.sh features|tiles|processes URL OUTDIR: OGC's executable test suite for that part of OGC API against the server at URL. Its report goes
# to OUTDIR. Fails when a test fails or when none ran.
#   features   parts 1 and 2, over every collection
#   tiles      the tiles of the whole dataset at level 12 over Rennes, which the server must hold
#   processes  the process echo, and two of those that are listed
# The suites come from suite.sh. Needs Java 17 and python3.
set -euo pipefail
usage="usage: ets.sh features|tiles|processes URL OUTDIR"
part=${1:?$usage} url=${2:?$usage} out=${3:?$usage}
here=$(cd "$(dirname "$0")" && pwd)
suite=$("$here/suite.sh" "$part")
quiet=(-h false)
# The suite for features wants the landing page as it is; that for processes puts paths after the address, which must not end in a slash.
case $part in
  features) entries=(iut "$url" noofcollections -1) ;;
  tiles)
    entries=(iut "$url" tilematrixsetdefinitionuri http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad
      urltemplatefortiles "${url%/}/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}"
      tilematrix 12 mintilerow 1421 maxtilerow 1422 mintilecol 2028 maxtilecol 2029) ;;
  processes)
    entries=(iut "${url%/}" echoprocessid echo testallprocesses on processtestlimit 2)
    quiet=() ;; # it has no -h
esac
mkdir -p "$out"
rm -rf "$out/testng"
{
  echo '<?xml version="1.0" encoding="UTF-8"?><properties version="1.0">'
  printf '<entry key="%s">%s</entry>\n' "${entries[@]}"
  echo '</properties>'
} >"$out/run.xml"
java --add-exports=java.base/sun.net.www.protocol.http{,s}=ALL-UNNAMED -cp "$suite" "org.opengis.cite.ogcapi${part}10.TestNGController" \
  -o "$out" "${quiet[@]}" "$out/run.xml" >"$out/suite.log" 2>&1 || { tail -n 20 "$out/suite.log" >&2; exit 3; }
results=("$out"/testng/*/testng-results.xml)
[ -s "${results[0]}" ] || { echo "the suite left no result; see $out/suite.log" >&2; exit 1; }
python3 "$here/verdict.py" "${results[0]}"
