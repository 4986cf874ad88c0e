#!/usr/bin/env bash
# run.sh [--write-docs] [--only CASE] [--keep FOLDER]: the engine and its servers on other hosts, in virtual machines; 20 minutes
# And on this one. --keep reuses FOLDER's machine image, for writing tests. CASE: here, apparmor, no-apparmor, userns.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../runner.sh"
. "$here/vm.sh"
read_options "--write-docs --only=CASE --keep=FOLDER" "$@"
only=${option[--only]:-} keep=${option[--keep]:+$(realpath -m "${option[--keep]}")}
deadline=1500 # seconds; a whole run takes about half of it on 2 cores without KVM
within() { within_reach timeout -k 10 $((SECONDS < deadline ? deadline - SECONDS : 1)) "$@"; }

renice -n 10 $$ >/dev/null # others may use this machine meanwhile
need_root "Making a machine image"
docker version >/dev/null 2>&1 || die "no Docker answers here, and the engine's image has to be built by one. bin/dind-mcp up brings one."
apt_install qemu-system-x86 mmdebstrap debian-archive-keyring e2fsprogs gcc libc6-dev openssl
use_node
unset DOCKER_HOST DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_CERT_PATH

image=dind-mcp/mcp-test-hosts-$$-1:engine
# shellcheck disable=SC2317 # `end` calls it
end_more() { docker image rm "$image" >/dev/null 2>&1 || true; }
# shellcheck disable=SC2034 # mocha's word for an end in order: it removes what is on this machine's own engine
end_signal=INT
begin
work=${keep:-$scratch}
mkdir -p "$work"

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
    # shellcheck disable=SC2016 # for the inner shell
    within bash -o pipefail -c 'docker save "$1" | docker -H "$2" load >/dev/null' - "$image" "tcp://127.0.0.1:$docker_port"
    say "the engine's image is loaded after $((SECONDS - begun)) s"
  fi
  check "$case" "$machine" "tcp://127.0.0.1:$docker_port" 12376 "$engine_port"
  power_off
}

if [ -z "$only" ] || [ "$only" = here ]; then
  read -r port _ <<<"$(free_ports)"
  check here "this machine" unix:///var/run/docker.sock "$port" "$port"
fi
in_vm apparmor "Debian VM" apparmor=1
in_vm no-apparmor "Debian VM, apparmor=0" apparmor=0
in_vm userns "Debian VM, userns-remap" apparmor=1 dind_mcp.userns
if [ -n "${option[--write-docs]:-}" ]; then
  node -r ts-node/register/transpile-only "$here/write-docs.ts" "$work" "${accelerator[1]%%,*}" "$SECONDS"
fi
say "all hosts: $SECONDS s"
exit $failed
