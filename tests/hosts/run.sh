#!/usr/bin/env bash
# run.sh [--write-docs] [--only CASE] [--keep FOLDER]: the engine and its servers on other hosts, in virtual machines; 20 minutes
# And on this one. --keep reuses FOLDER's machine image, for writing tests. CASE: here, apparmor, no-apparmor, userns.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../.." && pwd)
. "$project/toolchain/lib.sh"
. "$here/vm.sh"

write_docs=no only='' keep=''
while [ $# -gt 0 ]; do
  case $1 in
  --write-docs) write_docs=yes ;;
  --only) only=${2:?--only needs a case: here, apparmor, no-apparmor, userns} && shift ;;
  --keep) keep=$(realpath -m "${2:?--keep needs a folder}") && shift ;;
  *) die "unknown argument $1. Known: --write-docs, --only CASE, --keep FOLDER" ;;
  esac
  shift
done
[ $write_docs = no ] || [ -z "$only" ] || die "--write-docs needs a run on all hosts: leave --only away"
deadline=1500 # seconds; a whole run takes about half of it on 2 cores without KVM
within() { timeout --foreground -k 10 $((SECONDS < deadline ? deadline - SECONDS : 1)) "$@"; }

renice -n 10 $$ >/dev/null # others may use this machine meanwhile
need_root "Making a machine image"
docker version >/dev/null 2>&1 || die "no Docker answers here, and the engine's image has to be built by one. bin/dind-mcp up brings one."
apt_install qemu-system-x86 mmdebstrap debian-archive-keyring e2fsprogs gcc libc6-dev openssl
PATH=$(bash "$project/toolchain/node.sh" "${DIND_MCP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/dind-mcp}" | tail -n 1):$PATH
unset DOCKER_HOST DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_CERT_PATH

work=${keep:-$(mktemp -d /tmp/dind-mcp-hosts.XXXXXX)} vm='' image=dind-mcp/mcp-test-hosts-$$-1:engine
mkdir -p "$work"
# shellcheck disable=SC2317 # the trap calls it
clean_up() {
  trap - EXIT
  if [ -n "$vm" ]; then kill -9 "$vm" 2>/dev/null || true; fi
  docker image rm "$image" >/dev/null 2>&1 || true
  [ -n "$keep" ] || rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

say "engine image, with the classic builder as the program has it"
DOCKER_BUILDKIT=0 within docker build -t "$image" "$project/images/engine" >"$work/build.log" 2>&1 ||
  die "the engine's image cannot be built: $(tail -n 3 "$work/build.log")"
gcc -static -O2 -o "$work/hostile" "$project/tests/fixtures/hostile/server.c"
if [ ! -s "$work/disk.ext4" ] || [ ! -s "$work/busybox" ]; then
  say "machine image: Debian with Docker, about 2 minutes"
  within bash "$here/rootfs.sh" "$work"
fi
choose_accelerator

# check CASE MACHINE ENDPOINT PUBLISHED_PORT LOCAL_PORT: one host's tests; its failures do not keep the others from running.
failed=0
check() {
  begun=$SECONDS
  HOSTS_CASE=$1 HOSTS_MACHINE=$2 HOSTS_DOCKER=$3 HOSTS_PUBLISHED_PORT=$4 HOSTS_ENGINE_PORT=$5 HOSTS_IMAGE=$image HOSTS_WORK=$work \
    within "$project/node_modules/.bin/mocha" --config "$here/mocharc.json" "$here/engine.test.ts" || failed=1
  say "$1: $((SECONDS - begun)) s"
}

# in_vm CASE MACHINE WORD...: boots with these words on the kernel's command line, brings the engine's image, checks.
in_vm() {
  [ -z "$only" ] || [ "$only" = "$1" ] || return 0
  local begun=$SECONDS case=$1 machine=$2
  shift 2
  say "booting $case ($*) with ${accelerator[1]%%,*}"
  boot "$case" "$@"
  say "booted in $((SECONDS - begun)) s"
  # The disk is the same for all; only remapped users have a Docker of their own on it.
  if ! docker -H "tcp://127.0.0.1:$docker_port" image inspect "$image" >/dev/null 2>&1; then
    docker save "$image" | within docker -H "tcp://127.0.0.1:$docker_port" load >/dev/null
    say "the engine's image is loaded after $((SECONDS - begun)) s"
  fi
  check "$case" "$machine" "tcp://127.0.0.1:$docker_port" 12376 "$engine_port"
  power_off
}

cd "$project"
if [ -z "$only" ] || [ "$only" = here ]; then
  read -r port _ <<<"$(free_ports)"
  check here "this machine" unix:///var/run/docker.sock "$port" "$port"
fi
in_vm apparmor "Debian VM" apparmor=1
in_vm no-apparmor "Debian VM, apparmor=0" apparmor=0
in_vm userns "Debian VM, userns-remap" apparmor=1 dind_mcp.userns
if [ $write_docs = yes ]; then
  node -r ts-node/register/transpile-only "$here/write-docs.ts" "$work" "${accelerator[1]%%,*}" "$SECONDS"
fi
say "all hosts: $SECONDS s"
exit $failed
