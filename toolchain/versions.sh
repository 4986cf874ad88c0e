# shellcheck shell=bash disable=SC2034
# The exact versions the toolchain brings where a machine lacks them. Sourced, never run.
NODE_VERSION=24.21.0  # npm package node-linux-<arch>: the binary alone
NPM_VERSION=11.21.2   # npm package npm
