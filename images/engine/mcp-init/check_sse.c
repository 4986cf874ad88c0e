#include <stdio.h>
#include <string.h>

#include "check.h"
#include "events.h"
#include "util.h"

#define TALK "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"

// The way to one server, and the stream on which it answers.
struct line {
  const struct http_target *target;
  struct http_target messages;
  long long deadline;
  const char *refused; // why the address for messages cannot be taken
  struct http_talk stream, post;
  char problem[256];
};

// One request and, once it is found, its answer.
struct question {
  long id;
  struct answer answer;
};

static bool endpoint(void *context, struct text name, struct text data) {
  struct line *line = context;
  if (name.size != 8 || memcmp(name.at, "endpoint", 8) != 0) return false;
  line->refused = events_endpoint(data, line->target, &line->messages);
  if (line->refused) show(line->problem, 81, data.at, data.size);
  return true;
}

static bool answered(void *context, struct text name, struct text data) {
  struct question *question = context;
  (void)name;
  return mcp_answers(data, question->id, &question->answer);
}

static bool any_answer(const struct http_answer *http, void *context) {
  (void)context;
  return http->status > 0;
}

/** A problem with the beginning of the server's own words. */
static const char *because(struct line *line, const char *what, const struct http_answer *http, const char *more) {
  char said[81] = "";
  if (http->body) show(said, sizeof said, http->body, http->size);
  snprintf(line->problem, sizeof line->problem, "HTTP %d %s%s%s%s", http->status, what, *said ? ": " : "", said, more);
  return line->problem;
}

/** Waits for the address for messages. */
static const char *find_endpoint(struct line *line) {
  struct http_talk *const talks[] = {&line->stream};
  const struct http_answer *http = &line->stream.answer;
  char said[81];
  while (!events_find(http, endpoint, line)) {
    const bool is_other = http->status > 0 && (http->status != 200 || !http->events);
    if (is_other && http->location[0]) {
      show(said, sizeof said, http->location, strlen(http->location));
      snprintf(line->problem, sizeof line->problem, "HTTP %d leads to %s, expected an event stream: is transport.path right?",
               http->status, said);
      return line->problem;
    }
    if (is_other && (http->complete || http->size > 0))
      return because(line, "for GET and no event stream", http,
                     http->status / 100 == 4 ? ": are transport.type and path right?" : "");
    if (http->complete) return because(line, "and an event stream that ended before it named an endpoint", http, "");
    const char *problem = http_hear(talks, 1, line->deadline);
    if (problem && http->events) {
      snprintf(line->problem, sizeof line->problem, "its event stream names no endpoint for messages: %s", problem);
      return line->problem;
    }
    if (problem) return problem;
  }
  if (!line->refused) return NULL;
  memcpy(said, line->problem, sizeof said);
  snprintf(line->problem, sizeof line->problem, "it named an endpoint that cannot be taken, as %s: %s", line->refused, said);
  return line->problem;
}

/** Sends the request, and waits for the answer on the stream, or a refusal of the request. */
static const char *converse(struct line *line, const char *request, struct question *question) {
  struct http_talk *const talks[] = {&line->stream, &line->post};
  const struct http_answer *http = &line->post.answer;
  const char *problem = http_ask(&line->post, &line->messages, "POST", TALK, request, line->deadline);
  while (!problem && !events_find(&line->stream.answer, answered, question)) {
    // Some servers answer here, and the gateway takes it.
    if (http->complete && answered(question, (struct text){NULL, 0}, (struct text){http->body, http->size})) break;
    if (http->complete && http->status / 100 != 2) return because(line, "for the message", http, "");
    if (line->stream.answer.complete) return "its event stream ended before the answer";
    problem = http_hear(talks, 2, line->deadline);
  }
  return problem;
}

/** Asks on a stream of its own, as every client has one. */
static const char *ask(void *context, const char *request, long id, struct answer *answer) {
  struct line *line = context;
  struct question question = {.id = id};
  struct http_answer taken;
  line->post.fd = -1;
  const char *problem = http_ask(&line->stream, line->target, "GET", "Accept: text/event-stream\r\n", "", line->deadline);
  if (problem && line->stream.answer.refused) problem = check_explain(line->target, line->deadline, problem);
  if (!problem) problem = find_endpoint(line);
  if (!problem) problem = converse(line, request, &question);
  http_leave(&line->post);
  *answer = question.answer;
  if (!problem && answer->verdict == RESULT && id == MCP_INITIALIZE_ID) {
    http_exchange(&line->messages, "POST", TALK, mcp_initialized, line->deadline, any_answer, NULL, &taken);
    if (taken.status == 404) problem = "HTTP 404 for the session that it has just opened";
  }
  http_leave(&line->stream);
  return problem;
}

/** Checks a server that speaks HTTP+SSE, the transport of 2024. */
int check_sse(const struct http_target *target, long timeout_ms) {
  static struct line line;
  line.target = target;
  line.deadline = now_ms() + timeout_ms;
  return check_negotiate(ask, &line, timeout_ms);
}
