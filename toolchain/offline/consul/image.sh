#!/usr/bin/env bash
# image.sh CACHE_DIR: a stand-in for hashicorp/consul, with the agent that build.sh makes, in the local mirror. For `consul:
# embedded` where no registry gives HashiCorp's image; nothing where no mirror is needed, or the mirror has it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$here/../../..
. "$project/toolchain/lib.sh"
cache=$(realpath "${1:?usage: image.sh CACHE_DIR}")
[ -f "$cache/mirror/address" ] || exit 0

bash "$here/build.sh" "$cache"
version=$(sed -n 's|^require github.com/hashicorp/consul v||p' "$here/go.mod")
image=hashicorp/consul:$version base=debian:trixie-slim
stamp="$(sha256sum <"$cache/consul/$version/consul") $(docker image inspect --format '{{.Id}}' "$base")"
[ "$(cat "$cache/mirror/pushed-consul" 2>/dev/null)" != "$stamp" ] || exit 0
say "making a stand-in for $image"
# The legacy builder takes FROM out of the local tags. Its notice that it is the old one goes to the log of a failure only.
log=$(DOCKER_BUILDKIT=0 docker build --force-rm -t "$image" -f - "$cache/consul/$version" 2>&1 <<EOF
FROM $base
COPY consul /bin/consul
VOLUME /consul/data
EOF
) || die "making $image failed: $(tail -n 15 <<<"$log")"
bash "$here/../mirror.sh" "$cache" push "$image"
docker rmi "$image" >/dev/null # the mirror has it; here it would only shadow HashiCorp's
echo "$stamp" >"$cache/mirror/pushed-consul"
