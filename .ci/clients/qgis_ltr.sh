#!/usr/bin/env bash
# qgis_ltr.sh DIR: QGIS' long-term release (python bindings, headless) from Debian's backports, unpacked under DIR beside the QGIS that is
# installed, which stays as it is. Prints nothing when it is there already. Run it with:
#   LD_LIBRARY_PATH=DIR/usr/lib/x86_64-linux-gnu:DIR/usr/lib PYTHONPATH=DIR/usr/lib/python3/dist-packages QGIS_PREFIX_PATH=DIR/usr /usr/bin/python3 …
set -euo pipefail
dir=${1:?usage: qgis_ltr.sh DIR}
[ ! -e "$dir/usr/lib/python3/dist-packages/qgis" ] || exit 0
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
# apt's own folders: its sources are the machine's, and the same archives' backports.
apt=$(mktemp -d)
trap 'rm -rf "$apt"' EXIT
chmod 755 "$apt"
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$dir"
apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' | sort -u |
  awk -v r="$release" '{print "deb " $1 " " $2 " " $3} $2 == r || $2 == "stable" {print "deb " $1 " " r "-backports " $3}' | sort -u >"$apt/sources.list"
options=(-o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt/cache"
  -o APT::Sandbox::User=root -o DPkg::Lock::Timeout=600)
apt-get "${options[@]}" update -qq
DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" install -y -qq --download-only --no-install-recommends -t "$release-backports" python3-qgis qgis-providers >&2
for package in "$apt"/cache/archives/*.deb; do dpkg -x "$package" "$dir"; done
