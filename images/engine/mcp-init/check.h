// The health check that speaks MCP: over a session socket (check.c) or Streamable HTTP (check_http.c).
#ifndef CHECK_H
#define CHECK_H

#include "http.h"
#include "mcp.h"

int check_read_url(const char *url, struct http_target *target);
int check_socket(const char *path, long timeout_ms);
int check_url(const struct http_target *target, long timeout_ms);
int check_conclude(const struct answer *answer, const char *asked);

#endif
