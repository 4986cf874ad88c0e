#include "http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "util.h"

#define LARGEST HTTP_LARGEST

/** Reads http://ADDRESS:PORT/PATH. No DNS: a static binary has none, and a health check asks its own container. */
const char *http_read_url(const char *url, struct http_target *target) {
  char host[64];
  int port = 0, used = 0;
  *target = (struct http_target){0};
  if (strncmp(url, "http://", 7) != 0) return "expected it to start with http://";
  for (const char *p = url; *p; p++)
    if (*p <= ' ' || *p > '~') return "expected printable characters without spaces";
  const bool v6 = url[7] == '[';
  const int got = sscanf(url + 7, v6 ? "[%63[0-9a-fA-F:.]]:%5d%n" : "%63[^:/]:%5d%n", host, &port, &used);
  if (got != 2 || port < 1 || port > 65535) return "expected an address and a port from 1 to 65535";
  const char *path = url + 7 + used;
  if (*path != '/') return "expected a path, at least /";
  struct sockaddr_in *four = (struct sockaddr_in *)&target->address;
  struct sockaddr_in6 *six = (struct sockaddr_in6 *)&target->address;
  const char *address = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
  if (v6 && inet_pton(AF_INET6, address, &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons((unsigned short)port);
    target->size = sizeof *six;
  } else if (!v6 && inet_pton(AF_INET, address, &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons((unsigned short)port);
    target->size = sizeof *four;
  } else {
    return "expected an IP address or localhost (names are not looked up)";
  }
  snprintf(target->host, sizeof target->host, v6 ? "[%s]:%d" : "%s:%d", host, port);
  snprintf(target->path, sizeof target->path, "%.*s", (int)strcspn(path, "#"), path);
  return NULL;
}

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
  const int fd = socket(target->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  int why = 0;
  socklen_t size = sizeof why;
  if (connect(fd, (const struct sockaddr *)&target->address, target->size) < 0) {
    why = errno;
    if (why == EINPROGRESS && !ready(fd, POLLOUT, deadline)) why = ETIMEDOUT;
    else if (why == EINPROGRESS) getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &size);
  }
  if (why == 0) return fd;
  close(fd);
  errno = why;
  return -1;
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
  answer->events = header(raw, "Content-Type", value, sizeof value) && strncasecmp(value, "text/event-stream", 17) == 0;
  if (header(raw, "Transfer-Encoding", value, sizeof value) && strcasecmp(value, "chunked") == 0) return join_chunks(answer);
  if (header(raw, "Content-Length", value, sizeof value)) answer->complete = answer->size >= strtoul(value, NULL, 10);
  answer->complete = answer->complete || closed || answer->status == 204;
  return true;
}

/**
 * Sends one request and reads the answer until it is complete or enough. Returns NULL, or what went wrong. The body
 * is good until the next call.
 */
const char *http_exchange(const struct http_target *target, const char *method, const char *headers, const char *body,
                          long long deadline, http_enough enough, void *context, struct http_answer *answer) {
  static char raw[LARGEST + 1], copy[LARGEST + 1];
  char head[2048];
  size_t size = 0;
  const char *problem = NULL;
  *answer = (struct http_answer){0};
  const int fd = dial(target, deadline);
  if (fd < 0) return strerror(errno);
  const int length = snprintf(head, sizeof head,
                              "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %zu\r\n%s\r\n", method,
                              target->path, target->host, strlen(body), headers);
  if (length >= (int)sizeof head) problem = "the request is too long";
  else if (!send_all(fd, head, (size_t)length, deadline) || !send_all(fd, body, strlen(body), deadline)) problem = strerror(errno);
  while (!problem) {
    if (!ready(fd, POLLIN, deadline)) problem = "no complete answer in time";
    else if (size == LARGEST) problem = "the answer is larger than 1 MB";
    if (problem) break;
    const ssize_t got = read(fd, raw + size, LARGEST - size);
    if (got < 0) problem = strerror(errno);
    if (got > 0) size += (size_t)got;
    memcpy(copy, raw, size);
    copy[size] = '\0';
    if (!problem && !http_parse(copy, size, got == 0, answer)) problem = "the answer is not HTTP/1.1";
    if (!problem && answer->status > 0 && (answer->complete || enough(answer, context))) break;
    if (!problem && got == 0) problem = "the connection ended in the middle of the answer";
  }
  close(fd);
  return problem;
}
