#!/usr/bin/env bash
# base-images.sh CACHE_DIR [--check]
# The base images of images/list. Where a registry gives them, nothing is done. Else stand-ins with the same names are
# built from packages, tagged in the host engine, and served to the engine container by a local mirror (mirror.sh).
# --check: 0 = nothing to do, 1 = would build. The file CACHE_DIR/mirror/address exists while the mirror is needed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../lib.sh"
. "$here/../versions.sh"
cache=${1:?usage: base-images.sh CACHE_DIR [--check]}
mapfile -t images <"$here/images/list"
mkdir -p "$cache/mirror"

# Asks the engine, not this shell, to look at the registry: its proxies and mirrors count.
from_registry() {
  local socket=${DIND_MCP_DOCKER_SOCKET:-/var/run/docker.sock}
  curl -fsS --max-time 5 --unix-socket "$socket" "http://docker/distribution/$1/json" -o /dev/null 2>/dev/null
}

# A stand-in is remade when its recipe or the machine's CA list changes.
stamp() {
  {
    echo "$NODE_VERSION $NPM_VERSION $DEBIAN_SUITE"
    cat "$here/images/machine-cas.sh" "$here"/images/*/Dockerfile "$here/images/debian.sh"
    cat "${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}" 2>/dev/null || true
  } | sha256sum | cut -c1-16
}

label() { docker image inspect --format '{{index .Config.Labels "dind-mcp.stand-in"}}' "$1" 2>/dev/null || echo none; }

# Present and right: made by this recipe, or not made by us at all (somebody loaded the real image: it is used as it is).
present() {
  local have
  have=$(label "$1")
  [ "$have" = "$stamp" ] || [ -z "$have" ]
}

# What the mirror holds of an image: "ID STAMP", written after the push.
pushed() { cat "$cache/mirror/pushed-${1/:/-}" 2>/dev/null || true; }
in_mirror() { [ "$(pushed "$1")" = "$(id_of "$1") $stamp" ]; }
id_of() { docker image inspect --format '{{.Id}}' "$1" 2>/dev/null; }

build() { # build IMAGE
  case $1 in
  debian:*) bash "$here/images/debian.sh" "$1" "$stamp" ;;
  node:*)
    local context arch
    arch=$(node_arch)
    context=$(mktemp -d "$cache/mirror/context.XXXXXX")
    (cd "$context" && npm pack --silent "node-linux-$arch@$NODE_VERSION" "npm@$NPM_VERSION" >/dev/null) ||
      die "npm could not fetch node-linux-$arch@$NODE_VERSION and npm@$NPM_VERSION. Check that your npm registry is reachable (npm ping)."
    mv "$context/node-linux-$arch-$NODE_VERSION.tgz" "$context/node.tgz"
    mv "$context/npm-$NPM_VERSION.tgz" "$context/npm.tgz"
    build_docker "$1" "$here/images/node/Dockerfile" "$context"
    rm -rf "$context"
    ;;
  python:*) build_docker "$1" "$here/images/python/Dockerfile" "$here/images/python" ;;
  *) die "$here/images/list names $1, but there is no recipe for it" ;;
  esac
}

# The legacy builder: always there, also where the buildx plugin is not; and it takes FROM out of the local tags.
# Its notice that it is the old one goes to the log of a failure only.
build_docker() {
  local log
  log=$(DOCKER_BUILDKIT=0 docker build --force-rm --build-arg STAMP="$stamp" -t "$1" -f "$2" "$3" 2>&1) ||
    die "building $1 failed: $(tail -n 15 <<<"$log")"
}

stamp=$(stamp)
missing=()
for image in "${images[@]}"; do
  { present "$image" && in_mirror "$image"; } || missing+=("$image")
done
ready=no
[ ${#missing[@]} -eq 0 ] && [ -f "$cache/mirror/address" ] && ready=yes

if [ $ready = no ] && from_registry "${images[0]}"; then
  say "base images come from the registry"
  [ "${2:-}" != --check ] || exit 0
  # Stand-ins of an earlier day must not shadow the real ones.
  for image in "${images[@]}"; do [ "$(label "$image")" = none ] || [ -z "$(label "$image")" ] || docker rmi "$image" >/dev/null || true; done
  rm -f "$cache/mirror/address"
  exit 0
fi
if [ "${2:-}" = --check ]; then
  if [ $ready = yes ] && bash "$here/mirror.sh" "$cache" status; then
    say "stand-ins for ${images[*]}, served from http://$(cat "$cache/mirror/address")"
    exit 0
  fi
  say "no registry gives ${images[0]}: would build stand-ins for ${missing[*]:-nothing} and serve them from a local mirror"
  exit 1
fi

rm -rf "$cache"/mirror/context.* # what an interrupted run left
for image in "${missing[@]}"; do
  if ! present "$image"; then
    case $(pushed "$image") in
    *" $stamp")
      say "taking $image back from the local mirror"
      bash "$here/mirror.sh" "$cache" fetch "$image" && continue
      ;;
    esac
    say "building a stand-in for $image"
    old=$(id_of "$image") || old=
    build "$image"
    # The one it replaces; images built on it keep it, and are not ours to remove.
    [ -z "$old" ] || docker rmi "$old" >/dev/null 2>&1 || true
  fi
done
# By this very value: images made FROM a stand-in inherit its label.
docker image prune -f --filter dangling=true --filter label=dind-mcp.stand-in=unpack >/dev/null
to_push=()
for image in "${missing[@]}"; do in_mirror "$image" || to_push+=("$image"); done
if [ ${#to_push[@]} -gt 0 ]; then
  say "filling the local mirror: ${to_push[*]}"
  bash "$here/mirror.sh" "$cache" push "${to_push[@]}"
  for image in "${to_push[@]}"; do echo "$(id_of "$image") $stamp" >"$cache/mirror/pushed-${image/:/-}"; done
fi
bash "$here/mirror.sh" "$cache" start
bash "$here/mirror.sh" "$cache" address >"$cache/mirror/address"
say "base images ready; the engine gets them from http://$(cat "$cache/mirror/address") (stop it: bin/dind-mcp clean)"
