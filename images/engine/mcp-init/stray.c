#include "stray.h"

#include <string.h>
#include <strings.h>

#include "util.h"

static bool begins(const char *text, const char *with) {
  return strncasecmp(text, with, strlen(with)) == 0;
}

/** Notes a line that is no message. The same rules as the gateway's: orchestrator/gateway/upstream/stray-lines.ts. */
void stray_note(struct stray *stray, struct text line) {
  char text[sizeof stray->first];
  show(text, sizeof text, line.at, line.size);
  if (!*text) return;
  if (!*stray->first) memcpy(stray->first, text, sizeof text);
  if (strcmp(text, "{") == 0) stray->rpc = false;
  if (begins(text, "\"jsonrpc\"")) stray->rpc = true;
  const bool answer = begins(text, "\"result\"") || begins(text, "\"error\"");
  const char *framing = begins(text, "Content-Length:") ? "it frames its messages with Content-Length, as language servers do"
                        : stray->rpc && answer          ? "its messages take several lines each"
                                                        : NULL;
  if (!framing || stray->framing) return;
  stray->framing = framing;
}
