#include <stdio.h>
#include <string.h>

#include "check.h"
#include "util.h"

/** The one line a health check ends with, and its exit code. */
static int conclude(const struct answer *answer, const char *asked) {
  if (answer->verdict == RESULT) printf("healthy: MCP %s\n", answer->version);
  else if (answer->verdict == AT_CAPACITY) printf("healthy, at capacity: %s\n", answer->message);
  else if (answer->verdict == FAULT) printf("unhealthy: %s: error %ld: %s\n", asked, answer->code, answer->message);
  else printf("unhealthy: %s: the answer is not an MCP result with a protocolVersion: %s\n", asked, answer->message);
  return answer->verdict == RESULT || answer->verdict == AT_CAPACITY ? EXIT_OK : EXIT_FAILED;
}

static int fail(const char *problem, long timeout_ms) {
  if (strstr(problem, "in time")) printf("unhealthy: initialize: %s (limit %ld ms: health.timeout)\n", problem, timeout_ms);
  else printf("unhealthy: initialize: %s\n", problem);
  return EXIT_FAILED;
}

/**
 * Comes to terms with a server as the gateway does (orchestrator/gateway/upstream/handshake.ts): the newest version, an
 * older one when that is refused, and server/discover for a server of the stateless revision.
 */
int check_negotiate(check_ask ask, void *context, long timeout_ms) {
  struct answer first, other;
  const char *problem = ask(context, mcp_initialize(mcp_versions[0]), MCP_INITIALIZE_ID, &first);
  if (problem) return fail(problem, timeout_ms);
  for (size_t i = 1; mcp_versions[i] && first.verdict == FAULT; i++) {
    if (!mcp_wants_version(&first, mcp_versions[i])) continue;
    if (ask(context, mcp_initialize(mcp_versions[i]), MCP_INITIALIZE_ID, &other)) break;
    if (other.verdict == RESULT) return conclude(&other, "initialize");
  }
  if (mcp_is_stateless(&first) && !ask(context, mcp_discover, MCP_DISCOVER_ID, &other) && other.verdict == RESULT)
    return conclude(&other, "server/discover");
  return conclude(&first, "initialize");
}
