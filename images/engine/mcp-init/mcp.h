// The few MCP messages a health check needs, and what an answer means.
#ifndef MCP_H
#define MCP_H

#include "json.h"

#define MCP_INITIALIZE_ID 1
#define MCP_DISCOVER_ID 2
#define MCP_STATELESS "2026-07-28"

extern const char *const mcp_versions[]; // with sessions, newest first; ends with NULL
extern const char mcp_initialized[], mcp_discover[];

enum verdict {
  NOT_AN_ANSWER, // a notification, a request of the server, or the answer to something else
  NOT_JSON,      // neither a JSON object nor an array
  RESULT,
  FAULT,       // a JSON-RPC error
  BAD_RESULT,  // an answer, but not what MCP says it must be
  AT_CAPACITY, // mcp-init's own refusal: the server is well, all its sessions are taken
};

struct answer {
  enum verdict verdict;
  char version[41];    // of a result
  long code;           // of an error
  char message[301];   // of an error, or the beginning of a bad result
  char supported[201]; // the versions that an error names, as JSON
};

const char *mcp_initialize(const char *version);
struct text mcp_unmarked(struct text text);
struct answer mcp_read(struct text line, long id);
bool mcp_answers(struct text message, long id, struct answer *answer);
bool mcp_wants_version(const struct answer *answer, const char *version);
bool mcp_is_stateless(const struct answer *answer);

#endif
