#!/usr/bin/env bash
# promtool.sh CACHE_DIR: prints the path of promtool, for the tests. Where the machine has none, it is taken out of
# Debian's package prometheus: installing that would start a service.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
dir=${1:?usage: promtool.sh CACHE_DIR}/promtool
command -v promtool && exit 0
if [ ! -x "$dir/promtool" ]; then
  command -v apt-get >/dev/null || die "promtool missing, and there is no apt-get here. Put it on the PATH."
  mkdir -p "$dir"
  scratch=$(mktemp -d "$dir/unpack.XXXXXX")
  trap 'rm -rf "$scratch"' EXIT
  cd "$scratch"
  get=(apt-get -qq -o APT::Sandbox::User=root download prometheus) # its own user may not write here
  { "${get[@]}" || { apt-get update -qq && "${get[@]}"; }; } >&2 ||
    die "apt-get download prometheus failed. Check that a Debian mirror is reachable, then run again."
  dpkg -x prometheus_*.deb .
  mv usr/bin/promtool "$dir/promtool" # in one step: two tests may want it at once
fi
echo "$dir/promtool"
