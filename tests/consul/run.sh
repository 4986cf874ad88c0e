#!/usr/bin/env bash
# run.sh: a real Consul agent, built the first time, with everything that can happen to it and to the fleet; 10 minutes
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../runner.sh"
read_options "" "$@"
cache=${DIND_MCP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/dind-mcp}
mkdir -p "$cache"
use_node
begin
within_reach bash "$project/toolchain/offline/consul/build.sh" "$cache"
export DIND_MCP_TEST_CONSUL=long
within_reach node node_modules/mocha/bin/mocha.js tests/component/orchestrator/discovery/consul.test.ts
