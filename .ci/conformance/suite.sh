#!/usr/bin/env bash
# suite.sh features|tiles|processes: prints a Java class path that holds OGC's executable test suite for that part of OGC API.
# It is what ETS_FEATURES, ETS_TILES or ETS_PROCESSES says; without it, the suite is built once, to .cache/ets, at the version below. OGC publishes
# what its suites depend on to Maven Central, but not the suites: they are cloned from ETS_SOURCES, the address of OGC's organisation on GitHub
# (opengeospatial) or a folder of clones that are called as there. Needs git, Maven and a JDK 17 or newer.
# The suite for processes reads the standard's schemas from the network, where they have no version; built here, it brings those of the standard with it.
set -euo pipefail
part=${1:?usage: suite.sh features|tiles|processes}
here=$(cd "$(dirname "$0")" && pwd)
case $part in
  features) version=1.9 given=${ETS_FEATURES:-} ;;
  tiles) version=1.2 given=${ETS_TILES:-} ;;
  processes) version=1.3 given=${ETS_PROCESSES:-} ;;
  *) echo "usage: suite.sh features|tiles|processes" >&2; exit 2 ;;
esac
[ -z "$given" ] || { echo "$given"; exit 0; }
cache=$(realpath -m "$here/../../.cache/ets")
suite=$cache/$part-$version
[ ! -s "$suite/classpath" ] || { cat "$suite/classpath"; exit 0; }
name=ets-ogcapi-${part}10
[ -n "${ETS_SOURCES:-}" ] || {
  echo "OGC's suite $name $version is not built yet: say in ETS_SOURCES where git finds it, the address of OGC's organisation on GitHub (opengeospatial) or a folder of its clones; or give its class path in ETS_${part^^}" >&2
  exit 3
}
mkdir -p "$cache"
work=$(mktemp -d -p "$cache")
trap 'rm -rf "$work"' EXIT
log=$cache/$part.log
clone() { # clone REPOSITORY REVISION PATH
  git clone -q --filter=blob:none --no-checkout "${ETS_SOURCES%/}/$1" "$work/$1" && git -C "$work/$1" checkout -q "$2" -- "$3"
}
build() {
  clone "$name" "$version" . || return
  # The suite's own pom asks for a newer Maven than it needs, and for the history that says when it was built.
  (cd "$work/$name" && mvn -B -q -Denforcer.skip -Dmaven.buildNumber.skip compile \
    org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$work/suite/lib" \
    org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.includeScope=runtime "-Dmdep.prefix=$suite/lib" "-Dmdep.outputFile=$work/jars") || return
  mv "$work/$name/target/classes" "$work/suite/classes"
  if [ "$part" = processes ]; then
    # The tip of the branch that keeps version 1.0 of the standard.
    clone ogcapi-processes 52a53a466c2cc9feca7f1c5dee463345fbf569d6 core/openapi/schemas || return
    mv "$work/ogcapi-processes/core/openapi/schemas" "$work/suite/classes/schemas"
    javac -nowarn --add-exports=java.base/sun.net.www.protocol.http{,s}=ALL-UNNAMED -d "$work/suite/classes" "$here/PublishedSchemas.java" || return
    mkdir -p "$work/suite/classes/META-INF/services"
    echo PublishedSchemas >"$work/suite/classes/META-INF/services/java.net.spi.URLStreamHandlerProvider"
  fi
  echo "$suite/classes:$(cat "$work/jars")" >"$work/suite/classpath"
  rm -rf "$suite"
  mv "$work/suite" "$suite"
}
echo "building OGC's suite $name $version" >&2
build >"$log" 2>&1 || { tail -n 20 "$log" >&2; echo "OGC's suite $name $version could not be built: $log" >&2; exit 3; }
cat "$suite/classpath"
