#!/usr/bin/env bash
# doctor.sh CACHE_DIR PROJECT [--json]: what is there, what is missing, what `up` would do about it; changes nothing.
# Exit code 1 when something is missing.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/lib.sh"
cache=${1:?usage: doctor.sh CACHE_DIR PROJECT [--json]} project=${2:?usage: doctor.sh CACHE_DIR PROJECT [--json]}
json=${3:-} lacking=0 rows=()

escape() { printf '%s' "$1" | tr '\n\t' '; ' | sed 's/[\\"]/\\&/g'; }

check() { # check NAME COMMAND...
  local name=$1 detail ok=true
  shift
  detail=$("$@" 2>&1) || { ok=false && lacking=$((lacking + 1)); }
  rows+=("{\"name\":\"$name\",\"ok\":$ok,\"detail\":\"$(escape "$detail")\"}")
  [ -n "$json" ] || { [ $ok = true ] && printf 'ok       %-14s' "$name" || printf 'missing  %-14s' "$name"; sed '2,$s/^/                        /' <<<"$detail"; }
}

machine() {
  [ "$(uname -s)" = Linux ] || { say "$(uname -s): only Linux is supported"; return 1; }
  case $(uname -m) in x86_64 | aarch64) ;; *) say "$(uname -m): only x86_64 and aarch64 are supported" && return 1 ;; esac
  local cgroup=v1
  [ ! -f /sys/fs/cgroup/cgroup.controllers ] || cgroup=v2
  local selinux=off
  case $(cat /sys/fs/selinux/enforce 2>/dev/null) in 1) selinux=enforcing ;; 0) selinux=permissive ;; esac
  say "$(uname -m), $(nproc) cores, $(awk '/MemTotal/ {printf "%d", $2 / 1048576}' /proc/meminfo) GB, cgroup $cgroup, AppArmor $([ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ] && echo on || echo off), SELinux $selinux, user $(id -un)"
  ways_out
}
# What leaves the engine goes by IPv4; docs/hosts.md says what is left without it.
ways_out() {
  local name
  name=$(awk '$2 == "00000000" && $8 == "00000000" { print $1; exit }' /proc/net/route 2>/dev/null)
  if [ -n "$name" ]; then
    say "way out: IPv4 by $name, $(cat "/sys/class/net/$name/mtu") bytes a packet"
  elif awk '$1 ~ /^0+$/ && $2 == "00" && $10 != "lo" { found = 1 } END { exit !found }' /proc/net/ipv6_route 2>/dev/null; then
    say "way out: IPv6 only; pulls, image builds and egress of the engine need IPv4"
  else
    say "way out: none; pulls, image builds and egress of the engine need one"
  fi
}
system() {
  command -v curl >/dev/null && [ -f /etc/ssl/certs/ca-certificates.crt ] && say "curl, CA certificates" && return
  say "curl or ca-certificates: would be installed by apt-get"
  return 1
}
node() {
  local dir
  if dir=$(bash "$here/node.sh" "$cache" --check); then say "Node $("$dir/node" -v) in $dir"; else
    say "no Node >= 22.19: would be fetched from its npm package into $cache/node"
    return 1
  fi
}
packages() {
  local dir
  dir=$(bash "$here/node.sh" "$cache" --check) || { say "after Node: would run npm ci" && return 1; }
  PATH=$dir:$PATH bash "$here/npm-install.sh" "$cache" "$project" --check
}
images() {
  if ! command -v docker >/dev/null || ! command -v curl >/dev/null; then
    say "after the Docker engine: taken from the registry, or built"
    return 1
  fi
  bash "$here/base-images.sh" "$cache" --check
}

check machine machine
check system system
check engine bash "$here/host-engine.sh" "$cache" --check
check node node
check packages packages
check pulumi bash "$here/pulumi/install.sh" "$cache" --check
check images images
if [ -n "$json" ]; then
  (IFS=, && printf '{"ok":%s,"checks":[%s]}\n' "$([ $lacking -eq 0 ] && echo true || echo false)" "${rows[*]}")
elif [ $lacking -eq 0 ]; then
  say "nothing is missing"
else
  say "$lacking missing; bin/dind-mcp up brings them"
fi
[ $lacking -eq 0 ]
