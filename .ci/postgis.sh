#!/usr/bin/env bash
# postgis.sh up DIR | down DIR: a private PostgreSQL cluster with PostGIS under DIR, on a free port of the
# loopback, for tests only (no durability). `up` prints the DSN of its superuser; `down` stops it and removes DIR.
set -euo pipefail
action=${1:?usage: postgis.sh up|down DIR}
dir=${2:?usage: postgis.sh up|down DIR}
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -x "$bin/initdb" ] || { echo "PostgreSQL is not installed (.ci/install.sh test)" >&2; exit 3; }
# PostgreSQL refuses to run as root.
if [ "$(id -u)" = 0 ]; then
  run() { (cd / && setpriv --reuid=postgres --regid="$(id -g postgres)" --init-groups --reset-env env LANG=C.UTF-8 PATH="$bin:/usr/bin:/bin" "$@"); }
else
  run() { (cd / && env LANG=C.UTF-8 PATH="$bin:/usr/bin:/bin" "$@"); }
fi
case "$action" in
up)
  mkdir -p "$dir"
  dir=$(cd "$dir" && pwd)
  [ "$(id -u)" != 0 ] || chown postgres "$dir"
  run initdb -D "$dir/data" -U postgres -A trust --no-sync --locale=C.UTF-8 -E UTF8 >"$dir.log" 2>&1 || { cat "$dir.log" >&2; exit 4; }
  for try in 1 2 3 4 5; do
    port=$(shuf -i 20000-32000 -n 1)
    printf '%s\n' "listen_addresses = '127.0.0.1'" "port = $port" "unix_socket_directories = ''" \
      "max_connections = 100" "shared_buffers = 256MB" "maintenance_work_mem = 256MB" "jit = off" "timezone = 'UTC'" \
      "fsync = off" "synchronous_commit = off" "full_page_writes = off" | run tee "$dir/data/postgresql.auto.conf" >/dev/null
    # Without the redirections pg_ctl's child would keep the caller's pipe open.
    if run pg_ctl -D "$dir/data" -l "$dir/data/server.log" -w -t 60 start </dev/null >/dev/null 2>&1; then break; fi
    [ "$try" != 5 ] || { run tail -n 20 "$dir/data/server.log" >&2; exit 5; }
  done
  # In template1, so that each CREATE DATABASE has PostGIS at once.
  run psql -Xq -h 127.0.0.1 -p "$port" -U postgres -d template1 -c 'CREATE EXTENSION postgis' >&2
  echo "postgres://postgres@127.0.0.1:$port/postgres?sslmode=disable"
  ;;
down)
  dir=$(cd "$dir" && pwd)
  run pg_ctl -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf -- "$dir" "$dir.log"
  ;;
*) echo "usage: postgis.sh up|down DIR" >&2; exit 2 ;;
esac
