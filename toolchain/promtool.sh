#!/usr/bin/env bash
# promtool.sh CACHE_DIR: prints the path of promtool, for the tests. Where the machine has none, it is taken out of
# Debian's package prometheus.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
dir=${1:?usage: promtool.sh CACHE_DIR}/promtool
command -v promtool && exit 0
if [ ! -x "$dir/promtool" ]; then
  mkdir -p "$dir"
  scratch=$(mktemp -d "$dir/unpack.XXXXXX")
  trap 'rm -rf "$scratch"' EXIT
  unpack prometheus "$scratch"
  mv "$scratch/usr/bin/promtool" "$dir/promtool" # in one step: two tests may want it at once
fi
echo "$dir/promtool"
