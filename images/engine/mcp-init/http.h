// HTTP/1.1 by hand: one request, one answer, as much of it as is needed.
#ifndef HTTP_H
#define HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#define HTTP_LARGEST 1048576 // no answer to initialize is longer; a server must not fill our memory

struct http_target {
  struct sockaddr_storage address;
  socklen_t size;
  char host[128]; // as in the Host header
  char path[1024];
};

struct http_answer {
  int status;
  bool events; // text/event-stream
  char session[256];
  char *body; // decoded as far as it has come
  size_t size;
  bool complete;
};

// Looks at an unfinished answer: true = enough. An event stream may stay open for ever.
typedef bool (*http_enough)(const struct http_answer *answer, void *context);

bool http_parse(char *raw, size_t size, bool closed, struct http_answer *answer);
const char *http_read_url(const char *url, struct http_target *target);
const char *http_exchange(const struct http_target *target, const char *method, const char *headers, const char *body,
                          long long deadline, http_enough enough, void *context, struct http_answer *answer);

#endif
