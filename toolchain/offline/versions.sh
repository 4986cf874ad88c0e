# shellcheck shell=bash disable=SC2034
# The exact versions of what the stand-in base images hold. Sourced, never run.
# shellcheck source=toolchain/versions.sh
. "$(dirname "${BASH_SOURCE[0]}")/../versions.sh" # Node and npm are those that the toolchain brings
DEBIAN_SUITE=trixie
