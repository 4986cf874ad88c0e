#include "serve.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "linger.h"
#include "listen.h"
#include "proc.h"
#include "session.h"
#include "util.h"

#define STOP_MARGIN_MS 1000 // supervisors need a moment beyond the grace for the last kills

struct supervisor {
  pid_t pid;
  unsigned number;
};

static struct {
  const struct serve_config *config;
  char program[PATH_MAX];
  int listener, signals;
  struct supervisor supervisors[SERVE_MAX_SESSIONS];
  int count;
  unsigned sessions; // so far
  bool full;         // the cap was reached and that was logged
  int sweep;         // next pass over the strays, -1 = none needed
  int clean;         // passes in a row that found none
  long long sweep_at, accept_at, stop_at;
} state = {.listener = -1, .sweep = -1, .sweep_at = -1, .accept_at = -1, .stop_at = -1};

/** Whether this process is one of our supervisors: everything else under PID 1 is a stray. */
static int is_supervisor(pid_t pid, const void *unused) {
  (void)unused;
  for (int i = 0; i < state.count; i++)
    if (state.supervisors[i].pid == pid) return 1;
  return 0;
}

/** Starts the supervisor of one connection, or tells the client why there is none. */
static void open_session(int connection) {
  const struct serve_config *config = state.config;
  if (state.count >= config->max_sessions) {
    refuse(connection, "too many sessions: %d of %d are open; close one or raise the server's session limit",
           state.count, config->max_sessions);
    linger_add(connection);
    if (!state.full) say("too many sessions: %d of %d are open; refusing more", state.count, config->max_sessions);
    state.full = true;
    return;
  }
  const unsigned number = ++state.sessions;
  const pid_t pid = fork();
  if (pid == 0) {
    close(state.listener);
    _exit(session_run(config, state.program, state.signals, connection, number));
  }
  if (pid < 0) {
    const char *why = strerror(errno);
    say("session %u: cannot start a process: %s (raise the process limit or lower --max-sessions)", number, why);
    refuse(connection, "the server cannot be started: %s (its process limit is reached)", why);
    linger_add(connection);
    return;
  }
  state.supervisors[state.count++] = (struct supervisor){pid, number};
  close(connection);
}

/** Accepts what waits, a few at a time, so that signals get their turn. */
static void accept_sessions(void) {
  for (int i = 0; i < 16; i++) {
    const int connection = accept4(state.listener, NULL, NULL, SOCK_CLOEXEC);
    if (connection >= 0) {
      open_session(connection);
    } else if (errno != EINTR && errno != ECONNABORTED) {
      if (errno == EAGAIN) return;
      say("cannot accept a session: %s", strerror(errno)); // no descriptors or memory: do not spin on it
      state.accept_at = now_ms() + 200;
      return;
    }
  }
}

/** Takes a supervisor off the list. One that did not end in order leaves strays behind: they are hunted at once. */
static void supervisor_ended(int index, int status) {
  const struct supervisor ended = state.supervisors[index];
  state.supervisors[index] = state.supervisors[--state.count];
  state.full = false;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  if (WIFSIGNALED(status)) say("session %u: its supervisor was killed by signal %d", ended.number, WTERMSIG(status));
  state.sweep = 0;
  state.clean = 0;
  state.sweep_at = now_ms();
}

/**
 * Reaps everything. Servers run under the same uid and may also stop their supervisor, which would keep the session
 * for ever: a stopped supervisor is killed, and its session swept as a stray.
 */
static void reap(void) {
  int status;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0;)
    for (int i = 0; i < state.count; i++) {
      if (state.supervisors[i].pid != pid) continue;
      if (WIFSTOPPED(status)) kill(pid, SIGKILL);
      else supervisor_ended(i, status);
      break;
    }
}

/** One pass over the strays. False when PID 1 cannot see processes any more: then only its own end ends them. */
static bool sweep(void) {
  const struct spared supervisors = {is_supervisor, NULL};
  const int living = proc_kill_pass(getpid(), &supervisors);
  if (living < 0) return false;
  state.clean = living == 0 ? state.clean + 1 : 0;
  const bool done = state.clean >= 3;
  state.sweep_at = done ? -1 : now_ms() + proc_pause(state.sweep);
  state.sweep = done ? -1 : state.sweep + 1;
  return true;
}

/** Stops in order: no new session, and each supervisor ends its own within the grace. */
static void stop(void) {
  if (state.stop_at >= 0) return;
  state.stop_at = now_ms() + state.config->grace_ms + STOP_MARGIN_MS;
  unlink(state.config->socket_path);
  close(state.listener);
  state.listener = -1;
  for (int i = 0; i < state.count; i++) kill(state.supervisors[i].pid, SIGTERM);
}

/** The earlier of two moments, where -1 is never. */
static long long earlier(long long a, long long b) {
  return a < 0 ? b : b < 0 || a < b ? a : b;
}

/** Waits for clients, children and signals until the end. */
static int loop(void) {
  for (;;) {
    reap();
    const long long now = now_ms();
    if (state.sweep >= 0 && now >= state.sweep_at && !sweep()) {
      say("cannot read /proc or no memory: stray processes may be left, so everything ends here");
      return EXIT_FAILED;
    }
    if (state.stop_at >= 0 && ((state.count == 0 && state.sweep < 0) || now >= state.stop_at)) return EXIT_OK;
    if (state.accept_at >= 0 && now >= state.accept_at) state.accept_at = -1;
    struct pollfd watched[2 + LINGER_MOST] = {
        {.fd = state.signals, .events = POLLIN},
        {.fd = state.accept_at < 0 ? state.listener : -1, .events = POLLIN},
    };
    const int lingering = linger_watch(watched + 2);
    const long long next = earlier(earlier(state.sweep_at, state.accept_at), earlier(state.stop_at, linger_until()));
    if (poll(watched, 2 + (nfds_t)lingering, wait_ms(next)) < 0) continue;
    linger_done(watched + 2, lingering);
    if (watched[0].revents && listen_take_stop(state.signals)) stop();
    if (watched[1].revents && state.listener >= 0) accept_sessions();
  }
}

/** Prepares everything that can fail while the container can still fail at once and with a sentence. */
int serve(const struct serve_config *config) {
  state.config = config;
  if (!command_find(*config->command, state.program, sizeof state.program)) return EXIT_FAILED;
  if (access("/proc/self/stat", R_OK) < 0) {
    say("cannot read /proc: %s. Sessions could not be cleaned up without it; mount it", strerror(errno));
    return EXIT_FAILED;
  }
  if (!secrets_readable(&config->secrets)) return EXIT_FAILED;
  state.signals = listen_prepare(false);
  state.listener = listen_open(config->socket_path);
  if (state.signals < 0 || state.listener < 0) return EXIT_FAILED;
  const int code = loop();
  unlink(config->socket_path);
  for (int i = 0; i < state.count; i++) kill(state.supervisors[i].pid, SIGKILL);
  return code;
}
