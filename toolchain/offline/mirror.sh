#!/usr/bin/env bash
# mirror.sh CACHE_DIR start|stop|status|address|push IMAGE...|fetch IMAGE
# A local registry for the stand-in base images: Debian's docker-registry as a background process on the docker
# bridge's address, where the engine container reaches it and the network outside does not. Read-only: nothing that
# reaches it can change an image. Pushing goes through a second process on loopback that lives only while it pushes
# (a Docker engine speaks plain http to 127.0.0.0/8 without being told). Stop: `mirror.sh CACHE_DIR stop`, or
# `bin/dind-mcp clean`.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/lib.sh"
dir=${1:?usage: mirror.sh CACHE_DIR start|stop|status|address|push IMAGE...|fetch IMAGE}/mirror
action=${2:?usage: mirror.sh CACHE_DIR start|stop|status|address|push IMAGE...|fetch IMAGE}
shift 2
port=${DIND_MCP_MIRROR_PORT:-5000}
push_port=${DIND_MCP_MIRROR_PUSH_PORT:-5001}

address() {
  local gateway subnet
  read -r gateway subnet < <(docker network inspect bridge --format '{{with index .IPAM.Config 0}}{{or .Gateway "none"}} {{.Subnet}}{{end}}' 2>/dev/null) || true
  # An engine that has just started does not state the gateway: it is the subnet's first address then.
  if [ "$gateway" = none ]; then gateway=${subnet%.*}.1; fi
  [ -n "$gateway" ] || die "the Docker engine has no bridge network to serve the base images on. Start it without --bridge=none."
  echo "$gateway:$port"
}

registry() { # the program: the machine's, or one of ours
  command -v docker-registry && return
  [ -x "$dir/program/usr/bin/docker-registry" ] || unpack docker-registry "$dir/program"
  echo "$dir/program/usr/bin/docker-registry"
}

config() { # config ADDRESS READONLY
  cat <<EOF
version: 0.1
log: { level: warn }
storage:
  filesystem: { rootdirectory: $dir/data }
  maintenance: { readonly: { enabled: $2 } }
http: { addr: "$1" }
EOF
}

answers() { curl -fsS --noproxy '*' --max-time 2 "http://$1/v2/" -o /dev/null; }

# Does a mirror that is not ours (another cache folder's) hold the very images that the host engine has?
serves() {
  local image id
  while read -r image; do
    id=$(docker image inspect --format '{{.Id}}' "$image" 2>/dev/null) || return 1
    curl -fsS -i --noproxy '*' --max-time 5 -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' \
      "http://$1/v2/library/${image%:*}/manifests/${image#*:}" 2>/dev/null | grep -qF "$id" || return 1
  done <"$here/images/list"
}

launch() { # launch NAME ADDRESS READONLY
  local program
  program=$(registry)
  mkdir -p "$dir/data"
  config "$2" "$3" >"$dir/$1.yml"
  if answers "$2" 2>/dev/null; then
    [ "$1" = serve ] && serves "$2" && return
    local variable=DIND_MCP_MIRROR_PORT=5055
    # Pushing takes seconds: another set-up may just be at it.
    if [ "$1" = push ]; then
      variable=DIND_MCP_MIRROR_PUSH_PORT=5056
      say "something else answers on $2; waiting up to 60 s for it to end"
      for _ in {1..60}; do answers "$2" 2>/dev/null || break; sleep 1; done
    fi
    ! answers "$2" 2>/dev/null || die "something else answers on $2. Stop it, or choose another port: $variable."
  fi
  daemon "$dir/$1.pid" "$dir/$1.log" "$program" serve "$dir/$1.yml"
  daemon_up 15 "$dir/$1.pid" answers "$2" || die "the image mirror does not answer on $2. Its last words: $(tail -n 5 "$dir/$1.log" 2>/dev/null)"
}

start() {
  local at
  at=$(address)
  alive "$dir/serve.pid" docker-registry && grep -qF "\"$at\"" "$dir/serve.yml" && answers "$at" && return 0
  stop_daemon "$dir/serve.pid" docker-registry
  launch serve "$at" true
}

open_push() {
  stop_daemon "$dir/push.pid" docker-registry
  trap 'stop_daemon "$dir/push.pid" docker-registry' EXIT
  trap 'exit 130' INT TERM
  launch push "127.0.0.1:$push_port" false
}

case $action in
address) address ;;
start) start ;;
stop)
  stop_daemon "$dir/push.pid" docker-registry
  stop_daemon "$dir/serve.pid" docker-registry
  ;;
status) at=$(address) && answers "$at" && { alive "$dir/serve.pid" docker-registry || serves "$at"; } ;;
push)
  open_push
  for image in "$@"; do
    case $image in */*) remote=127.0.0.1:$push_port/$image ;; *) remote=127.0.0.1:$push_port/library/$image ;; esac
    docker tag "$image" "$remote"
    docker push -q "$remote" >/dev/null || die "could not push $image into the local mirror; see $dir/push.log."
    docker rmi --no-prune "$remote" >/dev/null
  done
  ;;
fetch) # back into the host engine, when its tag is gone
  open_push
  remote=127.0.0.1:$push_port/library/$1
  docker pull -q "$remote" >/dev/null
  docker tag "$remote" "$1"
  docker rmi --no-prune "$remote" >/dev/null
  ;;
*) die "mirror.sh: unknown action $action" ;;
esac
