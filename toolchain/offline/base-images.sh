# shellcheck shell=bash disable=SC2154 # ../base-images.sh's variables
# The stand-ins for base images: built from packages, tagged in the host engine, and put into the local mirror
# (mirror.sh). Sourced by ../base-images.sh.
recipes=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$recipes/versions.sh"

# A stand-in is remade when its recipe or the machine's CA list changes.
recipe_stamp() {
  {
    echo "$NODE_VERSION $NPM_VERSION $DEBIAN_SUITE"
    cat "$recipes/images/machine-cas.sh" "$recipes"/images/*/Dockerfile "$recipes/images/debian.sh"
    cat "${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}" 2>/dev/null || true
  } | sha256sum | cut -c1-16
}
stamp=$(recipe_stamp)

# Sets `missing`: the images that have to be built, or put into the mirror.
find_missing() {
  local image
  missing=()
  for image in "${images[@]}"; do
    { present "$image" && in_mirror "$image"; } || missing+=("$image")
  done
}

ready() { [ ${#missing[@]} -eq 0 ] && [ -f "$cache/mirror/address" ]; }

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

# Stand-ins of an earlier day must not shadow the real images.
remove_stand_ins() {
  local image
  for image in "${images[@]}"; do
    case $(label "$image") in none | '') ;; *) docker rmi "$image" >/dev/null || true ;; esac
  done
  rm -f "$cache/mirror/address"
}

bring_stand_ins() {
  local image to_push=()
  mkdir -p "$cache/mirror"
  rm -rf "$cache"/mirror/context.* # what an interrupted run left
  for image in "${missing[@]}"; do present "$image" || bring "$image"; done
  # By this very value: images made FROM a stand-in inherit its label.
  docker image prune -f --filter dangling=true --filter label=dind-mcp.stand-in=unpack >/dev/null
  for image in "${missing[@]}"; do in_mirror "$image" || to_push+=("$image"); done
  if [ ${#to_push[@]} -gt 0 ]; then
    say "filling the local mirror: ${to_push[*]}"
    bash "$recipes/mirror.sh" "$cache" push "${to_push[@]}"
    for image in "${to_push[@]}"; do echo "$(id_of "$image") $stamp" >"$cache/mirror/pushed-${image/:/-}"; done
  fi
  bash "$recipes/mirror.sh" "$cache" start
  bash "$recipes/mirror.sh" "$cache" address >"$cache/mirror/address"
}

bring() { # bring IMAGE: out of the mirror where that has it, else built
  case $(pushed "$1") in
  *" $stamp")
    say "taking $1 back from the local mirror"
    bash "$recipes/mirror.sh" "$cache" fetch "$1" && return
    ;;
  esac
  say "building a stand-in for $1"
  local old
  old=$(id_of "$1") || old=
  build "$1"
  # The one it replaces; images built on it keep it, and are not ours to remove.
  [ -z "$old" ] || docker rmi "$old" >/dev/null 2>&1 || true
}

build() { # build IMAGE
  case $1 in
  debian:*) bash "$recipes/images/debian.sh" "$1" "$stamp" ;;
  node:*)
    local context arch
    arch=$(node_arch)
    context=$(mktemp -d "$cache/mirror/context.XXXXXX")
    (cd "$context" && npm pack --silent "node-linux-$arch@$NODE_VERSION" "npm@$NPM_VERSION" >/dev/null) ||
      die "npm could not fetch node-linux-$arch@$NODE_VERSION and npm@$NPM_VERSION. Check that your npm registry is reachable (npm ping)."
    mv "$context/node-linux-$arch-$NODE_VERSION.tgz" "$context/node.tgz"
    mv "$context/npm-$NPM_VERSION.tgz" "$context/npm.tgz"
    build_docker "$1" "$recipes/images/node/Dockerfile" "$context"
    rm -rf "$context"
    ;;
  python:*) build_docker "$1" "$recipes/images/python/Dockerfile" "$recipes/images/python" ;;
  *) die "$recipes/images/list names $1, but there is no recipe for it" ;;
  esac
}

# The legacy builder: always there, also where the buildx plugin is not; and it takes FROM out of the local tags.
# Its notice that it is the old one goes to the log of a failure only.
build_docker() {
  local log
  log=$(DOCKER_BUILDKIT=0 docker build --force-rm --build-arg STAMP="$stamp" -t "$1" -f "$2" "$3" 2>&1) ||
    die "building $1 failed: $(tail -n 15 <<<"$log")"
}
