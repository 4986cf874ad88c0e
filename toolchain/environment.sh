# shellcheck shell=bash disable=SC2154
# The environment that pulumi, node and the tests need. Sourced by bin/dind-mcp after $project is set.
# CACHE holds what can be fetched or built again; STATE what cannot: the stack's state and its passphrase.
# A service or a cron job has no HOME; Pulumi and npm want one.
if [ -z "${HOME:-}" ]; then HOME=$(getent passwd "$(id -u)" | cut -d: -f6) && export HOME; fi
CACHE=${DIND_MCP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/dind-mcp}
STATE=${DIND_MCP_STATE:-${XDG_STATE_HOME:-$HOME/.local/state}/dind-mcp}

# The passphrase is made once, random, for its owner's eyes only.
state_setup() {
  mkdir -p "$STATE/pulumi" "$STATE/stacks"
  chmod 0700 "$STATE"
  if [ ! -s "$STATE/passphrase" ]; then
    [ -z "$(ls -A "$STATE/stacks")" ] ||
      die "$STATE/passphrase is gone, but stacks encrypted with it exist. Put it back; or, if nothing of them is needed, remove $STATE."
    (umask 077 && head -c 32 /dev/urandom | base64 | tr -d '\n' >"$STATE/passphrase.new" && mv "$STATE/passphrase.new" "$STATE/passphrase")
  fi
}

# Node has its own list of CAs. A machine with one more CA (of a TLS-inspecting proxy) has it in this file.
trust_machine_cas() {
  if [ -z "${NODE_EXTRA_CA_CERTS:-}" ] && [ -f /etc/ssl/certs/ca-certificates.crt ]; then
    export NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
  fi
}

# The caller's PATH, without what an earlier `env` put there. Steps look there for what the machine itself has.
bare_path() {
  local dir kept=() all
  IFS=: read -ra all <<<"$PATH"
  for dir in "${all[@]}"; do
    case $dir in */toolchain/bin | "$CACHE"/*) ;; *) kept+=("$dir") ;; esac
  done
  (IFS=: && echo "${kept[*]}")
}

# NAME=VALUE lines; `env` prints them for a shell, load_environment takes them over.
environment() {
  local node_dir path=$project/toolchain/bin
  node_dir=$(bash "$project/toolchain/node.sh" "$CACHE" --check) || node_dir=
  case $node_dir in "$CACHE"/*) path+=:$node_dir ;; esac
  if [ -d "$CACHE/bin" ]; then path+=:$CACHE/bin; fi
  echo "PATH=$path:$PATH"
  echo "DIND_MCP_CACHE=$CACHE"
  echo "DIND_MCP_STATE=$STATE"
  # Backend and passphrase can be the user's own, by Pulumi's own variables.
  echo "PULUMI_BACKEND_URL=${PULUMI_BACKEND_URL:-file://$STATE/pulumi}"
  if [ -z "${PULUMI_CONFIG_PASSPHRASE:-}" ]; then
    echo "PULUMI_CONFIG_PASSPHRASE_FILE=${PULUMI_CONFIG_PASSPHRASE_FILE:-$STATE/passphrase}"
  fi
  echo "PULUMI_STACK=$stack"
  echo "PULUMI_HOME=$CACHE/pulumi"
  echo "PULUMI_SKIP_UPDATE_CHECK=1"
  # Types are checked by `npm run types`; at run time that would cost 2 to 3 s each time.
  echo "PULUMI_NODEJS_TRANSPILE_ONLY=true"
  # Node keeps what it compiled, the TypeScript compiler above all: 0.6 s less of processor time at each pulumi command.
  echo "NODE_COMPILE_CACHE=$CACHE/compiled"
  # A stand-in must not be replaced by a download half-way; the official CLI and plugins do as they always do.
  if grep -qvsx official "$CACHE"/pulumi/stamps/*; then echo "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true"; fi
  [ -z "${NODE_EXTRA_CA_CERTS:-}" ] || echo "NODE_EXTRA_CA_CERTS=$NODE_EXTRA_CA_CERTS"
}

# A DOCKER_HOST would override the host that the program gives its providers.
unwanted="DOCKER_HOST DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_CERT_PATH"

load_environment() {
  local line
  loaded=$(environment)
  while IFS= read -r line; do export "${line%%=*}=${line#*=}"; done <<<"$loaded"
  # shellcheck disable=SC2086
  unset $unwanted
}

print_environment() {
  local line
  while IFS= read -r line; do printf 'export %s=%q\n' "${line%%=*}" "${line#*=}"; done <<<"$loaded"
  echo "unset $unwanted"
}
