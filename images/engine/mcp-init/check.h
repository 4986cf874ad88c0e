// The health check that speaks MCP: over a session socket (check.c), Streamable HTTP (check_http.c) or HTTP+SSE (check_sse.c).
#ifndef CHECK_H
#define CHECK_H

#include "http.h"
#include "mcp.h"

// Asks one request in a session of its own. NULL, or why there is no answer to judge.
typedef const char *(*check_ask)(void *context, const char *request, long id, struct answer *answer);

int check_negotiate(check_ask ask, void *context, long timeout_ms);
int check_port(int port, long timeout_ms);
int check_read_url(const char *option, const char *url, struct http_target *target);
int check_socket(const char *path, long timeout_ms);
int check_sse(const struct http_target *target, long timeout_ms);
int check_url(const struct http_target *target, long timeout_ms);
const char *check_explain(const struct http_target *missed, long long deadline, const char *problem);

#endif
