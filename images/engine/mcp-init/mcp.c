#include "mcp.h"

#include <string.h>

#include "util.h"

#define CLIENT "{\"name\":\"mcp-init-check\",\"version\":\"" VERSION "\"}"

const char mcp_initialize[] =
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"" MCP_LEGACY
    "\",\"capabilities\":{},\"clientInfo\":" CLIENT "}}\n";

const char mcp_initialized[] = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n";

const char mcp_discover[] =
    "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"server/discover\",\"params\":{\"_meta\":{"
    "\"io.modelcontextprotocol/protocolVersion\":\"" MCP_STATELESS "\","
    "\"io.modelcontextprotocol/clientCapabilities\":{},\"io.modelcontextprotocol/clientInfo\":" CLIENT "}}}\n";

/** Is this raw value that text, byte by byte? */
static bool is(struct text value, const char *expected) {
  return value.at && value.size == strlen(expected) && memcmp(value.at, expected, value.size) == 0;
}

/** Keeps the start of a text for a message to the user; control characters must not reach a terminal. */
static void keep(char *copy, size_t room, struct text text) {
  size_t size = text.at ? text.size : 0;
  if (size >= room) size = room - 1;
  for (size_t i = 0; i < size; i++) copy[i] = (unsigned char)text.at[i] < ' ' ? ' ' : text.at[i];
  copy[size] = '\0';
}

/** Reads an error. Without an id it is about the connection as a whole: refused, or not understood. */
static struct answer read_error(struct text error) {
  static const char refused[] = "too many sessions:";
  struct answer answer = {.verdict = BAD_RESULT};
  if (!json_number(json_member(error, "code"), &answer.code)) return answer;
  keep(answer.message, sizeof answer.message, json_string(json_member(error, "message")));
  const bool full = answer.code == -32000 && strncmp(answer.message, refused, sizeof refused - 1) == 0;
  answer.verdict = full ? AT_CAPACITY : FAULT;
  return answer;
}

/** What one message from a server means to whoever waits for the answer to request `id`. */
struct answer mcp_read(struct text line, long id) {
  if (!json_is_object(line)) return (struct answer){.verdict = NOT_JSON};
  const struct text error = json_member(line, "error"), result = json_member(line, "result");
  const struct text theirs = json_member(line, "id");
  long number = 0;
  const bool mine = json_number(theirs, &number) && number == id;
  if (error.at && (mine || !theirs.at || is(theirs, "null"))) return read_error(error);
  if (!mine || json_member(line, "method").at) return (struct answer){.verdict = NOT_AN_ANSWER};
  struct answer answer = {.verdict = BAD_RESULT};
  if (!json_is_object(result) || !is(json_member(line, "jsonrpc"), "\"2.0\"")) return answer;
  if (id == MCP_INITIALIZE_ID) keep(answer.version, sizeof answer.version, json_string(json_member(result, "protocolVersion")));
  else strcpy(answer.version, MCP_STATELESS); // a server/discover result has no single version
  if (*answer.version) answer.verdict = RESULT;
  return answer;
}
