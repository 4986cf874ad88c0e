#include <stdio.h>
#include <string.h>

#include "check.h"
#include "options.h"
#include "util.h"

#define TALK "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"

// One request and, once it is found, its answer.
struct question {
  long id;
  struct answer answer;
};

/** For the command line: is this a URL we can ask? */
int check_read_url(const char *url, struct http_target *target) {
  const char *problem = http_read_url(url, target);
  return problem ? options_problem("check", "--url: got '%s', %s (http://ADDRESS:PORT/PATH)", url, problem) : 0;
}

/** Reads one message; true when it is the answer. */
static bool read_message(struct question *question, struct text message) {
  question->answer = mcp_read(message, question->id);
  return question->answer.verdict != NOT_JSON && question->answer.verdict != NOT_AN_ANSWER;
}

/** Looks through the complete events of a stream for the answer. The `data:` lines of an event are one message. */
static bool find_event(const struct http_answer *http, struct question *question) {
  static char data[HTTP_LARGEST];
  size_t size = 0;
  const char *at = http->body, *end = http->body + http->size;
  for (const char *stop; (stop = memchr(at, '\n', (size_t)(end - at))); at = stop + 1) {
    const size_t length = (size_t)(stop - at) - (stop > at && stop[-1] == '\r');
    if (length >= 5 && memcmp(at, "data:", 5) == 0) {
      memcpy(data + size, at + 5, length - 5);
      size += length - 5;
    } else if (length == 0) {
      if (read_message(question, (struct text){data, size})) return true;
      size = 0;
    }
  }
  return false;
}

/** Is the answer there? A stream may stay open for ever: its event is enough. A JSON body has to be complete. */
static bool find_answer(const struct http_answer *http, void *context) {
  if (http->events) return find_event(http, context);
  return http->complete && read_message(context, (struct text){http->body, http->size});
}

/** For answers whose body does not matter. */
static bool any_answer(const struct http_answer *http, void *context) {
  (void)context;
  return http->status > 0;
}

/** Asks over HTTP; NULL, or why there is no answer to judge. */
static const char *ask(const struct http_target *target, const char *headers, const char *request, long long deadline,
                       struct question *question, struct http_answer *http) {
  static char problem[128];
  const char *failed = http_exchange(target, "POST", headers, request, deadline, find_answer, question, http);
  if (failed) return failed;
  const bool found = find_answer(http, question);
  if (found && (question->answer.verdict != RESULT || http->status / 100 == 2)) return NULL;
  snprintf(problem, sizeof problem, "HTTP %d %s: %.60s", http->status,
           found ? "with a result, expected 2xx" : "without a JSON-RPC answer", http->body);
  problem[strcspn(problem, "\r\n")] = '\0';
  return problem;
}

/** Goes through with the session and ends it: a check every few seconds must not fill the server with sessions. */
static void end_session(const struct http_target *target, const char *id, long long deadline) {
  char session[300] = "", headers[512];
  struct http_answer ignored;
  if (*id) snprintf(session, sizeof session, "Mcp-Session-Id: %s\r\n", id);
  snprintf(headers, sizeof headers, TALK "MCP-Protocol-Version: " MCP_LEGACY "\r\n%s", session);
  http_exchange(target, "POST", headers, mcp_initialized, deadline, any_answer, NULL, &ignored);
  if (*id) http_exchange(target, "DELETE", headers, "", deadline, any_answer, NULL, &ignored);
}

/** Checks a Streamable HTTP server. */
int check_url(const struct http_target *target, long timeout_ms) {
  const long long deadline = now_ms() + timeout_ms;
  struct question first = {.id = MCP_INITIALIZE_ID}, second = {.id = MCP_DISCOVER_ID};
  struct http_answer http;
  const char *problem = ask(target, TALK, mcp_initialize, deadline, &first, &http);
  if (problem) {
    printf("unhealthy: initialize: %s (limit %ld ms)\n", problem, timeout_ms);
    return EXIT_FAILED;
  }
  if (first.answer.verdict == RESULT) {
    char session[sizeof http.session];
    memcpy(session, http.session, sizeof session);
    end_session(target, session, deadline);
  } else if (first.answer.verdict == FAULT) { // perhaps a server of the stateless revision, which has no initialize
    const char *headers = TALK "MCP-Protocol-Version: " MCP_STATELESS "\r\nMcp-Method: server/discover\r\n";
    if (!ask(target, headers, mcp_discover, deadline, &second, &http) && second.answer.verdict == RESULT)
      return check_conclude(&second.answer, "server/discover");
  }
  return check_conclude(&first.answer, "initialize");
}
