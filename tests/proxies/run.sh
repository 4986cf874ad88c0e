#!/usr/bin/env bash
# run.sh [--write-docs] [--only NAME] [--quick]: real proxies with our files, and real MCP clients through them; 35 minutes
# The programs are unpacked into the cache, not installed. --quick leaves out what waits for minutes.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../runner.sh"
read_options "--write-docs --only=NAME --quick" "$@"
run_typescript main.ts "${args[@]}"
