#include "check.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

#define LARGEST 1048576 // no answer to initialize is longer; a server must not fill our memory

// A reader of lines, and the last line that was no JSON, to be shown when no answer comes.
struct wire {
  int fd;
  long long deadline;
  size_t size, taken; // of `data`: what has come, and how much of it the line being read takes
  char junk[72];
  char data[LARGEST];
};

/** The one line a health check ends with, and its exit code. */
int check_conclude(const struct answer *answer, const char *asked) {
  if (answer->verdict == RESULT) printf("healthy: MCP %s\n", answer->version);
  else if (answer->verdict == AT_CAPACITY) printf("healthy, at capacity: %s\n", answer->message);
  else if (answer->verdict == FAULT) printf("unhealthy: %s: error %ld: %s\n", asked, answer->code, answer->message);
  else printf("unhealthy: %s: the answer is not an MCP result with a protocolVersion\n", asked);
  return answer->verdict == RESULT || answer->verdict == AT_CAPACITY ? EXIT_OK : EXIT_FAILED;
}

/** The next line, without its end; or why there is none. */
static const char *next_line(struct wire *wire, struct text *line) {
  memmove(wire->data, wire->data + wire->taken, wire->size -= wire->taken);
  wire->taken = 0;
  for (size_t looked = 0;;) {
    const char *end = memchr(wire->data + looked, '\n', wire->size - looked);
    if (end) {
      *line = (struct text){wire->data, (size_t)(end - wire->data)};
      wire->taken = line->size + 1;
      return NULL;
    }
    looked = wire->size;
    if (wire->size == LARGEST) return "a line is longer than 1 MB";
    struct pollfd watched = {.fd = wire->fd, .events = POLLIN};
    if (poll(&watched, 1, wait_ms(wire->deadline)) == 0) return "no answer in time";
    const ssize_t got = read(wire->fd, wire->data + wire->size, LARGEST - wire->size);
    if (got == 0) return wire->size > 0 ? "the session ended in the middle of a line" : "the session ended without an answer";
    if (got < 0 && errno != EINTR) return strerror(errno);
    if (got > 0) wire->size += (size_t)got;
  }
}

/** Sends a request and waits for its answer. A refused session may be closed before we write: its word still counts. */
static const char *ask(struct wire *wire, const char *request, long id, struct answer *answer) {
  const char *unsent = send_all(wire->fd, request, strlen(request), wire->deadline) ? NULL : strerror(errno);
  for (struct text line;;) {
    const char *problem = next_line(wire, &line);
    if (problem) return unsent ? unsent : problem;
    *answer = mcp_read(line, id);
    if (answer->verdict != NOT_JSON && answer->verdict != NOT_AN_ANSWER) return NULL;
    if (answer->verdict == NOT_JSON) snprintf(wire->junk, sizeof wire->junk, "%.*s", (int)line.size, line.at);
  }
}

/** Checks a stdio server: a whole session of its own, opened and closed. */
int check_socket(const char *path, long timeout_ms) {
  static struct wire wire;
  wire.deadline = now_ms() + timeout_ms;
  wire.fd = dial_unix(path);
  if (wire.fd < 0) {
    printf("unhealthy: cannot connect to '%s': %s\n", path, strerror(errno));
    return EXIT_FAILED;
  }
  struct answer first, second;
  const char *problem = ask(&wire, mcp_initialize, MCP_INITIALIZE_ID, &first);
  if (problem) {
    printf("unhealthy: initialize: %s (limit %ld ms)%s%s\n", problem, timeout_ms,
           *wire.junk ? "; it wrote a line that is not JSON: " : "", wire.junk);
    return EXIT_FAILED;
  }
  // A server of the stateless revision has no initialize, and says so with an error.
  if (first.verdict == FAULT && !ask(&wire, mcp_discover, MCP_DISCOVER_ID, &second) && second.verdict == RESULT)
    return check_conclude(&second, "server/discover");
  if (first.verdict == RESULT) send_all(wire.fd, mcp_initialized, strlen(mcp_initialized), wire.deadline);
  return check_conclude(&first, "initialize");
}
