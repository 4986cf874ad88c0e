// The trivial stdio server behind every gateway of the bench: initialize, ping, tools/list, and one tool that returns the
// text it was given, or, where it was told `bytes`, so many letters. Static, one thread, no allocation a message: what is measured is the gateway, and 1,000 of them fit.
//   echo [MS]   waits MS milliseconds before it reads, as a server that takes that long to start
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LARGEST (1 << 20)

struct slice {
  const char *at;
  size_t length;
};

static const char *skip_space(const char *at) {
  while (isspace((unsigned char)*at)) at++;
  return at;
}

// The end of the JSON value that begins here. The input is JSON, by contract: it comes from a gateway.
static const char *skip_value(const char *at) {
  int depth = 0;
  do {
    if (*at == '"') {
      for (at++; *at && *at != '"'; at++)
        if (*at == '\\' && at[1]) at++;
    } else if (*at == '{' || *at == '[') {
      depth++;
    } else if (*at == '}' || *at == ']') {
      depth--;
    } else if (depth == 0) { // a number, true, false, null
      while (*at && !strchr(",}] \t\r\n", *at)) at++;
      return at;
    }
    if (*at) at++;
  } while (depth > 0 && *at);
  return at;
}

// The value of a key of this very object, not of one inside it; empty when it is not there.
static struct slice member(const char *object, const char *key) {
  const char *at = object ? skip_space(object) : "";
  if (*at == '{') at = skip_space(at + 1);
  while (*at == '"') {
    const char *name = at + 1;
    const char *end = skip_value(at);
    at = skip_space(end);
    if (*at == ':') at = skip_space(at + 1);
    const char *value = at;
    at = skip_value(at);
    if ((size_t)(end - 1 - name) == strlen(key) && strncmp(name, key, strlen(key)) == 0)
      return (struct slice){value, (size_t)(at - value)};
    at = skip_space(at);
    if (*at == ',') at = skip_space(at + 1);
  }
  return (struct slice){"", 0};
}

static void large(struct slice id, long bytes) {
  static char part[1 << 16];
  memset(part, 'x', sizeof part);
  printf("{\"jsonrpc\":\"2.0\",\"id\":%.*s,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"", (int)id.length, id.at);
  for (size_t left = (size_t)bytes; left > 0;) {
    const size_t now = left < sizeof part ? left : sizeof part;
    fwrite(part, 1, now, stdout);
    left -= now;
  }
  printf("\"}]}}\n");
  fflush(stdout);
}

static int is(struct slice value, const char *text) {
  return value.length == strlen(text) && memcmp(value.at, text, value.length) == 0;
}

static void reply(struct slice id, const char *kind, const char *before, struct slice middle, const char *after) {
  printf("{\"jsonrpc\":\"2.0\",\"id\":%.*s,\"%s\":%s%.*s%s}\n", (int)id.length, id.at, kind, before, (int)middle.length,
         middle.at, after);
  fflush(stdout);
}

int main(int argc, char **argv) {
  static char line[LARGEST];
  static char out[LARGEST];
  const struct slice nothing = {"", 0};
  if (argc > 1) usleep((useconds_t)atoi(argv[1]) * 1000);
  setvbuf(stdout, out, _IOFBF, sizeof out);
  while (fgets(line, sizeof line, stdin)) {
    struct slice id = member(line, "id");
    struct slice method = member(line, "method");
    struct slice params = member(line, "params");
    if (id.length == 0 || method.length == 0) continue; // a notification, or an answer
    if (is(method, "\"initialize\"")) {
      struct slice version = member(params.at, "protocolVersion");
      if (version.length == 0) version = (struct slice){"\"2025-11-25\"", 12};
      reply(id, "result", "{\"protocolVersion\":", version,
            ",\"capabilities\":{\"tools\":{}},\"serverInfo\":{\"name\":\"bench-echo\",\"version\":\"1.0.0\"}}");
    } else if (is(method, "\"tools/list\"")) {
      reply(id, "result",
            "{\"tools\":[{\"name\":\"echo\",\"description\":\"Returns the text\",\"inputSchema\":{\"type\":\"object\","
            "\"properties\":{\"text\":{\"type\":\"string\"},\"bytes\":{\"type\":\"integer\"}},\"required\":[\"text\"]}}]}",
            nothing, "");
    } else if (is(method, "\"tools/call\"")) {
      struct slice arguments = member(params.at, "arguments");
      struct slice bytes = member(arguments.at, "bytes");
      if (bytes.length > 0) {
        large(id, atol(bytes.at));
        continue;
      }
      struct slice text = member(arguments.at, "text");
      if (text.length == 0 || *text.at != '"') text = (struct slice){"\"\"", 2};
      reply(id, "result", "{\"content\":[{\"type\":\"text\",\"text\":", text, "}]}");
    } else if (is(method, "\"ping\"")) {
      reply(id, "result", "{}", nothing, "");
    } else {
      reply(id, "error", "{\"code\":-32601,\"message\":\"Method not found\"}", nothing, "");
    }
  }
  return 0;
}
