#!/usr/bin/env bash
# clean.sh CACHE_DIR STATE_DIR: removes what the set-up started on this machine: the mirror, the stand-in base images, a
# dockerd of ours. Says what remains.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/lib.sh"
cache=${1:?usage: clean.sh CACHE_DIR STATE_DIR} state=${2:?usage: clean.sh CACHE_DIR STATE_DIR}

bash "$here/offline/mirror.sh" "$cache" stop
rm -f "$cache/mirror/address" # the engine is told about the mirror only while there is one
say "the image mirror is stopped"
if timeout 10 docker version >/dev/null 2>&1; then
  # By name: images made FROM a stand-in inherit its label, and belong to somebody else.
  while read -r image; do
    [ -n "$(docker image inspect --format '{{index .Config.Labels "dind-mcp.stand-in"}}' "$image" 2>/dev/null)" ] || continue
    if docker rmi "$image" >/dev/null 2>&1; then say "removed the stand-in image $image"; else say "kept $image: a container uses it"; fi
  done <"$here/offline/images/list"
fi
bash "$here/host-engine.sh" "$cache" stop
say "What remains: $cache ($(du -sh "$cache" 2>/dev/null | cut -f1), can be fetched and built again),"
say "  $state (state and passphrase of the stacks), packages that apt-get installed,"
say "  node_modules in the project, and /var/lib/docker. Remove them by hand if you want them gone."
