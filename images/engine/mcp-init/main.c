// mcp-init: the first process of a server container. One unix socket, one connection = one session = one process.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "check.h"
#include "connect.h"
#include "folders.h"
#include "options.h"
#include "run.h"
#include "serve.h"
#include "util.h"

// One byte for the end, four for the ".new" that serve binds first.
#define LONGEST_SOCKET ((long)sizeof(((struct sockaddr_un *)0)->sun_path) - 5)
#define LONGEST_TIME 600000L
#define LONGEST_VARIABLE 4096L
#define MISSING_COMMAND "the server's command is missing: -- COMMAND [ARG...]"

static const char help[] =
    "mcp-init " VERSION ": PID 1 of an MCP server's container; each connection to its socket is one session\n"
    "\n"
    "  mcp-init serve --socket PATH [--max-sessions N] [--grace-ms MS] [--drain-ms MS]\n"
    "                 [--variable NAME=FILE]... [--optional-variable NAME=FILE]... -- COMMAND [ARG...]\n"
    "      Listens on PATH. Each connection becomes one COMMAND with its stdin and stdout on that connection.\n"
    "      Client gone: SIGTERM to its process group, the grace, then SIGKILL of everything it started.\n"
    "      --max-sessions  1 to 1024, default 16; one more gets a JSON-RPC error and the end of the connection\n"
    "      --grace-ms      0 to 600000, default 2000; from SIGTERM to SIGKILL\n"
    "      --drain-ms      0 to 600000, default the grace; how long a server may go on answering a client that\n"
    "                      closed its sending half only; then SIGTERM\n"
    "      --variable      sets the variable NAME to what FILE holds, without the ends of line behind it, in\n"
    "                      COMMAND's process alone; without the file there is no session\n"
    "      --optional-variable  the same; without the file, or an empty one, no variable\n"
    "      Exit: 0 stopped by SIGTERM or SIGINT, 1 could not start or go on, 2 wrong usage.\n"
    "  mcp-init run [--relay PORT] [--variable NAME=FILE]... [--optional-variable NAME=FILE]... -- COMMAND [ARG...]\n"
    "      Starts COMMAND, which listens by itself, passes signals on to it and reaps what it leaves.\n"
    "      --relay         COMMAND listens on PORT of 127.0.0.1 or ::1 only: passes on what comes to that port of the\n"
    "                      container's own address, 128 connections at a time\n"
    "      Exit: COMMAND's, 128 and the signal that ended it, 1 could not start, 2 wrong usage.\n"
    "  mcp-init -- COMMAND [ARG...]\n"
    "      As Docker starts its own init, before an image's entry point: serve or run, by the options in the\n"
    "      variable MCP_INIT, separated by spaces.\n"
    "  mcp-init check --socket PATH [--timeout-ms MS]\n"
    "  mcp-init check --url http://ADDRESS:PORT/PATH [--timeout-ms MS]\n"
    "  mcp-init check --sse http://ADDRESS:PORT/PATH [--timeout-ms MS]\n"
    "      Opens an MCP session (initialize, or server/discover for servers of the stateless revision) and closes\n"
    "      it: on a socket, over Streamable HTTP, or over HTTP+SSE, the transport of 2024.\n"
    "      ADDRESS: an IP address, localhost, or own: where clients reach this container, under the Host\n"
    "      127.0.0.1:PORT. Exit: 0 healthy (also at the session cap), 1 not, with the reason in one line, 2 wrong\n"
    "      usage.\n"
    "      --timeout-ms    1 to 600000, default 5000\n"
    "  mcp-init check --port PORT [--timeout-ms MS]\n"
    "      For what speaks no MCP: healthy when PORT of the container's own address takes a connection.\n"
    "  mcp-init connect --socket PATH\n"
    "      Bridges stdin and stdout to one session. Exit: 0 stdin ended, then the session; 1 no session or an\n"
    "      input/output error; 2 wrong usage; 3 the session ended while stdin was still open.\n"
    "  mcp-init make -- FOLDER...\n"
    "  mcp-init remove -- FOLDER...\n"
    "      Makes folders that are this user's alone (mode 0700), or removes them with all that is in them. One that\n"
    "      is there stays, and one of another user's is refused. FOLDER: an absolute path. Exit: 0 done, 1 not all,\n"
    "      with one line for each that is left, 2 wrong usage.\n"
    "  mcp-init --help | --version\n";

static struct option variable_option(struct secrets *secrets) {
  return (struct option){.name = "variable", .list = &secrets->required, .max = LONGEST_VARIABLE};
}

static struct option optional_variable_option(struct secrets *secrets) {
  return (struct option){.name = "optional-variable", .list = &secrets->optional, .max = LONGEST_VARIABLE};
}

/** Reads serve's arguments, all problems at once, and only then starts. */
static int main_serve(char **arguments) {
  long sessions = 16, grace = 2000, drain = -1;
  struct serve_config config = {0};
  struct option options[] = {
      {.name = "socket", .text = &config.socket_path, .max = LONGEST_SOCKET, .required = true},
      {.name = "max-sessions", .number = &sessions, .min = 1, .max = SERVE_MAX_SESSIONS},
      {.name = "grace-ms", .number = &grace, .min = 0, .max = LONGEST_TIME},
      {.name = "drain-ms", .number = &drain, .min = 0, .max = LONGEST_TIME},
      variable_option(&config.secrets),
      optional_variable_option(&config.secrets),
  };
  int problems = options_parse("serve", arguments, options, sizeof options / sizeof *options, &config.command);
  if (!*config.command) problems += options_problem("serve", MISSING_COMMAND);
  problems += secrets_check("serve", &config.secrets);
  if (problems > 0) return EXIT_USAGE;
  config.max_sessions = (int)sessions;
  config.grace_ms = (int)grace;
  config.drain_ms = drain < 0 ? (int)grace : (int)drain;
  return serve(&config);
}

