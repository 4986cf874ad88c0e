// Event streams: the events of what has come so far, and the address that HTTP+SSE of 2024 names in one.
#ifndef EVENTS_H
#define EVENTS_H

#include "http.h"
#include "json.h"

// Looks at a complete event; `name` is empty when it has none. True = this one.
typedef bool (*event_wanted)(void *context, struct text name, struct text data);

bool events_find(const struct http_answer *http, event_wanted wanted, void *context);
const char *events_endpoint(struct text text, const struct http_target *stream, struct http_target *target);

#endif
