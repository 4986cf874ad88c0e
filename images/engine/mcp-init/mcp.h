// The few MCP messages a health check needs, and what an answer means.
#ifndef MCP_H
#define MCP_H

#include "json.h"

#define MCP_INITIALIZE_ID 1
#define MCP_DISCOVER_ID 2
#define MCP_LEGACY "2025-11-25"
#define MCP_STATELESS "2026-07-28"

extern const char mcp_initialize[], mcp_initialized[], mcp_discover[];

enum verdict {
  NOT_AN_ANSWER, // a notification, a request of the server, or the answer to something else
  NOT_JSON,      // not a JSON object at all
  RESULT,
  FAULT,       // a JSON-RPC error
  BAD_RESULT,  // an answer, but not what MCP says it must be
  AT_CAPACITY, // mcp-init's own refusal: the server is well, all its sessions are taken
};

struct answer {
  enum verdict verdict;
  char version[41];  // of a result
  long code;         // of an error
  char message[301]; // of an error
};

struct answer mcp_read(struct text line, long id);

#endif
