#!/usr/bin/env bash
# node.sh CACHE_DIR [--check]: prints the folder of a Node >= 22.19 (last line of stdout). The one on PATH when it is new
# enough; else Node's binary and npm from their npm packages, in CACHE_DIR/node. --check: 1 when it would have to fetch.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/lib.sh"
. "$here/versions.sh"
cache=${1:?usage: node.sh CACHE_DIR [--check]}
home=$cache/node/$NODE_VERSION

# 22.19: what the orchestrator's undici asks for.
new_enough() { "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 19) ? 0 : 1)' 2>/dev/null; }

if found=$(command -v node) && command -v npm >/dev/null && new_enough "$found"; then
  dirname "$found"
  exit 0
fi
if [ -x "$home/bin/npm" ] && new_enough "$home/bin/node"; then
  echo "$home/bin"
  exit 0
fi
[ "${2:-}" != --check ] || exit 1

command -v npm >/dev/null || apt_install nodejs npm >&2
arch=$(node_arch)
say "fetching Node $NODE_VERSION and npm $NPM_VERSION" >&2
mkdir -p "$cache/node"
rm -rf "$cache"/node/new.*
new=$(mktemp -d "$cache/node/new.XXXXXX")
# npm takes its settings from beside its Node: the machine's (a registry, a CA file) have to come along.
settings=$(npm config get globalconfig 2>/dev/null || true)
npm install --prefix "$new" --no-save --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error \
  "node-linux-$arch@$NODE_VERSION" "npm@$NPM_VERSION" >&2 ||
  die "npm could not fetch Node $NODE_VERSION. Check that your npm registry is reachable (npm ping), or install Node >= 22.19 yourself."
mkdir -p "$new/bin"
mv "$new/node_modules/node-linux-$arch/bin/node" "$new/bin/node"
ln -s ../node_modules/npm/bin/npm-cli.js "$new/bin/npm"
ln -s ../node_modules/npm/bin/npx-cli.js "$new/bin/npx"
chmod 0755 "$new"/bin/* "$new"
if [ -f "$settings" ]; then mkdir -p "$new/etc" && cp "$settings" "$new/etc/npmrc"; fi
rm -rf "$home"
mv "$new" "$home" # whole or not at all
echo "$home/bin"
