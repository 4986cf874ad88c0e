// Feeds damaged answers to the two parsers of `check` for some seconds; the sanitizers say when one reads astray.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../events.h"
#include "../http.h"
#include "../mcp.h"
#include "../stray.h"
#include "../util.h"

#define INIT "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"2025-11-25\",\"a\":[1,-2.5e3,true,null,\"\\\"x\\u00e9\"]}}"

static const char *const seeds[] = {
    INIT,
    "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32000,\"message\":\"too many sessions: 1 of 1\"}}",
    "[{\"id\":2},[],{\"jsonrpc\":\"2.0\",\"id\":1.0,\"result\":{\"protocolVersion\":\"2025-11-25\"}}]",
    "{\n \"jsonrpc\": \"2.0\",\n \"error\": 1\nContent-Length: 4\r\n\xE2\x80\xAE\xC2\x9B \xF0\x9F\x98\x80",
    " { \"a\" : [ [ ] , { } , { \"b\" : [ { \"c\" : 0 } ] } ] , \"id\" : 1 , \"result\" : { } } ",
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 40\r\nMcp-Session-Id: abc\r\n\r\n" INIT,
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\n{\"id\"\r\n3\r\n:1}\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nevent: endpoint\r\ndata: http://127.0.0.1:80/messages?s=1#x\r\n\r\ndata: " INIT "\n\n",
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n10\r\ndata: {\"id\":1}\n\n\r\n",
};

/** Damages a text: flips, cuts, doubles, and puts in what parsers stumble over. Never longer than `room`. */
static size_t damage(char *text, size_t size, size_t room) {
  static const char *const bits[] = {"\"", "\\", "{", "}", "[[[[", ",", ":", "\r\n", "\r\n\r\n", "ffffffff\r\n", "-1", "\n\n"};
  for (int times = rand() % 8; times >= 0; times--) {
    const size_t at = size ? (size_t)rand() % size : 0;
    const char *bit = bits[(size_t)rand() % (sizeof bits / sizeof *bits)];
    const int how = rand() % 5;
    const size_t piece = how == 3 ? (size - at) / 2 : strlen(bit);
    if (how == 0 && size) text[at] = (char)(rand() % 256);
    if (how == 1) size = at;
    if (how == 2 && size) memmove(text + at, text + at + 1, size-- - at - 1);
    if (how >= 3 && size + piece <= room) {
      memmove(text + at + piece, text + at, size - at);
      if (how == 4) memcpy(text + at, bit, piece);
      size += piece;
    }
  }
  return size;
}

static bool read_event(void *context, struct text name, struct text data) {
  struct http_target target;
  (void)name;
  events_endpoint(data, context, &target);
  return mcp_read(data, 1).verdict == RESULT;
}

/** A copy in memory of exactly its size, so that one byte too far is seen. */
static char *copy(const char *text, size_t size, size_t more) {
  char *exact = malloc(size + more + (size + more == 0));
  if (!exact) abort();
  memcpy(exact, text, size);
  if (more) exact[size] = '\0';
  return exact;
}

int main(int argc, char **argv) {
  const long long end = now_ms() + (argc > 1 ? atol(argv[1]) : 3) * 1000;
  unsigned long runs = 0, answers = 0;
  struct http_target stream;
  if (http_read_url("http://127.0.0.1:80/folder/sse?a=b", &stream)) return 1;
  srand(argc > 2 ? (unsigned)atol(argv[2]) : 1);
  for (; now_ms() < end; runs++) {
    char text[4096];
    const char *seed = seeds[(size_t)rand() % (sizeof seeds / sizeof *seeds)];
    memcpy(text, seed, strlen(seed));
    const size_t size = damage(text, strlen(seed), sizeof text);
    char *json = copy(text, size, 0), *raw = copy(text, size, 1);
    struct http_answer http;
    answers += mcp_read((struct text){json, size}, 1).verdict == RESULT;
    struct stray stray = {0};
    for (size_t at = 0; at < size; at++)
      if (at == 0 || json[at - 1] == '\n') stray_note(&stray, (struct text){json + at, size - at});
    if (http_parse(raw, size, rand() % 2, &http) && http.status) {
      answers += mcp_read((struct text){http.body, http.size}, 1).verdict == RESULT;
      answers += events_find(&http, read_event, &stream);
    }
    free(json);
    free(raw);
  }
  printf("%lu runs, %lu read as results\n", runs, answers);
  return answers == 0; // damage that never lets an answer through would test nothing
}
