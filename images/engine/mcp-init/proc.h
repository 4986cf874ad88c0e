// All descendants of a process, and how to end them, whatever they do.
#ifndef PROC_H
#define PROC_H

#include <sys/types.h>

// Who is spared with all its descendants: PID 1 spares its supervisors when it hunts strays.
struct spared {
  int (*is)(pid_t pid, const void *who);
  const void *who;
};

int proc_kill_pass(pid_t root, const struct spared *spared);
int proc_pause(int pass);

#endif
