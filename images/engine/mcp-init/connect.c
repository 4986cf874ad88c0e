#include "connect.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util.h"

static atomic_bool stdin_ended;

/** Writes everything; plain blocking calls, since each direction has a thread of its own and cannot block the other. */
static bool write_all(int fd, const char *data, size_t size) {
  while (size > 0) {
    const ssize_t written = write(fd, data, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    data += written;
    size -= (size_t)written;
  }
  return true;
}

/** Copies until the end of file or an error; 0 at the end of file, else errno. */
static int copy(int from, int to) {
  char data[65536];
  for (;;) {
    const ssize_t got = read(from, data, sizeof data);
    if (got == 0) return 0;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 || !write_all(to, data, (size_t)got)) return errno;
  }
}

/** The way in. When stdin ends, only the sending half is closed: answers may still be under way. */
static void *send_stdin(void *argument) {
  const int session = *(const int *)argument;
  if (copy(STDIN_FILENO, session) == 0) atomic_store(&stdin_ended, true);
  shutdown(session, SHUT_WR);
  return NULL;
}

/** Bridges until the session ends. The kernel closes the session's connection with us, however we die. */
int connect_session(const char *path) {
  static int session;
  pthread_t thread;
  signal(SIGPIPE, SIG_IGN); // a write error says it better
  session = dial_unix(path);
  if (session < 0) {
    say("connect: cannot connect to '%s': %s", path, strerror(errno));
    return EXIT_FAILED;
  }
  if ((errno = pthread_create(&thread, NULL, send_stdin, &session)) != 0) {
    say("connect: cannot start a thread: %s", strerror(errno));
    return EXIT_FAILED;
  }
  const int why = copy(session, STDOUT_FILENO);
  if (why != 0) {
    say("connect: %s", strerror(why));
    return EXIT_FAILED;
  }
  return atomic_load(&stdin_ended) ? EXIT_OK : EXIT_SESSION_ENDED;
}