/** Reads run's arguments. */
static int main_run(char **arguments) {
  long relay = 0;
  struct run_config config = {0};
  struct option options[] = {
      {.name = "relay", .number = &relay, .min = 1, .max = 65535},
      variable_option(&config.secrets),
      optional_variable_option(&config.secrets),
  };
  int problems = options_parse("run", arguments, options, sizeof options / sizeof *options, &config.command);
  if (!*config.command) problems += options_problem("run", MISSING_COMMAND);
  problems += secrets_check("run", &config.secrets);
  config.relay_port = (int)relay;
  return problems > 0 ? EXIT_USAGE : run(&config);
}

/** Reads check's arguments: one of a socket, two kinds of URL and a port. */
static int main_check(char **arguments) {
  long timeout = 5000, port = 0;
  const char *path = NULL, *url = NULL, *sse = NULL;
  struct option options[] = {
      {.name = "socket", .text = &path, .max = LONGEST_SOCKET},
      {.name = "url", .text = &url, .max = 1000},
      {.name = "sse", .text = &sse, .max = 1000},
      {.name = "port", .number = &port, .min = 1, .max = 65535},
      {.name = "timeout-ms", .number = &timeout, .min = 1, .max = LONGEST_TIME},
  };
  int problems = options_parse("check", arguments, options, sizeof options / sizeof *options, NULL);
  const int ways = (path != NULL) + (url != NULL) + (sse != NULL) + (port > 0);
  if (ways != 1) problems += options_problem("check", "got %d of --socket, --url, --sse and --port, expected one", ways);
  struct http_target target;
  if (url) problems += check_read_url("url", url, &target);
  if (sse) problems += check_read_url("sse", sse, &target);
  if (problems > 0) return EXIT_USAGE;
  if (port > 0) return check_port((int)port, timeout);
  return path ? check_socket(path, timeout) : url ? check_url(&target, timeout) : check_sse(&target, timeout);
}

/** Reads connect's one argument. */
static int main_connect(char **arguments) {
  const char *path = NULL;
  struct option options[] = {{.name = "socket", .text = &path, .max = LONGEST_SOCKET, .required = true}};
  if (options_parse("connect", arguments, options, 1, NULL) > 0) return EXIT_USAGE;
  return connect_session(path);
}

/**
 * Docker starts an init with `--` and the image's entry point, so the options come by a variable. The server does not
 * get to see it.
 */
static int main_as_init(char **rest) {
  static char *arguments[3 * LIST_MOST + 64];
  const size_t room = sizeof arguments / sizeof *arguments - 1;
  char *text = getenv("MCP_INIT");
  if (!text || !(text = strdup(text))) return options_problem("--", "the variable MCP_INIT is missing"), EXIT_USAGE;
  unsetenv("MCP_INIT");
  size_t count = 0;
  for (char *word = strtok(text, " "); word && count < room; word = strtok(NULL, " ")) arguments[count++] = word;
  for (; *rest && count < room; rest++) arguments[count++] = *rest;
  if (*rest) return options_problem("--", "got more than %zu arguments", room), EXIT_USAGE;
  if (*arguments && strcmp(*arguments, "serve") == 0) return main_serve(arguments + 1);
  if (*arguments && strcmp(*arguments, "run") == 0) return main_run(arguments + 1);
  return options_problem("--", "MCP_INIT: got '%s', expected serve or run first", *arguments ? *arguments : ""), EXIT_USAGE;
}

/** Reads the folders of make and remove. */
static int main_folders(const char *command, char **arguments, int (*work)(char **)) {
  char **paths = NULL;
  int problems = options_parse(command, arguments, NULL, 0, &paths);
  if (!*paths) problems += options_problem(command, "the folders are missing: -- FOLDER...");
  for (char **path = paths; *path; path++)
    if (**path != '/') problems += options_problem(command, "got '%s', expected an absolute path", *path);
  return problems > 0 ? EXIT_USAGE : work(paths);
}

int main(int argc, char **argv) {
  const char *command = argc > 1 ? argv[1] : "";
  if (strcmp(command, "serve") == 0) return main_serve(argv + 2);
  if (strcmp(command, "run") == 0) return main_run(argv + 2);
  if (strcmp(command, "--") == 0) return main_as_init(argv + 1);
  if (strcmp(command, "check") == 0) return main_check(argv + 2);
  if (strcmp(command, "connect") == 0) return main_connect(argv + 2);
  if (strcmp(command, "make") == 0) return main_folders(command, argv + 2, folders_make);
  if (strcmp(command, "remove") == 0) return main_folders(command, argv + 2, folders_remove);
  if (strcmp(command, "--help") == 0 || strcmp(command, "-h") == 0) return fputs(help, stdout) < 0;
  if (strcmp(command, "--version") == 0) return puts("mcp-init " VERSION) < 0;
  fprintf(stderr, "mcp-init: got '%s', expected serve, run, check, connect, make, remove, --help or --version\n", command);
  return EXIT_USAGE;
}
