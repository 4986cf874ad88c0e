#!/usr/bin/env bash
# install.sh CACHE_DIR [--check]: the Pulumi CLI, its Node.js host, and the plugins docker, random and tls.
# The official ones wherever they are or can be downloaded; else stand-ins that ../offline/pulumi builds. Into
#   CACHE_DIR/bin            pulumi, pulumi-language-nodejs: to be put on PATH
#   CACHE_DIR/pulumi         PULUMI_HOME, with the plugins in it
# Safe to run again and to interrupt: a thing is there whole or not at all. --check: says what is there and what would be
# done, and changes nothing; 1 when something would be.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../lib.sh"
. "$here/versions.sh"
. "$here/official.sh"
. "$here/../offline/pulumi/build.sh"

check=no cache=
for argument in "$@"; do
  case $argument in --check) check=yes ;; *) cache=$argument ;; esac
done
[ -n "$cache" ] || die "usage: install.sh CACHE_DIR [--check]"
cache=$(realpath -m "$cache")
toolchain=$(realpath "$here/..")
home=$cache/pulumi
stamps=$home/stamps
stamp=$(recipe_stamp)

origin() { if [ "$(cat "$stamps/$1")" = official ]; then echo official; else echo "built here"; fi; }

# in_place PART FILE: there, and official or built from the recipe as it is now.
in_place() {
  [ -x "$2" ] && case $(cat "$stamps/$1" 2>/dev/null) in official | "$stamp") true ;; *) false ;; esac
}

# take PART ORIGIN: it is no longer missing. Its stamp is written last, so that an interrupted step is done again.
take() {
  local left=() part
  echo "$2" >"$stamps/$1"
  for part in "${missing[@]}"; do [ "$part" = "$1" ] || left+=("$part"); done
  missing=("${left[@]}")
}

is_missing() { case " ${missing[*]} " in *" $1 "*) true ;; *) false ;; esac; }

plugin_install() {
  PULUMI_HOME=$home PULUMI_SKIP_UPDATE_CHECK=1 "$cli" plugin install resource "$1" "$2" --reinstall "${@:3}" >>"$home/install.log" 2>&1
}

missing=() # what has to be brought: cli, host, and the plugins by name
cli=$(official_cli || true)
if [ -n "$cli" ]; then
  say "pulumi: using the official one, $cli ($("$cli" version))"
elif in_place cli "$cache/bin/pulumi"; then
  cli=$cache/bin/pulumi
  say "pulumi: present, $cli ($(origin cli))"
else
  missing+=(cli)
fi
if host=$(official_host); then
  say "pulumi-language-nodejs: using the official one, $host"
elif in_place host "$cache/bin/pulumi-language-nodejs"; then
  say "pulumi-language-nodejs: present, $cache/bin/pulumi-language-nodejs ($(origin host))"
else
  missing+=(host)
fi
for plugin in "${PLUGINS[@]}"; do
  name=${plugin%:*} version=${plugin#*:}
  if in_place "$name" "$home/plugins/resource-$name-v$version/pulumi-resource-$name"; then
    say "plugin $name $version: present ($(origin "$name"))"
  else
    missing+=("$name")
  fi
done
[ ${#missing[@]} -gt 0 ] || exit 0

vendor=no
vendor_reachable && vendor=yes
if [ $check = yes ]; then
  for part in "${missing[@]}"; do
    if [ $vendor = yes ]; then say "$part: missing; would be downloaded from the vendor"; else say "$part: missing; the vendor cannot be reached: would be built with $(go_plan)"; fi
  done
  exit 1
fi

mkdir -p "$cache/bin" "$stamps"
exec 9>"$home/install.lock"
flock -n 9 || { say "another install.sh is at work in $cache: waiting for it" && flock 9 && exec "$0" "$cache"; }
work=$(mktemp -d "$cache/pulumi-install.XXXXXX")
trap 'stop_children; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ $vendor = yes ]; then
  bring_official
fi
if [ ${#missing[@]} -gt 0 ]; then
  build_stand_ins
fi
say "pulumi is ready after $SECONDS s: put $cache/bin on PATH and set PULUMI_HOME=$home"
