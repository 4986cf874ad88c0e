#!/usr/bin/env bash
# build.sh CACHE_DIR: a Consul agent from its Go module, as CACHE_DIR/consul/VERSION/consul; nothing when it is there. About 5
# minutes of two processors. Nothing of `up` needs it: the tests do.
# shellcheck disable=SC2034 # what is sourced serves install.sh too
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$here/../../..
. "$project/toolchain/lib.sh"
. "$project/toolchain/pulumi/versions.sh"
. "$project/toolchain/offline/pulumi/build.sh"
cache=$(realpath "${1:?usage: build.sh CACHE_DIR}")

version=$(sed -n 's|^require github.com/hashicorp/consul v||p' "$here/go.mod")
file=$cache/consul/$version/consul
stamp=$(cat "$here"/go.mod "$here"/go.sum "$here"/tools.go | sha256sum)
if [ -x "$file" ] && [ "$(cat "$file.stamp" 2>/dev/null)" = "$stamp" ]; then exit 0; fi
go=$(usable_go) || die "Consul needs Go >= $GO_AT_LEAST to be built"
case $go in "$cache"/*) export GOPATH=$cache/go/path GOCACHE=$cache/go/cache ;; esac
mkdir -p "${file%/*}"
draft=$file.$$
trap 'rm -f "$draft"' EXIT
say "building Consul $version (the first time takes some minutes)"
cd "$here"
CGO_ENABLED=0 GOWORK=off GOTOOLCHAIN=local GOFLAGS=-modcacherw nice "$go" build -trimpath -buildvcs=false \
  -ldflags "-s -w" -o "$draft" github.com/hashicorp/consul
mv -f "$draft" "$file"
echo "$stamp" >"$file.stamp" # last: it says that the rest is there
