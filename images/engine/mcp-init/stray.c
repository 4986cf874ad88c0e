#include "stray.h"

#include <string.h>
#include <strings.h>

#include "util.h"

#define SAMPLE 64      // bytes of a line by which its encoding is told
#define LOOKED_AT 4096 // bytes of a line that are searched for a message

static bool begins(const char *text, const char *with) {
  return strncasecmp(text, with, strlen(with)) == 0;
}

static bool holds(struct text line, const char *what) {
  return memmem(line.at, line.size, what, strlen(what)) != NULL;
}

/** True for UTF-16 and UTF-32: of an ASCII character they leave one byte in two or four. */
static bool is_wide(struct text line) {
  const size_t sample = line.size < SAMPLE ? line.size : SAMPLE;
  size_t zeros = 0;
  for (size_t at = 0; at < sample; at++) zeros += line.at[at] == 0;
  return zeros > 0 && zeros * 3 >= sample;
}

/** True for an answer with other text before it. What has a method is no answer, but a log of what came. */
static bool is_behind(struct text line) {
  struct text start = {line.at, line.size < LOOKED_AT ? line.size : LOOKED_AT};
  while (start.size > 0 && strchr(" \t\r", *start.at) && *start.at) start = (struct text){start.at + 1, start.size - 1};
  if (start.size == 0 || (*start.at && strchr("{[\"", *start.at))) return false;
  return holds(start, "{\"jsonrpc\"") && !holds(start, "\"method\"");
}

/** Notes a line that is no message. The same rules as the gateway's: orchestrator/gateway/upstream/unreadable-lines.ts. */
void stray_note(struct stray *stray, struct text line) {
  if (line.size == 0) return;
  char text[sizeof stray->first];
  show(text, sizeof text, line.at, line.size);
  if (!*text) return;
  if (!*stray->first) memcpy(stray->first, text, sizeof text);
  if (strcmp(text, "{") == 0) stray->rpc = false;
  if (begins(text, "\"jsonrpc\"")) stray->rpc = true;
  const bool answer = begins(text, "\"result\"") || begins(text, "\"error\"");
  const char *framing = begins(text, "Content-Length:") ? "it frames its messages with Content-Length, as language servers do"
                        : stray->rpc && answer          ? "its messages take several lines each"
                                                        : is_wide(line)                 ? "it writes UTF-16 or UTF-32, expected UTF-8"
                        : is_behind(line)               ? "its answer has other text before it on its line"
                                                        : NULL;
  if (!framing || stray->framing) return;
  stray->framing = framing;
}
