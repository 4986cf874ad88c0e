// HTTP/1.1 by hand: one request, one answer, as much of it as is needed.
#ifndef HTTP_H
#define HTTP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#define HTTP_LARGEST 16777216 // of an answer; the pages that are not needed cost nothing
#define HTTP_PATH 4200

struct http_target {
  struct sockaddr_storage address;
  socklen_t size;
  int port;
  bool own;       // the container's own address, where its clients come in
  char host[128]; // as in the Host header
  char path[HTTP_PATH];
};

struct http_answer {
  int status;
  bool events; // text/event-stream
  bool refused; // nobody listens there
  char session[256];
  char location[256]; // of a redirect
  char *body; // decoded as far as it has come
  size_t size;
  bool complete;
};

// A request on a connection of its own, and what has come of its answer.
struct http_talk {
  int fd; // -1 when it is over
  size_t size;
  struct http_answer answer;
  char raw[HTTP_LARGEST + 1], copy[HTTP_LARGEST + 1];
};

// Looks at an unfinished answer: true = enough. An event stream may stay open for ever.
typedef bool (*http_enough)(const struct http_answer *answer, void *context);

bool http_parse(char *raw, size_t size, bool closed, struct http_answer *answer);
const char *http_read_url(const char *url, struct http_target *target);
bool http_own_address(struct sockaddr_in *address);
bool http_accepts(const struct http_target *target, long long deadline);
const char *http_ask(struct http_talk *talk, const struct http_target *target, const char *method, const char *headers,
                     const char *body, long long deadline);
const char *http_hear(struct http_talk *const *talks, size_t count, long long deadline);
void http_leave(struct http_talk *talk);
const char *http_exchange(const struct http_target *target, const char *method, const char *headers, const char *body,
                          long long deadline, http_enough enough, void *context, struct http_answer *answer);

#endif
