#include "session.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linger.h"
#include "proc.h"
#include "util.h"

// RUNNING -> (the client closed its sending half) DRAINING -> (client gone, or told to stop) ENDING -> over
enum phase { RUNNING, DRAINING, ENDING };

struct session {
  const struct serve_config *config;
  unsigned number;
  int signals, connection;
  pid_t server; // 0 once it is reaped
  int status;
  enum phase phase;
  long long deadline; // of the phase, -1 = none
};

/** Gives the server what any program expects: signals as from a shell, its talk on the connection, nothing else open. */
static void become_server(const struct serve_config *config, const char *program, int connection, unsigned number) {
  sigset_t none;
  char why[512];
  setsid();
  dup2(connection, STDIN_FILENO);
  dup2(connection, STDOUT_FILENO);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  char **environment = secrets_environment(&config->secrets, why, sizeof why);
  if (environment) {
    execve(program, config->command, environment);
    snprintf(why, sizeof why, "'%s': %s", program, strerror(errno));
  }
  say("session %u: the server cannot be started: %s", number, why);
  refuse(STDOUT_FILENO, "the server cannot be started: %s", why);
  _exit(127);
}

/** Reaps what ended. False once there is nothing left to wait for: then no descendant is left at all. */
static bool reap(struct session *session) {
  for (;;) {
    int status;
    const pid_t pid = waitpid(-1, &status, WNOHANG);
    if (pid < 0) return false;
    if (pid == 0) return true;
    if (pid != session->server) continue; // an orphan of the server, given to us as its subreaper
    session->server = 0;
    session->status = status;
  }
}

/** Asks the server's process group to end, and starts the clock. */
static void end(struct session *session) {
  if (session->phase == ENDING) return;
  session->phase = ENDING;
  session->deadline = now_ms() + session->config->grace_ms;
  if (session->server > 0 && kill(-session->server, SIGTERM) < 0) kill(session->server, SIGTERM);
}

/**
 * Looks at the connection. POLLHUP: the client is gone altogether (closed it, or died). POLLRDHUP alone: it only said
 * that no more requests come and may still be reading; the server sees the end of its stdin by itself and gets the
 * drain time to finish its answers.
 */
static void client_moved(struct session *session, short events) {
  if (events & (POLLHUP | POLLERR)) {
    end(session);
  } else if (session->phase == RUNNING && events & POLLRDHUP) {
    session->phase = DRAINING;
    session->deadline = now_ms() + session->config->drain_ms;
  }
}

/** Takes the waiting signals: children that ended, or the word to stop (from PID 1). */
static void take_signals(struct session *session) {
  struct signalfd_siginfo signal;
  while (read(session->signals, &signal, sizeof signal) == (ssize_t)sizeof signal)
    if (signal.ssi_signo != SIGCHLD) end(session);
}

/** Waits for whatever ends the session. */
static void watch(struct session *session) {
  for (;;) {
    const bool children = reap(session);
    if (session->phase == ENDING ? !children : session->server == 0) return;
    if (session->deadline >= 0 && now_ms() >= session->deadline) {
      if (session->phase == ENDING) return;
      end(session);
    }
    // POLLRDHUP stays up for ever once it is up, so it is asked for only while it is news; POLLHUP comes unasked.
    struct pollfd watched[] = {
        {.fd = session->signals, .events = POLLIN},
        {.fd = session->phase == ENDING ? -1 : session->connection,
         .events = session->phase == RUNNING ? POLLRDHUP : 0},
    };
    if (poll(watched, 2, wait_ms(session->deadline)) <= 0) continue;
    if (watched[1].revents) client_moved(session, watched[1].revents);
    if (watched[0].revents) take_signals(session);
  }
}

/** Writes down a death that nobody asked for: what an operator looks for when a client saw its session vanish. */
static void report(const struct session *session) {
  if (session->phase == ENDING || session->server > 0) return;
  if (WIFSIGNALED(session->status)) {
    const int number = WTERMSIG(session->status);
    say("session %u: server killed by signal %d%s", session->number, number, number == SIGKILL ? " (out of memory?)" : "");
  } else if (WEXITSTATUS(session->status) != 0) {
    say("session %u: server exited with code %d", session->number, WEXITSTATUS(session->status));
  }
}

/** Kills every descendant and reaps it. False when that cannot be done from here: then PID 1 has to. */
static bool sweep(struct session *session) {
  if (!reap(session)) return true;
  for (int pass = 0;; pass++) {
    const int living = proc_kill_pass(getpid(), NULL);
    if (living < 0) return false;
    // Reaping makes room under the process limit; so only when nobody is left to use it.
    if (living == 0 && !reap(session)) return true;
    if (pass == 256) say("session %u: %d processes still alive after SIGKILL; trying on", session->number, living);
    pause_ms(proc_pause(pass));
  }
}

/**
 * Waits until the client, which has been told the end, closes its side too; a moment only. Closing first would make
 * a request that is just on its way fail, and most clients then throw away what they could still read.
 */
static void linger(struct session *session) {
  for (const long long until = now_ms() + LINGER_MS; session->phase != ENDING && now_ms() < until;) {
    struct pollfd watched[] = {{.fd = session->signals, .events = POLLIN}, {.fd = session->connection}};
    if (poll(watched, 2, wait_ms(until)) > 0 && watched[1].revents) return;
    take_signals(session); // told to stop: ENDING
  }
}

/**
 * The life of one session, in a process of its own: as its subreaper it gets back every orphan the server leaves,
 * daemons with sessions of their own too, so "no child left" means "nothing left". Its handle of the connection tells
 * it when the client goes, also when the client was killed. Returns the supervisor's exit code; other than 0 makes PID 1 sweep.
 */
int session_run(const struct serve_config *config, const char *program, int signals, int connection, unsigned number) {
  struct session session = {
      .config = config, .number = number, .signals = signals, .connection = connection, .deadline = -1};
  prctl(PR_SET_NAME, "mcp-session");
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  session.server = fork();
  if (session.server == 0) become_server(config, program, connection, number);
  if (session.server > 0) {
    watch(&session);
    report(&session);
  } else {
    const char *why = strerror(errno);
    say("session %u: cannot start a process: %s (raise the process limit or lower --max-sessions)", number, why);
    refuse(connection, "the server cannot be started: %s (its process limit is reached)", why);
  }
  if (session.phase == ENDING && session.server > 0)
    say("session %u: server still running %d ms after SIGTERM: killed", number, config->grace_ms);
  shutdown(connection, SHUT_WR); // the client sees the end now: it must not wait for the clean-up
  const bool clean = sweep(&session);
  linger(&session);
  hang_up(connection);
  return clean ? EXIT_OK : EXIT_FAILED;
}
