// The MCP server of the tests: a line echo that answers initialize, or one kind of bad behaviour per mode.
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void sleep_for_ever(void) {
  for (;;) pause();
}

/** Writes one line in one piece. */
static void line(const char *text) {
  char whole[65536];
  const int size = snprintf(whole, sizeof whole, "%s\n", text);
  if (write(STDOUT_FILENO, whole, (size_t)size) != size) exit(3);
}

#define RESULT "\"result\":{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}}}"

// Answers to initialize in forms that are met in the wild.
static const struct {
  const char *flavour, *answer;
} odd[] = {
    {"mark", "\xEF\xBB\xBF{\"jsonrpc\":\"2.0\",\"id\":1," RESULT},
    {"real", "{\"jsonrpc\":\"2.0\",\"id\":1.0," RESULT},
    {"text", "{\"jsonrpc\":\"2.0\",\"id\":\"1\"," RESULT},
    {"return", "{\"jsonrpc\":\"2.0\",\"id\":1," RESULT "\r"},
    {"batch", "[{\"jsonrpc\":\"2.0\",\"method\":\"x\"},{\"jsonrpc\":\"2.0\",\"id\":1," RESULT "]"},
    {"null-error", "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":null," RESULT},
    {"json-log", "{\"level\":\"info\",\"error\":{\"code\":3}}\n{\"jsonrpc\":\"2.0\",\"id\":1," RESULT},
    {"banner", "\x1B[32mcase server 1.0\x1B[0m\n{ not json\n{\"jsonrpc\":\"2.0\",\"id\":1," RESULT},
    {"dump", "{\n  \"jsonrpc\": \"2.0\",\n  \"result\": {}\n}\n{\"jsonrpc\":\"2.0\",\"id\":1," RESULT},
    {"pretty", "{\n  \"jsonrpc\": \"2.0\",\n  \"id\": 1,\n  \"result\": {\n  }\n}"},
    {"length", "Content-Length: 152\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":1," RESULT},
    {"chatty", "\xC2\x9B" "1mError: \x1B[31mAPI_KEY is missing\x07"},
};

/** Answers initialize in an odd form; false when the flavour has none. */
static bool answer_oddly(const char *flavour) {
  for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
    if (strcmp(odd[i].flavour, flavour) != 0) continue;
    const size_t size = strlen(odd[i].answer);
    if (strcmp(flavour, "length") != 0) line(odd[i].answer);
    else if (write(STDOUT_FILENO, odd[i].answer, size) != (ssize_t)size) exit(3); // no line's end behind it
    return true;
  }
  return false;
}

/** Ends after it refused a version, as some do; says which ones it takes in words, or in a list. */
static bool refuse_version(const char *flavour, const char *text) {
  const bool list = strcmp(flavour, "old-list") == 0;
  if ((!list && strcmp(flavour, "old") != 0) || strstr(text, "\"2025-03-26\"")) return false;
  line(list ? "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,\"message\":\"no\",\"data\":{\"supported\":[\"2025-03-26\"]}}}"
            : "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,\"message\":\"Unsupported protocol version\"}}");
  exit(0);
}

/** Answers initialize, server/discover (ids 1 and 2, as mcp-init check asks) and "pid"; sends anything else back. */
static void echo(const char *flavour) {
  char text[65536], answer[256];
  while (fgets(text, sizeof text, stdin)) {
    text[strcspn(text, "\n")] = '\0';
    if (strcmp(text, "pid") == 0) {
      snprintf(answer, sizeof answer, "%d %d", (int)getpid(), (int)getppid());
      line(answer);
    } else if (strstr(text, "\"initialize\"")) {
      if (answer_oddly(flavour) || refuse_version(flavour, text)) continue;
      if (strncmp(flavour, "old", 3) == 0) {
        line("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"2025-03-26\",\"capabilities\":{}}}");
        continue;
      }
      if (strcmp(flavour, "slow") == 0) usleep(400000);
      if (strcmp(flavour, "noisy") == 0) line("Starting up...\n{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}");
      if (strcmp(flavour, "wrong") == 0) line("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
      else if (strcmp(flavour, "stateless") == 0) line("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32601,\"message\":\"no\"}}");
      else if (strcmp(flavour, "broken") == 0) line("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32603,\"message\":\"no database\"}}");
      else if (strcmp(flavour, "silent") != 0) line("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}}}");
    } else if (strstr(text, "\"server/discover\"")) {
      if (strcmp(flavour, "broken") == 0) line("{\"jsonrpc\":\"2.0\",\"id\":2,\"error\":{\"code\":-32601,\"message\":\"no\"}}");
      else line("{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"supportedVersions\":[\"2026-07-28\"]}}");
    } else if (!strstr(text, "\"notifications/")) {
      line(text);
    }
  }
}

/** The process as it was started: which descriptors are open, which signals are blocked or ignored. */
static void show_state(void) {
  char text[256] = "";
  for (int fd = 0; fd < 1000; fd++)
    if (fcntl(fd, F_GETFD) >= 0) snprintf(text + strlen(text), sizeof text - strlen(text), " %d", fd);
  line(text);
  FILE *status = fopen("/proc/self/status", "r");
  while (status && fgets(text, sizeof text, status)) {
    text[strcspn(text, "\n")] = '\0';
    if (strncmp(text, "SigBlk", 6) == 0 || strncmp(text, "SigIgn", 6) == 0) line(text);
  }
}

/** Leaves a daemon of its own kernel session behind, reparented twice, that ignores SIGTERM. */
static void leave_daemon(void) {
  if (fork() > 0) {
    wait(NULL);
    return;
  }
  setsid();
  if (fork() > 0) _exit(0);
  setsid();
  signal(SIGTERM, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  sleep_for_ever();
}

/** Forks as fast as the process limit lets it; each child leads a kernel session of its own and reaps nothing. */
static void bomb(void) {
  signal(SIGCHLD, SIG_IGN); // children free their place at once: the harder kind
  signal(SIGTERM, SIG_IGN);
  for (;;)
    if (fork() == 0) setsid();
}

/** Never the same process twice: forks, leaves the session and ends, in a circle; a hydra has two heads each time. */
static void walk(int heads) {
  signal(SIGCHLD, SIG_IGN);
  signal(SIGTERM, SIG_IGN);
  for (;;) {
    setsid();
    for (int i = 1; i < heads; i++)
      if (fork() == 0) break;
    if (fork() > 0) _exit(0);
  }
}

int main(int argc, char **argv) {
  const char *mode = argc > 1 ? argv[1] : "";
  if (strcmp(mode, "children") == 0) {
    for (int i = 0; i < 3; i++)
      if (fork() == 0) sleep_for_ever();
  } else if (strcmp(mode, "daemon") == 0) {
    leave_daemon();
  } else if (strcmp(mode, "daemon-and-exit") == 0) {
    leave_daemon();
    line("gone");
    return 0;
  } else if (strcmp(mode, "stubborn") == 0) {
    signal(SIGTERM, SIG_IGN);
    line("ready");
    sleep_for_ever();
  } else if (strcmp(mode, "no-stdout") == 0) {
    close(STDOUT_FILENO);
    sleep_for_ever();
  } else if (strcmp(mode, "half-line") == 0) {
    if (write(STDOUT_FILENO, "{\"jsonrpc\"", 10) != 10) return 3;
    sleep_for_ever();
  } else if (strcmp(mode, "exit") == 0) {
    return argc > 2 ? atoi(argv[2]) : 0;
  } else if (strcmp(mode, "crash") == 0) {
    raise(argc > 2 ? atoi(argv[2]) : SIGSEGV);
  } else if (strcmp(mode, "last-words") == 0) { // answers a while after the client's half-close
    while (fgetc(stdin) != EOF) continue;
    usleep(300000);
    line("last words");
    return 0;
  } else if (strcmp(mode, "signal-supervisor") == 0) {
    leave_daemon();
    usleep(100000);
    kill(getppid(), atoi(argv[2]));
    sleep_for_ever();
  } else if (strcmp(mode, "blind-init") == 0) { // takes PID 1's and the supervisor's descriptors away
    const rlim_t few = (rlim_t)atoi(argv[2]);
    const struct rlimit none = {few, few};
    leave_daemon();
    usleep(100000);
    prlimit(1, RLIMIT_NOFILE, &none, NULL);
    prlimit(getppid(), RLIMIT_NOFILE, &none, NULL);
    line("blind");
    sleep_for_ever();
  } else if (strcmp(mode, "bomb") == 0) {
    line("ready");
    bomb();
  } else if (strcmp(mode, "walk") == 0) {
    line("ready");
    for (int i = 0; i < 3; i++)
      if (fork() == 0) walk(argc > 2 ? atoi(argv[2]) : 1);
    sleep_for_ever();
  } else if (strcmp(mode, "state") == 0) { // how did it find its process?
    show_state();
    return 0;
  } else if (strcmp(mode, "variables") == 0) { // one line for each that is named
    for (int i = 2; i < argc; i++) line(getenv(argv[i]) ? getenv(argv[i]) : "(none)");
  } else if (strcmp(mode, "flood") == 0) {
    for (;;) line("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}");
  }
  echo(mode);
  return 0;
}
