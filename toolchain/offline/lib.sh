# shellcheck shell=bash
# The toolchain's functions, for the scripts below this folder. Sourced, never run.
# shellcheck source=toolchain/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
