#!/usr/bin/env bash
# lint-shell.sh: ShellCheck over every shell script of the project; a part is checked where a script sources it. Run by
# `npm run lint` and by the tests. Where there is no shellcheck it says so and succeeds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
command -v shellcheck >/dev/null || { echo "shell scripts are not checked: there is no shellcheck here (Debian: apt-get install shellcheck)" && exit; }

scripts=() inside=() # run on the machine, run in an image
while IFS= read -r -d '' file; do
  IFS= read -r -n 64 first <"$file" 2>/dev/null || true
  case $first in
  '#!/bin/sh' | '#!'*bash) case $file in ./images/engine/*) ;; ./images/*) inside+=("$file") ;; *) scripts+=("$file") ;; esac ;;
  esac
done < <(find . \( -name node_modules -o -name .git -o -name vendor \) -prune -o -type f -size -64k -print0 2>/dev/null)

failed=0
shellcheck --check-sourced "${scripts[@]}" || failed=1
# Debian's sh is dash. A comment in an image's script would make a new image, so what needs a word stands here.
shellcheck --exclude=SC3045 "${inside[@]}" || failed=1 # SC3045: dash has ulimit -d

# The engine's scripts source each other where the image has them: checked in such a folder.
engine=$(mktemp -d)
trap 'rm -rf "$engine"' EXIT
cp .shellcheckrc "$engine"
for file in images/engine/*.sh; do sed "s#/usr/local/lib/dind-mcp#$engine#g" "$file" >"$engine/${file##*/}"; done
exclude=(
  SC2015 # A && B || refuse: refuse is meant for both
  SC2086 # $state and $name: our own words, without blanks
  SC2046 # $(dns_flag): two words or none
  SC2174 # mkdir -p -m: its parent is there
  SC2317 SC2119 SC2120 # functions that `keep` and `trap` call by name
)
(IFS=, && cd "$engine" && shellcheck --check-sourced --exclude="${exclude[*]}" entrypoint.sh supervise.sh) || failed=1
exit $failed
