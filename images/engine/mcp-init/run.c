#include "run.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "listen.h"
#include "relay.h"
#include "util.h"

/** The server: default signals, and the secrets in its environment alone. */
static void become_server(const struct run_config *config, const char *program) {
  char why[256];
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  char **environment = secrets_environment(&config->secrets, why, sizeof why);
  if (!environment) {
    say("the server cannot be started: %s", why);
    _exit(EXIT_FAILED);
  }
  execve(program, config->command, environment);
  say("cannot run '%s': %s", program, strerror(errno));
  _exit(127);
}

/** Reaps what ended. The server's own end is the exit code: its code, or 128 and the signal; -1 while it lives. */
static int reap(pid_t server) {
  int status;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
    if (pid == server) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return -1;
}

/** Starts the server and lives as long as it does. What it leaves ends with PID 1: the kernel sees to it. */
int run(const struct run_config *config) {
  char program[PATH_MAX];
  if (!command_find(*config->command, program, sizeof program)) return EXIT_FAILED;
  if (!secrets_readable(&config->secrets)) return EXIT_FAILED;
  const int signals = listen_prepare(true);
  if (signals < 0) return EXIT_FAILED;
  if (config->relay_port > 0) relay_begin(config->relay_port);
  const pid_t server = fork();
  if (server == 0) become_server(config, program);
  if (server < 0) {
    say("cannot start a process: %s (raise the process limit)", strerror(errno));
    return EXIT_FAILED;
  }
  for (;;) {
    static struct pollfd watched[1 + RELAY_WATCHED];
    struct signalfd_siginfo signal;
    watched[0] = (struct pollfd){.fd = signals, .events = POLLIN};
    const int relayed = relay_watch(watched + 1);
    if (poll(watched, 1 + (nfds_t)relayed, relay_wait_ms()) > 0) relay_turn(watched + 1, relayed);
    while (read(signals, &signal, sizeof signal) == (ssize_t)sizeof signal)
      if (signal.ssi_signo != SIGCHLD) kill(server, (int)signal.ssi_signo);
    const int code = reap(server);
    if (code >= 0) return code;
  }
}
