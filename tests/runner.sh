# shellcheck shell=bash disable=SC2154
# Sourced by each run.sh below: its options, Node, and an end that leaves nothing behind, whichever way it comes.

here=$(cd "$(dirname "${BASH_SOURCE[1]}")" && pwd)
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$project/toolchain/lib.sh"

# read_options KNOWN ARGUMENT...: KNOWN are words, `--name` or `--name=WHAT` for one with a value. Fills `option`, by name,
# and `args` as they came. --write-docs is for a whole run.
declare -A option=()
args=()
read_options() {
  local known=$1 what
  shift
  while [ $# -gt 0 ]; do
    case " $known " in
    *" $1 "*) option[$1]=yes args+=("$1") ;;
    *" $1="*)
      what=${known#*"$1="}
      [ -n "${2:-}" ] || die "$1 needs a value: $1 ${what%% *}"
      option[$1]=$2 args+=("$1" "$2")
      shift
      ;;
    *) die "unknown argument $1. Known: ${known//=/ }" ;;
    esac
    shift
  done
  [ -z "${option[--write-docs]:-}" ] || [ -z "${option[--only]:-}${option[--sample]:-}" ] ||
    die "--write-docs needs a whole run: leave --only and --sample away"
}

# use_node: the project's own, first on the PATH. Called once nothing can be wrong with the options.
use_node() {
  PATH=$(bash "$project/toolchain/node.sh" "${DIND_MCP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/dind-mcp}" | tail -n 1):$PATH
  cd "$project"
}

# begin: from here on TMPDIR is a folder of this run. When the run ends, by itself or by a signal, it is removed, and so is
# every process that has it, or a folder in it, in its environment. `end_more`, where there is one, removes what else is left.
job='' scratch=''
begin() {
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/mcp-run-${here##*/}.XXXXXX")
  chmod 711 "$scratch" # servers have users of their own
  export TMPDIR=$scratch
  trap end EXIT
  trap 'exit 130' INT TERM
}
# shellcheck disable=SC2317 # the trap calls it
end() {
  trap - EXIT
  trap '' INT TERM # once is enough
  if [ -n "$job" ] && running "$job"; then
    kill -"${end_signal:-TERM}" "$job" 2>/dev/null || true
    wait_for 90 gone "$job" || true # a stack takes half a minute to go
  fi
  local file
  for file in /proc/[0-9]*/environ; do
    if grep -qzF "=$scratch" "$file" 2>/dev/null && [ "$file" != "/proc/$$/environ" ]; then
      file=${file#/proc/}
      kill -9 "${file%/environ}" 2>/dev/null || true
    fi
  done
  if declare -F end_more >/dev/null; then end_more; fi
  rm -rf "$scratch"
}

# within_reach COMMAND...: waits for it so that a signal is heard at once: a shell hears none while it waits for a command
# of the foreground.
within_reach() {
  "$@" &
  job=$!
  local code=0
  wait "$job" || code=$?
  job=''
  return $code
}

# run_typescript FILE ARGUMENT...: of this folder.
run_typescript() {
  local file=$here/$1
  shift
  use_node
  begin
  within_reach node -r ts-node/register/transpile-only "$file" "$@"
}
