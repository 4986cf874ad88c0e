# shellcheck shell=bash
# The toolchain's functions, for the scripts below this folder. Sourced, never run.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
