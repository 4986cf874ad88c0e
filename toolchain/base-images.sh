#!/usr/bin/env bash
# base-images.sh CACHE_DIR [--check]
# The base images of offline/images/list. Where a registry gives them, nothing is done. Else offline/ builds stand-ins
# with the same names and serves them to the engine container from a local mirror.
# --check: 0 = nothing to do, 1 = would build. The file CACHE_DIR/mirror/address exists while the mirror is needed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/lib.sh"
. "$here/offline/base-images.sh"
cache=${1:?usage: base-images.sh CACHE_DIR [--check]}
mapfile -t images <"$here/offline/images/list"

# Asks the engine, not this shell, to look at the registry: its proxies and mirrors count.
from_registry() {
  local socket=${DIND_MCP_DOCKER_SOCKET:-/var/run/docker.sock}
  curl -fsS --max-time 5 --unix-socket "$socket" "http://docker/distribution/$1/json" -o /dev/null 2>/dev/null
}

find_missing
if ! ready && from_registry "${images[0]}"; then
  say "base images come from the registry"
  [ "${2:-}" = --check ] || remove_stand_ins
elif [ "${2:-}" != --check ]; then
  bring_stand_ins
  say "base images ready; the engine gets them from http://$(cat "$cache/mirror/address") (stop it: bin/dind-mcp clean)"
elif ready && bash "$here/offline/mirror.sh" "$cache" status; then
  say "stand-ins for ${images[*]}, served from http://$(cat "$cache/mirror/address")"
else
  say "no registry gives ${images[0]}: would build stand-ins for ${missing[*]:-nothing} and serve them from a local mirror"
  exit 1
fi
