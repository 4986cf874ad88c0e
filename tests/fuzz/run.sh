#!/usr/bin/env bash
# run.sh [--seed SEED] [--seconds N]: servers and clients that misbehave, and schemathesis against REST; 12 minutes
# The suite has 45 and 30 seconds of it, with the same choices each time; this makes others, unless told a seed. A
# failure names its seed.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../runner.sh"
read_options "--seed=SEED --seconds=N" "$@"
export DIND_MCP_FUZZ_SECONDS=${option[--seconds]:-600}
export DIND_MCP_FUZZ_SEED=${option[--seed]:-$(od -An -N4 -tx4 /dev/urandom | tr -d ' ')}
use_node
begin
within_reach node_modules/.bin/mocha tests/component/orchestrator/{gateway,rest}/fuzz.test.ts
