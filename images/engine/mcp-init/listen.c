#include "listen.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "util.h"

/**
 * Makes this process fit to be the parent of servers, and returns the descriptor its signals come from:
 * - nothing but 0, 1, 2 open (and those surely open), so that servers inherit nothing else;
 * - default dispositions, which servers inherit, and an ignored SIGCHLD would hide their deaths;
 * - all signals blocked: they wait in the descriptor, and no server (same uid) can end us with SIGHUP and the like;
 * - not dumpable: servers cannot trace us or take our descriptors (other sessions' connections);
 * - a subreaper, so that strays come here also where somebody runs us under another init.
 * @param all every signal, to pass it on; else those that serve acts on
 */
int listen_prepare(bool all) {
  int fd;
  closefrom(3);
  while ((fd = open("/dev/null", O_RDWR)) >= 0 && fd <= 2) continue;
  if (fd > 2) close(fd);
  // Past the C library, which keeps 32 and 33 to itself and would hand an ignored one on to the servers.
  const unsigned long by_default[8] = {0};
  for (int number = 1; number < NSIG; number++) syscall(SYS_rt_sigaction, number, by_default, NULL, NSIG / 8);
  sigset_t every, wanted;
  sigfillset(&every);
  sigprocmask(SIG_SETMASK, &every, NULL);
  prctl(PR_SET_DUMPABLE, 0);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGCHLD);
  sigaddset(&wanted, SIGTERM);
  sigaddset(&wanted, SIGINT);
  const int signals = signalfd(-1, all ? &every : &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals < 0) say("cannot receive signals: %s", strerror(errno));
  return signals;
}

/**
 * Opens the socket. It is bound under another name and moved into place once it listens: whoever sees it can connect,
 * and a stale one of an earlier life is replaced in the same step. Mode 0666, because the folder is the gate.
 */
int listen_open(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%.103s.new", path);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  unlink(address.sun_path);
  const mode_t mask = umask(0111);
  const bool bound = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
  const int why = errno;
  umask(mask);
  if (bound && listen(fd, SOMAXCONN) == 0 && rename(address.sun_path, path) == 0) return fd;
  say("cannot listen on '%s': %s. Expected a folder that uid %u may write", path, strerror(bound ? errno : why), getuid());
  if (bound) unlink(address.sun_path);
  if (fd >= 0) close(fd);
  return -1;
}

/** Takes the waiting signals; true when one of them says stop. */
bool listen_take_stop(int signals) {
  bool stop = false;
  struct signalfd_siginfo taken;
  while (read(signals, &taken, sizeof taken) == (ssize_t)sizeof taken) stop = stop || taken.ssi_signo != SIGCHLD;
  return stop;
}
