#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "events.h"
#include "options.h"
#include "util.h"

#define TALK "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
#define STATELESS TALK "MCP-Protocol-Version: " MCP_STATELESS "\r\nMcp-Method: server/discover\r\n"

#define OLD_SSE_MS 2000 // for the first event of a stream

// One request and, once it is found, its answer.
struct question {
  long id;
  struct answer answer;
};

// The way to one server.
struct site {
  const struct http_target *target;
  long long deadline;
  char problem[256];
};

/** For the command line: is this a URL we can ask? */
int check_read_url(const char *option, const char *url, struct http_target *target) {
  const char *problem = http_read_url(url, target);
  return problem ? options_problem("check", "--%s: got '%s', %s (http://ADDRESS:PORT/PATH)", option, url, problem) : 0;
}

/** Is this event the answer? */
static bool answer_event(void *context, struct text name, struct text data) {
  struct question *question = context;
  (void)name;
  return mcp_answers(data, question->id, &question->answer);
}

/** Is the answer there? A stream may stay open for ever: its event is enough. A JSON body has to be complete. */
static bool find_answer(const struct http_answer *http, void *context) {
  if (http->events) return events_find(http, answer_event, context);
  return http->complete && answer_event(context, (struct text){NULL, 0}, (struct text){http->body, http->size});
}

/** For answers whose body does not matter. */
static bool any_answer(const struct http_answer *http, void *context) {
  (void)context;
  return http->status > 0;
}

/**
 * Goes through with the session and ends it: a check every few seconds must not fill the server with sessions. False when
 * the server does not know the session that it has just opened.
 */
static bool end_session(const struct site *site, const char *id, const char *version) {
  char session[300] = "", headers[512];
  struct http_answer http;
  if (*id) snprintf(session, sizeof session, "Mcp-Session-Id: %s\r\n", id);
  snprintf(headers, sizeof headers, TALK "MCP-Protocol-Version: %s\r\n%s", version, session);
  http_exchange(site->target, "POST", headers, mcp_initialized, site->deadline, any_answer, NULL, &http);
  if (!*id) return true;
  if (http.status == 404) return false;
  http_exchange(site->target, "DELETE", headers, "", site->deadline, any_answer, NULL, &http);
  return true;
}

/** Why nobody is at the address that clients use, if the server is at one that only its own container has. */
const char *check_explain(const struct http_target *missed, long long deadline, const char *problem) {
  static const char *const inside[] = {"127.0.0.1", "[::1]"};
  static char explained[256];
  struct http_target target;
  for (int i = 0; missed->own && i < 2; i++) {
    char url[64];
    snprintf(url, sizeof url, "http://%s:%d/", inside[i], missed->port);
    if (http_read_url(url, &target) || !http_accepts(&target, deadline)) continue;
    snprintf(explained, sizeof explained,
             "it listens on %s only, where its clients cannot reach it: have it listen on 0.0.0.0 (all addresses), or say "
             "transport.listen: loopback",
             inside[i]);
    return explained;
  }
  return problem;
}

/** For a stream of the transport of 2024, which begins by saying where to post. */
static bool endpoint_event(void *context, struct text name, struct text data) {
  (void)context;
  (void)data;
  return name.size == 8 && memcmp(name.at, "endpoint", 8) == 0;
}

static bool old_stream(const struct http_answer *http, void *context) {
  return http->status == 200 && http->events && events_find(http, endpoint_event, context);
}

/** Whether the server speaks HTTP+SSE, the transport of 2024, at this path. Asked only where POST had no answer. */
static bool speaks_old_sse(const struct site *site) {
  struct http_answer http;
  const long long soon = now_ms() + OLD_SSE_MS;
  http_exchange(site->target, "GET", "Accept: text/event-stream\r\n", "", soon < site->deadline ? soon : site->deadline,
                old_stream, NULL, &http);
  return old_stream(&http, NULL);
}

/** Asks over HTTP; NULL, or why there is no answer to judge. The status does not count where there is an answer. */
static const char *ask(void *context, const char *request, long id, struct answer *answer) {
  struct site *site = context;
  struct question question = {.id = id};
  struct http_answer http;
  const char *headers = id == MCP_DISCOVER_ID ? STATELESS : TALK;
  const char *failed = http_exchange(site->target, "POST", headers, request, site->deadline, find_answer, &question, &http);
  if (failed) return http.refused ? check_explain(site->target, site->deadline, failed) : failed;
  if (find_answer(&http, &question)) {
    *answer = question.answer;
    if (answer->verdict != RESULT || id != MCP_INITIALIZE_ID) return NULL;
    char session[sizeof http.session];
    memcpy(session, http.session, sizeof session);
    return end_session(site, session, answer->version) ? NULL : "HTTP 404 for the session that it has just opened";
  }
  char said[81], where[81];
  const int status = http.status;
  show(said, sizeof said, http.body, http.body ? http.size : 0);
  show(where, sizeof where, http.location, strlen(http.location));
  if (*where)
    snprintf(site->problem, sizeof site->problem, "HTTP %d leads to %s, expected an answer: is transport.path right?", status, where);
  else if (status / 100 == 4 && speaks_old_sse(site))
    snprintf(site->problem, sizeof site->problem,
             "it speaks HTTP+SSE, the transport of 2024, here: say transport.type: sse, or start it with another");
  else snprintf(site->problem, sizeof site->problem, "HTTP %d without a JSON-RPC answer: %s", status, said);
  return site->problem;
}

/** Checks a Streamable HTTP server. */
int check_url(const struct http_target *target, long timeout_ms) {
  struct site site = {.target = target, .deadline = now_ms() + timeout_ms};
  return check_negotiate(ask, &site, timeout_ms);
}

/** Checks what speaks no MCP, a companion: does it take a connection where its server comes in? */
int check_port(int port, long timeout_ms) {
  char url[64];
  struct http_target target;
  snprintf(url, sizeof url, "http://own:%d/", port);
  if (http_read_url(url, &target) == NULL && http_accepts(&target, now_ms() + timeout_ms)) {
    printf("healthy: port %d takes connections\n", port);
    return EXIT_OK;
  }
  printf("unhealthy: port %d: %s\n", port, strerror(errno));
  return EXIT_FAILED;
}
