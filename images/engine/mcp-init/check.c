#include "check.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "stray.h"
#include "util.h"

#define LARGEST 16777216 // of a line; the pages that are not needed cost nothing
#define NOISE_MS 500     // a right answer may still follow what looks like messages of another form

// A reader of lines, and what came that was no message.
struct wire {
  const char *path;
  int fd;
  long long deadline;
  size_t size, taken; // of `data`: what has come, and how much of it the line being read takes
  struct stray stray;
  char problem[256];
  char data[LARGEST];
};

/** The next line, without its end and a mark of its byte order; or why there is none. */
static const char *next_line(struct wire *wire, struct text *line) {
  memmove(wire->data, wire->data + wire->taken, wire->size -= wire->taken);
  wire->taken = 0;
  for (size_t looked = 0;;) {
    const char *end = memchr(wire->data + looked, '\n', wire->size - looked);
    if (end) {
      *line = (struct text){wire->data, (size_t)(end - wire->data)};
      wire->taken = line->size + 1;
      while (line->size >= 3 && memcmp(line->at, "\xEF\xBB\xBF", 3) == 0) *line = (struct text){line->at + 3, line->size - 3};
      return NULL;
    }
    looked = wire->size;
    if (wire->size == LARGEST) return "a line is longer than 16 MiB";
    struct pollfd watched = {.fd = wire->fd, .events = POLLIN};
    // An answer may lack the end of its line.
    const bool whole = !wire->stray.framing && wire->size > 0 && wire->data[wire->size - 1] == '}';
    const int left = wait_ms(wire->deadline), wait = whole && left > NOISE_MS ? NOISE_MS : left;
    if (poll(&watched, 1, wait) == 0) {
      if (!whole) return "no answer in time";
      *line = (struct text){wire->data, wire->size};
      wire->taken = wire->size;
      return NULL;
    }
    const ssize_t got = read(wire->fd, wire->data + wire->size, LARGEST - wire->size);
    if (got == 0) return wire->size > 0 ? "the session ended in the middle of a line" : "the session ended without an answer";
    if (got < 0 && errno != EINTR) return strerror(errno);
    if (got > 0) wire->size += (size_t)got;
  }
}

/** Waits for the answer to what was sent. */
static const char *hear(struct wire *wire, long id, struct answer *answer) {
  for (struct text line;;) {
    const char *problem = next_line(wire, &line);
    if (problem) return wire->stray.framing ? wire->stray.framing : problem;
    *answer = mcp_read(line, id);
    if (answer->verdict != NOT_JSON && answer->verdict != NOT_AN_ANSWER) return NULL;
    if (answer->verdict != NOT_JSON || wire->stray.framing) continue;
    stray_note(&wire->stray, line);
    const long long soon = now_ms() + NOISE_MS;
    if (wire->stray.framing && soon < wire->deadline) wire->deadline = soon;
  }
}

/** Asks on a session of its own, as every client has one. A refused one may be closed before we write: its word counts. */
static const char *ask(void *context, const char *request, long id, struct answer *answer) {
  struct wire *wire = context;
  const long long deadline = wire->deadline;
  wire->size = wire->taken = 0;
  wire->stray = (struct stray){0};
  wire->fd = dial_unix(wire->path);
  if (wire->fd < 0) {
    snprintf(wire->problem, sizeof wire->problem, "cannot connect to '%s': %s", wire->path, strerror(errno));
    return wire->problem;
  }
  const char *unsent = send_all(wire->fd, request, strlen(request), deadline) ? NULL : strerror(errno);
  const char *problem = hear(wire, id, answer);
  if (!problem && answer->verdict == RESULT && id == MCP_INITIALIZE_ID)
    send_all(wire->fd, mcp_initialized, strlen(mcp_initialized), deadline);
  close(wire->fd);
  wire->deadline = deadline;
  if (!problem) return NULL;
  const char *first = wire->stray.first, *said = *first ? "; it wrote a line that is no message: " : "";
  snprintf(wire->problem, sizeof wire->problem, "%s%s%s", unsent && !wire->stray.framing ? unsent : problem, said, first);
  return wire->problem;
}

/** Checks a stdio server: a whole session of its own, opened and closed. */
int check_socket(const char *path, long timeout_ms) {
  static struct wire wire;
  wire.path = path;
  wire.deadline = now_ms() + timeout_ms;
  return check_negotiate(ask, &wire, timeout_ms);
}
