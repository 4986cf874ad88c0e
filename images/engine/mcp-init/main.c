// mcp-init: the first process of a server container. One unix socket, one connection = one session = one process.
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "check.h"
#include "connect.h"
#include "options.h"
#include "serve.h"
#include "util.h"

// One byte for the end, four for the ".new" that serve binds first.
#define LONGEST_SOCKET ((long)sizeof(((struct sockaddr_un *)0)->sun_path) - 5)
#define LONGEST_TIME 600000L

static const char help[] =
    "mcp-init " VERSION ": PID 1 of an MCP server's container; each connection to its socket is one session\n"
    "\n"
    "  mcp-init serve --socket PATH [--max-sessions N] [--grace-ms MS] [--drain-ms MS] -- COMMAND [ARG...]\n"
    "      Listens on PATH. Each connection becomes one COMMAND with its stdin and stdout on that connection.\n"
    "      Client gone: SIGTERM to its process group, the grace, then SIGKILL of everything it started.\n"
    "      --max-sessions  1 to 1024, default 16; one more gets a JSON-RPC error and the end of the connection\n"
    "      --grace-ms      0 to 600000, default 2000; from SIGTERM to SIGKILL\n"
    "      --drain-ms      0 to 600000, default the grace; how long a server may go on answering a client that\n"
    "                      closed its sending half only; then SIGTERM\n"
    "      Exit: 0 stopped by SIGTERM or SIGINT, 1 could not start or go on, 2 wrong usage.\n"
    "  mcp-init check --socket PATH [--timeout-ms MS]\n"
    "  mcp-init check --url http://ADDRESS:PORT/PATH [--timeout-ms MS]\n"
    "      Opens an MCP session (initialize, or server/discover for servers of the stateless revision) and closes\n"
    "      it. Exit: 0 healthy (also at the session cap), 1 not, with the reason in one line, 2 wrong usage.\n"
    "      --timeout-ms    1 to 600000, default 5000\n"
    "  mcp-init connect --socket PATH\n"
    "      Bridges stdin and stdout to one session. Exit: 0 stdin ended, then the session; 1 no session or an\n"
    "      input/output error; 2 wrong usage; 3 the session ended while stdin was still open.\n"
    "  mcp-init --help | --version\n";

/** Reads serve's arguments, all problems at once, and only then starts. */
static int main_serve(char **arguments) {
  long sessions = 16, grace = 2000, drain = -1;
  struct serve_config config = {0};
  struct option options[] = {
      {.name = "socket", .text = &config.socket_path, .max = LONGEST_SOCKET, .required = true},
      {.name = "max-sessions", .number = &sessions, .min = 1, .max = SERVE_MAX_SESSIONS},
      {.name = "grace-ms", .number = &grace, .min = 0, .max = LONGEST_TIME},
      {.name = "drain-ms", .number = &drain, .min = 0, .max = LONGEST_TIME},
  };
  int problems = options_parse("serve", arguments, options, sizeof options / sizeof *options, &config.command);
  if (!*config.command) problems += options_problem("serve", "the server's command is missing: -- COMMAND [ARG...]");
  if (problems > 0) return EXIT_USAGE;
  config.max_sessions = (int)sessions;
  config.grace_ms = (int)grace;
  config.drain_ms = drain < 0 ? (int)grace : (int)drain;
  return serve(&config);
}

/** Reads check's arguments: a socket or a URL, never both. */
static int main_check(char **arguments) {
  long timeout = 5000;
  const char *path = NULL, *url = NULL;
  struct option options[] = {
      {.name = "socket", .text = &path, .max = LONGEST_SOCKET},
      {.name = "url", .text = &url, .max = 1000},
      {.name = "timeout-ms", .number = &timeout, .min = 1, .max = LONGEST_TIME},
  };
  int problems = options_parse("check", arguments, options, sizeof options / sizeof *options, NULL);
  if (!path == !url) problems += options_problem("check", "got %s of --socket and --url, expected one", path ? "both" : "none");
  struct http_target target;
  if (url) problems += check_read_url(url, &target);
  if (problems > 0) return EXIT_USAGE;
  return path ? check_socket(path, timeout) : check_url(&target, timeout);
}

/** Reads connect's one argument. */
static int main_connect(char **arguments) {
  const char *path = NULL;
  struct option options[] = {{.name = "socket", .text = &path, .max = LONGEST_SOCKET, .required = true}};
  if (options_parse("connect", arguments, options, 1, NULL) > 0) return EXIT_USAGE;
  return connect_session(path);
}

int main(int argc, char **argv) {
  const char *command = argc > 1 ? argv[1] : "";
  if (strcmp(command, "serve") == 0) return main_serve(argv + 2);
  if (strcmp(command, "check") == 0) return main_check(argv + 2);
  if (strcmp(command, "connect") == 0) return main_connect(argv + 2);
  if (strcmp(command, "--help") == 0 || strcmp(command, "-h") == 0) return fputs(help, stdout) < 0;
  if (strcmp(command, "--version") == 0) return puts("mcp-init " VERSION) < 0;
  fprintf(stderr, "mcp-init: got '%s', expected serve, check, connect, --help or --version\n", command);
  return EXIT_USAGE;
}
