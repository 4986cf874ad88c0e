# shellcheck shell=bash disable=SC2154 # install.sh's variables
# The official Pulumi: is it on this machine, can it be downloaded? Sourced by install.sh.

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
