#!/usr/bin/env bash
# run.sh [--write-docs] [--sample] [--only NAME]... [--desktop]: the servers that people use most, each from one command; half an hour
# --sample: those of the default suite alone. --only: servers of these names. --desktop: a user's own file of Claude Desktop alone.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../runner.sh"
read_options "--write-docs --sample --only=NAME --desktop" "$@"
if [ -n "${option[--desktop]:-}" ]; then
  run_typescript desktop-main.ts
  exit
fi
code=0
run_typescript main.ts "${args[@]}" || code=$?
[ -n "${args[*]}" ] || within_reach node -r ts-node/register/transpile-only "$here/desktop-main.ts" || code=$?
exit $code
