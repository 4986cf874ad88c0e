#!/usr/bin/env bash
# build.sh CACHE_DIR: what runs examples/consumer-yaml in the tests on a machine without the vendor's CLI (which has it):
# Pulumi's own YAML language host, from the Go module proxy, as CACHE_DIR/yaml/pulumi-language-yaml. Half a minute after
# the other stand-ins, of the same versions; nothing when it is there.
# shellcheck disable=SC2034 # what is sourced serves install.sh too
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$here/../../..
. "$project/toolchain/lib.sh"
. "$project/toolchain/pulumi/versions.sh"
. "$project/toolchain/offline/pulumi/build.sh"
cache=$(realpath "${1:?usage: build.sh CACHE_DIR}")

file=$cache/yaml/pulumi-language-yaml
stamp=$(cat "$here"/go.mod "$here"/go.sum "$here"/tools.go | sha256sum)
if [ -x "$file" ] && [ "$(cat "$file.stamp" 2>/dev/null)" = "$stamp" ]; then exit 0; fi
go=$(usable_go) || die "the tests of YAML programs need Go >= $GO_AT_LEAST"
case $go in "$cache"/*) export GOPATH=$cache/go/path GOCACHE=$cache/go/cache ;; esac
mkdir -p "$cache/yaml"
draft=$file.$$
trap 'rm -f "$draft"' EXIT
cd "$here"
CGO_ENABLED=0 GOWORK=off GOTOOLCHAIN=local GOFLAGS=-modcacherw "$go" build -trimpath -buildvcs=false -ldflags "-s -w" \
  -o "$draft" github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml
mv -f "$draft" "$file"
echo "$stamp" >"$file.stamp" # last: it says that the rest is there
