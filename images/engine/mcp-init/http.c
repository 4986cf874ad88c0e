#include "http.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "util.h"

#define LARGEST HTTP_LARGEST

/** Waits until the socket is ready; false after the deadline. */
static bool ready(int fd, short events, long long deadline) {
  struct pollfd watched = {.fd = fd, .events = events};
  for (;;) {
    const int found = poll(&watched, 1, wait_ms(deadline));
    if (found >= 0 || errno != EINTR) return found > 0;
  }
}

/** Connects before the deadline; -1 with errno. */
static int dial(const struct http_target *target, long long deadline) {
  struct sockaddr_storage address = target->address;
  if (target->own && !http_own_address((struct sockaddr_in *)&address)) {
    errno = ENETUNREACH;
    return -1;
  }
  const int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  int why = 0;
  socklen_t size = sizeof why;
  if (connect(fd, (const struct sockaddr *)&address, target->size) < 0) {
    why = errno;
    if (why == EINPROGRESS && !ready(fd, POLLOUT, deadline)) why = ETIMEDOUT;
    else if (why == EINPROGRESS) getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &size);
  }
  if (why == 0) return fd;
  close(fd);
  errno = why;
  return -1;
}

/** Does anybody listen there? */
bool http_accepts(const struct http_target *target, long long deadline) {
  const int fd = dial(target, deadline);
  if (fd >= 0) close(fd);
  return fd >= 0;
}

/** A header's value within a head, up to its line's end, copied; false when it is not there. */
static bool header(const char *head, const char *name, char *value, size_t size) {
  for (const char *line = strstr(head, "\r\n"); line; line = strstr(line, "\r\n")) {
    line += 2;
    if (strncasecmp(line, name, strlen(name)) != 0 || line[strlen(name)] != ':') continue;
    const char *start = line + strlen(name) + 1;
    start += strspn(start, " \t");
    snprintf(value, size, "%.*s", (int)strcspn(start, "\r\n"), start);
    return true;
  }
  return false;
}

/** Joins the chunks that have come so far, in place. Returns false when the coding is broken. */
static bool join_chunks(struct http_answer *answer) {
  size_t from = 0, to = 0;
  for (;;) {
    const char *line = memchr(answer->body + from, '\n', answer->size - from);
    if (!line) break;
    char *end = NULL;
    const unsigned long wanted = strtoul(answer->body + from, &end, 16);
    if (end == answer->body + from || wanted > LARGEST) return false;
    from = (size_t)(line - answer->body) + 1;
    if (wanted == 0) {
      answer->complete = true;
      break;
    }
    const size_t there = answer->size - from < wanted ? answer->size - from : wanted;
    memmove(answer->body + to, answer->body + from, there);
    to += there;
    from += there;
    if (there < wanted || answer->size - from < 2) break;
    if (memcmp(answer->body + from, "\r\n", 2) != 0) return false;
    from += 2;
  }
  answer->size = to;
  answer->body[to] = '\0';
  return true;
}

/** Reads what has come: the head (skipping interim 1xx ones) and the body as far as it goes. False = not HTTP. */
bool http_parse(char *raw, size_t size, bool closed, struct http_answer *answer) {
  char value[256];
  *answer = (struct http_answer){0};
  char *end = strstr(raw, "\r\n\r\n");
  if (!end) return size < 65536 && !closed && strncmp(raw, "HTTP/1.", size < 7 ? size : 7) == 0;
  if (sscanf(raw, "HTTP/1.%*1d %3d", &answer->status) != 1) return false;
  if (answer->status / 100 == 1) return http_parse(end + 4, size - (size_t)(end + 4 - raw), closed, answer);
  end[2] = '\0'; // the head as a text of its own
  answer->body = end + 4;
  answer->size = size - (size_t)(answer->body - raw);
  if (header(raw, "Mcp-Session-Id", value, sizeof value)) snprintf(answer->session, sizeof answer->session, "%s", value);
  if (answer->status / 100 == 3) header(raw, "Location", answer->location, sizeof answer->location);
  answer->events = header(raw, "Content-Type", value, sizeof value) && strncasecmp(value, "text/event-stream", 17) == 0;
  if (header(raw, "Transfer-Encoding", value, sizeof value) && strcasecmp(value, "chunked") == 0) return join_chunks(answer);
  if (header(raw, "Content-Length", value, sizeof value)) answer->complete = answer->size >= strtoul(value, NULL, 10);
  answer->complete = answer->complete || closed || answer->status == 204;
  return true;
}

/** Sends a request. NULL, or what went wrong; `refused` then says whether nobody is there. */
const char *http_ask(struct http_talk *talk, const struct http_target *target, const char *method, const char *headers,
                     const char *body, long long deadline) {
  char head[HTTP_PATH + 1024];
  talk->size = 0;
  talk->answer = (struct http_answer){0};
  talk->fd = dial(target, deadline);
  if (talk->fd < 0) {
    talk->answer.refused = errno == ECONNREFUSED;
    return strerror(errno);
  }
  const int length = snprintf(head, sizeof head,
                              "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %zu\r\n%s\r\n", method,
                              target->path, target->host, strlen(body), headers);
  if (length >= (int)sizeof head) return "the request is too long";
  if (!send_all(talk->fd, head, (size_t)length, deadline) || !send_all(talk->fd, body, strlen(body), deadline)) return strerror(errno);
  return NULL;
}

/** Reads what has come on one of them. */
static const char *take(struct http_talk *talk) {
  if (talk->size == LARGEST) return "the answer is larger than 16 MiB";
  const ssize_t got = read(talk->fd, talk->raw + talk->size, LARGEST - talk->size);
  if (got < 0) return strerror(errno);
  talk->size += (size_t)got;
  memcpy(talk->copy, talk->raw, talk->size);
  talk->copy[talk->size] = '\0';
  if (!http_parse(talk->copy, talk->size, got == 0, &talk->answer)) return "the answer is not HTTP/1.1";
  if (got == 0 && !talk->answer.complete) return "the connection ended in the middle of the answer";
  if (talk->answer.complete) http_leave(talk);
  return NULL;
}

/** Waits until something has come on at least one of them, and reads it. NULL, or why there is nothing to wait for. */
const char *http_hear(struct http_talk *const *talks, size_t count, long long deadline) {
  struct pollfd watched[2];
  for (size_t i = 0; i < count; i++) watched[i] = (struct pollfd){.fd = talks[i]->fd, .events = POLLIN};
  const int found = poll(watched, count, wait_ms(deadline));
  if (found == 0) return "no complete answer in time";
  if (found < 0) return errno == EINTR ? NULL : strerror(errno);
  const char *problem = NULL;
  for (size_t i = 0; i < count && !problem; i++)
    if (watched[i].fd >= 0 && watched[i].revents) problem = take(talks[i]);
  return problem;
}

void http_leave(struct http_talk *talk) {
  if (talk->fd >= 0) close(talk->fd);
  talk->fd = -1;
}

/**
 * Sends one request and reads the answer until it is complete or enough. Returns NULL, or what went wrong. The body
 * is good until the next call.
 */
const char *http_exchange(const struct http_target *target, const char *method, const char *headers, const char *body,
                          long long deadline, http_enough enough, void *context, struct http_answer *answer) {
  static struct http_talk talk;
  struct http_talk *const talks[] = {&talk};
  const char *problem = http_ask(&talk, target, method, headers, body, deadline);
  while (!problem && !(talk.answer.status > 0 && (talk.answer.complete || enough(&talk.answer, context))))
    problem = http_hear(talks, 1, deadline);
  http_leave(&talk);
  *answer = talk.answer;
  return problem;
}
