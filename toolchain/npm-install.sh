#!/usr/bin/env bash
# npm-install.sh CACHE_DIR PROJECT [--check]: the project's packages as its lock file says, again only when the lock
# file or the Node that built them changed. Expects the right Node on PATH.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/lib.sh"
cache=${1:?usage: npm-install.sh CACHE_DIR PROJECT [--check]} project=${2:?usage: npm-install.sh CACHE_DIR PROJECT [--check]}
# The stamp is inside node_modules: it goes with it, and each copy of the project has its own.
stamp=$project/node_modules/.dind-mcp-stamp
# process.versions.modules is the ABI: native add-ons of another one do not load.
now=$({ cat "$project/package-lock.json" && node -p process.versions.modules; } | sha256sum | cut -d' ' -f1)
if [ "$(cat "$stamp" 2>/dev/null)" = "$now" ]; then
  say "node_modules is up to date"
  exit 0
fi
if [ "${3:-}" = --check ]; then
  say "node_modules is missing or older than package-lock.json: would run npm ci"
  exit 1
fi
cd "$project"
# --include=dev: `up` needs Vite and ts-node, which npm leaves out under NODE_ENV=production or omit=dev.
npm ci --include=dev --no-audit --no-fund --loglevel=error --cache "$cache/npm" ||
  die "npm ci failed. Check that your npm registry is reachable (npm ping) and that package-lock.json fits package.json."
echo "$now" >"$stamp"
