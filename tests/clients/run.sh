#!/usr/bin/env bash
# run.sh [--write-docs] [--only WORD]: real clients against the gateway, installed from their registries; 10 minutes
# WORD: only clients whose name has it. What is installed stays in the cache for the next run.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../runner.sh"
read_options "--write-docs --only=WORD" "$@"
run_typescript main.ts "${args[@]}"
