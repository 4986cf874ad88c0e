#!/usr/bin/env bash
# The other side of the comparison: a plain script of docker commands, one after the other.
#   script.sh up|noop|destroy|wipe WORK
# The same containers, networks, volumes and images with the same flags as the program's (WORK/host and WORK/inner, see
# script.ts), certificates from openssl, and waits for the same health checks. Runs in the project's folder.
#   up       from nothing, or from what `destroy` left, until all servers answer MCP
#   noop     finds everything as it should be: images, containers, networks, volumes
#   destroy  all containers and networks; volumes stay, and with them the images inside the engine
#   wipe     all
# Names have no blanks, and a list of them is several words.
# shellcheck disable=SC2046,SC2086
set -euo pipefail
action=$1 work=$2
engine='' port='' image='' servers='' # engine: also its network's name; image: the engine's
# shellcheck source=/dev/null
. "$work/names"

export DOCKER_BUILDKIT=0 # the builder that the program uses
host() { docker "$@"; }
inner() { DOCKER_CERT_PATH=$work/tls DOCKER_TLS_VERIFY=1 docker --host "tcp://127.0.0.1:$port" "$@"; }
# read_words FILE: the words in it, into the array `words`.
read_words() { mapfile -d '' -t words <"$1"; }
# names LAYER KIND
names() { ls "$work/$1/$2"; }

# LAYER is `host` or `inner`: the engine on the machine, and the one in the container.
# make LAYER KIND NAME: a network or a volume.
make() {
  read_words "$work/$1/$2/$3"
  $1 $2 create "${words[@]}" >/dev/null
}
make_all() { for name in $(names $1 $2); do make $1 $2 "$name"; done; }

# build LAYER NAME
build() {
  read_words "$work/$1/image/$2"
  $1 build --quiet "${words[@]}" >"$work/id.$2" 2>"$work/log.$2" || { cat "$work/log.$2" >&2 && return 1; }
}
build_all() { for name in $(names $1 image); do build $1 "$name"; done; }

# create LAYER NAME IMAGE
create() {
  local flags=()
  read_words "$work/$1/container/$2.flags"
  flags=("${words[@]}")
  read_words "$work/$1/container/$2.command"
  $1 create "${flags[@]}" "$3" "${words[@]}" >/dev/null
}

# Secret files go onto a volume through a container that is never started. put LAYER CONTAINER UID FOLDER
put() { (cd "$4" && tar --owner="$3" --group="$3" --mode=0400 -c -- *) | $1 cp - "$2:/files"; }

certificates() (
  mkdir -p "$work/tls" "$work/certs"
  cd "$work/tls"
  local key="ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -batch"
  openssl req -x509 -newkey $key -days 3650 -subj "/CN=bench CA" -keyout ca.key -out ca.pem
  leaf() {
    openssl req -newkey $key -subj "/CN=bench $1" -keyout "$1.key" -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 365 -out "$1.pem" \
      -extfile <(printf 'keyUsage=digitalSignature\nextendedKeyUsage=%s\n%s\n' "$2" "$3")
  }
  leaf server serverAuth "subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:$engine"
  leaf client clientAuth ""
  cp client.pem cert.pem && cp client.key key.pem
  cp ca.pem ../certs/ca.pem && cp server.pem ../certs/server-cert.pem && cp server.key ../certs/server-key.pem
)

# until_healthy LAYER CONTAINER
until_healthy() {
  for _ in $(seq 600); do
    [ "$($1 inspect -f '{{.State.Health.Status}}' "$2")" != healthy ] || return 0
    sleep 0.2
  done
  echo "$2 is not healthy after 120 s" >&2
  return 1
}

# start NAME...: containers inside, until the health check of each says that it answers; a server's speaks MCP.
start() {
  for name; do
    create inner "$name" "$(cat "$work/id.$name-image")"
    inner start "mcp-$name" >/dev/null
  done
  for name; do until_healthy inner "mcp-$name"; done
}

up() {
  certificates 2>"$work/log.tls"
  make host network "$engine"
  make_all host volume
  build_all host
  create host engine-certs "$image"
  put host "$engine-certs" 0 "$work/certs"
  create host engine "$image"
  host start "$engine" >/dev/null
  until_healthy host "$engine"

  build_all inner
  make_all inner network
  make_all inner volume

  local password token carrier
  password=$(openssl rand -hex 16)
  carrier=$(cat "$work/id.carrier-image")
  mkdir -p "$work/database-secrets" "$work/postgres-secrets"
  printf %s "$password" >"$work/database-secrets/reader-password"
  printf %s "postgres://mcp_reader:$password@database:5432/mcp?sslmode=disable" >"$work/postgres-secrets/dsn"
  token=$(openssl rand -hex 32)
  mkdir -p "$work/orchestrator-secrets"
  printf '[{"name":"mcp","scopes":["mcp"],"sha256":"%s"}]' "$(printf %s "$token" | sha256sum | cut -d' ' -f1)" >"$work/orchestrator-secrets/tokens.json"
  create inner orchestrator-secret-files "$carrier"
  put inner mcp-orchestrator-secret-files 10901 "$work/orchestrator-secrets"
  create inner database-secret-files "$carrier"
  put inner mcp-database-secret-files 10900 "$work/database-secrets"
  create inner postgres-secret-files "$carrier"
  put inner mcp-postgres-secret-files 11000 "$work/postgres-secrets"

  start orchestrator database egress
  start $servers
}

noop() {
  local states
  build_all host
  build_all inner
  host network inspect "$engine" >/dev/null
  host volume inspect $(names host volume) >/dev/null
  inner network inspect $(names inner network) >/dev/null
  inner volume inspect $(names inner volume) >/dev/null
  [ "$(host inspect -f '{{.Image}} {{.State.Status}}' "$engine")" = "$(cat "$work/id.engine-image") running" ]
  states=$(inner inspect -f '{{.Image}} {{.State.Status}}' mcp-orchestrator mcp-database mcp-egress $(printf 'mcp-%s ' $servers))
  [ "$states" = "$(for name in orchestrator database egress $servers; do echo "$(cat "$work/id.$name-image") running"; done)" ]
}

destroy() {
  inner stop $(printf 'mcp-%s ' $servers) mcp-orchestrator mcp-egress mcp-database >/dev/null
  inner rm $(inner ps -aq) >/dev/null
  inner network rm $(names inner network) >/dev/null
  inner volume rm $(names inner volume) >/dev/null
  outer_away
}

# Nothing inside the engine needs to go one by one when its data volume goes.
wipe() {
  outer_away
  host volume rm $(names host volume) >/dev/null
  # What `docker rmi` prunes is the cache of the engine's build, which the other side leaves as well.
  host image rm --no-prune "$image" >/dev/null
}

outer_away() {
  host stop "$engine" >/dev/null
  host rm "$engine" "$engine-certs" >/dev/null
  host network rm "$engine" >/dev/null
}

"$action"
