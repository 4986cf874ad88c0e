#include "events.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "mcp.h"

/** The value of a line's field, without the space before it; false when the line has another field. */
static bool field(struct text line, const char *name, struct text *value) {
  const size_t size = strlen(name);
  if (line.size <= size || memcmp(line.at, name, size) != 0 || line.at[size] != ':') return false;
  const size_t start = size + (line.size > size + 1 && line.at[size + 1] == ' ' ? 2 : 1);
  *value = (struct text){line.at + start, line.size - start};
  return true;
}

/** Looks through the complete events of a stream. A line ends with \r\n, \n or \r; an event's `data:` are one message. */
bool events_find(const struct http_answer *http, event_wanted wanted, void *context) {
  static char data[HTTP_LARGEST];
  size_t size = 0;
  struct text name = {"", 0}, value;
  if (!http->body) return false;
  const struct text body = mcp_unmarked((struct text){http->body, http->size});
  const char *end = body.at + body.size;
  for (const char *at = body.at, *stop, *next; at < end; at = next) {
    for (stop = at; stop < end && *stop != '\n' && *stop != '\r'; stop++) continue;
    if (stop == end && !http->complete) break;
    next = stop == end ? end : stop + (stop + 1 < end && stop[0] == '\r' && stop[1] == '\n' ? 2 : 1);
    const struct text line = {at, (size_t)(stop - at)};
    if (field(line, "data", &value)) {
      memcpy(data + size, value.at, value.size);
      size += value.size;
    } else if (field(line, "event", &value)) {
      name = value;
    } else if (line.size == 0) {
      if (wanted(context, name, (struct text){data, size})) return true;
      size = 0;
      name = (struct text){"", 0};
    }
  }
  // Some servers forget the empty line behind the last event: the end of the stream is one, to the gateway too.
  return http->complete && size > 0 && wanted(context, name, (struct text){data, size});
}

/** Is it a name of the machine itself, or the address where we are asking? */
static bool is_own(const char *host, const struct http_target *stream) {
  static const char *const own[] = {"localhost", "0.0.0.0", "[::1]", "[::]"};
  char address[INET_ADDRSTRLEN] = "";
  struct sockaddr_in there = *(const struct sockaddr_in *)(const void *)&stream->address;
  for (size_t i = 0; i < sizeof own / sizeof *own; i++)
    if (strcasecmp(host, own[i]) == 0) return true;
  if (stream->own && !http_own_address(&there)) return false;
  if (there.sin_family == AF_INET) inet_ntop(AF_INET, &there.sin_addr, address, sizeof address);
  return strncmp(host, "127.", 4) == 0 || strcmp(host, address) == 0;
}

/**
 * Finds where messages go: a path, or a URL of the stream's own port (orchestrator/gateway/upstream/endpoint-event.ts).
 * NULL, or what is wrong with it.
 */
const char *events_endpoint(struct text text, const struct http_target *stream, struct http_target *target) {
  char url[HTTP_PATH] = "", host[64] = "";
  int port = 80, used = 0;
  *target = *stream;
  if (text.size >= sizeof url) return "it is too long";
  for (size_t i = 0; i < text.size; i++)
    if (text.at[i] <= ' ' || text.at[i] > '~') return "it is no URL";
  memcpy(url, text.at, text.size);
  url[strcspn(url, "#")] = '\0';
  const char *path = url;
  const size_t scheme = strspn(url, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");
  if (strncmp(url, "//", 2) == 0 || strncasecmp(url, "http://", 7) == 0) {
    path = url + (*url == '/' ? 2 : 7);
    const size_t size = strcspn(path, "/?");
    if (sscanf(path, "%63[^/?:[]%n", host, &used) != 1 && sscanf(path, "%63[][:.0-9a-fA-F]%n", host, &used) != 1)
      return "it is no URL";
    if (path[used] == ':') sscanf(path + used + 1, "%5d", &port);
    if (port != stream->port || !is_own(host, stream)) return "it is of another origin";
    path += size;
  } else if (isalpha((unsigned char)*url) && url[scheme] == ':') {
    return "it is of another origin";
  } else if (*url != '/') { // as a link on the page of the stream
    const size_t query = strcspn(stream->path, "?");
    size_t folder = query;
    while (*url && *url != '?' && folder > 0 && stream->path[folder - 1] != '/') folder--;
    const int length = snprintf(target->path, sizeof target->path, "%.*s%s", (int)folder, stream->path, url);
    return length < (int)sizeof target->path ? NULL : "it is too long";
  }
  const int length = snprintf(target->path, sizeof target->path, "%s%s", *path == '/' ? "" : "/", path);
  if (length >= (int)sizeof target->path) return "it is too long";
  return NULL;
}
