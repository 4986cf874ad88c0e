#include "mcp.h"

#include <stdio.h>
#include <string.h>

#include "util.h"

#define CLIENT "{\"name\":\"mcp-init-check\",\"version\":\"" VERSION "\"}"
#define SHOWN 101 // of an answer that is none, with the end of the text

// The gateway's own: orchestrator/gateway/wire/modern.ts.
const char *const mcp_versions[] = {"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05", NULL};

const char mcp_initialized[] = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n";

const char mcp_discover[] =
    "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"server/discover\",\"params\":{\"_meta\":{"
    "\"io.modelcontextprotocol/protocolVersion\":\"" MCP_STATELESS "\","
    "\"io.modelcontextprotocol/clientCapabilities\":{},\"io.modelcontextprotocol/clientInfo\":" CLIENT "}}}\n";

/** The request that opens a session. Good until the next call. */
const char *mcp_initialize(const char *version) {
  static char request[400];
  snprintf(request, sizeof request,
           "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"%s\","
           "\"capabilities\":{},\"clientInfo\":" CLIENT "}}\n",
           version);
  return request;
}

/** Is this raw value that text, byte by byte? */
static bool is(struct text value, const char *expected) {
  return value.at && value.size == strlen(expected) && memcmp(value.at, expected, value.size) == 0;
}

static struct answer bad(struct text line) {
  struct answer answer = {.verdict = BAD_RESULT};
  show(answer.message, SHOWN, line.at, line.size);
  return answer;
}

static struct answer read_error(struct text line, struct text error) {
  static const char refused[] = "too many sessions:";
  struct answer answer = {.verdict = FAULT};
  if (!json_number(json_member(error, "code"), &answer.code)) return bad(line);
  const struct text message = json_string(json_member(error, "message"));
  const struct text supported = json_member(json_member(error, "data"), "supported");
  show(answer.message, sizeof answer.message, message.at, message.size);
  show(answer.supported, sizeof answer.supported, supported.at, supported.size);
  if (answer.code == -32000 && strncmp(answer.message, refused, sizeof refused - 1) == 0) answer.verdict = AT_CAPACITY;
  return answer;
}

/** Is this the id we asked with? As the gateway takes it: 1, 1.0 and "1". */
static bool is_id(struct text theirs, long id) {
  const struct text inner = json_string(theirs);
  long number = 0;
  return json_number(inner.at ? inner : theirs, &number) && number == id;
}

static struct answer read_message(struct text line, long id) {
  const struct answer other = {.verdict = NOT_AN_ANSWER};
  if (json_member(line, "method").at) return other;
  struct text error = json_member(line, "error");
  if (is(error, "null")) error.at = NULL;
  const struct text theirs = json_member(line, "id"), result = json_member(line, "result");
  const bool mine = is_id(theirs, id), rpc = is(json_member(line, "jsonrpc"), "\"2.0\"");
  // Without an id an error is about the connection as a whole: refused, or not understood. A log's line may be JSON too.
  if (error.at && json_is_object(error) && (mine || (rpc && (!theirs.at || is(theirs, "null"))))) return read_error(line, error);
  if (!mine) return other;
  struct answer answer = {.verdict = RESULT};
  if (error.at || !json_is_object(result) || !rpc) return bad(line);
  const struct text version = json_string(json_member(result, "protocolVersion"));
  if (id == MCP_INITIALIZE_ID) show(answer.version, sizeof answer.version, version.at, version.size);
  else strcpy(answer.version, MCP_STATELESS); // a server/discover result has no single version
  return *answer.version ? answer : bad(line);
}

/** What one line or body from a server means to whoever waits for the answer to request `id`. It may be a batch. */
struct answer mcp_read(struct text line, long id) {
  if (json_is_object(line)) return read_message(line, id);
  struct answer answer = {.verdict = NOT_JSON};
  for (struct text element = {NULL, 0}; json_element(line, &element);) {
    answer = json_is_object(element) ? read_message(element, id) : (struct answer){.verdict = NOT_AN_ANSWER};
    if (answer.verdict != NOT_AN_ANSWER) break;
  }
  return answer;
}

/** A text without the marks of its byte order. */
struct text mcp_unmarked(struct text text) {
  while (text.size >= 3 && memcmp(text.at, "\xEF\xBB\xBF", 3) == 0) text = (struct text){text.at + 3, text.size - 3};
  return text;
}

/** Reads one message; true when it is the answer to request `id`. */
bool mcp_answers(struct text message, long id, struct answer *answer) {
  *answer = mcp_read(mcp_unmarked(message), id);
  return answer->verdict != NOT_JSON && answer->verdict != NOT_AN_ANSWER;
}

/** Does this error say that the version was the wrong one, and may the other be a right one? */
bool mcp_wants_version(const struct answer *answer, const char *version) {
  if (answer->verdict != FAULT) return false;
  if (*answer->supported) return strstr(answer->supported, version) != NULL;
  return strcasestr(answer->message, "version") != NULL;
}

/** May this be what a server of the stateless revision says to initialize, which it does not have? */
bool mcp_is_stateless(const struct answer *answer) {
  const long code = answer->code;
  return answer->verdict == FAULT && (code == -32600 || code == -32601 || code == -32602 || code == -32022);
}
