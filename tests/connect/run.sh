#!/usr/bin/env bash
# run.sh [--write-docs] [--only WORD]: clients that people use, connected by `connect` and started; 3 GB, 5 minutes
# WORD: only clients whose name has it. What is installed stays in the cache for the next run.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../runner.sh"
read_options "--write-docs --only=WORD" "$@"
run_typescript main.ts "${args[@]}"
